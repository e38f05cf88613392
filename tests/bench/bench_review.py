"""The worklist and the statistics with many cases: how long the server takes, and how it grows with the page's size.

    python -m tests.bench.bench_review [CASES]

Goals with 10,000 cases: any filter and order of the worklist, and any page of a round that holds them all, below 100 ms
at the median, the statistics too, the first of a round not slower than 1 s. What a round or the statistics come to is
counted once for each state: "first" is that time.
Times are of whole requests through the application, one at a time, without a network between.
"""
from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, update

from api.service.context import new_id, now
from api.service.records import Role
from api.service.review.worklist import NEVER
from api.store.models import Case, Check, Decision, Intake, ItemKey, Review, Standing, Step
from api.store.rows import INSTALLATION
from tests.support.web_samples import Installation, installation

CASES, ROUNDS, AT_ONCE = 10_000, 40, 1_000
ROUND = "1" * 32
STATUSES = ("received", "in_review", "returned", "done")
OVERALLS = ("does_not_qualify", "insufficient_evidence", "qualifies_pending_judgement")
OUTCOMES = ("met", "not_met", "insufficient_evidence", "needs_judgement")
LISTS = ("", "status=received", "status=in_review&assignee=me&sort=due", "sort=changed", "sort=applicant",
         "base_type=joint_research_center&sort=newest", "search=海棠99", "overdue=true&sort=due", "duplicates=true",
         "outcome=does_not_qualify&status=done&sort=due")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    with tempfile.TemporaryDirectory() as folder, installation(Path(folder)) as site:
        reviewer, owner = site.client(Role.REVIEWER), site.client()
        fill(site, count, owner.actor.id, reviewer.actor.id)
        print(f"{count} cases")
        for query in LISTS:
            report(f"/review/cases?{query}", lambda query=query: reviewer.get(f"/api/v1/review/cases?{query}"))
        for size in (10, 50, 200):
            report(f"a part of {size}", lambda size=size: reviewer.get(f"/api/v1/review/cases?limit={size}"))
        after = reviewer.get("/api/v1/review/cases?limit=200").json()["after"]
        report("the part after", lambda: reviewer.get(f"/api/v1/review/cases?after={after}"))
        report("the page", lambda: reviewer.get("/review"))
        once("statistics, first", lambda: reviewer.get("/api/v1/review/statistics"))
        report("statistics", lambda: reviewer.get("/api/v1/review/statistics"))
        report("the page of statistics", lambda: reviewer.get("/review/statistics"))
        here = f"/review/intakes/{ROUND}"
        for name, path in (("a round", here), ("its overlaps", f"{here}/overlaps"),
                           ("its list", f"/review?intake={ROUND}"),
                           ("its list by status", f"/review?intake={ROUND}&status=in_review&sort=due"),
                           ("rounds", "/review/intakes")):
            once(f"{name}, first", lambda path=path: reviewer.get(path))
            report(name, lambda path=path: reviewer.get(path))
        changed(site)
        once("a round, first after something of a case has changed", lambda: reviewer.get(here))


def once(name: str, ask: Any) -> None:
    began, busy = time.perf_counter(), time.process_time()
    ask()
    print(f"{name:60}        {(time.perf_counter() - began) * 1000:7.1f} ms "
          f"(of work {(time.process_time() - busy) * 1000:6.1f})")


def changed(site: Installation, **values: Any) -> None:
    """Something of one case is another, and of no other case."""
    with site.services.context.database.writing(INSTALLATION) as session:
        chosen = session.scalar(select(Review.case_id).limit(1))
        session.execute(update(Review).where(Review.case_id == chosen).values(changed=now(), **values))


def report(name: str, ask: Any) -> None:
    taken, worked = [], []      # on a machine that does other things too, only what this process worked says anything
    for _ in range(ROUNDS):
        began, busy = time.perf_counter(), time.process_time()
        answer = ask()
        taken.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
        assert answer.status_code == 200, answer.text
    print(f"{name:60} median {statistics.median(taken):7.1f} ms (of work {statistics.median(worked):6.1f})   "
          f"most {max(taken):7.1f} ms")


def fill(site: Installation, count: int, owner: str, reviewer: str) -> None:
    """Cases with what lists and statistics read of them; their assessments are not read by either."""
    chance, moment = random.Random(7), now()
    with site.services.context.database.writing(INSTALLATION) as session:
        session.add(Intake(id=ROUND, title="第一批", base_type="joint_research_center", version_id=None,
                           policy_digest=site.services.policies.digest, policy_version="1", opens=date(2025, 1, 1),
                           closes=date(2099, 1, 1), quota=50, note="", created=moment, created_by=reviewer,
                           changed=moment, changed_by=reviewer, ended=None))
    policy = site.services.policies.current
    for first in range(0, count, AT_ONCE):
        rows: dict[Any, list[dict[str, Any]]] = {Case: [], Review: [], Standing: [], Check: [], Step: [],
                                                 Decision: [], ItemKey: []}
        for number in range(first, min(count, first + AT_ONCE)):
            kind = chance.choice(policy.base_types).id
            received = moment - timedelta(minutes=chance.randrange(500_000))
            case_id, status = new_id(), chance.choice(STATUSES)
            rows[Case].append({
                "id": case_id, "owner_id": owner, "title": f"申报{number}", "applicant": f"海棠{number}研究院",
                "base_type": kind, "application_date": date(2025, 6, 30), "created": received, "updated": received,
                "revision": 1, "demo": False, "latest_id": None, "handed_in": 1})
            rows[Review].append({
                "case_id": case_id, "status": status, "round": 1, "assignee_id": chance.choice((None, reviewer)),
                "due": chance.choice((NEVER, date(2024, 1, 1) + timedelta(days=chance.randrange(900)))),
                "received": received, "changed": received, "begun": None, "seconds": chance.randrange(3_000),
                "done": received + timedelta(days=3) if status == "done" else None,
                "outcome": chance.choice(OVERALLS), "unchecked": 9, "conflicts": chance.randrange(3),
                "duplicates": number % 4 == 0, "intake_id": ROUND})
            rows[Step] += [{"case_id": case_id, "status": one, "by_id": reviewer, "note": "",
                            "at": received + timedelta(days=days)} for days, one in enumerate(STATUSES)]
            claimed = [("doi", f"10.1000/{number}.{one}") for one in range(40)]
            claimed += [("person", f"名{number // 8}")] if number % 4 == 0 else []
            rows[ItemKey] += [{"kind": known, "value": value, "case_id": case_id, "fact": "", "document": "d",
                               "page": 1, "start": 0, "end": 1, "quote": "q"} for known, value in claimed]
            rows[Decision] += [{
                "id": new_id(), "case_id": case_id, "assessment_id": "a", "subject": key, "version": 1,
                "act": chance.choice(("confirm", "correct")), "low": 3, "high": 3, "outcome": "", "amount": 1,
                "document": "", "page": None, "start": 0, "end": 0, "quote": "", "reason": "", "machine_low": 3,
                "machine_high": 3, "basis": "b", "by_id": reviewer, "at": received} for key in ("a", "b", "c")]
            criteria = policy.criteria_for(kind)
            rows[Standing] += [{"case_id": case_id, "criterion": one.id, "outcome": chance.choice(OUTCOMES),
                                "machine": "met", "missing": chance.choice((None, chance.randrange(101))),
                                "intake_id": ROUND}
                               for one in criteria]
            rows[Check] += [{"case_id": case_id, "subject": key, "state": chance.choice(("confirmed", "corrected")),
                             "intake_id": ROUND}
                            for key in {key for one in criteria for key in one.facts} if chance.random() < 0.5]
        with site.services.context.database.writing(INSTALLATION) as session:
            for table, made in rows.items():
                session.execute(insert(table), made)


if __name__ == "__main__":
    main()
