"""Whether a password can be guessed from what passwords are usually made of.

It is cut into pieces that a guesser tries first: known words (also with digits for letters), walks over a keyboard or a
row of digits, days and years, what repeats, and what is known of the person. What is left over counts letter by letter,
a piece as little more than one. The words are data (`weak_words.txt`).
"""
from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path

WORDS = Path(__file__).parent / "weak_words.txt"
ENOUGH = 8          # units that a guesser has to find
A_PIECE = 2         # units that a piece is worth
SHORTEST_WALK = 3
_FOLD = str.maketrans("@4831!0$57", "aabeiiosst")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "abcdefghijklmnopqrstuvwxyz", "!@#$%^&*()",
         "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p")
_WALKS = tuple(way for row in _ROWS for way in (row, row[::-1]))
_KNOWN_NUMBERS = re.compile(r"(?:19|20)\d\d(?:[01]?\d(?:[0-3]?\d)?)?|5201314|1314520|520|1314|888+|666+|168|007")
_REPEATED = re.compile(r"(.{1,4}?)\1+|(?:(.)\2{1,3}){3,}")


def guessable(password: str, personal: Collection[str] = ()) -> bool:
    """`personal` are the person's own words: name, address."""
    plain = password.casefold()
    known = {one.casefold() for one in personal if len(one) > 1}
    return min(_units(plain, known), _units(plain.translate(_FOLD), known)) < ENOUGH


def _units(text: str, personal: Collection[str]) -> int:
    """The fewest units that pieces and single characters make the text of."""
    least = [0] * (len(text) + 1)
    for at in range(len(text) - 1, -1, -1):
        best = 1 + least[at + 1]
        for length in _pieces(text, at, personal):
            best = min(best, A_PIECE + least[at + length])
        least[at] = best
    return least[0]


def _pieces(text: str, at: int, personal: Collection[str]) -> set[int]:
    """Lengths of the pieces that begin there."""
    found = {length for length in range(2, min(_longest(), len(text) - at) + 1) if text[at:at + length] in _words()}
    found |= {len(one) for one in personal if text.startswith(one, at)}
    for pattern in (_KNOWN_NUMBERS, _REPEATED):
        match = pattern.match(text, at)
        if match and len(match[0]) >= SHORTEST_WALK:
            found.add(len(match[0]))
    for walk in _WALKS:
        length = _along(walk, text, at)
        if length >= SHORTEST_WALK:
            found.add(length)
    return found


def _along(walk: str, text: str, at: int) -> int:
    place, length = walk.find(text[at]), 0
    while 0 <= place < len(walk) and at + length < len(text) and walk[place] == text[at + length]:
        place, length = place + 1, length + 1
    return length


@cache
def _words() -> frozenset[str]:
    lines = WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _longest() -> int:
    return max(map(len, _words()))
