"""A forgotten password, as pages: ask for a link by mail, set a new one with a link, make a link for somebody."""
from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from api.errors import Failure
from api.http.admission import door
from api.http.deps import ActorDep, ServicesDep
from api.pages.accounts import sessions
from api.pages.administration.frame import admin_page
from api.pages.rendering import failure_said, page, words_of
from api.pages.routing import FormDep, PageRoute, field, see
from api.pages.texts import words
from api.service.access import Action
from api.service.accounts import passwords
from api.service.accounts.passwords import SHORTEST
from api.service.accounts.recovery import BY_HAND, BY_MAIL, Mail
from api.service.records import Role

router = APIRouter(route_class=PageRoute)


@router.get("/forgotten")
def forgotten_page(request: Request, services: ServicesDep) -> Response:
    return page(request, "forgotten.html", by_mail=services.administration.recovery.by_mail, sent=False)


@router.post("/forgotten")
@door("sign_ins")
def forgotten(request: Request, services: ServicesDep, form: FormDep) -> Response:
    """The same answer whoever asks, with an account or without."""
    recovery = services.administration.recovery
    recovery.ask(field(form, "email"), mail_in(words_of(request).language, base_of(request)))
    return page(request, "forgotten.html", by_mail=True, sent=True)


@router.get("/reset/{secret}")
def reset_page(request: Request, services: ServicesDep, secret: str) -> Response:
    return _reset(request, services, secret)


@router.post("/reset/{secret}")
@door("sign_ins")
async def reset(request: Request, services: ServicesDep, secret: str, form: FormDep) -> Response:
    """A new password by a link's secret, and signed in with it."""
    new = str(form.get("new") or "")
    try:
        if new != str(form.get("again") or ""):
            return await run_in_threadpool(partial(_reset, request, services, secret,
                                                   words_of(request)("account.not_same"), 422))
        signed = await passwords.apart(partial(services.administration.recovery.set_password, secret, new,
                                               agent=request.headers.get("user-agent", "")))
    except Failure as failure:
        if failure.code == "reset_invalid":
            raise
        said = failure_said(request, failure)
        return await run_in_threadpool(partial(_reset, request, services, secret, said, failure.status))
    answer = see("/cases" if signed.actor.role is Role.APPLICANT else "/")
    sessions.remember(request, answer, signed)
    return answer


@router.post("/admin/users/{user_id}/reset")
def by_hand(request: Request, services: ServicesDep, actor: ActorDep, user_id: str) -> Response:
    """The link is shown this once."""
    made = services.administration.recovery.by_hand(actor, user_id)
    return admin_page(request, actor, Action.MANAGE_USERS, "user.html", one=services.accounts.user(actor, user_id),
                      roles=tuple(Role), failure="", link=f"{base_of(request)}/reset/{made.secret}",
                      hours=BY_HAND.seconds // 3600 + BY_HAND.days * 24)


def mail_in(language: str, base: str) -> partial[Mail]:
    """What writes the mail of a link's secret."""
    return partial(_mail, language, base)


def base_of(request: Request) -> str:
    """How others reach this server."""
    settings = getattr(request.app.state, "settings", None)
    return (settings.base_url if settings else "") or str(request.base_url).rstrip("/")


def _mail(language: str, base: str, secret: str) -> Mail:
    say = words(language)
    return Mail(say("recovery.mail_subject"), say("recovery.mail_text", link=f"{base}/reset/{secret}",
                                                  minutes=BY_MAIL.seconds // 60))


def _reset(request: Request, services: ServicesDep, secret: str, failure: str = "", status: int = 200) -> Response:
    found = services.administration.recovery.of(secret)
    return page(request, "reset.html", status=status, secret=secret, email=found.email, failure=failure,
                shortest=SHORTEST)
