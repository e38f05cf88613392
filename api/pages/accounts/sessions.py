"""The session cookie, as the pages set and forget it."""
from __future__ import annotations

from fastapi import Request, Response

from api.http.deps import services_of
from api.service.accounts.credentials import SESSION as COOKIE
from api.service.records import SignedIn

KEPT = 30 * 24 * 3600  # seconds


def remember(request: Request, answer: Response, signed: SignedIn) -> None:
    """The cookie outlives the session: whether that has ended is the server's to say, and a form that is sent with
    an ended session is then kept instead of refused as another site's.
    """
    answer.set_cookie(COOKIE, signed.cookie, max_age=KEPT, httponly=True, samesite="lax", path="/",
                      secure=_https(request))


def forget(request: Request, answer: Response) -> None:
    answer.delete_cookie(COOKIE, httponly=True, samesite="lax", path="/", secure=_https(request))


def next_token(request: Request, signed: SignedIn) -> str:
    """The token of forms on a page that is shown in the answer which signs in."""
    return services_of(request).accounts.csrf_token(signed.cookie)


def _https(request: Request) -> bool:
    settings = getattr(request.app.state, "settings", None)
    return bool(settings and settings.https)
