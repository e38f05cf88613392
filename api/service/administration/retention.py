"""What is deleted, when and how: periods for each kind, applied by themselves; people and cases for good.

A case goes with everything of it: rows by their keys, files that no other case holds, what was read from them. The
audit stays, which holds ids and hashes only.
"""
from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.orm import Session as Db

from api.errors import Failure
from api.service.access import Action, demand
from api.service.accounts.accounts import REGISTRATION
from api.service.administration.auditing import ERASED
from api.service.administration.stored_settings import Kept, RetentionSettings
from api.service.cases.events import Events
from api.service.cases.files import CaseFiles
from api.service.context import Context, now, record, record_system
from api.service.records import Actor, Role
from api.store.models import (
    Attempt,
    Case,
    Conversation,
    Dispatch,
    File,
    Identity,
    Invitation,
    Job,
    Notice,
    NoticeChoice,
    Reset,
    Session,
    Submission,
    Token,
    User,
)
from api.store.rows import INSTALLATION

log = logging.getLogger(__name__)

EVERY = 3600.0          # seconds between two rounds
AT_ONCE = 50            # cases in one transaction
ENDED = timedelta(days=30)   # how long sessions and invitations that ended are kept
UNFINISHED = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Applied:
    """How much was deleted (or would be)."""

    cases: int = 0
    conversations: int = 0
    traces: int = 0      # sessions, invitations and failed sign-ins that ended long ago


@dataclass
class Retention:
    context: Context
    kept: Kept
    files: CaseFiles
    events: Events
    _stop: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Apply the periods now and every hour, in the background."""
        threading.Thread(target=self._rounds, name="retention", daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def preview(self, actor: Actor) -> Applied:
        """What the periods in force would delete now."""
        self._allowed(actor)
        with self.context.database.reading(INSTALLATION) as session:
            return Applied(session.scalar(select(func.count()).select_from(Case).where(self._old_cases())) or 0,
                           session.scalar(select(func.count()).select_from(Conversation)
                                          .where(self._old_conversations())) or 0)

    def apply(self, actor: Actor | None = None) -> Applied:
        """Delete what is older than its period. None: the installation itself does it."""
        if actor is not None:
            self._allowed(actor)
        cases = 0
        while True:
            with self.context.database.writing(INSTALLATION) as session:
                ids = session.scalars(select(Case.id).where(self._old_cases()).limit(AT_ONCE)).all()
                self._erase(session, ids, actor, "retention")
            for one in ids:
                self.events.wake(one)
            cases += len(ids)
            if len(ids) < AT_ONCE:
                break
        with self.context.database.writing(INSTALLATION) as session:
            ids = session.scalars(select(Conversation.id).where(self._old_conversations())).all()
            session.execute(delete(Conversation).where(Conversation.id.in_(ids)))
            for one in ids:
                _told(session, actor, "delete", "conversation", one, "retention")
            before, traces = now() - ENDED, 0
            for table, ended in ((Session, Session.expires), (Invitation, Invitation.expires), (Reset, Reset.expires),
                                 (Attempt, Attempt.at)):
                traces += session.execute(delete(table).where(ended < before)).rowcount  # type: ignore[attr-defined]
        self.files.sweep()
        return Applied(cases, len(ids), traces)

    def delete_case(self, actor: Actor, receipt: str, reason: str) -> None:
        """What was handed in, by its receipt: administrators see no cases. Failure "reason_missing", "not_found"."""
        self._allowed(actor)
        if not reason.strip():
            raise Failure("reason_missing")
        with self.context.database.writing(INSTALLATION) as session:
            case_id = session.scalar(select(Submission.case_id).join(Case, Case.id == Submission.case_id).where(
                Submission.receipt == receipt.strip().upper(), Case.handed_in.is_not(None)))
            if case_id is None:
                raise Failure("not_found")
            self._erase(session, [case_id], actor, reason.strip())
        self.events.wake(case_id)
        self.files.sweep()

    def erase_user(self, actor: Actor, user_id: str, reason: str = "") -> None:
        """A person with their cases, conversations and credentials; what they decided stays, under no name. So do the
        paper applications that they handed in for others.

        Failure "not_found", "last_administrator", "forbidden" for oneself.
        """
        self._allowed(actor)
        if user_id == actor.id:
            raise Failure("forbidden")
        database = self.context.database
        with database.writing(INSTALLATION) as session:
            database.alone(session, REGISTRATION)
            user = session.get(User, user_id)
            if user is None:
                raise Failure("not_found")
            cases = session.scalars(select(Case.id).where(Case.owner_id == user_id, or_(
                Case.paper_number.is_(None), Case.handed_in.is_(None)))).all()
            self._erase(session, cases, actor, "user erased")
            session.execute(delete(Invitation).where(Invitation.email == user.email))
            for table in (Conversation, Session, Token, Reset, Identity, Notice, NoticeChoice, Dispatch):
                session.execute(delete(table).where(table.user_id == user_id))
            user.email, user.name, user.password_hash = f"{user_id}{ERASED}", "", ""
            user.role, user.active = Role.APPLICANT, False
            session.flush()
            if session.scalar(select(User.id).where(User.role == Role.ADMINISTRATOR, User.active).limit(1)) is None:
                raise Failure("last_administrator")
            record(session, actor, "erase", "user", user_id, reason=reason.strip(), cases=len(cases))
        for one in cases:
            self.events.wake(one)
        self.files.sweep()

    # --------------------------------------------------------------------------------------------------------------

    def _erase(self, session: Db, ids: Sequence[str], actor: Actor | None, reason: str) -> None:
        self.files.doom(session, session.scalars(select(File.sha256).where(File.case_id.in_(ids))))
        session.execute(delete(Case).where(Case.id.in_(ids)))
        for one in ids:
            _told(session, actor, "delete", "case", one, reason)

    def _old_cases(self) -> ColumnElement[bool]:
        """Not changed for longer than their period, and nothing under way."""
        periods, busy = self.kept.get(RetentionSettings), select(Job.case_id).where(Job.state.in_(UNFINISHED))
        old = [and_(Case.demo.is_(demo), Case.updated < now() - timedelta(days=days))
               for demo, days in ((False, periods.cases), (True, periods.demos or periods.cases)) if days]
        none: ColumnElement[bool] = Case.id.is_(None)
        found = none
        for one in old:
            found = found | one
        return and_(found, Case.id.not_in(busy))

    def _old_conversations(self) -> ColumnElement[bool]:
        days = self.kept.get(RetentionSettings).conversations
        return Conversation.updated < now() - timedelta(days=days) if days else Conversation.id.is_(None)

    def _rounds(self) -> None:
        while not self._stop.is_set():
            try:
                done = self.apply()
                if done != Applied():
                    log.info("retention: %d cases, %d conversations deleted", done.cases, done.conversations)
            except Exception as error:  # noqa: BLE001 - the database may be away for a while
                log.warning("retention could not be applied (%s); trying again", type(error).__name__)
            self._stop.wait(EVERY)

    @staticmethod
    def _allowed(actor: Actor) -> None:
        demand(actor, Action.ADMINISTER)


def _told(session: Db, actor: Actor | None, action: str, kind: str, object_id: str, reason: str) -> None:
    if actor is None:
        record_system(session, action, kind, object_id, reason=reason)
    else:
        record(session, actor, action, kind, object_id, reason=reason)
