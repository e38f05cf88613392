"""The characters that a match can begin with, tested first.

A regular expression of many alternatives is tried at every place of a text, one alternative after another, unless all
of them begin with a plain letter. Where they do not, but begin with one of a few characters all the same (`(?<!尚)未`,
`[无没]有`, English words without regard to case), a lookahead for those characters in front of the pattern lets go of
most places at once. What the pattern matches stays the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

MOST = 256   # characters and ranges to test; more are no help
WIDEST = 64  # characters in one range
_ZERO_WIDTH = frozenset({"AT", "ASSERT", "ASSERT_NOT"})
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
Items = dict[tuple[Any, Any], None]  # as the interpreter's parser writes a class of characters, in order


def tested_first(tree: Any, flags: int) -> None:
    """Put the test in front of a parsed pattern, if it helps; `flags` are those of its compilation."""
    from re import _compiler, _parser  # type: ignore[attr-defined]

    parts = list(tree)
    if not parts or str(parts[0][0]) == "AT":
        return
    if _compiler._get_literal_prefix(tree, flags)[0] or _compiler._get_charset_prefix(tree, flags):
        return  # the interpreter does as much itself
    items, empty = _sequence(parts)
    if items and not empty and len(items) <= MOST:
        test = _parser.SubPattern(tree.state, [(_parser.IN, list(items))])
        tree.insert(0, (_parser.ASSERT, (1, test)))


def _sequence(parts: Iterable[tuple[Any, Any]]) -> tuple[Items | None, bool]:
    """The beginnings of a sequence and whether it can match nothing; None where it may begin with anything."""
    found: Items = {}
    for name, value in parts:
        if str(name) in _ZERO_WIDTH:
            continue
        items, empty = _one(str(name), name, value)
        if items is None:
            return None, False
        found |= items
        if not empty:
            return found, False
    return found, True


def _one(name: str, code: Any, value: Any) -> tuple[Items | None, bool]:
    """The characters that one element can begin with, None for any; and whether it may match nothing."""
    if name == "LITERAL":
        return {(code, value): None}, False
    if name == "IN":
        return _class(value), False
    if name == "BRANCH":
        return _branch(value[1])
    if name == "SUBPATTERN":
        return _sequence(value[3]) if not (value[1] or value[2]) else (None, False)  # flags of its own
    if name in _REPEATS:
        items, empty = _sequence(value[2])
        return items, empty or value[0] == 0
    return _sequence(value) if name == "ATOMIC_GROUP" else (None, False)


def _class(members: Iterable[tuple[Any, Any]]) -> Items | None:
    found: Items = {}
    for code, value in members:
        name = str(code)
        wide = name == "RANGE" and value[1] - value[0] >= WIDEST
        if wide or not (name in {"LITERAL", "RANGE"} or (name == "CATEGORY" and str(value) == "CATEGORY_DIGIT")):
            return None
        found[code, value] = None
    return found


def _branch(branches: Iterable[Iterable[tuple[Any, Any]]]) -> tuple[Items | None, bool]:
    found: Items = {}
    any_empty = False
    for branch in branches:
        items, empty = _sequence(branch)
        if items is None:
            return None, False
        found |= items
        any_empty |= empty
    return found, any_empty
