"""What all services share: the settings, the stores, and the steps that several of them take."""
from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.access import Action, demand, scope, visible
from api.service.environment.settings import Settings
from api.service.records import Actor
from api.service.views import RETURNED
from api.store import chain, rows
from api.store.database import Database
from api.store.files import Files
from api.store.models import Audit, Case, Review

LONGEST_REASON = 2_000
SYSTEM = "system"   # who acts where no person does
LOCKING = frozenset({Action.CHANGE_CASE, Action.SUBMIT_CASE, Action.DELETE_CASE, Action.REVIEW_CASE})


@dataclass(frozen=True)
class Context:
    settings: Settings
    database: Database
    contents: Files


def new_id() -> str:
    return uuid.uuid4().hex


def now() -> datetime:
    return datetime.now(UTC)


def record(session: Session, actor: Actor, action: str, kind: str, object_id: str, *,
           before: Mapping[str, Any] | None = None, after: Mapping[str, Any] | None = None, reason: str = "",
           **detail: Any) -> None:
    """Say in the audit, in the same transaction as the change, who did what to which object, and why.

    Ids, roles, numbers and hashes only: what an applicant wrote must be able to go, and the audit stays. It is written
    when the transaction commits (`api.store.chain`). What was done with a token names it.
    """
    by = {"token": actor.token_id} if actor.token_id else {}
    chain.add(session, Audit(
        at=now(), actor_id=actor.id, role=str(actor.role), action=action, object_kind=kind, object_id=object_id,
        detail=chain.plain({**detail, **by}), before=chain.plain(before), after=chain.plain(after),
        reason=reason[:LONGEST_REASON]))


def record_system(session: Session, action: str, kind: str, object_id: str, *, reason: str = "", **detail: Any) -> None:
    """The same for what the installation does by itself."""
    chain.add(session, Audit(at=now(), actor_id=SYSTEM, role=SYSTEM, action=action, object_kind=kind,
                             object_id=object_id, detail=chain.plain(detail), before=chain.plain(None),
                             after=chain.plain(None), reason=reason[:LONGEST_REASON]))


def case_for(session: Session, actor: Actor, case_id: str, action: Action = Action.READ_CASE) -> Case:
    """The case, if `actor` may do this to it. One that they cannot see is not there for them.

    From here on the session is theirs: PostgreSQL shows it no other rows.
    """
    rows.enter(session, scope(actor))
    query = select(Case).where(Case.id == case_id, visible(actor))
    if action in LOCKING:
        query = query.with_for_update()  # PostgreSQL; on SQLite whoever writes is alone
    case = session.scalar(query)
    if case is None:
        raise Failure("not_found")
    demand(actor, action, case.owner_id)
    if action is Action.CHANGE_CASE and held(case, session.get(Review, case_id)):
        raise Failure("handed_in")
    if action is Action.DELETE_CASE and case.handed_in is not None:
        raise Failure("handed_in_for_good")
    return case


def partly(case: Case, actor: Actor) -> bool:
    """Whether the case has changed since it was handed in: others than its applicant see it as it was then."""
    return case.owner_id != actor.id and case.handed_in != case.revision


def held(case: Case, review: Review | None) -> bool:
    """Whether the case lies with the office, so that its applicant changes nothing of it."""
    return case.handed_in is not None and review is not None and review.status != RETURNED


def changed(case: Case) -> None:
    """The case is another than the one that was assessed."""
    case.revision += 1
    case.updated = now()
