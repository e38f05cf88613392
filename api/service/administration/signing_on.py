"""Single sign-on: who the provider says somebody is becomes a person here, once, and a session."""
from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Db

from api.errors import Failure
from api.service.accounts.accounts import REGISTRATION
from api.service.accounts.credentials import Credentials
from api.service.administration.provider import Provider
from api.service.context import Context, new_id, now, record
from api.service.environment.sign_on import SignOn
from api.service.records import Role, SignedIn
from api.store.models import Identity, Session, Token, User

PATIENCE = 600   # seconds between leaving for the provider and coming back


class SigningOn(Credentials):
    """`begin` leaves a signed cookie in the browser, `finish` takes it back: an answer that another browser asked for
    is refused.
    """

    def __init__(self, context: Context, settings: SignOn | None) -> None:
        super().__init__(context)
        self._chosen = settings
        self._provider = Provider(settings) if settings is not None else None
        self._sealed = URLSafeTimedSerializer(context.settings.secret, salt="sign-on")

    def begin(self, callback: str, onward: str) -> tuple[str, str]:
        """The provider's address, and the cookie to come back with. Failure "not_found" without a provider."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        address = self._known()[1].address(callback, state, nonce, verifier)
        return address, str(self._sealed.dumps([state, nonce, verifier, onward]))

    def finish(self, callback: str, cookie: str, state: str, code: str, agent: str) -> tuple[SignedIn, str]:
        """The session, and where to go on to. Failure "sign_on_failed", "sign_on_unverified", "sign_on_shut_out"."""
        settings, provider = self._known()
        try:
            expected, nonce, verifier, onward = self._sealed.loads(cookie, max_age=PATIENCE)
        except (BadSignature, ValueError) as error:
            raise Failure("sign_on_failed") from error
        if not code or not secrets.compare_digest(state.encode(), str(expected).encode()):
            raise Failure("sign_on_failed")
        claims = provider.claims(callback, code, nonce, verifier)
        with self._database.writing() as session:
            self._database.alone(session, REGISTRATION)
            user, linked = self._person(session, settings, claims)
            if not user.active:
                raise Failure("sign_on_shut_out")
            before = user.role
            user.role = self._role(session, settings, user, claims)
            session.flush()
            signed = self._begin(session, user, agent)
            if before != user.role:
                record(session, signed.actor, "change_user", "user", user.id, before={"role": before},
                       after={"role": user.role}, reason=f"claim {settings.role_claim}")
            record(session, signed.actor, "sign_on", "user", user.id, linked=linked)
        return signed, str(onward)

    def _known(self) -> tuple[SignOn, Provider]:
        if self._chosen is None or self._provider is None:
            raise Failure("not_found")
        return self._chosen, self._provider

    def _person(self, session: Db, settings: SignOn, claims: Mapping[str, Any]) -> tuple[User, bool]:
        """Known by the provider's name for them; the first time by an address that the provider has verified."""
        subject = str(claims["sub"])
        known = session.scalar(select(Identity).where(Identity.issuer == settings.issuer, Identity.subject == subject))
        if known is not None:
            known.last_used = now()
            return session.get_one(User, known.user_id), False
        email = str(claims.get("email") or "").strip().lower()
        if not email or claims.get("email_verified") is not True:
            raise Failure("sign_on_unverified")
        user = session.scalar(select(User).where(User.email == email))
        if user is None:
            first = session.scalar(select(User.id).limit(1)) is None
            user = User(id=new_id(), email=email[:254], name=str(claims.get("name") or email.partition("@")[0])[:100],
                        role=Role.ADMINISTRATOR if first else Role.APPLICANT, password_hash="", active=True,
                        created=now())
            session.add(user)
        elif user.role == Role.APPLICANT:
            # Whoever registered with an address that is not theirs must not stay in the account of its true holder.
            user.password_hash = ""
            session.execute(delete(Session).where(Session.user_id == user.id))
            session.execute(delete(Token).where(Token.user_id == user.id))
        session.flush()
        session.add(Identity(id=new_id(), issuer=settings.issuer, subject=subject[:255], user_id=user.id, created=now(),
                             last_used=now()))
        return user, True

    @staticmethod
    def _role(session: Db, settings: SignOn, user: User, claims: Mapping[str, Any]) -> str:
        """The role that the claim gives. Without a mapping or a claim it stays, and so does the last administrator."""
        found: Any = claims
        for part in settings.role_claim.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if not settings.roles or not settings.role_claim or found is None:
            return user.role
        values = {str(one) for one in found} if isinstance(found, (list, tuple)) else {str(found)}
        role = next((role for value, role in settings.roles if value in values), Role.APPLICANT)
        others = select(User.id).where(User.role == Role.ADMINISTRATOR, User.active, User.id != user.id).limit(1)
        last = user.role == Role.ADMINISTRATOR and session.scalar(others) is None
        return user.role if last else role
