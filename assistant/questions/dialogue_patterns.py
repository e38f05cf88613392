"""The patterns of `language/dialogue.yaml`: how questions are put, in both languages."""
from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from assistant.wording.texts import load

_WORDS = Path(__file__).parent.parent / "language" / "dialogue.yaml"


@cache
def pattern(group: str, name: str) -> re.Pattern[str]:
    """One pattern of a group, compiled."""
    return re.compile(str(load(_WORDS)[group][name]).strip(), re.IGNORECASE)


@cache
def names(group: str) -> tuple[str, ...]:
    """The names of a group, in the order of the file."""
    entries: Mapping[str, object] = load(_WORDS)[group]
    return tuple(str(name) for name in entries)


def says(group: str, name: str, folded: str) -> bool:
    return pattern(group, name).search(folded) is not None


def first(group: str, folded: str) -> str:
    """The first name of a group whose pattern is found, "" if none is."""
    return next((name for name in names(group) if says(group, name, folded)), "")
