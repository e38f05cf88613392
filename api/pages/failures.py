"""Failures as people meet them: what is wrong, what to do, and nothing of what they typed lost."""
from __future__ import annotations

import json
import re
from io import BytesIO
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from api.errors import Failure, shape
from api.pages import rendering
from api.pages.texts import words

GONE = frozenset({"not_signed_in", "session_expired"})
SEE_OTHER = 303
BAD_REQUEST, UNAUTHORISED, NOT_FOUND, TOO_LARGE = 400, 401, 404, 413
CODES = {NOT_FOUND: "not_found", TOO_LARGE: "too_large"}
NEVER_KEPT = frozenset({"csrf", "password", "old", "new", "again"})
MOST_KEPT = 200_000  # characters of what was typed
WORDS = re.compile(r"[^\x00-\x7f]|\S\s+\S")     # as keys and ids have none
CASE = re.compile(r"(?:/review)?/cases/[0-9a-f]{32}(?=/)")


async def response(request: Request, error: Exception) -> Response:
    """The answer to a request that failed."""
    code, status, chinese, english = _said(error)
    headers = {}
    detail = error.detail if isinstance(error, Failure) else {}
    if detail.get("retry_after"):
        headers["Retry-After"] = str(detail["retry_after"])
    if rendering.wants_json(request):
        return JSONResponse(shape(code, chinese, english, detail), status, headers)
    if code in GONE and not rendering.wants_part(request):
        return await _sign_in(request)
    return rendering.page(request, "error.html", status=status, headers=headers, code=code, status_code=status,
                          message=rendering.words_of(request).pick(chinese, english), typed=await _typed(request, code),
                          back=_back(request, code))


def not_found(request: Request) -> Response:
    """An address that no page has."""
    failure = Failure("not_found")
    return rendering.page(request, "error.html", status=NOT_FOUND, code="not_found", status_code=NOT_FOUND,
                          message=rendering.words_of(request).pick(failure.chinese, str(failure)), typed=(), back="")


def _said(error: Exception) -> tuple[str, int, str, str]:
    if isinstance(error, Failure):
        return error.code, error.status, error.chinese, str(error)
    if isinstance(error, HTTPException):
        code = CODES.get(error.status_code, "bad_request")
        return code, error.status_code, words("zh")(f"failures.{code}"), words("en")(f"failures.{code}")
    if isinstance(error, RequestValidationError):
        return "bad_request", BAD_REQUEST, words("zh")("failures.bad_request"), words("en")("failures.bad_request")
    return "unusable", BAD_REQUEST, getattr(error, "chinese", str(error)), str(error)


async def _typed(request: Request, code: str) -> tuple[str, ...]:
    """What a person wrote into the form that failed, given back to be copied: words, and nothing that a page put there
    (keys, ids) nor a secret. A form that was not sent by a page of ours puts no words into one.
    """
    if request.method != "POST" or code == "csrf":
        return ()
    try:
        form = await request.form()
    except (Failure, HTTPException, RuntimeError):     # nobody has read it
        return ()
    return tuple(value.strip()[:MOST_KEPT] for name, value in form.multi_items()
                 if isinstance(value, str) and name not in NEVER_KEPT and WORDS.search(value.strip()))


def _back(request: Request, code: str) -> str:
    """The page of the case that a failed address is below; "" for none, and where the case is not there."""
    found = CASE.match(request.url.path)
    return found[0] if found is not None and code != CODES[NOT_FOUND] else ""


async def _sign_in(request: Request) -> Response:
    """The way to sign in that comes back here; a form that was sent is kept and can be sent again after it."""
    if request.method == "GET":
        return RedirectResponse("/login?" + urlencode({"next": rendering.here(request)}), SEE_OTHER)
    try:
        form = await request.form()
    except (Failure, HTTPException):   # an upload, which nobody reads from somebody unknown
        form = FormData([("", UploadFile(BytesIO(), filename="lost"))])
    kept = [(name, value) for name, value in form.multi_items()
            if isinstance(value, str) and name not in NEVER_KEPT]
    lost = any(isinstance(value, UploadFile) and value.filename for value in form.values())
    text = json.dumps(kept, ensure_ascii=False)
    if len(text) > MOST_KEPT:
        text, lost = "[]", True
    return rendering.page(request, "login.html", status=UNAUTHORISED, next="/", email="", kept=text,
                          kept_action=request.url.path, lost=lost, failure="", notice="expired")
