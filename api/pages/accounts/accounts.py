"""Signing in and out, registering, and one's own account: sessions, tokens, password."""
from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.errors import Failure
from api.http.admission import door
from api.http.deps import ActorDep, ServicesDep, VisitorDep, registered, signed_in
from api.pages.accounts import sessions
from api.pages.failures import GONE
from api.pages.rendering import failure_said, page, words_of
from api.pages.routing import FormDep, PageRoute, field, inside, see
from api.service.access import scopes_of
from api.service.accounts import passwords
from api.service.accounts.credentials import LONGEST_TOKEN, USUAL_SCOPES, USUAL_TOKEN
from api.service.accounts.passwords import SHORTEST
from api.service.records import SignedIn, TokenScope

router = APIRouter(route_class=PageRoute)
Kept = Sequence[tuple[str, str]]
DAYS = (7, 30, USUAL_TOKEN, 180, LONGEST_TOKEN)


@router.get("/login")
def login_page(request: Request, visitor: VisitorDep) -> Response:
    onward = inside(request.query_params.get("next", "/"))
    if visitor is not None:
        return see(onward)
    return page(request, "login.html", next=onward, email="", kept="[]", kept_action="", lost=False, failure="",
                notice="needed" if onward != "/" else "")


@router.post("/login")
@door("sign_ins")
async def login(request: Request, form: FormDep) -> Response:
    """Signs in and goes on to where somebody was, with a form that they had not sent yet."""
    onward = inside(field(form, "next"))
    kept, action = _kept(field(form, "kept")), inside(field(form, "kept_action"), "")
    try:
        signed = await signed_in(request, field(form, "email"), str(form.get("password") or ""))
    except Failure as failure:
        return page(request, "login.html", status=failure.status, next=onward, email=field(form, "email"),
                    kept=field(form, "kept") or "[]", kept_action=action, lost=False, notice="",
                    failure=failure_said(request, failure), headers=_retry(failure))
    if kept and action:
        return _signed(request, signed, page(request, "resume.html", kept=kept, action=action, actor=signed.actor,
                                             csrf=sessions.next_token(request, signed)))
    return _signed(request, signed, see(onward))


@router.get("/register")
def register_page(request: Request, services: ServicesDep, visitor: VisitorDep) -> Response:
    if visitor is not None:
        return see("/cases")
    return _register(request, services, invitation=request.query_params.get("invitation", ""))


@router.get("/invitation/{secret}")
def invitation(request: Request, services: ServicesDep, secret: str) -> Response:
    found = services.accounts.invitation(secret)
    return _register(request, services, invitation=secret, email=found.email, role=found.role)


@router.post("/register")
@door("registrations")
async def register(request: Request, services: ServicesDep, form: FormDep) -> Response:
    typed = {name: field(form, name) for name in ("email", "name", "invitation", "next")}
    try:
        signed = await registered(request, typed["email"], typed["name"], str(form.get("password") or ""),
                                  typed["invitation"])
    except Failure as failure:
        return await run_in_threadpool(partial(_register, request, services, **typed, failure=failure))
    return _signed(request, signed, see(inside(typed["next"], "/cases")))


@router.post("/logout")
def logout(request: Request, services: ServicesDep, visitor: VisitorDep) -> Response:
    if visitor is not None:
        services.accounts.sign_out(visitor)
    answer = see("/")
    sessions.forget(request, answer)
    return answer


@router.get("/account")
def account(request: Request, services: ServicesDep, actor: ActorDep) -> Response:
    return _account(request, services, actor)


@router.post("/account/password")
async def password(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """Another password; other sessions and tokens end."""
    new, shown = str(form.get("new") or ""), partial(_account, request, services, actor)
    try:
        if new != str(form.get("again") or ""):
            return await run_in_threadpool(partial(shown, status=422, failure=words_of(request)("account.not_same")))
        await passwords.apart(partial(services.accounts.change_password, actor, str(form.get("old") or ""), new))
    except Failure as failure:
        if failure.code in GONE:
            raise
        return await run_in_threadpool(partial(shown, status=failure.status, failure=failure_said(request, failure)))
    return await run_in_threadpool(partial(shown, done=words_of(request)("account.password_changed")))


@router.post("/account/sessions/{session_id}/end")
def end_session(services: ServicesDep, actor: ActorDep, session_id: str) -> Response:
    services.accounts.revoke_session(actor, session_id)
    return see("/account")


@router.post("/account/tokens")
def create_token(request: Request, services: ServicesDep, actor: ActorDep, form: FormDep) -> Response:
    """A token for programs, whose secret is shown this once."""
    scopes, days = [one for one in TokenScope if form.get(f"scope-{one}")], field(form, "days")
    try:
        made = services.accounts.create_token(
            actor, field(form, "name") or words_of(request)("account.token_unnamed"), scopes,
            int(days) if days.isascii() and days.isdigit() else 0)
    except Failure as failure:
        if failure.code in GONE:
            raise
        return _account(request, services, actor, status=failure.status, failure=failure_said(request, failure))
    return _account(request, services, actor, secret=made.secret)


@router.post("/account/tokens/{token_id}/end")
def end_token(services: ServicesDep, actor: ActorDep, token_id: str) -> Response:
    services.accounts.revoke_token(actor, token_id)
    return see("/account")


def _account(request: Request, services: ServicesDep, actor: ActorDep, *, status: int = 200, failure: str = "",
             done: str = "", secret: str = "") -> Response:
    return page(request, "account.html", status=status, failure=failure, done=done, secret=secret,
                shortest=SHORTEST, sessions=services.accounts.sessions(actor), tokens=services.accounts.tokens(actor),
                scopes=scopes_of(actor.role), usual_scopes=USUAL_SCOPES, days=DAYS, usual_days=USUAL_TOKEN)


def _register(request: Request, services: ServicesDep, *, email: str = "", name: str = "", invitation: str = "",
              next: str = "", role: str = "", failure: Failure | None = None  # noqa: A002 - the field's name
              ) -> Response:
    if invitation and not role:
        with suppress(Failure):   # a link that no longer works is said by registering
            role = services.accounts.invitation(invitation).role
    return page(request, "register.html", status=failure.status if failure else 200, email=email, name=name,
                invitation=invitation, role=role, shortest=SHORTEST, next=next or request.query_params.get("next", ""),
                first=services.accounts.empty(), code=failure.code if failure else "",
                failure=failure_said(request, failure), headers=_retry(failure))


def _signed(request: Request, signed: SignedIn, answer: Response) -> Response:
    sessions.remember(request, answer, signed)
    return answer


def _retry(failure: Failure | None) -> dict[str, str]:
    wait = failure.detail.get("retry_after") if failure else None
    return {"Retry-After": str(wait)} if wait else {}


def _kept(text: str) -> Kept:
    """The fields of a form that was sent when the session had ended."""
    try:
        return [(str(name), str(value)) for name, value in json.loads(text or "[]")]
    except (ValueError, TypeError):
        return []
