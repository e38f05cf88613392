"""What proves who somebody is after they signed in: sessions, kept in the database, and API tokens.

A cookie carries a signed secret, a token is shown once; of both only digests are kept. Ending one works at once.
"""
from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Collection
from datetime import timedelta

from itsdangerous import BadSignature, Signer
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session as Db

from api.errors import Failure
from api.service.access import scopes_of
from api.service.context import Context, new_id, now, record
from api.service.records import Actor, NewToken, Role, SessionView, SignedIn, TokenScope, TokenView
from api.store.models import Session, Token, User

log = logging.getLogger(__name__)

SESSION, VISITOR = "guohe_session", "guohe_visitor"   # cookies
TOKEN_PREFIX = "guohe_"  # noqa: S105 - how a token begins, so that scanners know it
TOUCH_EVERY = timedelta(minutes=5)
LONGEST_SESSION = timedelta(days=30)
MOST_TOKENS = 20
LONGEST_TOKEN, USUAL_TOKEN = 366, 90   # days
USUAL_SCOPES = (TokenScope.READ, TokenScope.WRITE)
TOLD_FOR, WORTH_TELLING = timedelta(minutes=15), 3   # of a session's beginning; wrong passwords before it


def secret() -> str:
    return secrets.token_urlsafe(32)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Credentials:
    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._signer = Signer(context.settings.secret, salt="session", digest_method=hashlib.sha256)
        self._csrf = Signer(context.settings.secret, salt="csrf", digest_method=hashlib.sha256)
        self._lasts = timedelta(hours=context.settings.session_hours)

    def by_cookie(self, cookie: str) -> Actor | None:
        """The person of a session cookie; None where it is forged, ended or expired."""
        try:
            known = self._signer.unsign(cookie).decode()
        except (BadSignature, UnicodeError):
            return None
        with self._database.reading() as session:
            row = session.execute(select(Session, User).join(User, User.id == Session.user_id).where(
                Session.digest == digest(known), Session.expires > now(), User.active)).first()
        if row is None:
            return None
        found, user = row
        if now() - found.last_seen > TOUCH_EVERY:
            self._touch(Session, found.id)
        told = found.failed if now() - found.created < TOLD_FOR and found.failed >= WORTH_TELLING else 0
        return _actor(user, session_id=found.id, failed=told)

    def by_token(self, secret: str) -> Actor | None:
        with self._database.reading() as session:
            row = session.execute(select(Token, User).join(User, User.id == Token.user_id).where(
                Token.digest == digest(secret), Token.expires > now(), User.active)).first()
        if row is None:
            return None
        token, user = row
        if token.last_used is None or now() - token.last_used > TOUCH_EVERY:
            self._touch(Token, token.id)
        return _actor(user, token_id=token.id, scopes=_scopes(token))

    def csrf_token(self, cookie: str) -> str:
        """What forms and fetches of the holder of `cookie` (a session's, or a visitor's own) must bring along."""
        return self._csrf.get_signature(cookie).decode()

    def csrf_valid(self, cookie: str, token: str) -> bool:
        return self._csrf.verify_signature(cookie, token.encode("ascii", "replace"))

    def sign_out(self, actor: Actor) -> None:
        with self._database.writing() as session:
            session.execute(delete(Session).where(Session.id == actor.session_id))
            record(session, actor, "sign_out", "user", actor.id)

    def sessions(self, actor: Actor) -> tuple[SessionView, ...]:
        """One's own that still last, the most recent first."""
        with self._database.reading() as session:
            found = session.scalars(select(Session).where(Session.user_id == actor.id, Session.expires > now())
                                    .order_by(Session.last_seen.desc()).limit(100)).all()
        return tuple(SessionView(one.id, one.created, one.last_seen, one.expires, one.agent,
                                 one.id == actor.session_id, one.failed) for one in found)

    def revoke_session(self, actor: Actor, session_id: str) -> None:
        self._revoke(actor, Session, session_id, "session")

    def tokens(self, actor: Actor) -> tuple[TokenView, ...]:
        with self._database.reading() as session:
            found = session.scalars(select(Token).where(Token.user_id == actor.id).order_by(Token.created)).all()
        return tuple(_token(one) for one in found)

    def create_token(self, actor: Actor, name: str, scopes: Collection[TokenScope] = USUAL_SCOPES,
                     days: int = USUAL_TOKEN) -> NewToken:
        """Only in a session: a token cannot make others. Failure "too_many_tokens", "scope_invalid"."""
        self._only_person(actor)
        if not scopes or not set(scopes) <= set(scopes_of(actor.role)) or not 1 <= days <= LONGEST_TOKEN:
            raise Failure("scope_invalid", most=LONGEST_TOKEN)
        known = TOKEN_PREFIX + secret()
        made = Token(id=new_id(), digest=digest(known), user_id=actor.id, name=name.strip()[:100] or "token",
                     prefix=known[:len(TOKEN_PREFIX) + 4], created=now(), last_used=None,
                     scopes=" ".join(one for one in TokenScope if one in scopes), expires=now() + timedelta(days=days))
        with self._database.writing() as session:
            if len(session.scalars(select(Token.id).where(Token.user_id == actor.id)).all()) >= MOST_TOKENS:
                raise Failure("too_many_tokens", most=MOST_TOKENS)
            session.add(made)
            record(session, actor, "create_token", "token", made.id, scopes=made.scopes.split(), days=days)
        return NewToken(known, _token(made))

    def revoke_token(self, actor: Actor, token_id: str) -> None:
        self._revoke(actor, Token, token_id, "token")

    def _revoke(self, actor: Actor, table: type[Session | Token], one_id: str, kind: str) -> None:
        """Ends one of one's own."""
        with self._database.writing() as session:
            found = session.scalar(select(table).where(table.id == one_id, table.user_id == actor.id))
            if found is None:
                raise Failure("not_found")
            session.delete(found)
            record(session, actor, f"revoke_{kind}", kind, one_id)

    def _begin(self, session: Db, user: User, agent: str, failed: int = 0) -> SignedIn:
        """A new session, within the transaction of whatever gives the right to one."""
        known = secret()
        made = Session(id=new_id(), digest=digest(known), user_id=user.id, agent=_printable(agent)[:200],
                       created=now(), last_seen=now(), expires=now() + self._lasts, failed=failed)
        session.add(made)
        session.execute(delete(Session).where(Session.user_id == user.id, Session.expires < now()))
        return SignedIn(_actor(user, session_id=made.id), self._signer.sign(known).decode(), made.expires)

    def _touch(self, table: type[Session] | type[Token], one: str) -> None:
        """Note that it was used; where nothing can be written, reading goes on."""
        try:
            with self._database.writing() as session:
                found = session.get(table, one)
                if isinstance(found, Session):
                    found.last_seen = now()
                    found.expires = min(now() + self._lasts, max(found.created + LONGEST_SESSION, found.expires))
                elif isinstance(found, Token):
                    found.last_used = now()
        except SQLAlchemyError as error:
            log.warning("that somebody was here could not be noted (%s)", type(error).__name__)

    @staticmethod
    def _only_person(actor: Actor) -> None:
        if not actor.session_id:
            raise Failure("session_needed")


def _actor(user: User, *, session_id: str = "", token_id: str = "", scopes: tuple[TokenScope, ...] = tuple(TokenScope),
           failed: int = 0) -> Actor:
    return Actor(user.id, user.email, user.name, Role(user.role), session_id, token_id, scopes, failed)


def _scopes(one: Token) -> tuple[TokenScope, ...]:
    return tuple(TokenScope(scope) for scope in one.scopes.split())


def _token(one: Token) -> TokenView:
    return TokenView(one.id, one.name, one.prefix, one.created, one.last_used, _scopes(one), one.expires,
                     one.expires <= now())


def _printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
