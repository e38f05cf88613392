"""The worklist: every case that was handed in, filtered, sorted, searched, part by part."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from api.errors import Failure
from api.service import paging
from api.service.access import Action, demand, scope
from api.service.context import Context, new_id
from api.service.policies.policies import Policies
from api.service.records import Actor, JobState, Page, Role
from api.service.review_records import Filter, Person, SavedViewLine, Sort, Status, WorkLine
from api.service.views import outdated
from api.store.models import Assessment, Case, Check, Job, Review, SavedView, Standing, User
from assistant.correcting.corrections import Checked
from ingestion.domain import Overall

NEVER = date(9999, 12, 31)    # the deadline of a case without one
LONGEST = 200
MOST_VIEWS = 50
TENTHS, LAST = 10, 100       # of what lacks of a bar, in percent
CHANGED = "changed"         # every way that a fact was looked at but confirmed
ENDED = frozenset({Status.DONE, Status.RETURNED})
UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class Worklist:
    context: Context
    policies: Policies

    def list(self, actor: Actor, wanted: Filter, *, after: str | None = None, limit: int = 50) -> Page[WorkLine]:
        """Those that match, in the order asked for; equal ones by id. `total` counts them all."""
        limit = paging.size(limit)
        digest = self.policies.digest  # before the session: it looks for a newer version in one of its own
        conditions = _conditions(actor, wanted, digest)
        query: Any = select(Review, Case).join(Case, Case.id == Review.case_id).where(*conditions)
        query = _ordered(query, wanted.sort, after).limit(limit + 1)
        with self.context.database.reading(scope(actor)) as session:
            rows: Sequence[Any] = session.execute(query).all()
            total: int | None = session.scalar(_counted(wanted, conditions))
            lines = _lines(session, rows[:limit], digest)
        more = paging.cursor(*_place(wanted.sort, *rows[limit - 1])) if len(rows) > limit else None
        return Page(lines, more, total)

    def chosen(self, actor: Actor, case_ids: Sequence[str]) -> tuple[WorkLine, ...]:
        """Those of the cases that are in the worklist, the longest waiting first."""
        demand(actor, Action.READ_REVIEWS)
        query: Any = select(Review, Case).join(Case, Case.id == Review.case_id).where(Review.case_id.in_(case_ids))
        digest = self.policies.digest
        with self.context.database.reading(scope(actor)) as session:
            return _lines(session, session.execute(query.order_by(Review.received, Review.case_id)).all(), digest)

    def reviewers(self, actor: Actor) -> tuple[Person, ...]:
        """Those whom a case can be given to."""
        demand(actor, Action.READ_REVIEWS)
        with self.context.database.reading() as session:
            rows = session.scalars(select(User).where(User.role == Role.REVIEWER, User.active.is_(True))
                                   .order_by(User.name, User.id))
            return tuple(Person(row.id, row.name or row.email) for row in rows)

    def views(self, actor: Actor) -> tuple[SavedViewLine, ...]:
        """The actor's own filters under their names."""
        demand(actor, Action.READ_REVIEWS)
        with self.context.database.reading(scope(actor)) as session:
            rows = session.scalars(select(SavedView).where(SavedView.user_id == actor.id).order_by(SavedView.name))
            return tuple(SavedViewLine(row.id, row.name, row.query) for row in rows)

    def save_view(self, actor: Actor, name: str, query: str) -> SavedViewLine:
        """Under a name that is there already: in its place. Failure "too_many_views"."""
        demand(actor, Action.READ_REVIEWS)
        name = name.strip()[:100] or query[:100]
        with self.context.database.writing(scope(actor)) as session:
            row = session.scalar(select(SavedView).where(SavedView.user_id == actor.id, SavedView.name == name))
            if row is None:
                if (session.scalar(select(func.count()).select_from(SavedView).where(
                        SavedView.user_id == actor.id)) or 0) >= MOST_VIEWS:
                    raise Failure("too_many_views", most=MOST_VIEWS)
                row = SavedView(id=new_id(), user_id=actor.id, name=name, query="")
                session.add(row)
            row.query = query[:500]
            session.flush()
            return SavedViewLine(row.id, row.name, row.query)

    def delete_view(self, actor: Actor, view_id: str) -> None:
        demand(actor, Action.READ_REVIEWS)
        with self.context.database.writing(scope(actor)) as session:
            found = session.scalar(select(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.id))
            if found is None:
                raise Failure("not_found")
            session.execute(delete(SavedView).where(SavedView.id == view_id))


def people(session: Session, ids: Iterable[str]) -> Mapping[str, Person]:
    """Names of users, by id."""
    rows = session.execute(select(User.id, User.name, User.email).where(User.id.in_([one for one in ids if one])))
    return {row.id: Person(row.id, row.name or row.email) for row in rows}


def today() -> date:
    return datetime.now(UTC).date()


# ----------------------------------------------------------------------------------------------------------------------

def _lines(session: Session, rows: Sequence[Any], digest: str) -> tuple[WorkLine, ...]:
    names = people(session, {review.assignee_id or "" for review, _ in rows})
    latest = {one.id: one for one in session.scalars(select(Assessment).where(
        Assessment.id.in_([case.latest_id for _, case in rows if case.latest_id])))}
    jobs: dict[str, str] = dict(session.execute(select(Job.case_id, Job.state).where(
        Job.case_id.in_([case.id for _, case in rows]), Job.state.in_(UNDER_WAY))).all())
    return tuple(_line(review, case, latest.get(case.latest_id or ""), names, digest, jobs.get(case.id))
                 for review, case in rows)


def _conditions(actor: Actor, wanted: Filter, digest: str) -> list[ColumnElement[bool]]:
    """A filter as conditions on rows; `digest` is of the policy in force."""
    demand(actor, Action.READ_REVIEWS)
    found: list[ColumnElement[bool]] = []
    if wanted.status:
        found.append(Review.status.in_(wanted.status.split(",")))
    if wanted.assignee == "none":
        found.append(Review.assignee_id.is_(None))
    elif wanted.assignee:
        found.append(Review.assignee_id == (actor.id if wanted.assignee == "me" else wanted.assignee))
    if wanted.base_type:
        found.append(Case.base_type == wanted.base_type)
    if wanted.outcome:
        found.append(Review.outcome == wanted.outcome)
    if wanted.overdue:
        found += [Review.due < today(), Review.status.not_in(ENDED)]
    ticked = ((wanted.duplicates, Review.duplicates > 0), (wanted.to_check, Review.to_check > 0),
              (wanted.paper, Case.paper_number.is_not(None)))
    found += [condition for tick, condition in ticked if tick]
    if wanted.intake:
        found.append(Review.intake_id.is_(None) if wanted.intake == "none" else Review.intake_id == wanted.intake)
    if wanted.outdated:
        newest = aliased(Assessment)
        found += [Review.status != Status.DONE, exists().where(
            newest.id == Case.latest_id, newest.policy_digest != digest).correlate(Case)]
    if wanted.criterion:
        found.append(exists().where(Standing.case_id == Review.case_id, Standing.criterion == wanted.criterion,
                                    *_standing(wanted)))
    if wanted.fact:
        found.append(exists().where(Check.case_id == Review.case_id, Check.subject == wanted.fact, *_checked(wanted)))
    if wanted.search.strip():
        text = f"%{_escaped(wanted.search.strip()[:LONGEST])}%"
        found.append(or_(Case.title.ilike(text, escape="\\"), Case.applicant.ilike(text, escape="\\"),
                         Case.paper_number.ilike(text, escape="\\")))
    return found


def _standing(wanted: Filter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Standing.outcome == wanted.result] if wanted.result else []
    if wanted.missing is not None:
        first = wanted.missing * TENTHS
        found.append(Standing.missing.between(first, LAST if wanted.missing == TENTHS - 1 else first + TENTHS - 1))
    return found


def _checked(wanted: Filter) -> list[ColumnElement[bool]]:
    if wanted.checked == CHANGED:
        return [Check.state != Checked.CONFIRMED]
    return [Check.state == wanted.checked] if wanted.checked else []


def _counted(wanted: Filter, conditions: Iterable[ColumnElement[bool]]) -> Select[Any]:
    """Without the cases where nothing of them is asked for."""
    query = select(func.count()).select_from(Review)
    if wanted.base_type or wanted.search.strip() or wanted.outdated or wanted.paper:
        query = query.join(Case, Case.id == Review.case_id)
    return query.where(*conditions)


_COLUMNS: dict[Sort, tuple[Any, bool]] = {   # what is sorted by, and whether the largest comes first
    Sort.RECEIVED: (Review.received, False), Sort.NEWEST: (Review.received, True), Sort.DUE: (Review.due, False),
    Sort.CHANGED: (Review.changed, True), Sort.APPLICANT: (Case.applicant, False)}


def _ordered(query: Any, sort: Sort, after: str | None) -> Any:
    column, down = _COLUMNS[sort]
    if after:
        first, case_id = paging.pair(after)
        value: Any = first if sort is Sort.APPLICANT else \
            paging.day(first) if sort is Sort.DUE else paging.moment(first)
        place = tuple_(column, Review.case_id)
        query = query.where(place < tuple_(value, case_id) if down else place > tuple_(value, case_id))
    return query.order_by(column.desc() if down else column, Review.case_id.desc() if down else Review.case_id)


def _place(sort: Sort, review: Review, case: Case) -> tuple[str | datetime, str]:
    match sort:
        case Sort.APPLICANT:
            return case.applicant, review.case_id
        case Sort.DUE:
            return review.due.isoformat(), review.case_id
        case Sort.CHANGED:
            return review.changed, review.case_id
        case _:
            return review.received, review.case_id


def _line(review: Review, case: Case, latest: Assessment | None, names: Mapping[str, Person], digest: str,
          job: str | None) -> WorkLine:
    return WorkLine(case.id, case.title, case.applicant, case.base_type, case.application_date, Status(review.status),
                    review.round, names.get(review.assignee_id or ""), review.due if review.due != NEVER else None,
                    review.received, review.changed, Overall(review.outcome), review.unchecked, review.conflicts,
                    review.duplicates, latest.policy_version if latest else "", outdated(latest, review, digest),
                    JobState(job) if job else None, review.to_check, case.paper_number)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
