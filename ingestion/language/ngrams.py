"""Which of many patterns can match in a text at all, from the characters and pairs of characters that it holds.

A regular expression that needs one of `未获`, `没有` cannot match where neither stands. For each pattern such a set of
n-grams is known from its syntax tree (`ingestion.patterns.grams`); a text is taken apart once, and every further
question about it is one operation on a mask of bits. The answer is sound and not complete: what may match still has to
be searched.
After R. Cox, "Regular Expression Matching with a Trigram Index" (2012).
"""

from __future__ import annotations

import itertools
import re
import sys
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from ingestion.patterns import compiled
from ingestion.patterns.grams import ODD

ASKED = 64  # times that a pattern is searched before it is worth to be taken apart
KEPT = 8_192  # patterns known together; then all are forgotten


class Patterns:
    """Patterns by the n-grams that they need: each has a number, once it was asked for some times."""

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}  # by identity: a pattern's own hash reads all of its code
        self._kept: list[re.Pattern[str]] = []
        self._asked: dict[int, int] = {}
        self._needing: dict[str, dict[str, int]] = {}  # character -> the one behind it, or "" -> a bit for each pattern
        self._free = 0  # the patterns that need nothing
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._kept)

    def number(self, pattern: re.Pattern[str]) -> int:
        """The number of a pattern; one beyond all others while it has none."""
        found = self.numbers.get(id(pattern))
        if found is not None:
            return found
        with self._lock:
            self._asked[id(pattern)] = asked = self._asked.get(id(pattern), 0) + 1
            return self._add(pattern) if asked >= ASKED and id(pattern) not in self.numbers else sys.maxsize

    def _add(self, pattern: re.Pattern[str]) -> int:
        number, needed = len(self._kept), compiled.needed(pattern)
        if needed is None:
            self._free |= 1 << number
        for gram in needed or ():
            behind = self._needing.setdefault(gram[0], {})
            behind[gram[1:]] = behind.get(gram[1:], 0) | 1 << number
        self._kept.append(pattern)
        self.numbers[id(pattern)] = number
        return number

    def mask(self, text: str) -> tuple[int, int]:
        """A bit for each pattern that may match in a text, and how many patterns that says anything of."""
        known, mask = len(self._kept), self._free
        if ODD.search(text):
            return 0, 0
        folded, needing = text.casefold(), self._needing
        for first, second in itertools.pairwise(folded + "\n"):
            behind = needing.get(first)
            if behind is not None:
                mask |= behind.get(second, 0) | behind.get("", 0)
        return mask, known


_shared = Patterns()


def shared() -> Patterns:
    """Those of this process."""
    global _shared
    if len(_shared) >= KEPT:
        _shared = Patterns()
    return _shared


class Text(str):
    """A text that knows which patterns may match in it, or in any part of it."""

    __slots__ = ("known", "mask", "patterns")
    patterns: Patterns
    mask: int  # a bit for each pattern that may match,
    known: int  # and how many patterns that says anything of

    def __getattr__(self, name: str) -> Any:
        """Found out when it is first asked for."""
        if name not in Text.__slots__:
            raise AttributeError(name)
        self.patterns = shared()
        self.mask, self.known = self.patterns.mask(self)
        return getattr(self, name)

    def may(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern can match at all."""
        number = self.patterns.numbers.get(id(pattern))
        if number is None:
            number = self.patterns.number(pattern)
        return number >= self.known or self.mask >> number & 1 == 1


def may(pattern: re.Pattern[str], text: str) -> bool:
    """Whether a pattern can match in a text; of one that is no `Text`, nothing is known."""
    return not isinstance(text, Text) or text.may(pattern)


def search(pattern: re.Pattern[str], text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
    """`pattern.search(text, start, end)`, where it may match."""
    if isinstance(text, Text) and not text.may(pattern):
        return None
    return pattern.search(text, start, end)


class Several:
    """Patterns that are always asked for together."""

    def __init__(self, patterns: Iterable[re.Pattern[str]]) -> None:
        self._all = tuple(patterns)
        self._of: Patterns | None = None  # whose numbers the following are
        self._numbers: list[int] = []
        self._last, self._mask = sys.maxsize, 0

    def possible(self, text: str) -> Sequence[int]:
        """The places, among them, of those that can match in a text."""
        if not isinstance(text, Text):
            return range(len(self._all))
        if text.patterns is not self._of:
            self._look_up(text.patterns)
        if self._last >= text.known:
            return [place for place, pattern in enumerate(self._all) if text.may(pattern)]
        found = text.mask & self._mask
        return [place for place, number in enumerate(self._numbers) if found >> number & 1] if found else ()

    def _look_up(self, patterns: Patterns) -> None:
        self._numbers = [patterns.number(pattern) for pattern in self._all]
        self._last = max(self._numbers, default=-1)
        if self._last < sys.maxsize:
            self._of, self._mask = patterns, sum(1 << number for number in {*self._numbers})


class Together:
    """Sets of patterns that are always asked for together; all of a set must match."""

    def __init__(self, sets: Iterable[Iterable[re.Pattern[str]]]) -> None:
        self._sets = [tuple(patterns) for patterns in sets]
        self._of: Patterns | None = None  # whose numbers the following are
        self._masks: list[int] = []
        self._last = sys.maxsize

    def possible(self, text: str) -> Sequence[int]:
        """The places, among them, of the sets that can match in a text as a whole."""
        if not isinstance(text, Text):
            return range(len(self._sets))
        if text.patterns is not self._of:
            self._look_up(text.patterns)
        if self._last >= text.known:
            return [place for place, patterns in enumerate(self._sets) if all(map(text.may, patterns))]
        mask = text.mask
        return [place for place, needed in enumerate(self._masks) if mask & needed == needed]

    def _look_up(self, patterns: Patterns) -> None:
        numbers = [{patterns.number(pattern) for pattern in one} for one in self._sets]
        self._last = max((number for one in numbers for number in one), default=-1)
        if self._last < sys.maxsize:
            self._of, self._masks = patterns, [sum(1 << number for number in one) for one in numbers]
