"""Characters and pairs of characters, one of which stands in every match of a pattern.

They are read off the pattern's syntax tree. What is said is sound and not complete: a text that holds one of them may
match, one that holds none cannot.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

MOST = 192  # n-grams of one pattern; one that may match in more ways is always searched
RARE, COMMON = 1, 6  # what a pair of characters and a single one cost: how often they stand in a text by chance
ODD = re.compile("[\u0130\u0131\u017f]")  # letters that are equal to others without regard to case, not when folded
_ODD_CODES = frozenset({0x130, 0x131, 0x17F})
_ZERO_WIDTH = frozenset({"AT", "ASSERT", "ASSERT_NOT"})
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


def needed(tree: Any, flags: int) -> frozenset[str] | None:
    """For a parsed pattern, case folded; None where nothing is sure. `flags` are those of its compilation."""
    return _sequence(tree.data) if flags & re.UNICODE else None


def _sequence(items: Sequence[tuple[Any, Any]]) -> frozenset[str] | None:
    """The cheapest set among those that the parts of a sequence need."""
    best: frozenset[str] | None = None
    run = ""
    for op, value in items:
        name = op.name
        if name == "LITERAL" and value not in _ODD_CODES:
            run += chr(value)
            continue
        if name in _ZERO_WIDTH:
            continue  # no character of its own: what stands before and behind it is side by side
        if run:
            best = _cheaper(best, frozenset({run.casefold()[-2:]}))
            run = ""
        best = _cheaper(best, _one(name, value))
    return _cheaper(best, frozenset({run.casefold()[-2:]})) if run else best


def _one(name: str, value: Any) -> frozenset[str] | None:
    """Characters of which one stands in whatever one element matches; None where that is not known."""
    if name == "IN":
        return _any_of([_letter(code) if op.name == "LITERAL" else None for op, code in value])
    if name == "BRANCH":
        return _any_of([_sequence(branch.data) for branch in value[1]])
    if name == "SUBPATTERN":
        return _sequence(value[3].data)
    if name in _REPEATS and value[0]:
        return _sequence(value[2].data)
    if name == "ATOMIC_GROUP":
        return _sequence(value.data)
    return None


def _letter(code: int) -> frozenset[str] | None:
    return None if code in _ODD_CODES else frozenset(chr(code).casefold())


def _any_of(sets: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    union: set[str] = set()
    for one in sets:
        if one is None or len(union) > MOST:
            return None
        union |= one
    return frozenset(union) if len(union) <= MOST else None


def _cheaper(first: frozenset[str] | None, second: frozenset[str] | None) -> frozenset[str] | None:
    if first is None or second is None:
        return second if first is None else first
    return min(first, second, key=lambda grams: sum(RARE if len(gram) > 1 else COMMON for gram in grams))
