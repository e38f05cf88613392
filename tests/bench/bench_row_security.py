"""What PostgreSQL's row-level security costs: the same requests with it and past it, in turns, in one run.

    python -m tests.bench.bench_row_security [CASES]

One database and two applications on it: one as the role that its policies hold for, one as a role with BYPASSRLS. Times
are of whole requests through the application, one at a time, without a network between: the lower quartile, since
others may work on the machine.
"""
from __future__ import annotations

import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from api.service.records import Role
from tests.bench.bench_review import LISTS, fill
from tests.operations.running.test_deployment import SECRET
from tests.support import review_samples
from tests.support.databases import SUPERUSER, fresh, server, statement
from tests.support.web_samples import Client, Installation, installation

CASES, OWNERS, ROUNDS, WARM = 10_000, 100, 100, 5
PAST = "past"   # the role that the policies do not hold for

Ask = Callable[[Client], Any]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CASES
    logging.disable(logging.WARNING)   # that the second role passes the policies by is what is wanted here
    with server() as address, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        url, folder = fresh(address), Path(name)
        superuser = url.replace("guohe@", f"{SUPERUSER}@")
        statement(superuser, f"CREATE ROLE {PAST} LOGIN BYPASSRLS IN ROLE guohe")
        held, past = (stack.enter_context(installation(folder / role, GUOHE_DATABASE_URL=as_role, GUOHE_SECRET=SECRET,
                                                       GUOHE_BLOB_URL=(folder / "files").as_uri()))
                      for role, as_role in (("held", url), (PAST, url.replace("guohe@", f"{PAST}@"))))
        assert (held.services.context.database.guarded(), past.services.context.database.guarded()) == (True, False)
        reviewer, owner = held.client(Role.REVIEWER), held.client()
        for _ in range(OWNERS):
            fill(held, count // OWNERS, held.client().actor.id, reviewer.actor.id)
        fill(held, count // OWNERS, owner.actor.id, reviewer.actor.id)
        case = review_samples.handed_in(owner)
        owner.post("/api/v1/answers", json={"question": "申报需要哪些材料？"}).raise_for_status()
        statement(superuser, "ANALYZE")
        print(f"{count} cases of {OWNERS} applicants; lower quartiles of {ROUNDS} requests each")
        ratios = [measure(what, one, too(past, one), ask) for one, what, ask in (
            *((owner, what, ask) for what, ask in by_owner(case).items()),
            *((reviewer, what, ask) for what, ask in by_reviewer(case).items()))]
        print(f"{'ratio over all':60} median {statistics.median(ratios):.2f}   most {max(ratios):.2f}")


def by_owner(case: str) -> dict[str, Ask]:
    own = f"/api/v1/cases/{case}"
    reads = ("/api/v1/cases", own, f"{own}/files", f"{own}/job", f"{own}/assessments/latest",
             "/api/v1/conversations")
    return {**{f"GET {path.replace(case, '…')}": get(path) for path in reads},
            "PATCH /api/v1/cases/…": lambda one: one.patch(own, json={"title": f"{time.monotonic_ns()}"})}


def by_reviewer(case: str) -> dict[str, Ask]:
    reads = (*(f"/api/v1/review/cases?{query}" for query in LISTS), "/api/v1/review/statistics",
             f"/api/v1/review/cases/{case}")
    return {f"GET {path.replace(case, '…')}": get(path) for path in reads}


def get(path: str) -> Ask:
    return lambda one: one.get(path)


def too(site: Installation, one: Client) -> Client:
    """The same person at another application on the same database."""
    http = site.visitor()
    http.cookies.update(one.http.cookies)
    http.headers.update(one.http.headers)
    return Client(http, one.actor)


def measure(what: str, held: Client, past: Client, ask: Ask) -> float:
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(WARM + ROUNDS):
        for guarded in (True, False) if number % 2 else (False, True):
            began = time.perf_counter()
            answer = ask(held if guarded else past)
            if number >= WARM:
                taken[guarded].append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.text
    with_it, without = (statistics.quantiles(taken[guarded], n=4)[0] for guarded in (True, False))
    print(f"{what:60} held {with_it:7.1f} ms   past {without:7.1f} ms   ratio {with_it / without:.2f}", flush=True)
    return with_it / without


if __name__ == "__main__":
    main()
