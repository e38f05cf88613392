"""Personal identifiers out of what a language model gets, and back into what it says.

Identity card numbers, telephone numbers, account numbers, unified social credit codes and e-mail addresses become
placeholders that name their kind (身份证#1 in tortoise shell brackets), also when they are written in full-width
figures or split by blanks, dashes and dots. It redacts rather too much than too little: any run of nine and more
figures that is no row of dates goes out as an account number.
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
_KINDS = (  # in the order in which they are tried on a run without its splits
    (
        "身份证",
        re.compile(
            r"(?<![0-9])[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[0-9Xx](?![0-9])"
        ),
    ),
    (
        "信用代码",
        re.compile(
            r"(?<![0-9A-Za-z])(?=[0-9A-Za-z]*[0-9][0-9A-Za-z]*)[1-9A-Ya-y][1-9A-Ya-y][0-9]{6}[0-9A-Za-z]{10}(?![0-9A-Za-z])"
        ),
    ),
    ("手机号", re.compile(r"(?<![0-9])(?:86)?1[3-9]\d{9}(?![0-9])")),
    ("身份证", re.compile(r"(?<![0-9])[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9])")),
    ("电话", re.compile(r"(?<![0-9])0\d{9,11}(?![0-9])")),
    ("账号", re.compile(r"(?<![0-9])\d{9,30}(?![0-9])")),
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
            for match in pattern.finditer(compact):
                if any(taken[match.start() : match.end()]) or (kind == "账号" and _are_dates(places, match)):
                    continue
                taken[match.start() : match.end()] = [True] * (match.end() - match.start())
                found.append((kind, places[match.start()], places[match.end() - 1] + 1))
        yield from sorted(found, key=lambda one: one[1])


def _are_dates(places: list[int], match: re.Match[str]) -> bool:
    """Whether a long number is a row of years or dates with something between them."""
    split = places[match.end() - 1] - places[match.start()] + 1 > match.end() - match.start()
    return split and _DATES.fullmatch(match.group()) is not None


def _compact(text: str) -> str:
    return "".join(one for one in text.translate(_FULL) if one not in _SPLITS).upper()
