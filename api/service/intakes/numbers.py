"""What a round comes to, counted once for each state that it is in: a page that is looked at again counts nothing."""
from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from itertools import accumulate
from threading import Lock
from typing import Any, TypeVar, cast

from sqlalchemy import case, exists, extract, func, select
from sqlalchemy.orm import Session, aliased

from api.service.review import statistics
from api.service.review.intake_records import IntakeNumbers, OutcomeCount, ReaderCount, StateTime, StatusCount
from api.service.review_records import Status
from api.store.models import Assessment, Case, Decision, Intake, Review, Step
from assistant.correcting.corrections import Act

A_DAY, TENTHS, HUNDREDTHS, MEDIAN, NINE, KEPT = 86_400, 10, 100, 5, 9, 256
NO_FIGURE = (Act.JUDGE, Act.WITHDRAW)   # decisions that set none
FIRST, SECOND = "first", "second"
Found = TypeVar("Found")
Stamp = tuple[Hashable, ...]


class Kept:
    """What was counted of rounds, each under the state that it was counted in; the oldest goes."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[str, str], tuple[Stamp, Any]] = OrderedDict()
        self._lock = Lock()

    def of(self, kind: str, intake_id: str, stamp: Stamp, count: Callable[[], Found]) -> Found:
        """What was counted under the same stamp, or counted now."""
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


def steps_stamp(session: Session, intake_id: str) -> Stamp:
    """Another one as soon as a case joins the round or leaves it, or the status of any case changes."""
    return (*_members(session, intake_id), session.scalar(select(func.max(Step.id))))


def decisions_stamp(session: Session, intake_id: str) -> Stamp:
    """Another one as soon as a case joins the round or leaves it, or anything is decided about any case."""
    return (*_members(session, intake_id), session.scalar(select(func.count()).select_from(Decision)))


def _members(session: Session, intake_id: str) -> Stamp:
    return tuple(session.execute(select(func.count(), func.max(Review.received)).where(
        Review.intake_id == intake_id)).one())


def numbers(session: Session, row: Intake, kept: Kept) -> IntakeNumbers:
    """What takes long is counted again only where what it rests on has changed."""
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
        statistics.facts(session, row.id), kept.of(
            "times", row.id, steps_stamp(session, row.id), lambda: _times(session, row.id)),
        kept.of("readers", row.id, decisions_stamp(session, row.id), lambda: _readers(session, row.id)), other,
        overlapping)


def _times(session: Session, intake_id: str) -> tuple[StateTime, ...]:
    """From each step of a case to its next one; the status that it is in now has not ended. The database counts how
    many stayed how long, to the hundredth of a day: what comes back grows with the days, not with the cases.
    """
    after = func.lead(Step.at).over(partition_by=Step.case_id, order_by=Step.id)
    steps = select(Step.status, _days(session, Step.at, after).label("days")).where(
        Step.case_id.in_(select(Review.case_id).where(Review.intake_id == intake_id))).subquery()
    counted: dict[str, list[tuple[float, int]]] = {}
    days = func.round(steps.c.days * HUNDREDTHS).label("stay")
    for status, stay, cases in session.execute(select(steps.c.status, days, func.count()).where(
            steps.c.days.is_not(None)).group_by("status", "stay").order_by("status", "stay")):
        counted.setdefault(status, []).append((max(0.0, float(stay) / HUNDREDTHS), cases))
    return tuple(StateTime(one, sum(cases for _, cases in stays), round(_part(stays, MEDIAN), 1),
                           round(_part(stays, NINE), 1))
                 for one in Status if (stays := counted.get(one.value)))


def _days(session: Session, before: Any, after: Any) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        return extract("epoch", after - before) / A_DAY
    return func.julianday(after) - func.julianday(before)


def _part(stays: Sequence[tuple[float, int]], tenths: int) -> float:
    """What so many tenths of those that stayed do not pass, between the two that are next to it."""
    ends = list(accumulate(cases for _, cases in stays))
    low, rest = divmod((ends[-1] - 1) * tenths, TENTHS)
    near = [stays[bisect_right(ends, min(place, ends[-1] - 1))][0] for place in (low, low + 1)]
    return near[0] + (near[1] - near[0]) * rest / TENTHS


def _readers(session: Session, intake_id: str) -> tuple[ReaderCount, ...]:
    """The last decision about each fact: whether the figure that stands is the one that the reader had."""
    later = aliased(Decision)
    superseded = exists().where(
        later.case_id == Decision.case_id, later.subject == Decision.subject, later.version > Decision.version,
        later.act.not_in(NO_FIGURE))
    both = Decision.model != ""
    kept_first = case((both, _same(Decision.first_low, Decision.first_high) | (Decision.act == Act.FIRST)),
                      else_=Decision.act == Act.CONFIRM)
    kept_second = _same(Decision.second_low, Decision.second_high) | (Decision.act == Act.SECOND)
    query = select(Decision.model, kept_first.label("first"), kept_second.label("second"), func.count().label("cases")
                   ).join(Review, Review.case_id == Decision.case_id).where(
        Review.intake_id == intake_id, Decision.act.not_in(NO_FIGURE), ~superseded).group_by("model", "first", "second")
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
