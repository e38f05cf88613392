"""The session cookie, as the pages set and forget it."""
from __future__ import annotations

from fastapi import Request, Response

from api.deps import services_of
from api.gate import SESSION as COOKIE
from api.service.records import SignedIn


def remember(request: Request, answer: Response, signed: SignedIn) -> None:
    answer.set_cookie(COOKIE, signed.cookie, expires=signed.expires, httponly=True, samesite="lax", path="/",
                      secure=_https(request))


def forget(request: Request, answer: Response) -> None:
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", path="/", secure=_https(request))


def next_token(request: Request, signed: SignedIn) -> str:
    """The token of forms on a page that is shown in the answer which signs in."""
    return services_of(request).accounts.csrf_token(signed.cookie)


def _https(request: Request) -> bool:
    settings = getattr(request.app.state, "settings", None)
    return bool(settings and settings.https)
