"""What the reviews come to together: counted from what each case keeps, without reading any assessment."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.service.access import Action, demand, scope
from api.service.context import Context
from api.service.records import Actor
from api.service.review_records import CriterionCount, FactCount, Statistics, Status, StatusCount, Times
from api.store.models import Case, Check, Review, Standing
from assistant.correcting.corrections import Checked
from ingestion.domain import Outcome

TENTHS = 10
A_DAY, A_MINUTE = 86_400, 60


@dataclass(frozen=True)
class Statistician:
    context: Context

    def all(self, actor: Actor) -> Statistics:
        demand(actor, Action.READ_REVIEWS)
        with self.context.database.reading(scope(actor)) as session:
            statuses = tuple(StatusCount(kind, Status(status), count) for kind, status, count in session.execute(
                select(Case.base_type, Review.status, func.count()).join(Case, Case.id == Review.case_id)
                .group_by(Case.base_type, Review.status).order_by(Case.base_type)))
            return Statistics(sum(one.count for one in statuses), statuses, criteria(session), facts(session),
                              _times(session))


def criteria(session: Session, intake_id: str = "") -> tuple[CriterionCount, ...]:
    """Those that fail most often first; with `intake_id` of that round alone."""
    counted: dict[str, dict[str, int]] = {}
    distances: dict[str, list[int]] = {}
    columns = Standing.criterion, Standing.outcome, Standing.missing  # in the order of their index
    query = select(*columns, func.count()).group_by(*columns)
    if intake_id:
        query = query.where(Standing.intake_id == intake_id)
    for criterion, outcome, missing, count in session.execute(query):
        found = counted.setdefault(criterion, {})
        found[outcome] = found.get(outcome, 0) + count
        row = distances.setdefault(criterion, [0] * TENTHS)
        if missing is not None:
            row[min(TENTHS - 1, missing // TENTHS)] += count
    made = [CriterionCount(
        criterion, found.get(Outcome.MET, 0), found.get(Outcome.NOT_MET, 0), found.get(Outcome.INSUFFICIENT, 0),
        found.get(Outcome.JUDGEMENT, 0), tuple(distances[criterion])) for criterion, found in counted.items()]
    return tuple(sorted(made, key=lambda one: (-(one.not_met + one.insufficient), one.criterion)))


def facts(session: Session, intake_id: str = "") -> tuple[FactCount, ...]:
    """Those that people changed most often first."""
    counted: dict[str, dict[str, int]] = {}
    query = select(Check.subject, Check.state, func.count()).group_by(Check.subject, Check.state)
    if intake_id:
        query = query.where(Check.intake_id == intake_id)
    for subject, state, count in session.execute(query):
        counted.setdefault(subject, {})[state] = count
    made = [FactCount(key, *(found.get(one.value, 0) for one in (
        Checked.CONFIRMED, Checked.CORRECTED, Checked.REJECTED, Checked.ADDED, Checked.RECOUNTED)))
        for key, found in counted.items()]
    return tuple(sorted(made, key=lambda one: (-one.changed, -one.checked, one.key)))


def _times(session: Session) -> Times:
    """Days from receipt to conclusion and minutes worked, at the median, the minutes by type, too."""
    rows: Sequence[Any] = session.execute(
        select(Case.base_type, Review.received, Review.done, Review.seconds).join(Case, Case.id == Review.case_id)
        .where(Review.status == Status.DONE, Review.done.is_not(None))).all()
    days = [(done - received).total_seconds() / A_DAY for _, received, done, _ in rows]
    worked: dict[str, list[float]] = {}
    for kind, _, _, seconds in rows:
        if seconds:
            worked.setdefault(kind, []).append(seconds / A_MINUTE)
    every = [one for minutes in worked.values() for one in minutes]
    return Times(len(rows), round(median(days), 1) if days else None, round(median(every), 1) if every else None,
                 tuple(sorted((kind, round(median(minutes), 1)) for kind, minutes in worked.items())))
