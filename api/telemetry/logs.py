"""Logs on standard error, as lines or as JSON (GUOHE_LOG=json), and without what identifies people.

A message is redacted as what goes to a model is (identity numbers, telephones, accounts, credit codes, e-mail), a
request is named by its route and not by its address, and an exception by its kind and place and not by its text.
"""
from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ingestion.errors import UsageError

KINDS = ("text", "json")
QUIET = ("httpx", "httpcore", "alembic", "uvicorn.error", "asyncio", "fontTools", "weasyprint", "mcp", "chromadb")
FIELDS = ("request", "route", "method", "status", "milliseconds", "job")   # what callers add with `extra`
_INVITED = re.compile(r"(/invitation/)[^\s/?]+")
_TOKEN = re.compile(r"\b(guohe_|whsec_)[\w+/=-]{8,}")


def configure(environment: Mapping[str, str], *, quiet: bool = False) -> None:
    """For the process; UsageError for a kind that there is not."""
    kind = environment.get("GUOHE_LOG") or "text"
    if kind not in KINDS:
        raise UsageError(f"GUOHE_LOG is {kind!r}; choose text or json.", f"GUOHE_LOG 为 {kind!r}；请用 text 或 json。")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Json() if kind == "json" else Line())
    logging.basicConfig(level=logging.WARNING if quiet else logging.INFO, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def clean(text: str) -> str:
    """Without identifiers of people and without secrets."""
    from assistant.checking.redaction import Redactor

    text = _TOKEN.sub(r"\1…", _INVITED.sub(r"\1…", text))
    redactor = Redactor()
    # Word by word too: a word in front of a code must not hide it.
    return re.sub(r"\S{9,}", lambda word: redactor.redact(word[0]), redactor.redact(text))


class Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        head = f"{_time(record)} {record.levelname} {record.name} {clean(record.getMessage())}"
        more = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        return "\n".join(one for one in (f"{head} {more}".rstrip(), *_where(record)) if one)


class Json(logging.Formatter):
    """One object a line: time, level, logger, message, and what the caller added."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {"time": _time(record), "level": record.levelname.lower(), "logger": record.name,
                                "message": clean(record.getMessage()), **_extra(record)}
        if trace := _trace():
            told["trace"] = trace
        if record.exc_info and record.exc_info[0] is not None:
            told["error"] = record.exc_info[0].__name__
            told["stack"] = _where(record)
        return json.dumps(told, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}


def _where(record: logging.LogRecord) -> list[str]:
    """The stack without the texts of exceptions, which may quote what somebody wrote."""
    if not record.exc_info or record.exc_info[0] is None:
        return []
    frames = traceback.extract_tb(record.exc_info[2])
    return [f"  {record.exc_info[0].__name__}", *(f"  {one.filename}:{one.lineno} {one.name}" for one in frames)]


def _trace() -> str:
    """The id of the trace that this happens in, where traces are on."""
    api = sys.modules.get("opentelemetry.trace")
    context = api.get_current_span().get_span_context() if api is not None else None
    return f"{context.trace_id:032x}" if context is not None and context.is_valid else ""
