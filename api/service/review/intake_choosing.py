"""Which round a case is handed in to: the one that is open for its type, or a clear word why there is none."""
from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.policies.version_records import State
from api.service.review.intake_records import IntakeState
from api.store.models import Intake, PolicyVersion


def row_of(session: Session, intake_id: str, *, change: bool = False) -> Intake:
    """Failure "not_found"."""
    row = session.get(Intake, intake_id, with_for_update=True if change else None)
    if row is None:
        raise Failure("not_found")
    return row


def state_of(row: Intake, version_state: str | None, day: date) -> IntakeState:
    """`version_state` is that of its version of the policy, None for the one that came with the installation."""
    if row.ended is not None or row.closes < day:
        return IntakeState.CLOSED
    if version_state == State.WITHDRAWN:
        return IntakeState.SUSPENDED
    if row.opens > day or version_state in {State.DRAFT, State.PROPOSED}:
        return IntakeState.PLANNED
    return IntakeState.OPEN


def with_states(session: Session, rows: Sequence[Intake], day: date) -> list[tuple[Intake, IntakeState]]:
    ids = {row.version_id for row in rows if row.version_id}
    states = {found.id: found.state for found in session.execute(
        select(PolicyVersion.id, PolicyVersion.state).where(PolicyVersion.id.in_(ids)))} if ids else {}
    return [(row, state_of(row, states.get(row.version_id) if row.version_id else None, day)) for row in rows]


def of_type(session: Session, base_type: str, day: date) -> list[tuple[Intake, IntakeState]]:
    """Every round for the type, those that close last first."""
    rows = session.scalars(select(Intake).where(Intake.base_type == base_type)
                           .order_by(Intake.closes.desc(), Intake.id)).all()
    return with_states(session, rows, day)


def chosen(session: Session, base_type: str, wanted: str, at: datetime, office: tzinfo) -> str | None:
    """The round that a case is handed in to, by the office's clock; None where it runs none for its type.

    Failure "intake_needed" where several are open and none is named; "intake_closed", "intake_planned", "intake_waits"
    or "intake_suspended" where none is.
    """
    day = at.astimezone(office).date()
    known = of_type(session, base_type, day)
    opened = [row for row, state in known if state is IntakeState.OPEN]
    if wanted:
        known = [(row, state) for row, state in known if row.id == wanted]
        opened = [row for row in opened if row.id == wanted]
        if not known:
            raise Failure("not_found")
    if len(opened) == 1:
        return opened[0].id
    if opened:
        raise Failure("intake_needed", choices="、".join(row.title for row in opened))
    if not known:
        return None
    order = (IntakeState.SUSPENDED, IntakeState.PLANNED, IntakeState.CLOSED)
    row, state = min(known, key=lambda one: order.index(one[1]))
    last = min(row.closes, row.ended.astimezone(office).date()) if row.ended else row.closes
    waits = state is IntakeState.PLANNED and row.opens <= day       # for its version of the policy
    raise Failure("intake_waits" if waits else f"intake_{state}", name=row.title, first=row.opens.isoformat(),
                  last=last.isoformat())
