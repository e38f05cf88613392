"""Sums as they are written: 10+8+9=27篇 is one figure, its total; 5+3家 is what its addends come to. And denied ones:
没有一篇 is none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from ingestion.domain import Interval, Span
from ingestion.facts.assertions import add
from ingestion.facts.lexicon import words
from ingestion.numerals import Quantity

_PLUS = re.compile(r"\s*\+\s*")
NEAR = 6  # characters before a figure in which its denial ends
_EQUALS = re.compile(r"\s*=\s*")


def summed(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """The quantities of a text with each sum made one. A total that is not what its addends come to spans both."""
    if "+" not in text:
        return [*found]
    joined: list[Quantity] = []
    place = 0
    while place < len(found):
        last = place
        while _joined(text, found, last, _PLUS):
            last += 1
        total = last + 1 if last > place and _joined(text, found, last, _EQUALS) else None
        joined += _sum(found[place : last + 1], found[total] if total is not None else None)
        place = (last if total is None else total) + 1
    return joined


def nothing(text: str, found: Sequence[Quantity]) -> list[Quantity]:
    """没有一篇, 一家也没有: the one of which nothing is there is none."""
    return [replace(q, interval=Interval(0, 0)) if _denied(text, q) else q for q in found]


def _denied(text: str, quantity: Quantity) -> bool:
    start, end = quantity.span.start, quantity.span.end
    if quantity.interval.low != 1 or not quantity.interval.exact or not quantity.unit:
        return False
    return (
        words("none_before").search(text, max(0, start - NEAR), start) is not None
        or words("none_after").match(text, end) is not None
    )


def _joined(text: str, found: Sequence[Quantity], place: int, sign: re.Pattern[str]) -> bool:
    """Whether nothing but a sign stands between a quantity and the next one."""
    if place + 1 == len(found):
        return False
    return sign.fullmatch(text, found[place].span.end, found[place + 1].span.start) is not None


def _sum(addends: Sequence[Quantity], total: Quantity | None) -> list[Quantity]:
    whole = total or addends[-1]
    alike = all(a.unit in ("", whole.unit) for a in addends)
    bare = any(a.unit != whole.unit for a in addends) and whole.measure == "money"  # 80+75+92=247万元
    if len(addends) < 2 or (total is None and (not whole.unit or not alike or bare)):
        return [*addends, *([total] if total else [])]
    value = add(a.interval for a in addends)
    if total is not None and (bare or not alike or not value.exact or not total.interval.exact):
        value = total.interval
    elif total is not None:
        value = Interval(min(value.low, total.interval.low), max(value.low, total.interval.low))
    start = addends[0].span.start
    return [replace(whole, span=Span(start, whole.span.end), number=Span(start, whole.number.end), interval=value)]
