"""What every request passes: who asks, that a change comes from our own page, sizes, headers of safety.

A change (POST, PUT, PATCH, DELETE) made with a cookie brings the token of that cookie along: in the header
`X-CSRF-Token`, or as the field `csrf` of a form, which stands before its files. A request with an API token needs none.
"""
from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.errors import Failure
from api.handlers import respond
from api.service.accounts import Accounts
from api.service.administration.limits import Limits
from api.settings import Settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

SESSION, VISITOR = "guohe_session", "guohe_visitor"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = ("/static/", "/healthz", "/readyz", "/metrics", "/openapi.json")  # nobody needs to be known for these
LARGEST_FORM = 2_000_000      # bytes of a body that is no upload
PEEK = 64 * 1024              # bytes of a form within which its token must stand
FIELD = re.compile(rb'name="csrf"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)\r\n')
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; "
                               "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Gate:
    """ASGI middleware. It leaves `state.actor` (or None) and `state.csrf`, the token for this browser's forms.

    `answered` is set when a page was.
    """

    def __init__(self, app: Any, accounts: Accounts, settings: Settings, answered: threading.Event,
                 limits: Limits | None = None) -> None:
        self._limits = limits
        self._app, self._accounts, self._settings, self._answered = app, accounts, settings, answered

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["actor"], state["csrf"] = None, ""
        guarded = _Guarded(send, https=self._settings.https)
        request = Request(scope, receive)
        body = _Body(receive, self._limit(request), state)
        try:
            if not request.url.path.startswith(OPEN):
                body.check(request)
                await self._look(request, body, guarded)
                if self._limits is not None and request.state.actor is not None:
                    await run_in_threadpool(self._limits.check, request.state.actor.id, request.method,
                                            request.url.path)
            await self._app(scope, body, guarded)
        except Exception as error:
            if guarded.started:
                raise  # too late to say anything; the connection breaks off
            response = await respond(request, error)
            await response(scope, body, guarded)
        self._answered.set()

    async def _look(self, request: Request, body: _Body, guarded: _Guarded) -> None:
        session, visitor = request.cookies.get(SESSION, ""), request.cookies.get(VISITOR, "")
        bearer = request.headers.get("authorization", "")
        if bearer[:7].lower() == "bearer ":
            request.state.actor = await run_in_threadpool(self._accounts.by_token, bearer[7:].strip())
            if request.state.actor is None:
                raise Failure("not_signed_in")
            return
        if session:
            request.state.actor = await run_in_threadpool(self._accounts.by_cookie, session)
        holder = session if request.state.actor is not None else visitor
        if not holder:
            holder = secrets.token_urlsafe(24)
            guarded.cookie = f"{VISITOR}={holder}; Path=/; HttpOnly; SameSite=Lax" + (
                "; Secure" if self._settings.https else "")
        request.state.csrf = self._accounts.csrf_token(holder)
        if request.method not in SAFE:
            await self._check_origin(request, body, [one for one in (session, visitor) if one])

    async def _check_origin(self, request: Request, body: _Body, cookies: list[str]) -> None:
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise Failure("csrf")
        origin = request.headers.get("origin", "")
        ours = {request.headers.get("host", ""), urlsplit(self._settings.base_url).netloc} - {""}
        if origin and urlsplit(origin).netloc not in ours:
            raise Failure("csrf")
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        token = request.headers.get("x-csrf-token", "")
        if not token and kind in {FORM, MULTIPART}:
            token = _field(await body.peek(LARGEST_FORM if kind == FORM else PEEK), kind)
        if not token and kind not in {FORM, MULTIPART} and request.state.actor is None:
            return  # no cookie gives it any right, and another site's page cannot send what is no form without asking
        if not any(self._accounts.csrf_valid(cookie, token) for cookie in cookies):
            raise Failure("csrf")

    def _limit(self, request: Request) -> int:
        upload = request.method == "POST" and request.url.path.endswith("/files")
        return self._settings.upload_bytes + PEEK if upload else LARGEST_FORM


class _Body:
    """The body as it comes: never more than its limit, and what was peeked at is given again.

    That it went beyond is also left in `state.refused`, since whoever reads a body takes any error for a broken one.
    """

    def __init__(self, receive: Receive, limit: int, state: MutableMapping[str, Any]) -> None:
        self._receive, self._limit, self._state = receive, limit, state
        self._seen: list[Message] = []
        self._size = 0

    def check(self, request: Request) -> None:
        claimed = request.headers.get("content-length", "")
        if claimed.isdigit() and int(claimed) > self._limit:
            raise self._too_large()

    async def peek(self, most: int) -> bytes:
        found = b""
        while len(found) < most:
            message = await self._next()
            self._seen.append(message)
            found += message.get("body", b"")
            if message["type"] != "http.request" or not message.get("more_body"):
                break
        return found

    async def __call__(self) -> Message:
        return self._seen.pop(0) if self._seen else await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self._limit:
            raise self._too_large()
        return message

    def _too_large(self) -> Failure:
        self._state["refused"] = Failure("too_large" if self._limit > LARGEST_FORM else "body_too_large",
                                         most=f"{self._limit / 1_000_000:.3g}")
        return self._state["refused"]  # type: ignore[no-any-return]


class _Guarded:
    """Adds the headers of safety, and the cookie that a visitor is known by, to the response."""

    def __init__(self, send: Send, *, https: bool) -> None:
        self._send, self._https = send, https
        self.cookie = ""
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = list(message.get("headers", []))
            present = {name.lower() for name, _ in headers}
            headers += [(name.encode(), value.encode()) for name, value in HEADERS.items()
                        if name.encode() not in present]
            if b"cache-control" not in present:
                headers.append((b"cache-control", b"no-store"))
            if self._https:
                headers.append((b"strict-transport-security", b"max-age=31536000"))
            if self.cookie:
                headers.append((b"set-cookie", self.cookie.encode()))
            message = {**message, "headers": headers}
        await self._send(message)


def _field(start: bytes, kind: str) -> str:
    """The field `csrf` of a form, of which the beginning is at hand."""
    if kind == FORM:
        return parse_qs(start.decode("utf-8", "replace")).get("csrf", [""])[0]
    found = FIELD.search(start)
    return found[1].decode("ascii", "replace") if found else ""
