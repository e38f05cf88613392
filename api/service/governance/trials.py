"""A version of the policy tried on stored cases: its rules over the facts that their latest assessments hold, with what
reviewers decided about them and which files were cut off, as the pages of the cases weigh them.

No document is read again. Where the new version would read a fact otherwise (another wording, another window), the
outcome that rests on it is marked: only a new assessment can tell.
"""
from __future__ import annotations

import logging
import threading
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action, demand, may
from api.service.cases.standing import PolicyOf
from api.service.context import Context, new_id, now, record
from api.service.governance import replaying
from api.service.governance.replaying import Outcomes, StoredCase
from api.service.policies.policies import Policies
from api.service.policies.version_records import CaseFlip, CriterionSum, FactValue, Flip, TrialFound, TrialView, Way
from api.service.records import Actor
from api.store.models import Case, PolicyTrial, PolicyVersion
from api.store.rows import INSTALLATION
from ingestion.domain import Criterion, Outcome, number_of
from ingestion.policies.policy import Policy

log = logging.getLogger(__name__)

MOST_CASES = 1_000
A_BATCH = 50
STALLED = timedelta(seconds=60)    # a trial that said nothing for so long was interrupted


@dataclass
class Trials:
    context: Context
    policies: Policies
    _threads: dict[str, threading.Thread] = field(default_factory=dict)

    def start(self, actor: Actor, version_id: str) -> TrialView:
        """Begin in the background. Failure "policy_problems", "trial_running"."""
        if not may(actor, Action.WRITE_POLICY) and not may(actor, Action.PUBLISH_POLICY, ""):
            raise Failure("forbidden")
        with self.context.database.writing() as session:
            version = session.get(PolicyVersion, version_id)
            if version is None:
                raise Failure("not_found")
            if version.problems:
                raise Failure("policy_problems", count=version.problems)
            last = _last(session, version_id)
            if last is not None and _state(last) == "running":
                raise Failure("trial_running")
            row = PolicyTrial(id=new_id(), version_id=version_id, digest=version.digest,
                              base_digest=version.base_digest, requested_by=actor.id, state="running", done=0, total=0,
                              flipped=0, started=now(), updated=now(), content=None)
            session.add(row)
            record(session, actor, "try_policy", "policy", version_id, trial=row.id)
            session.flush()
            view = _view(row, version.digest)
        thread = threading.Thread(target=self._run, args=(view.id, row.digest, row.base_digest), name="trial",
                                  daemon=True)
        self._threads[view.id] = thread
        thread.start()
        return view

    def latest(self, actor: Actor, version_id: str) -> TrialView | None:
        """The last one of a version, with what it found once it is done."""
        demand(actor, Action.READ_POLICY_WORK)
        with self.context.database.reading() as session:
            version = session.get(PolicyVersion, version_id)
            if version is None:
                raise Failure("not_found")
            row = _last(session, version_id)
            return _view(row, version.digest) if row is not None else None

    def wait(self, trial_id: str) -> None:
        """Until a trial of this process has ended."""
        if (thread := self._threads.get(trial_id)) is not None:
            thread.join()

    def _run(self, trial_id: str, digest: str, base_digest: str) -> None:
        """Makes a trial and stores it; one that fails says so."""
        try:
            before, after = self.policies.of(base_digest), self.policies.of(digest)
            found = self._found(trial_id, before, after)
            with self.context.database.writing() as session:
                row = session.get_one(PolicyTrial, trial_id)
                row.state, row.flipped, row.updated = "done", found.flipped, now()
                row.content = zlib.compress(msgspec.json.encode(found))
        except Exception:
            log.exception("trial %s failed", trial_id)
            with self.context.database.writing() as session:
                session.get_one(PolicyTrial, trial_id).state = "failed"
        finally:
            self._threads.pop(trial_id, None)

    def _found(self, trial_id: str, before: Policy, after: Policy) -> TrialFound:
        """What a new version changes of the stored cases, batch by batch."""
        began = time.monotonic()
        with self.context.database.reading(INSTALLATION) as session:
            ids = list(filter(None, session.scalars(select(Case.latest_id).where(
                Case.latest_id.is_not(None), Case.handed_in.is_not(None)).order_by(   # a draft is its owner's alone
                    Case.updated.desc(), Case.id).limit(MOST_CASES))))
        flips: list[CaseFlip] = []
        cases = skipped = uncertain = 0
        unread = unread_facts(before, after)
        for start in range(0, len(ids), A_BATCH):
            for case in replaying.cases(self.context.database, ids[start:start + A_BATCH]):
                flip = flipped(case, before, after, self.policies.of, unread) if case is not None else None
                if case is None or flip is None:
                    skipped += 1
                    continue
                cases += 1
                uncertain += touched(case, after, unread)
                if flip.flips or flip.before is not flip.after:
                    flips.append(flip)
            with self.context.database.writing() as session:
                row = session.get_one(PolicyTrial, trial_id)
                row.done, row.total, row.updated = min(start + A_BATCH, len(ids)), len(ids), now()
        return TrialFound(cases, len(flips), sum(one.before is not one.after for one in flips), skipped,
                          uncertain, tuple(sorted(unread)), summed(flips), tuple(flips),
                          round(time.monotonic() - began, 2))


def flipped(case: StoredCase, before: Policy, after: Policy, policies: PolicyOf,
            unread: frozenset[str] = frozenset()) -> CaseFlip | None:
    """What of a case comes out otherwise; None where one of the two has no such base type. Pure."""
    types = ({one.id for one in policy.base_types} for policy in (before, after))
    if any(case.base_type not in known for known in types):
        return None
    old, new = replaying.under(case, before, policies), replaying.under(case, after, policies)
    flips = []
    for name in (*new.criteria, *(name for name in old.criteria if name not in new.criteria)):
        first, second = old.criteria.get(name), new.criteria.get(name)
        if (first and first[1]) != (second and second[1]):
            flips.append(_flip(name, first, second, new, before, after, unread))
    return CaseFlip(case.case_id, case.assessment_id, case.base_type, case.application_date.isoformat(),
                    old.overall, new.overall, tuple(flips))


def touched(case: StoredCase, after: Policy, unread: frozenset[str]) -> bool:
    """Whether some outcome of the case rests on a fact that would be read otherwise."""
    return any(unread & set(one.facts) for one in after.criteria_for(case.base_type))


def unread_facts(before: Policy, after: Policy) -> frozenset[str]:
    """The facts that `after` would read otherwise from the same documents."""
    old, new = before.facts, after.facts
    keys = {key for key, spec in new.facts.items() if old.facts.get(key) != spec}
    shared = [{name: value for name, value in msgspec.structs.asdict(book).items() if name != "facts"}
              for book in (old, new)]
    if shared[0] != shared[1]:
        return frozenset(new.facts)
    if before.window.current != after.window.current:
        keys |= {key for key, spec in new.facts.items() if spec.time == "window"}
    return frozenset(keys)


def summed(flips: Sequence[CaseFlip]) -> tuple[CriterionSum, ...]:
    """By criterion, the one that flips most cases first; what only a new assessment can tell is not counted."""
    ways: dict[str, Counter[tuple[Outcome | None, Outcome | None]]] = {}
    names: dict[str, Flip] = {}
    for case in flips:
        for flip in case.flips:
            if flip.before is not flip.after:
                names[flip.criterion] = flip
                ways.setdefault(flip.criterion, Counter())[flip.before, flip.after] += 1
    found = [CriterionSum(name, names[name].label, names[name].label_en, sum(counted.values()),
                          tuple(Way(*way, number) for way, number in counted.most_common()))
             for name, counted in ways.items()]
    return tuple(sorted(found, key=lambda one: (-one.cases, one.criterion)))


def _flip(name: str, first: tuple[Criterion, Outcome] | None, second: tuple[Criterion, Outcome] | None, seen: Outcomes,
          before: Policy, after: Policy, unread: frozenset[str]) -> Flip:
    """A criterion with both outcomes and the facts behind them."""
    old, new = first[0] if first else None, second[0] if second else None
    one = new or old
    assert one is not None  # noqa: S101 - it stands in one of the two
    facts = []
    for key in dict.fromkeys((*(old.facts if old else ()), *(new.facts if new else ()))):
        spec, fact = after.facts.facts.get(key) or before.facts.facts[key], seen.facts.get(key)
        machine = seen.machine.get(key)
        facts.append(FactValue(key, spec.label, spec.label_en, spec.unit, fact.interval if fact else None,
                               fact.conflict if fact else False, machine.interval if machine else None,
                               number_of(fact.evidence) if fact else 0, key in seen.by_person))
    return Flip(name, one.label, one.label_en, first[1] if first else None, second[1] if second else None,
                old.citation if old else "", new.citation if new else "", old.quote if old else "",
                new.quote if new else "", old.bar if old else None, new.bar if new else None, one.required,
                tuple(facts), new is not None and bool(unread & set(new.facts)), name in seen.by_person)


def _last(session: Session, version_id: str) -> PolicyTrial | None:
    return session.scalar(select(PolicyTrial).where(PolicyTrial.version_id == version_id).order_by(
        PolicyTrial.started.desc(), PolicyTrial.id).limit(1))


def _state(row: PolicyTrial) -> str:
    return "failed" if row.state == "running" and now() - row.updated > STALLED else row.state


def _view(row: PolicyTrial, digest: str) -> TrialView:
    found = msgspec.json.decode(zlib.decompress(row.content), type=TrialFound) if row.content is not None else None
    return TrialView(row.id, row.version_id, _state(row), row.done, row.total, row.started, row.digest != digest, found)
