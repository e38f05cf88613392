"""Whether the words of a sentence stand in its sources: what is left over is new matter.

A sentence is made of pieces of its sources and of connecting words that bring no matter of their own
(`language/checks.yaml`). Two pieces that stand side by side must do so in one source too, or follow each other there
closely without a denial between them: who does what to whom cannot be turned around by moving words.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path

from assistant.checking import claims
from assistant.questions.term_spotting import stem
from assistant.wording.texts import load

_WORDS = Path(__file__).parent.parent / "language" / "checks.yaml"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN = re.compile(r"[a-z][a-z'’.\-]*[a-z]|[a-z]")
_NUMBER = re.compile(r"[\d,.]+|[零〇一二两三四五六七八九十百千万亿几]+")
_DOCUMENT = re.compile(r"附件\d+|attachment \d+")
_CLOSE = 24      # characters that may be left out between two pieces of a source
_LEFT = 2        # single characters of a sentence that may stand in no source
_LONGEST = 6     # characters of a connecting word


class Sources:
    """The words of some plain texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = [text for text in texts if text]
        self._pairs = {text[place:place + 2] for text in self.texts for place in range(len(text) - 1)}
        self._latin = {word for text in self.texts for word in _LATIN.findall(text)}
        self._stems = {stem(word) for word in self._latin} | _connecting_stems()

    def lacks(self, text: str) -> list[str]:
        """The words of a plain text that are in no source: Chinese runs, and Latin words."""
        known = self._known(text)
        runs, run = [], ""
        for place, character in enumerate(text + " "):
            if _HAN.match(character) and not known[place]:
                run += character
            elif run:
                runs.append(run)
                run = ""
        strange = [one for one in runs if len(one) > 1]
        single = [one for one in runs if len(one) == 1]
        if len(single) > _LEFT:
            strange += single
        chinese = _HAN.search(text) is not None
        strange += [word for word in _LATIN.findall(text)
                    if word not in self._latin and (chinese or stem(word) not in self._stems)]
        return strange

    def joins(self, text: str) -> bool:
        """Whether pieces of a Chinese text that stand side by side belong together in one source."""
        free = _connecting_places(text)
        for place in range(1, len(text)):
            first, second = place - 1, place
            if not (_HAN.match(text[first]) and _HAN.match(text[second])) or free[first] or free[second]:
                continue
            if text[first:second + 1] not in self._pairs and not self._follows(text, place):
                return False
        return True

    def gives(self, text: str) -> bool:
        """Whether what something is handed or said to (向, 给, 对 …) is so in a source: not who hands it over."""
        for match in _datives().finditer(text):
            to = text[match.end():match.end() + 2]
            if len(to) == 2 and any(to in source for source in self.texts) and not any(
                    re.search(rf"(?:{_datives().pattern}).{{0,1}}{re.escape(to)}", source) for source in self.texts):
                return False
        return True

    def _follows(self, text: str, place: int) -> bool:
        """Whether what stands before and after a place follows one another in a source, nothing denied between."""
        before, after = text[max(0, place - 2):place], text[place:place + 2]
        for source in self.texts:
            found = source.find(before)
            while found >= 0:
                start = found + len(before)
                gap = source.find(after, start, start + _CLOSE + len(after))
                if gap >= 0 and not claims.denies(source[start:gap]):
                    return True
                found = source.find(before, found + 1)
        return False

    def _known(self, text: str) -> bytearray:
        known = _connecting_places(text)
        for place in range(len(text) - 1):
            if text[place:place + 2] in self._pairs:
                known[place:place + 2] = b"\1\1"
        return known


@lru_cache(maxsize=1024)
def content(text: str) -> frozenset[str]:
    """What a plain text is about: pairs of Chinese characters and Latin stems, without connecting words."""
    free = _connecting_places(text)
    pairs = {text[place:place + 2] for place in range(len(text) - 1)
             if _HAN.match(text[place]) and _HAN.match(text[place + 1]) and not free[place] and not free[place + 1]}
    words = {stem(word) for word in _LATIN.findall(text)} - _connecting_stems()
    return frozenset(pairs | words | set(_DOCUMENT.findall(text)))


def _connecting_places(text: str) -> bytearray:
    """Marks on connecting words and numbers, the longest at each place."""
    marks, words = bytearray(len(text) + 1), _connecting()
    place = 0
    while place < len(text):
        number = _NUMBER.match(text, place)
        if number:
            end = number.end() + (1 if text[number.end():number.end() + 1] in _measures() else 0)
            marks[place:end] = b"\1" * (end - place)
            place = end
            continue
        size = next((size for size in range(_LONGEST, 0, -1) if text[place:place + size] in words), 0)
        marks[place:place + size] = b"\1" * size
        place += max(1, size)
    return marks


@cache
def _datives() -> re.Pattern[str]:
    return re.compile("|".join(map(str, load(_WORDS)["datives"])))


@cache
def _connecting() -> frozenset[str]:
    texts = load(_WORDS)
    return frozenset(str(texts["connecting"]).split()) | frozenset(str(texts["particles"]))


@cache
def _connecting_stems() -> frozenset[str]:
    return frozenset(map(stem, _words(load(_WORDS)["connecting_en"])))


@cache
def _measures() -> frozenset[str]:
    return frozenset(str(load(_WORDS)["measures"]))


def _words(text: object) -> Iterable[str]:
    return str(text).split()
