"""Marks of state secrets: a document that bears one must not be in this system at all. What counts is data."""
from __future__ import annotations

import re
from functools import cache
from typing import Any

from ingestion import language
from ingestion.domain import Span
from ingestion.patterns import compiled

GAP = r"[\s\u3000\u200b]*"
NUMBER = r"(?:\d{1,3}|[０-９]{1,3}|[一二三四五六七八九十百]{1,4})"


def mark(text: str) -> Span | None:
    """The first mark: a level with a star, or a line that is a level with its term."""
    starred, alone = _patterns()
    for found in starred.finditer(text):
        if not _quoted(text, found.start(), found.end()):
            return Span(*found.span())
    found_alone = alone.search(text)
    return Span(*found_alone.span("mark")) if found_alone else None


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = language.load("secrecy.yaml")
    level = _any(words["levels"])
    star = "[" + "".join(words["stars"]) + "]"
    term = _any(words["terms"])
    label = _any(words["labels"])
    starred = compiled.pattern(f"{level}{GAP}{star}(?:{GAP}{term})?")
    line = rf"^[^\S\n]*(?:{label}{GAP}[:：]?{GAP})?(?P<mark>{level}{GAP}{term})[^\S\n]*$"
    alone = compiled.pattern(line, re.MULTILINE)
    return starred, alone


def _any(words: list[str]) -> str:
    """One of the words, white space between its characters allowed."""
    spelled = ["".join(f"{NUMBER}{GAP}" if part == "{n}" else GAP.join(map(re.escape, part)) + GAP
                       for part in re.split(r"(\{n\})", word) if part) for word in words]
    return "(?:" + "|".join(one.removesuffix(GAP) for one in spelled) + ")"


def _quoted(text: str, start: int, end: int) -> bool:
    """Whether quotation marks stand around it on its line."""
    pairs: Any = language.load("secrecy.yaml")["quotes"]
    line_start, line_end = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    before, after = text[line_start:start], text[end:line_end if line_end >= 0 else len(text)]
    for opening, closing in pairs:
        if opening == closing:
            if before.count(opening) % 2 == 1 and closing in after:
                return True
        elif before.rfind(opening) > before.rfind(closing) and closing in after:
            return True
    return False
