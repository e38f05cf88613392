"""Finds known words in a question: the longest first, also with a slip of the pen, in pinyin or by its initials.

A slip is a Chinese word written with other characters that sound the same (专移 for 转移), or, in a word of five and more
characters, with one character inside it that is wrong altogether. Numerals and everyday words are never taken for a slip.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingestion.domain import Span
from ingestion.pinyin import syllable

_LATIN = re.compile(r"[a-z][a-z&'’+\-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMERALS = frozenset("一二三四五六七八九十百千万两几多第零半〇")
_FUNCTION = frozenset("的了是不有在和就也都还要会能吗呢吧这那我你他们个没被把给让跟与及或而且只再又很最")
_ENDINGS = ("ing", "ed", "es", "s")
SHORTEST_SLIP, _SHORTEST_WRONG, _SHORTEST_INITIALS = 2, 5, 3
_STEM = 3   # letters that a Latin word keeps at least


@dataclass(frozen=True, slots=True)
class Spotted:
    """`word` as the list has it, where the question has it; `slip` when it was written otherwise."""

    word: str
    span: Span
    slip: bool = False


class Lexicon:
    """Words to look for. Building one costs milliseconds; it is meant to be kept. What stands in the `sound` text is no slip."""

    def __init__(self, words: Iterable[str], sound: str = "", shortest_slip: int = SHORTEST_SLIP) -> None:
        self._sound, self._shortest = sound, shortest_slip
        self._han: set[str] = set()
        self._latin: dict[tuple[str, ...], str] = {}
        for word in words:
            if _HAN.search(word):
                self._han.add(word)
            else:
                self._latin.setdefault(tuple(stem(token) for token in _tokens(word)), word)
        self._longest = max(map(len, self._han), default=0)
        self._most_tokens = max(map(len, self._latin), default=0)
        self._sounds: dict[tuple[str, ...], str] = {}
        self._initials: dict[str, str] = {}
        self._pinyin: dict[str, str] = {}
        self._wrong: dict[tuple[int, str], list[str]] = {}
        for word in sorted(self._han):
            sounds = _sounds(word)
            if len(word) >= shortest_slip and all(_HAN.match(one) for one in word):
                self._sounds.setdefault(sounds, word)
                self._pinyin.setdefault("".join(sounds), word)
                if len(word) >= _SHORTEST_INITIALS:
                    self._initials.setdefault("".join(one[0] for one in sounds), word)
            if len(word) >= _SHORTEST_WRONG:
                for place in (0, 1):
                    self._wrong.setdefault((place, word[place * 2:place * 2 + 2]), []).append(word)

    def spot(self, text: str) -> list[Spotted]:
        """The words of a text (folded, in lower case, simplified), left to right; none overlaps another."""
        found = self._exact(text)
        taken = bytearray(len(text))
        for one in found:
            taken[one.span.start:one.span.end] = b"\1" * (one.span.end - one.span.start)
        found += self._slips(text, taken)
        found += self._spelled(text, taken)
        return sorted(found, key=lambda one: one.span)

    def _exact(self, text: str) -> list[Spotted]:
        found = []
        place = 0
        tokens = {match.start(): match for match in _LATIN.finditer(text)}
        ordered = sorted(tokens)
        while place < len(text):
            hit = self._phrase(text, place, tokens, ordered) if place in tokens else self._word(text, place)
            if hit:
                found.append(hit)
                place = hit.span.end
            else:
                place = tokens[place].end() if place in tokens else place + 1
        return found

    def _word(self, text: str, place: int) -> Spotted | None:
        for length in range(min(self._longest, len(text) - place), 0, -1):
            word = text[place:place + length]
            if word in self._han:
                return Spotted(word, Span(place, place + length))
        return None

    def _phrase(self, text: str, place: int, tokens: Mapping[int, re.Match[str]], ordered: list[int]) -> Spotted | None:
        first = ordered.index(place)
        run = [tokens[start] for start in ordered[first:first + self._most_tokens]]
        for length in range(len(run), 0, -1):
            between = text[run[0].end():run[length - 1].start()] if length > 1 else ""
            if _HAN.search(between) or re.search(r"[.;:?!,，。；？！]", between):
                continue
            word = self._latin.get(tuple(stem(one.group()) for one in run[:length]))
            if word:
                return Spotted(word, Span(place, run[length - 1].end()))
        return None

    def _slips(self, text: str, taken: bytearray) -> list[Spotted]:
        found = []
        sounds = _sounds(text)
        for length in range(min(self._longest, len(text)), self._shortest - 1, -1):
            for place in range(len(text) - length + 1):
                written = text[place:place + length]
                if any(taken[place:place + length]):
                    continue
                word = self._sounds.get(sounds[place:place + length]) or self._one_wrong(written)
                if word and word != written and self._plausible(word, written):
                    taken[place:place + length] = b"\1" * length
                    found.append(Spotted(word, Span(place, place + length), slip=True))
        return found

    def _one_wrong(self, written: str) -> str:
        if len(written) < _SHORTEST_WRONG:
            return ""
        for place in (0, 1):
            for word in self._wrong.get((place, written[place * 2:place * 2 + 2]), ()):
                if len(word) == len(written) and word[-1] == written[-1] and word[0] == written[0] and _differ(word, written) == 1:
                    return word
        return ""

    def _plausible(self, word: str, written: str) -> bool:
        """At least half of the characters stay, and no numeral or everyday word is taken for anything else."""
        if written in self._sound:
            return False
        if len(word) == SHORTEST_SLIP and not _FUNCTION.isdisjoint(written):
            return False
        changed = [(a, b) for a, b in zip(word, written, strict=True) if a != b]
        return 2 * len(changed) <= len(word) and all(
            a not in _NUMERALS and b not in _NUMERALS and _HAN.match(b) for a, b in changed)

    def _spelled(self, text: str, taken: bytearray) -> list[Spotted]:
        """Pinyin and initials; only in a text that is not plain English."""
        if not _HAN.search(text) and " " in text.strip():
            return []
        found = []
        for match in _LATIN.finditer(text):
            token = match.group()
            if any(taken[match.start():match.end()]) or len(token) < _SHORTEST_INITIALS:
                continue
            word = self._pinyin.get(token) or self._initials.get(token)
            if word:
                found.append(Spotted(word, Span(match.start(), match.end()), slip=True))
        return found


def stem(token: str) -> str:
    """An English word without the endings of number and tense; both sides are cut the same way."""
    token = token.replace("’", "'").removesuffix("'s").strip("'")
    if token.endswith("ies") and len(token) > _STEM + 2:
        return token[:-3] + "y"
    for ending in _ENDINGS:
        if token.endswith(ending) and not token.endswith("ss") and len(token) - len(ending) >= _STEM:
            token = token[:-len(ending)]
            break
    return token[:-1] if token.endswith("e") and len(token) > _STEM else token


def _differ(word: str, written: str) -> int:
    return sum(a != b for a, b in zip(word, written, strict=True))


def _tokens(word: str) -> list[str]:
    return _LATIN.findall(word.lower()) or [word.lower()]


def _sounds(text: str) -> tuple[str, ...]:
    """The syllable of each character; what has none stands for itself."""
    return tuple(syllable(one) or one for one in text)
