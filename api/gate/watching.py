"""What is noted of each request: a line, a measurement, a span. The outermost of the application's middleware."""
from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from api.gate import metrics
from api.telemetry import traces

log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
HEADER = b"x-request-id"
PREFIX = re.compile(r"(?:/[a-z][a-z0-9-]{0,20})*")
SILENT = ("/healthz", "/readyz", "/metrics", "/static/")


class Watching:
    """Gives each answer an id (`X-Request-Id`) that stands in the log's lines too."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]],
                       send: Callable[[Message], Awaitable[None]]) -> None:
        """Names, times and notes a request by its route, within a span where traces are on."""
        if scope["type"] != "http" or scope["path"].startswith(SILENT):
            await self._app(scope, receive, send)
            return
        name, began, status = secrets.token_hex(8), time.perf_counter(), 500
        method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} else "OTHER"

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", []), (HEADER, name.encode())]}
            await send(message)

        headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]
                   if key in {b"traceparent", b"tracestate"}}
        with traces.span("request", headers, **{"http.request.method": method}) as span:
            try:
                await self._app(scope, receive, noted)
            finally:
                seconds = time.perf_counter() - began
                route = _route(scope)
                if span is not None:
                    span.update_name(f"{method} {route}")
                    span.set_attribute("http.route", route)
                    span.set_attribute("http.response.status_code", status)
                if metrics.on():
                    metrics.answered(method, route, status, seconds)
                log.info("answered", extra={"request": name, "method": method, "route": route, "status": status,
                                            "milliseconds": round(1_000 * seconds, 1)})


def _route(scope: Message) -> str:
    """The pattern that matched: an address may hold a secret, such as an invitation's."""
    pattern: str = getattr(scope.get("route"), "path", "")
    if not pattern:
        return "none"
    end = pattern
    for name, value in scope.get("path_params", {}).items():
        end = re.sub(rf"{{{name}(:\w+)?}}", str(value).replace("\\", r"\\"), end)
    prefix = scope["path"].removesuffix(end)   # a route knows its path within its router
    return (prefix if PREFIX.fullmatch(prefix) else "") + pattern
