"""People: registration, signing in, sessions, API tokens, invitations, roles."""
from __future__ import annotations

from api.service.records import (
    Actor,
    InvitationView,
    NewToken,
    Page,
    Role,
    SessionView,
    SignedIn,
    TokenView,
    UserView,
)


class Accounts:
    def empty(self) -> bool:
        """Whether nobody has registered yet: the first becomes administrator."""
        raise NotImplementedError

    def register(self, email: str, name: str, password: str, *, invitation: str = "", agent: str = "") -> SignedIn:
        """Failure "registration_closed", "email_taken", "password_weak", "email_invalid", "invitation_invalid"."""
        raise NotImplementedError

    def sign_in(self, email: str, password: str, *, agent: str = "", address: str = "") -> SignedIn:
        """Failure "wrong_credentials" (one for all reasons) or "too_many_attempts" with `retry_after` seconds."""
        raise NotImplementedError

    def sign_out(self, actor: Actor) -> None:
        raise NotImplementedError

    def by_cookie(self, cookie: str) -> Actor | None:
        """The person of a session cookie; None where it is forged, ended or expired."""
        raise NotImplementedError

    def by_token(self, secret: str) -> Actor | None:
        raise NotImplementedError

    def sessions(self, actor: Actor) -> tuple[SessionView, ...]:
        raise NotImplementedError

    def revoke_session(self, actor: Actor, session_id: str) -> None:
        raise NotImplementedError

    def change_password(self, actor: Actor, old: str, new: str) -> None:
        """Ends every other session."""
        raise NotImplementedError

    def tokens(self, actor: Actor) -> tuple[TokenView, ...]:
        raise NotImplementedError

    def create_token(self, actor: Actor, name: str) -> NewToken:
        raise NotImplementedError

    def revoke_token(self, actor: Actor, token_id: str) -> None:
        raise NotImplementedError

    def invite(self, actor: Actor, email: str = "", role: Role = Role.APPLICANT) -> InvitationView:
        raise NotImplementedError

    def invitation(self, secret: str) -> InvitationView:
        """One that can still be used. Failure "invitation_invalid"."""
        raise NotImplementedError

    def users(self, actor: Actor, *, after: str | None = None, limit: int = 50) -> Page[UserView]:
        raise NotImplementedError

    def set_role(self, actor: Actor, user_id: str, role: Role) -> UserView:
        raise NotImplementedError

    def set_active(self, actor: Actor, user_id: str, active: bool) -> UserView:
        raise NotImplementedError
