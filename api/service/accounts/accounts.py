"""People: registration, signing in, invitations, roles. Sessions and tokens: `api.service.accounts.credentials`."""
from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as Db

from api.errors import Failure
from api.service import paging
from api.service.access import Action, demand
from api.service.accounts import passwords
from api.service.accounts.credentials import Credentials, digest, secret
from api.service.context import Context, new_id, now, record, record_system
from api.service.records import Actor, InvitationView, Page, Role, SignedIn, UserView
from api.store.models import Attempt, Invitation, Session, Token, User

EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,30}")
INVITATION_DAYS = 14
ATTEMPT_MINUTES = 15
MOST_ATTEMPTS = {"pair": 8, "address": 60}  # that fail within those minutes: for an account from an address, from one
BESIEGED, FEW = 60, 3      # that fail for an account, from wherever: then each address may try so often only
UNKNOWN = "unknown"        # stands in the audit where nobody has the account that somebody tried
SLOW_FROM, SLOWEST = 8, 4.0   # that fail for an account: from then on each one waits, at most these seconds


class Accounts(Credentials):
    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._open = context.settings.open_registration

    def empty(self) -> bool:
        """Whether nobody has registered yet: the first becomes administrator."""
        with self._database.reading() as session:
            return session.scalar(select(User.id).limit(1)) is None

    @property
    def open_registration(self) -> bool:
        """Whether anybody may register; the first one always may."""
        return self._open

    def register(self, email: str, name: str, password: str, *, invitation: str = "", agent: str = "") -> SignedIn:
        """Failure "registration_closed", "email_taken", "password_weak", "email_invalid", "invitation_invalid"."""
        email, name = _email(email), name.strip()[:100]
        passwords.check_strength(password, email, name)
        if invitation:
            self.invitation(invitation)
        elif not self._open and not self.empty():
            raise Failure("registration_closed")
        hashed = passwords.hashed(password)  # slow, so outside the transaction
        try:
            with self._database.writing() as session:
                self._database.alone(session, REGISTRATION)
                role = self._role_of_new(session, email, invitation)
                user = User(id=new_id(), email=email, name=name or email.partition("@")[0], role=role,
                            password_hash=hashed, active=True, created=now())
                session.add(user)
                session.flush()
                signed = self._begin(session, user, agent)
                record(session, signed.actor, "register", "user", user.id, invited=bool(invitation))
        except IntegrityError as error:
            raise Failure("email_taken") from error
        return signed

    def patience(self, email: str) -> float:
        """Seconds that an attempt to sign in waits first: some where many have failed for the account. Its owner is not
        shut out by others, whoever guesses is slowed down.
        """
        with self._database.reading() as session:
            failed = _failed(session, _keys(email, "")["account"])
        return min(SLOWEST, 0.25 * 2 ** min(failed - SLOW_FROM, 10)) if failed >= SLOW_FROM else 0.0

    def sign_in(self, email: str, password: str, *, agent: str = "", address: str = "") -> SignedIn:
        """Failure "wrong_credentials" (one for all reasons) or "too_many_attempts" with `retry_after` seconds."""
        keys = _keys(email, address)
        attempts = self._attempt(keys)
        with self._database.reading() as session:
            user = session.scalar(select(User).where(User.email == _plain(email)))
        known = (user.password_hash or None) if user is not None else None
        if not passwords.matches(password, known) or user is None or not user.active:
            with self._database.writing() as session:   # nothing of what was typed: it may be a password
                record_system(session, "sign_in_failed", "user", user.id if user is not None else UNKNOWN)
            raise Failure("wrong_credentials")
        with self._database.writing() as session:
            session.execute(delete(Attempt).where(Attempt.id.in_(attempts)))
            failed = session.scalar(select(func.count()).select_from(Attempt).where(
                Attempt.key == keys["account"])) or 0
            session.execute(delete(Attempt).where(Attempt.key.in_((keys["account"], keys["pair"]))))
            signed = self._begin(session, user, agent, failed)
            detail: dict[str, Any] = {"failed": failed} if failed else {}
            record(session, signed.actor, "sign_in", "user", user.id, **detail)
        return signed

    def change_password(self, actor: Actor, old: str, new: str) -> None:
        """Ends every other session and every token. Failure "wrong_credentials", "password_weak"."""
        self._only_person(actor)
        passwords.check_strength(new, actor.email, actor.name)
        attempts = self._attempt({"pair": digest(f"password {actor.id}")})
        with self._database.reading() as session:
            user = session.get_one(User, actor.id)
        if not passwords.matches(old, user.password_hash or None):
            raise Failure("wrong_credentials")
        hashed = passwords.hashed(new)
        with self._database.writing() as session:
            session.execute(delete(Attempt).where(Attempt.id.in_(attempts)))
            session.get_one(User, actor.id).password_hash = hashed
            session.execute(delete(Session).where(Session.user_id == actor.id, Session.id != actor.session_id))
            session.execute(delete(Token).where(Token.user_id == actor.id))
            record(session, actor, "change_password", "user", actor.id)

    def invite(self, actor: Actor, email: str = "", role: Role = Role.APPLICANT) -> InvitationView:
        """An invitation for one person, or for whoever has the link where `email` is empty."""
        self._only_administrator(actor)
        known = secret()
        made = Invitation(id=new_id(), digest=digest(known), email=_email(email) if email.strip() else "", role=role,
                          created_by=actor.id, created=now(), expires=now() + timedelta(days=INVITATION_DAYS),
                          used=None)
        with self._database.writing() as session:
            session.add(made)
            record(session, actor, "invite", "invitation", made.id, role=role)
        return _invitation(made, known)

    def invitation(self, secret: str) -> InvitationView:
        """One that can still be used. Failure "invitation_invalid"."""
        with self._database.reading() as session:
            found = session.scalar(select(Invitation).where(Invitation.digest == digest(secret)))
        if found is None or found.used is not None or found.expires < now():
            raise Failure("invitation_invalid")
        return _invitation(found)

    def open_invitations(self, actor: Actor, limit: int = 100) -> tuple[InvitationView, ...]:
        """Those that can still be used, the newest first, without their secrets; for administrators."""
        self._only_administrator(actor)
        with self._database.reading() as session:
            found = session.scalars(select(Invitation).where(Invitation.used.is_(None), Invitation.expires > now())
                                    .order_by(Invitation.created.desc()).limit(limit)).all()
        return tuple(_invitation(one) for one in found)

    def withdraw(self, actor: Actor, invitation_id: str) -> None:
        """An invitation is no longer one."""
        self._only_administrator(actor)
        with self._database.writing() as session:
            found = session.get(Invitation, invitation_id)
            if found is None or found.used is not None:
                raise Failure("not_found")
            session.delete(found)
            record(session, actor, "withdraw", "invitation", invitation_id)

    def users(self, actor: Actor, *, after: str | None = None, limit: int = 50, search: str = "",
              role: Role | None = None, active: bool | None = None) -> Page[UserView]:
        """The newest first; `search` in names and addresses; for administrators."""
        self._only_administrator(actor)
        limit = paging.size(limit)
        conditions: list[ColumnElement[bool]] = []
        if search.strip():
            conditions.append(or_(User.email.icontains(search.strip()[:200], autoescape=True),
                                  User.name.icontains(search.strip()[:200], autoescape=True)))
        if role is not None:
            conditions.append(User.role == role)
        if active is not None:
            conditions.append(User.active == active)
        query = select(User).where(*conditions).order_by(User.created.desc(), User.id.desc()).limit(limit + 1)
        if after:
            query = query.where(tuple_(User.created, User.id) < tuple_(*paging.at(after)))
        with self._database.reading() as session:
            found = session.scalars(query).all()
            total = session.scalar(select(func.count()).select_from(User).where(*conditions))
        more = paging.cursor(found[limit - 1].created, found[limit - 1].id) if len(found) > limit else None
        return Page(tuple(_user(one) for one in found[:limit]), more, total)

    def user(self, actor: Actor, user_id: str) -> UserView:
        self._only_administrator(actor)
        with self._database.reading() as session:
            found = session.get(User, user_id)
        if found is None:
            raise Failure("not_found")
        return _user(found)

    def change(self, actor: Actor, user_id: str, *, role: Role | None = None, active: bool | None = None,
               reason: str = "") -> UserView:
        """What is None stays. One who is not active cannot sign in; their sessions and tokens end at once.

        Failure "last_administrator" where nobody would be left to administer.
        """
        self._only_administrator(actor)
        with self._database.writing() as session:
            self._database.alone(session, REGISTRATION)
            user = session.get(User, user_id)
            if user is None:
                raise Failure("not_found")
            before = {"role": user.role, "active": user.active}
            user.role = role if role is not None else user.role
            user.active = active if active is not None else user.active
            session.flush()
            if session.scalar(select(User.id).where(User.role == Role.ADMINISTRATOR, User.active).limit(1)) is None:
                raise Failure("last_administrator")
            if not user.active:
                session.execute(delete(Session).where(Session.user_id == user.id))
                session.execute(delete(Token).where(Token.user_id == user.id))
            record(session, actor, "change_user", "user", user.id, before=before,
                   after={"role": user.role, "active": user.active}, reason=reason.strip())
            return _user(user)

    # --------------------------------------------------------------------------------------------------------------

    def _role_of_new(self, session: Db, email: str, invitation: str) -> Role:
        """The role of somebody who registers: the first is the administrator, an invitation has one, else an applicant.
        """
        if session.scalar(select(User.id).limit(1)) is None:
            return Role.ADMINISTRATOR
        if not invitation:
            if not self._open:
                raise Failure("registration_closed")
            return Role.APPLICANT
        found = session.scalar(select(Invitation).where(Invitation.digest == digest(invitation)).with_for_update())
        if found is None or found.used is not None or found.expires < now() or found.email not in {"", email}:
            raise Failure("invitation_invalid")
        found.used = now()
        return Role(found.role)

    def _attempt(self, keys: Mapping[str, str]) -> list[int]:
        """Note an attempt before its password is looked at, so that many at once are counted, too: its ids, which go
        when it succeeds. Failure "too_many_attempts".
        """
        since = now() - timedelta(minutes=ATTEMPT_MINUTES)
        with self._database.writing() as session:
            self._database.alone(session, ATTEMPTS)
            besieged = "account" in keys and _failed(session, keys["account"]) >= BESIEGED
            for kind, most in MOST_ATTEMPTS.items():
                most = min(most, FEW) if kind == "pair" and besieged else most
                times = session.scalars(select(Attempt.at).where(Attempt.key == keys.get(kind), Attempt.at > since)
                                        .order_by(Attempt.at.desc()).limit(most)).all()
                if len(times) >= most:
                    raise Failure("too_many_attempts", retry_after=int((times[-1] - since).total_seconds()) + 1)
            noted = [Attempt(key=key, at=now()) for key in keys.values()]
            session.add_all(noted)
            session.execute(delete(Attempt).where(Attempt.at < now() - timedelta(days=1)))
            session.flush()
            return [one.id for one in noted]

    @staticmethod
    def _only_administrator(actor: Actor) -> None:
        demand(actor, Action.MANAGE_USERS)


REGISTRATION, ATTEMPTS = 1, 5  # for Database.alone


def _plain(email: str) -> str:
    return email.strip().lower()[:254]


def _keys(email: str, address: str) -> dict[str, str]:
    email = _plain(email)
    return {"account": digest(f"account {email}"), "address": digest(f"address {address}"),
            "pair": digest(f"account {email} address {address}")}


def _failed(session: Db, key: str) -> int:
    since = now() - timedelta(minutes=ATTEMPT_MINUTES)
    return session.scalar(select(func.count()).select_from(Attempt).where(
        Attempt.key == key, Attempt.at > since)) or 0


def _email(text: str) -> str:
    email = text.strip().lower()
    if not EMAIL.fullmatch(email):
        raise Failure("email_invalid")
    return email


def _user(user: User) -> UserView:
    return UserView(user.id, user.email, user.name, Role(user.role), user.active, user.created)


def _invitation(one: Invitation, known: str = "") -> InvitationView:
    return InvitationView(one.id, one.email, Role(one.role), one.created, one.expires, one.used, known)
