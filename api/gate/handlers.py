"""Failures to responses: JSON for the API, a page for people."""
from __future__ import annotations

import importlib.util
import logging
import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from api.errors import Failure, shape
from api.gate import outages
from ingestion.errors import GuoheError

log = logging.getLogger(__name__)

API = ("/api/", "/v1/", "/mcp")
KNOWN = {404: "not_found", 405: "method_not_allowed"}
UNUSABLE = 400
PAGES = importlib.util.find_spec("api.pages") is not None


def install(app: FastAPI) -> None:
    for kind in (GuoheError, RequestValidationError, HTTPException):  # the gate answers for all others
        app.add_exception_handler(kind, respond)


async def respond(request: Request, error: Exception) -> Response:
    """The answer to a request that failed with `error`."""
    failure = _failure(request, error)
    if PAGES and not request.url.path.startswith(API) and "json" not in request.headers.get("accept", ""):
        from api.pages import failures

        try:
            return await failures.response(request, failure)
        except Exception:
            log.exception("the page of a failure failed")
    return as_json(failure)


def as_json(failure: GuoheError) -> JSONResponse:
    detail: dict[str, Any] = getattr(failure, "detail", {})
    headers = {"Cache-Control": "no-store"}
    if "retry_after" in detail:
        headers["Retry-After"] = str(detail["retry_after"])
    if getattr(failure, "code", "") == "not_signed_in":
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(shape(getattr(failure, "code", "unusable"), failure.chinese, str(failure), detail),
                        getattr(failure, "status", UNUSABLE), headers)


def _failure(request: Request, error: Exception) -> GuoheError:
    """What went wrong, as an error that says what to do; anything unknown has a reference and no details."""
    if isinstance(error, GuoheError):
        return error
    if (failed := outages.failure(error)) is not None:
        log.error("%s: %s %s (%s)", failed.code, request.method, request.url.path, type(error).__name__)
        return failed
    if isinstance(error, RequestValidationError):
        return Failure("invalid", fields=[
            {"place": [str(part) for part in one["loc"]], "problem": one["msg"]} for one in error.errors()])
    if isinstance(error, HTTPException):
        refused = getattr(request.state, "refused", None)
        if isinstance(refused, Failure):
            return refused
        return Failure(KNOWN.get(error.status_code, "unusable"))
    reference = secrets.token_hex(4)
    log.error("reference %s: %s %s", reference, request.method, request.url.path, exc_info=error)
    return Failure("internal", reference=reference)
