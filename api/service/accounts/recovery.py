"""A forgotten password: a link that is used once, by mail where mail is set up, else from an administrator's hand."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Db

from api.errors import Failure
from api.service.access import Action, demand
from api.service.accounts import passwords
from api.service.accounts.credentials import Credentials, digest, secret
from api.service.context import Context, new_id, now, record, record_system
from api.service.environment.mail import Sender
from api.service.records import Actor, SignedIn
from api.store.models import Reset, Session, Token, User

BY_MAIL, BY_HAND = timedelta(minutes=30), timedelta(hours=24)   # how long a link lasts
MOST_MAILS = 3     # links that a person may have waiting at a time: nobody fills another's box


@dataclass(frozen=True, slots=True)
class ResetView:
    """`secret` is known only when the link is made."""

    secret: str
    email: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Mail:
    subject: str
    text: str


class Recovery(Credentials):
    def __init__(self, context: Context, sender: Sender) -> None:
        super().__init__(context)
        self._sender = sender

    @property
    def by_mail(self) -> bool:
        return self._sender.ready

    def ask(self, email: str, write: Callable[[str], Mail]) -> None:
        """Mail a link to whoever has an account with a password there; the same answer where nobody has. `write` makes
        the mail of the link's secret. Failure "mail_off" where mail is not set up.
        """
        if not self._sender.ready:
            raise Failure("mail_off")
        with self._database.writing() as session:
            user = session.scalar(select(User).where(User.email == email.strip().lower()[:254]))
            if user is None or not user.active or not user.password_hash or self._waiting(session, user) >= MOST_MAILS:
                return
            made = self._made(session, user, BY_MAIL)
            record_system(session, "mail_reset", "user", user.id)
        mail = write(made.secret)
        self._sender.send(made.email, mail.subject, mail.text)

    def by_hand(self, actor: Actor, user_id: str) -> ResetView:
        """A link for an administrator to give to this person; those made before no longer work."""
        demand(actor, Action.MANAGE_USERS)
        with self._database.writing() as session:
            user = session.get(User, user_id)
            if user is None or not user.active:
                raise Failure("not_found")
            session.execute(delete(Reset).where(Reset.user_id == user.id))
            made = self._made(session, user, BY_HAND)
            record(session, actor, "make_reset", "user", user.id)
        return made

    def of(self, known: str) -> ResetView:
        """A link that can still be used. Failure "reset_invalid"."""
        with self._database.reading() as session:
            reset, user = self._found(session, known)
            return ResetView("", user.email, reset.expires)

    def set_password(self, known: str, password: str, *, agent: str = "") -> SignedIn:
        """Signs in; ends every other session, every token and every other link. Failure "reset_invalid",
        "password_weak", "password_known".
        """
        with self._database.reading() as session:
            _, user = self._found(session, known)
            personal = user.email, user.name
        passwords.check_strength(password, *personal)
        hashed = passwords.hashed(password)
        with self._database.writing() as session:
            _, user = self._found(session, known, lock=True)
            user.password_hash = hashed
            for table in (Session, Token, Reset):
                session.execute(delete(table).where(table.user_id == user.id))
            signed = self._begin(session, user, agent)
            record(session, signed.actor, "reset_password", "user", user.id)
        return signed

    @staticmethod
    def _made(session: Db, user: User, lasts: timedelta) -> ResetView:
        known = secret()
        session.add(Reset(id=new_id(), digest=digest(known), user_id=user.id, created=now(), expires=now() + lasts))
        return ResetView(known, user.email, now() + lasts)

    @staticmethod
    def _waiting(session: Db, user: User) -> int:
        return len(session.scalars(select(Reset.id).where(Reset.user_id == user.id, Reset.expires > now())).all())

    @staticmethod
    def _found(session: Db, known: str, *, lock: bool = False) -> tuple[Reset, User]:
        query = select(Reset, User).join(User, User.id == Reset.user_id).where(
            Reset.digest == digest(known), Reset.expires > now(), User.active)
        row = session.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise Failure("reset_invalid")
        return row[0], row[1]
