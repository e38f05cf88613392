"""Who may send a request and how much of a body is read of it: decided by the route, before anything of it is read."""
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from starlette.routing import compile_path

from api.http import deps
from api.service.records import TokenScope

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])

SCOPES: tuple[tuple[str, TokenScope], ...] = (   # what changes below an address need a token for; the first that fits
    ("/api/v1/review", TokenScope.REVIEW), ("/review", TokenScope.REVIEW),
    ("/api/v1/policy/versions/{version_id}/publication", TokenScope.REVIEW),
    ("/api/v1/users", TokenScope.ADMINISTER), ("/api/v1/invitations", TokenScope.ADMINISTER),
    ("/api/v1/admin", TokenScope.ADMINISTER), ("/api/v1/webhooks", TokenScope.ADMINISTER),
    ("/admin", TokenScope.ADMINISTER),
    ("/api/v1/answers", TokenScope.READ), ("/api/v1/cases/{case_id}/answers", TokenScope.READ),   # asking
    ("/v1/chat/completions", TokenScope.READ), ("/mcp", TokenScope.READ))


class Takes(StrEnum):
    """How large a body of a route may be, from somebody who has signed in."""

    LITTLE = "little"
    FOLDER_FILE = "folder_file"   # a text of a policy, a long conversation
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Admission:
    """`known`: only for somebody who has signed in. `scope`: what a token needs for it. `door`: what those whom nobody
    knows yet are counted under before anything else (`Limits.knock`).
    """

    path: str
    known: bool
    takes: Takes
    scope: TokenScope
    door: str = ""

    def most(self, kind: str, upload: int, *, known: bool) -> int:
        """Bytes of a body of this kind, from somebody who has signed in or not. What was typed into a form before a
        session ended may come, a file may not.
        """
        if known and self.takes is Takes.UPLOAD and kind == MULTIPART:
            return upload
        if kind in FORMS or (known and self.takes is Takes.FOLDER_FILE):
            return LARGEST_FORM
        return LITTLE if known else STRANGERS


def takes(size: Takes) -> Callable[[Endpoint], Endpoint]:
    """Say of an endpoint that its bodies are larger than others'."""
    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__takes__ = size  # type: ignore[attr-defined]
        return endpoint

    return mark


def door(kind: str) -> Callable[[Endpoint], Endpoint]:
    """Say of an endpoint that it is for whom nobody knows yet: "registrations" or "sign_ins"."""
    def mark(endpoint: Endpoint) -> Endpoint:
        endpoint.__door__ = kind  # type: ignore[attr-defined]
        return endpoint

    return mark


class Admissions:
    """Of an application's routes, which are looked at when the first change is asked for."""

    def __init__(self, routes: Callable[[], list[Any]]) -> None:
        self._routes = routes
        self._known: list[tuple[re.Pattern[str], frozenset[str], Admission]] = []

    def of(self, method: str, path: str) -> Admission | None:
        """That of the route which would answer; None where no route does."""
        if not self._known:
            self._known = [(compile_path(path)[0], methods, admission)
                           for path, methods, admission in _admissions(self._routes())]
        return next((admission for pattern, methods, admission in self._known
                     if (not methods or method in methods) and pattern.match(path)), None)


def _admissions(routes: list[Any], prefix: str = "") -> Iterator[tuple[str, frozenset[str], Admission]]:
    """Path, methods and admission of each route, those of included routers with their prefix."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _admissions(inner.routes, prefix + route.include_context.prefix)
        elif hasattr(route, "path") and hasattr(route, "endpoint"):
            path = prefix + route.path
            yield path, frozenset(getattr(route, "methods", None) or ()), Admission(
                path, path == "/mcp" or _asks(getattr(route, "dependant", None)),
                getattr(route.endpoint, "__takes__", Takes.LITTLE), _scope(path),
                getattr(route.endpoint, "__door__", ""))


def _asks(dependant: Any) -> bool:
    """Whether something that the route depends on needs somebody who has signed in."""
    return dependant is not None and any(
        one.call is deps.actor_of or _asks(one) for one in dependant.dependencies)


def _scope(path: str) -> TokenScope:
    return next((scope for start, scope in SCOPES if path == start or path.startswith(f"{start}/")), TokenScope.WRITE)


LARGEST_FORM = 2_000_000      # bytes of a form that brings no upload, and of a file of a policy
LITTLE = 256_000              # of JSON from somebody who has signed in
STRANGERS = 16_000            # of JSON from anybody
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
FORMS = frozenset({FORM, MULTIPART})
