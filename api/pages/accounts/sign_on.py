"""Leaving for the provider of single sign-on, and coming back."""
from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.errors import Failure
from api.http.deps import ServicesDep, address_of
from api.pages.accounts import sessions
from api.pages.rendering import failure_said, page
from api.pages.routing import PageRoute, inside, see

router = APIRouter(route_class=PageRoute)
COOKIE, PATH = "guohe_sign_on", "/sso"


@router.get("/sso/start")
def start(request: Request, services: ServicesDep) -> Response:
    onward = inside(request.query_params.get("next", "/cases"))
    try:
        address, cookie = services.administration.signing_on.begin(_callback(request, services), onward)
    except Failure as failure:
        return _said(request, failure)
    answer = RedirectResponse(address, 302)
    answer.set_cookie(COOKIE, cookie, max_age=600, path=PATH, httponly=True, samesite="lax",
                      secure=services.settings.https)
    return answer


@router.get("/sso/callback")
def callback(request: Request, services: ServicesDep) -> Response:
    """Back from the provider: signed in, or the page says why not."""
    query = request.query_params
    try:
        services.administration.limits.knock("sign_ins", address_of(request))
        signed, onward = services.administration.signing_on.finish(
            _callback(request, services), request.cookies.get(COOKIE, ""), query.get("state", ""),
            query.get("code", ""), request.headers.get("user-agent", ""))
    except Failure as failure:
        return _said(request, failure)
    answer = see(inside(onward, "/cases"))
    answer.delete_cookie(COOKIE, path=PATH)
    sessions.remember(request, answer, signed)
    return answer


def _said(request: Request, failure: Failure) -> Response:
    """The page for signing in, which says what went wrong."""
    if failure.code == "not_found":
        raise failure
    return page(request, "login.html", status=failure.status, next="/", email="", kept="[]", kept_action="",
                lost=False, notice="", failure=failure_said(request, failure))


def _callback(request: Request, services: ServicesDep) -> str:
    return (services.settings.base_url or str(request.base_url).rstrip("/")) + f"{PATH}/callback"
