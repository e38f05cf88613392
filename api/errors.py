"""What goes wrong with a request, in one shape: {"error": {code, message, message_en, detail}}.

A service raises `Failure(code)`; its texts and its HTTP status stand in language/failures.yaml. An error of guohe
(`GuoheError`) brings its own texts. Whatever else is raised is logged with a reference and said without its content.
"""
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from assistant.wording.texts import load
from ingestion.errors import GuoheError

FAILURES = Path(__file__).parent / "language" / "failures.yaml"


class Failure(GuoheError):
    """`values` fill the text's braces and stand in the error's `detail`."""

    def __init__(self, code: str, **values: Any) -> None:
        entry = load(FAILURES)[code]
        super().__init__(entry["en"].format(**values), entry["zh"].format(**values))
        self.code = code
        self.status: int = entry["status"]
        self.detail: dict[str, Any] = values


def shape(code: str, message: str, message_en: str, detail: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body of every error."""
    return {"error": {"code": code, "message": message, "message_en": message_en, "detail": dict(detail or {})}}
