"""Personal identifiers out of what a language model gets, and back into what it says.

Identity card numbers, telephone numbers, account numbers, unified social credit codes and e-mail addresses become
placeholders that name their kind (身份证#1 in tortoise shell brackets), also when they are written in full-width
figures or split by blanks, dashes and dots. It redacts rather too much than too little: any run of nine and more
figures that is no row of dates goes out as an account number, a row of a table too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_SPLITS = (" \t\u00a0\u3000\u2002\u2003\u2009\u202f\u200b\u200c\u200d\u2060\ufeff\u00ad"
           "-\u2010\u2011\u2012\u2013\u2014\u2015\uff0d\u00b7\u30fb\u2022.\uff0e_/\uff0f\r\n")
_FULL = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_ALNUM = "0-9A-Za-z\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"      # half-width and full-width
_RUN = re.compile(rf"[{_ALNUM}](?:[{re.escape(_SPLITS)}]{{0,3}}[{_ALNUM}])+")
_MAIL_WORD = rf"[{_ALNUM}._%+\-\uff0e\uff0d\uff3f]"
_MAIL = re.compile(rf"{_MAIL_WORD}+[ \u200b]{{0,2}}[@\uff20][ \u200b]{{0,2}}[{_ALNUM}\-\uff0d]+"
                   rf"(?:[ \u200b]{{0,2}}[.\uff0e][ \u200b]{{0,2}}[{_ALNUM}\-\uff0d]+)+")
LONGEST = 30   # figures of an account number in one piece; a hash may have more
_CODE, _ACCOUNT = "信用代码", "账号"
_KINDS = (  # in the order in which they are tried on a run without its splits
    (
        "身份证",
        re.compile(
            r"(?<![0-9])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9])"
        ),
    ),
    (_CODE, re.compile(r"(?=([1-9A-Ya-y]{2}[0-9]{6}[0-9A-Za-z]{10}))")),   # at every place: see `_codes`
    ("手机号", re.compile(r"(?<![0-9])(?:86)?1[3-9]\d{9}(?![0-9])")),
    ("身份证", re.compile(r"(?<![0-9])[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9])")),
    ("电话", re.compile(r"(?<![0-9])0\d{9,11}(?![0-9])")),
    (_ACCOUNT, re.compile(r"\d{9,}")),
)
_DATES = re.compile(
    r"(?:(?:19|20)\d\d|(?:19|20)\d\d(?:0[1-9]|1[0-2])|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))+"
)
_PLACEHOLDER = re.compile("\u3014(?:身份证|信用代码|手机号|电话|账号|邮箱)#(\\d+)\u3015")


@dataclass
class Redactor:
    """One for everything that is sent together: the same identifier is the same placeholder throughout."""

    originals: dict[str, str] = field(default_factory=dict)  # placeholder to what stood there first
    _placeholders: dict[str, str] = field(default_factory=dict)  # identifier without splits to placeholder
    _taken: set[int] = field(default_factory=set)

    def redact(self, text: str) -> str:
        """The text without identifiers."""
        self._taken |= {int(match[1]) for match in _PLACEHOLDER.finditer(text)}
        text = _MAIL.sub(lambda match: self._placeholder("邮箱", match.group(), _compact(match.group())), text)
        pieces, place = [], 0
        for kind, start, end in _found(text):
            pieces += [text[place:start], self._placeholder(kind, text[start:end], _compact(text[start:end]))]
            place = end
        return "".join([*pieces, text[place:]])

    def restore(self, text: str) -> str:
        """What a model wrote with the identifiers back in place."""
        return _PLACEHOLDER.sub(lambda match: self.originals.get(match.group(), match.group()), text)

    def _placeholder(self, kind: str, original: str, compact: str) -> str:
        key = f"{kind}:{compact}"
        if key not in self._placeholders:
            number = next(
                number for number in range(1, len(self._taken) + len(self.originals) + 2) if number not in self._taken
            )
            self._taken.add(number)
            self._placeholders[key] = f"\u3014{kind}#{number}\u3015"
            self.originals[self._placeholders[key]] = original
        return self._placeholders[key]


def _found(text: str) -> Iterator[tuple[str, int, int]]:
    """Kind, start and end of each identifier, however it is split or widened."""
    for run in _RUN.finditer(text):
        compact, places = "", []
        for place in range(run.start(), run.end()):
            character = text[place].translate(_FULL)
            if character.isascii() and character.isalnum():
                compact += character
                places.append(place)
        taken = [False] * len(compact)
        found = []
        for kind, pattern in _KINDS:
            spans = _codes(pattern, compact, places) if kind == _CODE else (
                match.span() for match in pattern.finditer(compact))
            for start, end in spans:
                if any(taken[start:end]) or (kind == _ACCOUNT and _no_account(compact, places, start, end)):
                    continue
                taken[start:end] = [True] * (end - start)
                found.append((kind, places[start], places[end - 1] + 1))
        yield from sorted(found, key=lambda one: one[1])


def _codes(pattern: re.Pattern[str], compact: str, places: list[int]) -> list[tuple[int, int]]:
    """Where credit codes stand, also after a word or a number: ("read 9150…", "2023 9150…", "code9150…").

    A code begins and ends where a piece does, and its letters are of one case. Where a split one can be read in two
    ways, all of both is taken. Figures alone within a longer row of figures are left to the account numbers.
    """
    def apart(place: int) -> bool:
        """Whether a piece begins here."""
        if place in {0, len(compact)} or places[place] > places[place - 1] + 1:
            return True
        before, after = compact[place - 1], compact[place]
        return (before.isalpha() and after.isdigit()) or (not before.islower() and after.islower())

    found: list[tuple[int, int]] = []
    for match in pattern.finditer(compact):
        start, end = match.span(1)
        one = match[1]
        among = one.isdigit() and (compact[:start][-1:].isdigit() or compact[end:][:1].isdigit())
        if apart(start) and apart(end) and one in {one.upper(), one.lower()} and not among:
            if found and start < found[-1][1]:
                start = found.pop()[0]
            found.append((start, end))
    return found


def _no_account(compact: str, places: list[int], start: int, end: int) -> bool:
    """Whether a long number is a row of years or dates with something between them, or one piece too long for any."""
    split = places[end - 1] - places[start] + 1 > end - start
    return _DATES.fullmatch(compact[start:end]) is not None if split else end - start > LONGEST


def _compact(text: str) -> str:
    return "".join(one for one in text.translate(_FULL) if one not in _SPLITS).upper()
