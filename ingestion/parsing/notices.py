"""The texts of `ingestion/language/notices.yaml`, as errors and as notices."""
from __future__ import annotations

from ingestion import language
from ingestion.domain import Notice
from ingestion.errors import UnreadableError


def unreadable(code: str, **values: object) -> UnreadableError:
    """The error for a file that gives no text; `values` fill the text's braces."""
    entry = language.load("notices.yaml")["errors"][code]
    return UnreadableError(code, entry["en"].format(**values), entry["zh"].format(**values))


def notice(code: str, page: int | None = None, **values: object) -> Notice:
    entry = language.load("notices.yaml")["notices"][code]
    return Notice(code, entry["zh"].format(**values), entry["en"].format(**values), page)
