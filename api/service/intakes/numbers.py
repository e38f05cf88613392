"""What a round comes to, counted once for each state that it is in: a page that is looked at again counts nothing."""
from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median, quantiles
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from api.service.intakes.intake_records import IntakeNumbers, OutcomeCount, ReaderCount, StateTime, StatusCount
from api.service.review import statistics
from api.service.review.review_records import Status
from api.store.models import Assessment, Case, Decision, Intake, Review, Step
from assistant.correcting.corrections import Act

A_DAY, TENTHS, KEPT = 86_400, 10, 64
FIRST, SECOND = "first", "second"
Found = TypeVar("Found")
Stamp = tuple[Hashable, ...]


class Kept:
    """What was counted of rounds, each under the state that it was counted in; the oldest goes."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], tuple[Stamp, Any]] = OrderedDict()
        self._lock = Lock()

    def of(self, kind: str, intake_id: str, stamp: Stamp, count: Callable[[], Found]) -> Found:
        with self._lock:
            held = self._held.get((kind, intake_id))
            if held is not None and held[0] == stamp:
                self._held.move_to_end((kind, intake_id))
                return cast("Found", held[1])
        found = count()
        with self._lock:
            self._held[kind, intake_id] = (stamp, found)
            while len(self._held) > KEPT:
                self._held.popitem(last=False)
        return found


def stamp(session: Session, intake_id: str) -> Stamp:
    """Another one as soon as anything of a case in the round is another."""
    row = session.execute(select(func.count(), func.max(Review.changed), func.sum(Review.duplicates))
                          .where(Review.intake_id == intake_id)).one()
    return tuple(row)


def numbers(session: Session, row: Intake) -> IntakeNumbers:
    mine = Review.intake_id == row.id
    statuses = dict(session.execute(select(Review.status, func.count()).where(mine).group_by(Review.status)).all())
    outcomes = session.execute(select(Review.outcome, func.count()).where(mine).group_by(Review.outcome)
                               .order_by(func.count().desc(), Review.outcome)).all()
    other = session.scalar(select(func.count()).select_from(Review).join(Case, Case.id == Review.case_id)
                           .join(Assessment, Assessment.id == Case.latest_id)
                           .where(mine, Assessment.policy_digest != row.policy_digest)) or 0
    overlapping = session.scalar(select(func.count()).where(mine, Review.duplicates > 0)) or 0
    return IntakeNumbers(
        sum(statuses.values()), tuple(StatusCount(one, statuses.get(one.value, 0)) for one in Status),
        tuple(OutcomeCount(outcome, count) for outcome, count in outcomes), statistics.criteria(session, row.id),
        statistics.facts(session, row.id), _times(session, row.id), _readers(session, row.id), other, overlapping)


def _times(session: Session, intake_id: str) -> tuple[StateTime, ...]:
    """From each step of a case to its next one; the status that it is in now has not ended."""
    rows: Sequence[Any] = session.execute(
        select(Step.case_id, Step.status, Step.at).join(Review, Review.case_id == Step.case_id)
        .where(Review.intake_id == intake_id).order_by(Step.case_id, Step.id)).all()
    stayed: dict[str, list[float]] = {}
    for before, after in pairwise(rows):
        if before.case_id == after.case_id:
            stayed.setdefault(before.status, []).append(_days(before.at, after.at))
    return tuple(StateTime(one, len(days), round(median(days), 1), round(_nine_of_ten(days), 1))
                 for one in Status if (days := stayed.get(one.value)))


def _days(before: datetime, after: datetime) -> float:
    return max(0.0, (after - before).total_seconds() / A_DAY)


def _nine_of_ten(days: Sequence[float]) -> float:
    return quantiles(days, n=TENTHS, method="inclusive")[-1] if len(days) > 1 else days[0]


def _readers(session: Session, intake_id: str) -> tuple[ReaderCount, ...]:
    """The last decision about each fact: whether the figure that stands is the one that the reader had."""
    newest = select(Decision.case_id, Decision.subject, func.max(Decision.version).label("version")).join(
        Review, Review.case_id == Decision.case_id).where(
        Review.intake_id == intake_id, Decision.act.not_in((Act.JUDGE, Act.WITHDRAW))).group_by(
        Decision.case_id, Decision.subject).subquery()
    both = Decision.model != ""
    kept_first = case((both, _same(Decision.first_low, Decision.first_high) | (Decision.act == Act.FIRST)),
                      else_=Decision.act == Act.CONFIRM)
    kept_second = _same(Decision.second_low, Decision.second_high) | (Decision.act == Act.SECOND)
    query = select(Decision.model, kept_first.label("first"), kept_second.label("second"), func.count().label("cases")
                   ).join(newest, (newest.c.case_id == Decision.case_id) & (newest.c.subject == Decision.subject)
                          & (newest.c.version == Decision.version)).group_by("model", "first", "second")
    counted: dict[tuple[str, str], list[int]] = {}
    for row in session.execute(query):
        counted.setdefault((FIRST, ""), [0, 0])[0 if row.first else 1] += row.cases
        if row.model:
            counted.setdefault((SECOND, row.model), [0, 0])[0 if row.second else 1] += row.cases
    return tuple(ReaderCount(reader, model, kept, changed) for (reader, model), (kept, changed)
                 in sorted(counted.items()))


def _same(low: Any, high: Any) -> Any:
    """The figure that stands after the decision is this one: the person's own, or the program's where they confirm."""
    confirmed = Decision.act == Act.CONFIRM
    return case((confirmed, Decision.machine_low.is_not_distinct_from(low)
                 & Decision.machine_high.is_not_distinct_from(high)),
                (Decision.act == Act.CORRECT, Decision.low.is_not_distinct_from(low)
                 & Decision.high.is_not_distinct_from(high)), else_=False)
