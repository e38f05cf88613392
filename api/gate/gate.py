"""What every request passes: its characters, who asks, who may, that a change comes from our own page, sizes, headers.

Who may and how much of a body is read is decided by the route (`api.http.admission`), before any of it is read.

A change (POST, PUT, PATCH, DELETE) made with a cookie brings the token of that cookie along: in the header
`X-CSRF-Token`, or as the field `csrf` of a form, which stands before its files. A request with an API token needs none.
"""
from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from api.errors import Failure
from api.gate import characters
from api.gate.handlers import API, respond
from api.http.admission import FORM, FORMS, LARGEST_FORM, MULTIPART, STRANGERS, Admission, Admissions
from api.http.deps import address_of
from api.service.accounts.accounts import Accounts
from api.service.accounts.credentials import SESSION, VISITOR
from api.service.administration.limits import Limits
from api.service.administration.noting import Noting
from api.service.environment.settings import Settings
from api.service.records import Actor, TokenScope

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

OK = 200
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPEN = ("/static/", "/healthz", "/readyz", "/metrics", "/openapi.json")  # nobody needs to be known for these
PEEK = 64 * 1024              # bytes of a form within which its token must stand
APART = 64 * 1024             # bytes of JSON that are looked through in another thread
FIELD = re.compile(rb'name="csrf"\r\n(?:[^\r\n]+\r\n)*\r\n([^\r\n]*)\r\n')
TYPED = re.compile(rb"(?:^|&)csrf=([^&]*)")
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
                 admissions: Admissions, limits: Limits | None = None, noting: Noting | None = None) -> None:
        self._limits, self._admissions, self._noting = limits, admissions, noting
        self._app, self._accounts, self._settings, self._answered = app, accounts, settings, answered

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Looks at a request and hands it on, or answers with its failure; every answer is guarded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["actor"], state["csrf"] = None, ""
        noted = _noted(send, scope, self._noting) if self._noting is not None and scope["method"] == "GET" else send
        guarded = _Guarded(noted, https=self._settings.https)
        body = _Body(receive, state)
        request = Request(scope, body)
        try:
            _check_characters(scope)
            if not request.url.path.startswith(OPEN):
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
        """Who asks, whether the route takes it from them and how much of it, and that a change comes from our own page.
        """
        holders = await self._known(request, guarded)
        if request.method in SAFE:
            _allow(request.state.actor, TokenScope.READ)
            return
        admission = self._admissions.of(request.method, request.url.path)
        if admission is not None and admission.door and self._limits is not None:
            if not self._limits.at_hand:
                await run_in_threadpool(self._limits.knock, admission.door, address_of(request))
            else:   # in this thread: of a flood each one that is turned away costs next to nothing
                self._limits.knock(admission.door, address_of(request))
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        self._admit(request, body, admission, kind)
        if holders:
            await self._check_origin(request, body, kind, holders)
        await body.examine(kind, request.headers.get("content-type", ""))

    async def _known(self, request: Request, guarded: _Guarded) -> list[str]:
        """Who asks goes into the request's state; the cookies whose token a change has to bring, none for a program."""
        session, visitor = request.cookies.get(SESSION, ""), request.cookies.get(VISITOR, "")
        bearer = request.headers.get("authorization", "")
        if bearer[:7].lower() == "bearer ":
            request.state.actor = await run_in_threadpool(self._accounts.by_token, bearer[7:].strip())
            if request.state.actor is None:
                raise Failure("not_signed_in")
            return []
        if session:
            request.state.actor = await run_in_threadpool(self._accounts.by_cookie, session)
        holder = session if request.state.actor is not None else visitor
        if not holder:
            holder = secrets.token_urlsafe(24)
            guarded.cookie = f"{VISITOR}={holder}; Path=/; HttpOnly; SameSite=Lax" + (
                "; Secure" if self._settings.https else "")
        request.state.csrf = self._accounts.csrf_token(holder)
        return [session] if request.state.actor is not None else [one for one in (session, visitor) if one] or [holder]

    def _admit(self, request: Request, body: _Body, admission: Admission | None, kind: str) -> None:
        """Whether this somebody may, and how much may come. A form of somebody whose session has ended is kept."""
        actor, path = request.state.actor, request.url.path
        if admission is not None:
            _allow(actor, admission.scope)
            body.limit = admission.most(kind, self._settings.upload_bytes + PEEK, known=actor is not None)
            typed = kind in FORMS and not path.startswith(API) and not body.beyond(request)
            if actor is None and admission.known and not typed:
                body.limit = 0
                raise Failure("session_expired" if SESSION in request.cookies else "not_signed_in")
        body.check(request)

    async def _check_origin(self, request: Request, body: _Body, kind: str, cookies: list[str]) -> None:
        """Failure "csrf" for a change that another site's page may have sent."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise Failure("csrf")
        origin = request.headers.get("origin", "")
        ours = {request.headers.get("host", ""), urlsplit(self._settings.base_url).netloc} - {""}
        if origin and urlsplit(origin).netloc not in ours:
            raise Failure("csrf")
        token = request.headers.get("x-csrf-token", "")
        if not token and kind in FORMS:
            token = _field(await body.peek(LARGEST_FORM if kind == FORM else PEEK), kind)
        if not token and kind not in FORMS and request.state.actor is None:
            return  # no cookie gives it any right, and another site's page cannot send what is no form without asking
        if not any(self._accounts.csrf_valid(cookie, token) for cookie in cookies):
            raise Failure("csrf")


class _Body:
    """The body as it comes: never more than its limit, and what was peeked at is given again.

    That it went beyond, or holds what may not come in, is also left in `state.refused`, since whoever reads a body
    takes any error for a broken one.
    """

    def __init__(self, receive: Receive, state: MutableMapping[str, Any]) -> None:
        self._receive, self._state = receive, state
        self.limit = STRANGERS
        self._seen: list[Message] = []
        self._size = 0
        self._parts: characters.Parts | None = None

    def beyond(self, request: Request) -> bool:
        claimed = request.headers.get("content-length", "")
        return claimed.isdigit() and int(claimed) > self.limit

    def check(self, request: Request) -> None:
        if self.beyond(request):
            raise self._too_large()

    async def peek(self, most: int) -> bytes:
        found = b"".join(one.get("body", b"") for one in self._seen)
        while len(found) < most and (not self._seen or _more(self._seen[-1])):
            message = await self._next()
            self._seen.append(message)
            found += message.get("body", b"")
        return found

    async def examine(self, kind: str, content_type: str) -> None:
        """Look through all of it, or, of an upload, through each piece when it comes."""
        try:
            if kind == MULTIPART:
                parts = characters.Parts(content_type.encode("latin-1"))
                if self.limit <= LARGEST_FORM:
                    await self.peek(self.limit + 1)
                for one in self._seen:
                    parts.write(one.get("body", b""))
                self._parts = parts
            elif kind == FORM:
                characters.check_escaped(await self.peek(self.limit + 1), "form")
            else:
                content = await self.peek(self.limit + 1)
                await (run_in_threadpool(_check_json, content) if len(content) > APART else _at_once(content))
        except Failure as failure:
            self._state["refused"] = failure
            raise

    async def __call__(self) -> Message:
        return self._seen.pop(0) if self._seen else await self._next()

    async def _next(self) -> Message:
        """The next piece of the body; a failure once it is too large or holds what no text may."""
        message = await self._receive()
        self._size += len(message.get("body", b""))
        if self._size > self.limit:
            raise self._too_large()
        if self._parts is not None:
            try:
                self._parts.write(message.get("body", b""))
            except Failure as failure:
                self._state["refused"] = failure
                raise
        return message

    def _too_large(self) -> Failure:
        self._state["refused"] = Failure("too_large" if self.limit > LARGEST_FORM else "body_too_large",
                                         most=f"{self.limit / 1_000_000:.3g}")
        return self._state["refused"]  # type: ignore[no-any-return]


class _Guarded:
    """Adds the headers of safety, and the cookie that a visitor is known by, to the response."""

    def __init__(self, send: Send, *, https: bool) -> None:
        self._send, self._https = send, https
        self.cookie = ""
        self.started = False

    async def __call__(self, message: Message) -> None:
        """Adds the headers that guard every answer, and the cookie of a visitor."""
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


def _noted(send: Send, scope: Message, noting: Noting) -> Send:
    """Has the audit know of what goes out to somebody, before it does."""
    async def going(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == OK:
            actor, parameters = scope["state"].get("actor"), dict(scope.get("path_params") or {})
            attached = any(name.lower() == b"content-disposition" and value.startswith(b"attachment")
                           for name, value in message.get("headers", []))
            if actor is not None and noting.wants(actor, parameters, attached=attached):
                await run_in_threadpool(partial(noting.note, actor, scope["path"], parameters, attached=attached))
        await send(message)

    return going


def _field(start: bytes, kind: str) -> str:
    """The field `csrf` of a form, of which the beginning is at hand."""
    found = (TYPED if kind == FORM else FIELD).search(start)
    text = found[1].decode("ascii", "replace") if found else ""
    return unquote_plus(text) if kind == FORM else text


def _allow(actor: Actor | None, scope: TokenScope) -> None:
    if actor is not None and not actor.allows(scope):
        raise Failure("scope_missing", scope=scope)


def _more(message: Message) -> bool:
    return message["type"] == "http.request" and bool(message.get("more_body"))


def _check_characters(scope: Message) -> None:
    path = scope.get("raw_path") or b""
    characters.check_address(scope["path"], path.partition(b"?")[0], scope.get("query_string", b""))
    for name, value in scope["headers"]:
        characters.check_header(value, name.decode("latin-1"))


async def _at_once(content: bytes) -> None:
    _check_json(content)


def _check_json(content: bytes) -> None:
    """What is no JSON at all is for the route to say."""
    if b"\0" in content:   # also how JSON in UTF-16 begins
        raise Failure("unfit_characters", place="body")
    try:
        value = json.loads(content) if content.strip() else None
    except RecursionError as error:
        raise characters.too_deep() from error
    except ValueError:
        return
    characters.check_values(value)
