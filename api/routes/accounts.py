"""Signing in and out, one's sessions and API tokens."""
from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response

from api.http.admission import door
from api.http.deps import ActorDep, ServicesDep, VisitorDep, registered, signed_in
from api.http.schemas import (
    ROOT,
    Forgotten,
    NewPassword,
    PasswordReset,
    Registration,
    SignIn,
    TokenName,
    Who,
    answers,
    sent,
)
from api.pages.accounts.recovery import base_of, mail_in
from api.service.accounts import passwords
from api.service.accounts.credentials import SESSION
from api.service.records import NewToken, SessionView, SignedIn, TokenView

router = APIRouter(prefix=ROOT, tags=["accounts"])


@router.get("/session", response_model=Who, responses=answers("who"), summary="Who am I")
def who(request: Request, services: ServicesDep, visitor: VisitorDep) -> Who:
    return Who(user=visitor, csrf=request.state.csrf, first=visitor is None and services.accounts.empty(),
               open_registration=services.accounts.open_registration)


@router.post("/session", response_model=Who, summary="Sign in", openapi_extra=sent("sign_in"),
             responses=answers("who", "wrong_credentials", "too_many_attempts", "too_many_requests",
                                          "sign_in_busy"))
@door("sign_ins")
async def sign_in(request: Request, response: Response, services: ServicesDep, body: SignIn) -> Who:
    """Sets the session cookie. Scripts better use an API token."""
    return _remembered(services, response, await signed_in(request, body.email, body.password))


@router.delete("/session", status_code=204, summary="Sign out", responses=answers("", "not_signed_in", "csrf"))
def sign_out(response: Response, services: ServicesDep, actor: ActorDep) -> None:
    services.accounts.sign_out(actor)
    response.delete_cookie(SESSION, httponly=True, samesite="lax", secure=services.settings.https)


@router.post("/users", response_model=Who, status_code=201, summary="Register", openapi_extra=sent("registration"),
             responses=answers("who", "registration_closed", "email_taken", "email_invalid", "password_weak",
                               "password_known", "invitation_invalid", "too_many_requests", "sign_in_busy", status=201))
@door("registrations")
async def register(request: Request, response: Response, services: ServicesDep, body: Registration) -> Who:
    """The first to register becomes administrator. Signs in."""
    return _remembered(services, response, await registered(request, body.email, body.name, body.password,
                                                            body.invitation))


@router.post("/password", status_code=204, summary="Change one's password", openapi_extra=sent("password"),
             responses=answers("", "not_signed_in", "session_needed", "wrong_credentials", "password_weak",
                               "password_known", "too_many_attempts", "sign_in_busy", "csrf"))
async def change_password(services: ServicesDep, actor: ActorDep, body: NewPassword) -> None:
    """Ends every other session and every API token."""
    await passwords.apart(partial(services.accounts.change_password, actor, body.old, body.new))


@router.post("/password/forgotten", status_code=204, summary="Mail a link to set a forgotten password",
             openapi_extra=sent("forgotten"), responses=answers("", "mail_off", "too_many_requests"))
@door("sign_ins")
def forgotten(request: Request, services: ServicesDep, body: Forgotten) -> None:
    """The same answer whether somebody has an account with this address or not."""
    services.administration.recovery.ask(body.email, mail_in(body.language, base_of(request)))


@router.post("/password/reset", response_model=Who, summary="Set a forgotten password with a link's secret",
             openapi_extra=sent("password_reset"),
             responses=answers("who", "reset_invalid", "password_weak", "password_known", "too_many_requests",
                               "sign_in_busy"))
@door("sign_ins")
async def reset(request: Request, response: Response, services: ServicesDep, body: PasswordReset) -> Who:
    """Signs in; ends every other session and every API token. The link works once."""
    return _remembered(services, response, await passwords.apart(partial(
        services.administration.recovery.set_password, body.secret, body.new,
        agent=request.headers.get("user-agent", ""))))


@router.get("/sessions", response_model=list[SessionView], summary="One's sessions",
            responses=answers("sessions", "not_signed_in"))
def sessions(services: ServicesDep, actor: ActorDep) -> tuple[SessionView, ...]:
    return services.accounts.sessions(actor)


@router.delete("/sessions/{session_id}", status_code=204, summary="End a session",
               responses=answers("", "not_signed_in", "not_found", "csrf"))
def revoke_session(services: ServicesDep, actor: ActorDep, session_id: str) -> None:
    services.accounts.revoke_session(actor, session_id)


@router.get("/tokens", response_model=list[TokenView], summary="One's API tokens",
            responses=answers("tokens", "not_signed_in"))
def tokens(services: ServicesDep, actor: ActorDep) -> tuple[TokenView, ...]:
    return services.accounts.tokens(actor)


@router.post("/tokens", response_model=NewToken, status_code=201, summary="Make an API token",
             openapi_extra=sent("token_name"),
             responses=answers("new_token", "not_signed_in", "session_needed", "too_many_tokens", "scope_invalid",
                               "csrf", status=201))
def create_token(services: ServicesDep, actor: ActorDep, body: TokenName) -> NewToken:
    """The secret is shown this once. Send it as `Authorization: Bearer …`."""
    return services.accounts.create_token(actor, body.name, body.scopes, body.days)


@router.delete("/tokens/{token_id}", status_code=204, summary="Revoke an API token",
               responses=answers("", "not_signed_in", "not_found", "csrf"))
def revoke_token(services: ServicesDep, actor: ActorDep, token_id: str) -> None:
    services.accounts.revoke_token(actor, token_id)


def _remembered(services: ServicesDep, response: Response, signed: SignedIn) -> Who:
    response.set_cookie(SESSION, signed.cookie, expires=signed.expires, httponly=True, samesite="lax",
                        secure=services.settings.https)
    return Who(user=signed.actor, csrf=services.accounts.csrf_token(signed.cookie), first=False,
               open_registration=services.accounts.open_registration)
