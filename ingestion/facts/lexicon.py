"""The lists of discourse.yaml by name, compiled: the code knows what a list is for, never a word in it."""

from __future__ import annotations

import re
from functools import cache

from ingestion.language import load, pattern


@cache
def words(name: str) -> re.Pattern[str]:
    """One of the lists of discourse.yaml, compiled."""
    data = load("discourse")[name]
    flat: list[str] = []
    for entry in data:
        flat += entry if isinstance(entry, list) else [entry]
    return pattern(tuple(flat))


@cache
def listed(name: str) -> re.Pattern[str]:
    """One of the lists of tables.yaml, compiled."""
    return pattern(tuple(load("tables")[name]))


def is_partial(title: str) -> bool:
    """A title that says the list is an excerpt, or ends in 等 without a number."""
    clean = words("partial_exempt").sub("", title)
    return bool(words("partial").search(clean)) and not words("complete").search(clean)
