"""Rounds: made, changed and closed by reviewers; offered to applicants while they can hand in."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service import paging
from api.service.access import Action, demand, scope
from api.service.administration.stored_settings import Kept
from api.service.context import Context, new_id, now, record
from api.service.policies.policies import Policies
from api.service.policies.version_records import State
from api.service.records import Actor, Page
from api.service.review import intake_choosing as choosing
from api.service.review.intake_records import IntakeLine, IntakeState, NewIntake, OfferedIntake
from api.store.models import Intake, PolicyVersion, Review

LONGEST_TITLE, LONGEST_NOTE, MOST_QUOTA = 200, 2_000, 100_000


@dataclass(frozen=True)
class Intakes:
    context: Context
    policies: Policies
    kept: Kept

    def list(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[IntakeLine]:
        """Those that opened last first."""
        demand(actor, Action.READ_REVIEWS)
        limit = paging.size(limit)
        query = select(Intake).order_by(Intake.opens.desc(), Intake.id.desc())
        if after:
            first, intake_id = paging.pair(after)
            query = query.where(tuple_(Intake.opens, Intake.id) < tuple_(paging.day(first), intake_id))
        with self.context.database.reading(scope(actor)) as session:
            rows = session.scalars(query.limit(limit + 1)).all()
            lines = _lines(session, rows[:limit], self.kept.today())
            total = session.scalar(select(func.count()).select_from(Intake))
        more = paging.cursor(rows[limit - 1].opens.isoformat(), rows[limit - 1].id) if len(rows) > limit else None
        return Page(lines, more, total)

    def get(self, actor: Actor, intake_id: str) -> IntakeLine:
        """Failure "not_found"."""
        demand(actor, Action.READ_REVIEWS)
        with self.context.database.reading(scope(actor)) as session:
            return _lines(session, [choosing.row_of(session, intake_id)], self.kept.today())[0]

    def offered(self, base_type: str = "") -> tuple[OfferedIntake, ...]:
        """Those that are open or to come, for whoever has signed in; with `base_type` of that type alone."""
        day = self.kept.today()
        query = select(Intake).where(Intake.closes >= day, Intake.ended.is_(None))
        if base_type:
            query = query.where(Intake.base_type == base_type)
        with self.context.database.reading() as session:
            rows = session.scalars(query.order_by(Intake.closes, Intake.id)).all()
            return _offered(session, rows, day)

    def refusal(self, base_type: str) -> Failure | None:
        """Why nothing of a type can be handed in now, before anybody tries; None where it can."""
        with self.context.database.reading() as session:
            try:
                choosing.chosen(session, base_type, "", now(), self.kept.office)
            except Failure as failure:
                return failure if failure.code != "intake_needed" else None
        return None

    def titles(self, ids: Sequence[str]) -> Mapping[str, str]:
        with self.context.database.reading() as session:
            return {row.id: row.title for row in session.execute(
                select(Intake.id, Intake.title).where(Intake.id.in_([one for one in ids if one])))}

    def of_case(self, actor: Actor, case_id: str) -> OfferedIntake | None:
        """The round that a case was handed in to, for whoever sees the case."""
        day = self.kept.today()
        with self.context.database.reading(scope(actor)) as session:
            row = session.scalar(select(Intake).join(Review, Review.intake_id == Intake.id)
                                 .where(Review.case_id == case_id))
            return _offered(session, [row], day)[0] if row is not None else None

    def versions(self, actor: Actor) -> tuple[tuple[str, str, State], ...]:
        """The versions of the policy that a round can be for, the newest first: id, version, state."""
        demand(actor, Action.READ_REVIEWS)
        with self.context.database.reading() as session:
            return tuple((row.id, row.version, State(row.state)) for row in session.execute(
                select(PolicyVersion.id, PolicyVersion.version, PolicyVersion.state)
                .where(PolicyVersion.state != State.WITHDRAWN).order_by(PolicyVersion.created.desc()).limit(50)))

    def create(self, actor: Actor, new: NewIntake) -> IntakeLine:
        """Failure "intake_invalid", "unknown_base_type"."""
        demand(actor, Action.RUN_INTAKES)
        at = now()
        with self.context.database.writing(scope(actor)) as session:
            values = self._values(session, new)
            row = Intake(id=new_id(), created=at, created_by=actor.id, changed=at, changed_by=actor.id, ended=None,
                         **values)
            session.add(row)
            record(session, actor, "open_intake", "intake", row.id, after=_told(row))
            session.flush()
            return _lines(session, [row], self.kept.today())[0]

    def change(self, actor: Actor, intake_id: str, new: NewIntake, seen: datetime) -> IntakeLine:
        """Failure "intake_changed" where it was changed after `seen`; "intake_has_cases" for another type."""
        demand(actor, Action.RUN_INTAKES)
        with self.context.database.writing(scope(actor)) as session:
            row = choosing.row_of(session, intake_id, change=True)
            if row.changed != seen:
                raise Failure("intake_changed")
            values, before = self._values(session, new), _told(row)
            if values["base_type"] != row.base_type and _counts(session, [row.id]):
                raise Failure("intake_has_cases")
            for name, value in values.items():
                setattr(row, name, value)
            row.changed, row.changed_by = now(), actor.id
            record(session, actor, "change_intake", "intake", row.id, before=before, after=_told(row))
            session.flush()
            return _lines(session, [row], self.kept.today())[0]

    def end(self, actor: Actor, intake_id: str, reason: str = "") -> IntakeLine:
        """Close it now. Failure "intake_over"."""
        demand(actor, Action.RUN_INTAKES)
        with self.context.database.writing(scope(actor)) as session:
            row = choosing.row_of(session, intake_id, change=True)
            if row.ended is not None or row.closes < self.kept.today():
                raise Failure("intake_over")
            row.ended = row.changed = now()
            row.changed_by = actor.id
            record(session, actor, "end_intake", "intake", row.id, reason=reason)
            session.flush()
            return _lines(session, [row], self.kept.today())[0]

    def reopen(self, actor: Actor, intake_id: str) -> IntakeLine:
        """Take back that it was closed early. Failure "intake_over" after its last day, "intake_goes_on" where nobody
        closed it.
        """
        demand(actor, Action.RUN_INTAKES)
        with self.context.database.writing(scope(actor)) as session:
            row = choosing.row_of(session, intake_id, change=True)
            if row.closes < self.kept.today():
                raise Failure("intake_over")
            if row.ended is None:
                raise Failure("intake_goes_on")
            row.ended, row.changed, row.changed_by = None, now(), actor.id
            record(session, actor, "reopen_intake", "intake", row.id)
            session.flush()
            return _lines(session, [row], self.kept.today())[0]

    def delete(self, actor: Actor, intake_id: str) -> None:
        """One that nothing was handed in to. Failure "intake_has_cases"."""
        demand(actor, Action.RUN_INTAKES)
        with self.context.database.writing(scope(actor)) as session:
            row = choosing.row_of(session, intake_id, change=True)
            if _counts(session, [row.id]):
                raise Failure("intake_has_cases")
            record(session, actor, "delete_intake", "intake", row.id, before=_told(row))
            session.delete(row)

    def _values(self, session: Session, new: NewIntake) -> dict[str, Any]:
        """What a round is made of, checked."""
        title = new.title.strip()[:LONGEST_TITLE]
        wrong = "title" if not title else "closes" if new.closes < new.opens else \
            "quota" if new.quota is not None and not 0 < new.quota <= MOST_QUOTA else ""
        if wrong:
            raise Failure("intake_invalid", name=wrong)
        found = self._version(session, new.version_id)
        digest, version = (found.digest, found.version) if found else (
            self.policies.digest, self.policies.current.version)
        known = {one.id for one in self.policies.current.base_types}
        if new.base_type not in known:
            raise Failure("unknown_base_type", base_type=new.base_type, choices="、".join(sorted(known)))
        return {"title": title, "base_type": new.base_type, "opens": new.opens, "closes": new.closes,
                "version_id": found.id if found else None, "policy_digest": digest, "policy_version": version,
                "quota": new.quota, "note": new.note.strip()[:LONGEST_NOTE]}

    def _version(self, session: Session, version_id: str) -> PolicyVersion | None:
        """The version that is named, or the one in force; None for the policy that came with the installation."""
        if version_id:
            found = session.get(PolicyVersion, version_id)
            if found is None or found.state == State.WITHDRAWN:
                raise Failure("intake_invalid", name="version")
            return found
        return session.scalar(select(PolicyVersion).where(
            PolicyVersion.digest == self.policies.digest, PolicyVersion.state == State.PUBLISHED).limit(1))


def _counts(session: Session, ids: Sequence[str]) -> Mapping[str, int]:
    return dict(session.execute(select(Review.intake_id, func.count()).where(Review.intake_id.in_(ids))
                                .group_by(Review.intake_id)).all())  # type: ignore[arg-type]


def _lines(session: Session, rows: Sequence[Intake], day: date) -> tuple[IntakeLine, ...]:
    counts = _counts(session, [row.id for row in rows])
    return tuple(IntakeLine(row.id, row.title, row.base_type, row.version_id or "", row.policy_digest,
                            row.policy_version, row.opens, row.closes, row.quota, row.note, state, row.ended,
                            row.changed, counts.get(row.id, 0), _left(row, state, day))
                 for row, state in choosing.with_states(session, rows, day))


def _offered(session: Session, rows: Sequence[Intake], day: date) -> tuple[OfferedIntake, ...]:
    return tuple(OfferedIntake(row.id, row.title, row.base_type, row.policy_version, row.opens, row.closes, row.note,
                               state, _left(row, state, day))
                 for row, state in choosing.with_states(session, rows, day))


def _left(row: Intake, state: IntakeState, day: date) -> int | None:
    return (row.closes - day).days if state is IntakeState.OPEN else None


def _told(row: Intake) -> dict[str, Any]:
    return {"opens": row.opens.isoformat(), "closes": row.closes.isoformat(), "quota": row.quota,
            "base_type": row.base_type, "version": row.policy_version}
