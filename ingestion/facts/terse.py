"""Notes of names and bare numbers: 专利授权15，软著登记8; 技术转移 引进6 输出2; 常驻：中方2＋当地4."""

from __future__ import annotations

import re
from functools import lru_cache

from ingestion.language import alternation, load

LONGEST_PIECE = 14  # characters of an entry of a note
MOST_PIECES = 12

_NOTE = re.compile(r"（[^（）]*）")
_BETWEEN = re.compile(r"[，、；。/｜|+\s：,]+")
_NAMED = re.compile(r"[A-Za-z\u4e00-\u9fff]{2}\s*\Z")


@lru_cache(maxsize=1)
def _entry() -> re.Pattern[str]:
    numbers = load("numbers")
    units = alternation(u for name in numbers["measures"] if name != "percent" for u in numbers["measures"][name])
    surplus = alternation(numbers["inside"]["surplus"])
    return re.compile(rf"[^\d]*\d[\d,.]*(?:{surplus})?(?:{units})?", re.IGNORECASE)


@lru_cache(maxsize=1024)
def noted(text: str) -> bool:
    """Whether a text is nothing but short names, each with or without a number behind it."""
    pieces = [p for p in _BETWEEN.split(_NOTE.sub("", text)) if p]
    return len(pieces) <= MOST_PIECES and all(
        len(p) <= LONGEST_PIECE and (not re.search(r"\d", p) or _entry().fullmatch(p) is not None) for p in pieces
    )


def counts(text: str, start: int) -> bool:
    """Whether the bare number at `start` is what the name right before it in a note comes to."""
    return _NAMED.search(text, 0, start) is not None and noted(text)
