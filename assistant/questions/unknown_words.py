"""What in a question is strange to the policy: pieces that neither it, its vocabulary nor everyday language explains.

They tell a question about something that the policy does not speak of from one that only words it its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from assistant.questions.term_spotting import stem
from assistant.wording.texts import load
from ingestion.domain import Span

_LANGUAGE = Path(__file__).parent.parent / "language"
_SHORTEST = 2  # Chinese characters in a row
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[a-z]{3,}")


class Strangers:
    """Made once for a policy's text and the words that are known of it."""

    def __init__(self, folded_policy: str, words: Iterable[str]) -> None:
        self._pairs = {folded_policy[place : place + 2] for place in range(len(folded_policy) - 1)}
        self._stems = {stem(token) for text in words for token in _WORD.findall(text.lower())} | _plain_stems()

    def find(self, folded: str, spotted: Sequence[Span], language: str) -> tuple[str, ...]:
        """The strange pieces of a folded question; `spotted` is what its known words cover."""
        if language == "en" and not _HAN.search(folded):
            covered = _covered(len(folded), spotted)
            return tuple(
                match.group()
                for match in _WORD.finditer(folded)
                if not covered[match.start()] and stem(match.group()) not in self._stems
            )
        covered = _covered(len(folded), spotted)
        for word in everyday():
            place = folded.find(word)
            while place >= 0:
                covered[place : place + len(word)] = b"\1" * len(word)
                place = folded.find(word, place + 1)
        for place in range(len(folded) - 1):
            if folded[place : place + 2] in self._pairs and _HAN.match(folded[place]):
                covered[place : place + 2] = b"\1\1"
        for match in _counted().finditer(folded):
            covered[match.start() : match.end()] = b"\1" * len(match.group())
        single = function_characters()
        run, found = "", []
        for place, character in enumerate(folded + " "):
            strange = bool(_HAN.match(character)) and not covered[place] and character not in single
            if strange:
                run += character
            elif run:
                found.append(run)
                run = ""
        return tuple(one for one in found if len(one) >= _SHORTEST)


def _covered(length: int, spotted: Sequence[Span]) -> bytearray:
    covered = bytearray(length + 1)
    for span in spotted:
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    return covered


@cache
def everyday() -> tuple[str, ...]:
    """Everyday words of two and more characters."""
    words = (word.strip() for word in str(load(_LANGUAGE / "questions.yaml")["plain"]).split(";"))
    return tuple(dict.fromkeys(word for word in words if word))


@cache
def function_characters() -> frozenset[str]:
    """Characters that are words by themselves."""
    return frozenset(str(load(_LANGUAGE / "questions.yaml")["characters"]).replace(" ", ""))


@cache
def _counted() -> re.Pattern[str]:
    words = str(load(_LANGUAGE / "questions.yaml")["measures"])
    return re.compile(rf"[\d几两多一二三四五六七八九十百千万亿第某每哪各]+[{words}]")


@cache
def plain_english() -> tuple[str, ...]:
    return tuple(str(load(_LANGUAGE / "questions.yaml")["plain_en"]).split())


@cache
def _plain_stems() -> frozenset[str]:
    return frozenset(map(stem, plain_english()))
