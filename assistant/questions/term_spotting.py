"""Finds known words in a question: the longest first, also with a slip of the pen, in pinyin or by its initials.

A slip is a Chinese word written with other characters that sound alike (专移 for 转移), with two of them changed over,
or, in a word of five and more, with one inside it wrong, missing or too much. In a Latin word of six letters and more
one letter may be so. Numerals and everyday words are never taken for a slip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

from ingestion.domain import Span
from ingestion.names.pinyin import syllable

_LATIN = re.compile(r"[a-z][a-z&'’+\-]*")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMERALS = frozenset("一二三四五六七八九十百千万两几多第零半〇")
_FUNCTION = frozenset("的了是不有在和就也都还要会能吗呢吧这那我你他们个没被把给让跟与及或而且只再又很最为")
_ENDINGS = ("ing", "ed", "es", "s")
SHORTEST_SLIP, _SHORTEST_WRONG, _SHORTEST_INITIALS, _SHORTEST_SWAPPED = 2, 5, 3, 4
_SHORTEST_LATIN_SLIP = 6
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"))
_ENDINGS_ALIKE = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_STEM = 3  # letters that a Latin word keeps at least


class Spotted(Struct, frozen=True):
    """`word` as the list has it, where the question has it; `slip` when it was written otherwise."""

    word: str
    span: Span
    slip: bool = False

    def within(self, others: Iterable[Spotted]) -> bool:
        return any(one.span.start <= self.span.start and self.span.end <= one.span.end for one in others)


class Lexicon:
    """Words to look for, made in some milliseconds and to be kept. What stands in the `sound` text is no slip."""

    def __init__(
        self, words: Iterable[str], sound: str = "", shortest_slip: int = SHORTEST_SLIP, *, bends: bool = True
    ) -> None:
        """`sound` are words that are found by their sound only; `bends`: one wrong character is forgiven."""
        self._sound, self._shortest = sound, shortest_slip
        self._han: set[str] = set()
        self._latin: dict[tuple[str, ...], str] = {}
        for word in words:
            if _HAN.search(word):
                self._han.add(word)
            else:
                self._latin.setdefault(tuple(stem(token) for token in _tokens(word)), word)
        self._latin_stems = sorted({one for stems in self._latin for one in stems
                                    if len(one) >= _SHORTEST_LATIN_SLIP - 1})
        self._known_stems = {one for stems in self._latin for one in stems} | {
            stem(one) for one in re.findall(r"[a-z]+", sound)
        }
        self._longest = max(map(len, self._han), default=0)
        self._most_tokens = max(map(len, self._latin), default=1)
        self._sounds: dict[tuple[str, ...], str] = {}
        self._initials: dict[str, str] = {}
        self._pinyin: dict[str, str] = {}
        self._wrong: dict[tuple[int, str], list[str]] = {}
        self._bent: dict[str, str] = {}
        for word in sorted(self._han):
            if len(word) >= SHORTEST_SLIP and all(_HAN.match(one) for one in word):
                if len(word) >= shortest_slip:
                    self._sounds.setdefault(_sounds(word), word)
                spelling = [syllable(one) or one for one in word]
                self._pinyin.setdefault("".join(spelling), word)
                if len(word) >= _SHORTEST_INITIALS:
                    self._initials.setdefault("".join(one[0] for one in spelling), word)
            if bends and len(word) >= _SHORTEST_SWAPPED:
                for variant in _variants(word):
                    self._bent.setdefault(variant, word)
            if bends and len(word) >= _SHORTEST_WRONG:
                for place in (0, 1):
                    self._wrong.setdefault((place, word[place * 2 : place * 2 + 2]), []).append(word)

    def spot(self, text: str, sound: Iterable[Span] = ()) -> list[Spotted]:
        """The words of a text (folded, in lower case, simplified), left to right; none overlaps another.

        What is `sound` is written as it should be: no slip is looked for there.
        """
        found = self._exact(text)
        taken = bytearray(len(text))
        for span in (*sound, *(one.span for one in found)):
            if span.end - span.start > 1:    # a word of one character hides no slip of a longer one
                taken[span.start : span.end] = b"\1" * (span.end - span.start)
        slips = self._slips(text, taken)
        found = [one for one in found if len(one.word) > 1 or not one.within(slips)] + slips
        found += self._spelled(text, taken)
        return sorted(found, key=lambda one: one.span)

    def _exact(self, text: str) -> list[Spotted]:
        """Known words as they stand, the longest first."""
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
            word = text[place : place + length]
            if word in self._han:
                return Spotted(word, Span(place, place + length))
        return None

    def _phrase(self, text: str, place: int, tokens: Mapping[int, re.Match[str]], ordered: list[int]) -> Spotted | None:
        """The longest known phrase of Latin words that begins here."""
        first = ordered.index(place)
        run = [tokens[start] for start in ordered[first : first + self._most_tokens]]
        for length in range(len(run), 0, -1):
            between = text[run[0].end() : run[length - 1].start()] if length > 1 else ""
            if _HAN.search(between) or re.search(r"[.;:?!,，。；？！]", between):
                continue
            stems = tuple(stem(one.group()) for one in run[:length])
            word = self._latin.get(stems) or self._latin.get(tuple(map(self._mended, stems)))
            if word:
                return Spotted(word, Span(place, run[length - 1].end()), slip=stems not in self._latin)
        return None

    def _mended(self, token: str) -> str:
        """A stem that nobody knows as the one that it is a slip of, if there is one."""
        if len(token) < _SHORTEST_LATIN_SLIP - 1 or token in self._known_stems:
            return token
        return next((known for known in self._latin_stems if _one_letter_off(token, known)), token)

    def _slips(self, text: str, taken: bytearray) -> list[Spotted]:
        """Known words with a slip: alike in sound, bent, or one character wrong."""
        found = []
        alike, exact = tuple(map(_sound, text)), tuple(syllable(one) or one for one in text)
        for length in range(min(self._longest, len(text)), self._shortest - 1, -1):
            for place in range(len(text) - length + 1):
                written = text[place : place + length]
                if any(taken[place : place + length]):
                    continue
                sounds = (alike if length > SHORTEST_SLIP else exact)[place : place + length]
                word = self._sounds.get(sounds) or self._bent.get(written) or self._one_wrong(written)
                if word and word != written and self._plausible(word, written):
                    taken[place : place + length] = b"\1" * length
                    found.append(Spotted(word, Span(place, place + length), slip=True))
        return found

    def _one_wrong(self, written: str) -> str:
        """The known word that one character more or other makes of what is written; "" for none."""
        if len(written) < _SHORTEST_WRONG or not self._wrong:
            return ""
        for place in range(1, len(written) - 1) if len(written) > _SHORTEST_WRONG else ():
            if (word := written[:place] + written[place + 1 :]) in self._han:
                return word
        for place in (0, 1):
            for word in self._wrong.get((place, written[place * 2 : place * 2 + 2]), ()):
                if (
                    len(word) == len(written)
                    and word[-1] == written[-1]
                    and word[0] == written[0]
                    and _differ(word, written) == 1
                ):
                    return word
        return ""

    def _plausible(self, word: str, written: str) -> bool:
        """At least half of the characters stay, and no numeral or everyday word is taken for anything else."""
        if written in self._sound:
            return False
        if len(word) == SHORTEST_SLIP and not _FUNCTION.isdisjoint(written):
            return False
        if len(word) != len(written) or sorted(word) == sorted(written):
            return True
        changed = [(a, b) for a, b in zip(word, written, strict=True) if a != b]
        return 2 * len(changed) <= len(word) and all(
            a not in _NUMERALS and b not in _NUMERALS and _HAN.match(b) for a, b in changed
        )

    def _spelled(self, text: str, taken: bytearray) -> list[Spotted]:
        """Pinyin and initials; only in a text that is not plain English."""
        if not _HAN.search(text) and " " in text.strip():
            return []
        found = []
        for match in _LATIN.finditer(text):
            token = match.group()
            if any(taken[match.start() : match.end()]) or len(token) < _SHORTEST_INITIALS:
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
    token = token.removesuffix("s") if token.endswith("ees") else token      # employees
    for ending in _ENDINGS:
        if token.endswith(ending) and not token.endswith(("ss", "eed")) and len(token) - len(ending) >= _STEM:
            token = token[: -len(ending)]
            break
    return token[:-1] if token.endswith("e") and len(token) > _STEM else token


def _variants(word: str) -> Iterable[str]:
    """A word with two neighbours changed over, or, if it is long, with an inner character left out."""
    for place in range(len(word) - 1):
        yield word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if len(word) > _SHORTEST_WRONG:
        for place in range(1, len(word) - 1):
            yield word[:place] + word[place + 1 :]


def _one_letter_off(token: str, known: str) -> bool:
    """Whether two Latin words differ by one letter: wrong, missing, too much, or changed over with the next."""
    if abs(len(token) - len(known)) > 1 or token[0] != known[0]:
        return False
    start = next(
        (place for place, (a, b) in enumerate(zip(token, known, strict=False)) if a != b), min(len(token), len(known))
    )
    rest, other = token[start:], known[start:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
    )


def _differ(word: str, written: str) -> int:
    return sum(a != b for a, b in zip(word, written, strict=True))


def _tokens(word: str) -> list[str]:
    return _LATIN.findall(word.lower()) or [word.lower()]


def _sounds(text: str) -> tuple[str, ...]:
    """The syllable of each character, in a word of three and more without what phonetic keyboards confuse."""
    return tuple(map(_sound, text)) if len(text) > SHORTEST_SLIP else tuple(syllable(one) or one for one in text)


@lru_cache(maxsize=8192)
def _sound(character: str) -> str:
    sound = syllable(character) or character
    for full, short in _ALIKE:
        sound = short + sound[len(full) :] if sound.startswith(full) else sound
    for full, short in _ENDINGS_ALIKE:
        sound = sound[: -len(full)] + short if sound.endswith(full) else sound
    return sound
