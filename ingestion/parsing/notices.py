"""The texts of `ingestion/language/notices.yaml`, as errors and as notices."""
from __future__ import annotations

from ingestion import language
from ingestion.domain import Notice
from ingestion.errors import UnreadableError


def unreadable(code: str, **values: object) -> UnreadableError:
    """The error for a file that gives no text; `values` fill the text's braces, pairs of them in both languages."""
    entry = language.load("notices.yaml")["errors"][code]
    zh, en = ({name: one[place] if isinstance(one, tuple) else one for name, one in values.items()} for place in (0, 1))
    return UnreadableError(code, entry["en"].format(**en), entry["zh"].format(**zh))


def notice(code: str, page: int | None = None, **values: object) -> Notice:
    entry = language.load("notices.yaml")["notices"][code]
    return Notice(code, entry["zh"].format(**values), entry["en"].format(**values), page)
