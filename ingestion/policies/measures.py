"""Bars as a policy words them: "20篇（含）以上" is at least 20, in 篇. The words are `language/measure.yaml`.

It reads policies only, and apart from the grammar that reads applications: criteria are held against the policy's own
words by something that a change of the extractor cannot move.
"""
from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct

from ingestion.domain import Comparator
from ingestion.language import load
from ingestion.patterns import compiled
from ingestion.policies.articles import whole_number

_BLANK = r"[ \t\u3000\u00a0]*"
_DIGITS = r"[0-9０-９]+(?:[,，][0-9０-９]{3})*(?:[.．][0-9０-９]+)?"
_FULL = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


class Measure(Struct, frozen=True):
    """`bar` is inclusive and in single units (200万元 is 2,000,000 of 元): 超过5 is at least 6."""

    comparator: Comparator
    bar: int
    unit: str
    text: str    # as worded, without blanks: "20篇（含）以上"


def measures(clause: str) -> tuple[Measure, ...]:
    """Every bar in `clause`, in order; a number without a comparator is none."""
    found = []
    for match in _words().bar.finditer(clause):
        read = _read(match)
        if read is not None:
            found.append(read)
    return tuple(found)


def asks_for_presence(clause: str) -> bool:
    """Whether the clause asks that something be there, without a number (设有…, 拥有…)."""
    return _words().presence.search(clause) is not None and not measures(clause)


def plural_unit(clause: str) -> str:
    """项 for 多项, 家 for 多家: the unit of a number that the clause leaves open; "" if there is none."""
    match = _words().plural.search(clause)
    return match["unit"] if match else ""


def _read(match: re.Match[str]) -> Measure | None:
    """A bar with its comparator; None for a number without one."""
    words = _words()
    before = words.before.get(_plain(match["before"] or ""))
    after = words.after.get(_plain(match["after"] or match["inside"] or ""))
    if before is None and after is None:
        return None
    exclusive = before in ("more_than", "less_than")
    lower = (before or after) in ("at_least", "more_than")
    value = amount_of(match["number"], match["magnitude"] or "")
    if value != int(value):
        return None
    bar = int(value) + ((1 if lower else -1) if exclusive else 0)
    text = re.sub(r"\s", "", match.group())
    return Measure(Comparator.AT_LEAST if lower else Comparator.AT_MOST, bar, match["unit"], text)


def amount_of(number: str, magnitude: str) -> Decimal:
    """5000 and 万 as 50,000,000."""
    return _value(number) * _words().magnitudes.get(magnitude, 1)


def _value(number: str) -> Decimal:
    if number[0] in "0123456789０１２３４５６７８９":
        return Decimal(number.translate(_FULL).replace(",", ""))
    return Decimal(whole_number(number))


def _plain(word: str) -> str:
    return re.sub(r"\s", "", word).replace("(", "（").replace(")", "）")


class _Words(Struct, frozen=True):
    bar: re.Pattern[str]
    presence: re.Pattern[str]
    plural: re.Pattern[str]
    magnitudes: dict[str, int]
    before: dict[str, str]
    after: dict[str, str]


@lru_cache(maxsize=1)
def _words() -> _Words:
    """The grammar of `language/measure.yaml`, compiled."""
    data = load("measure")
    before = {word: name for name, words in data["before"].items() for word in words}
    after = {word: name for name, words in data["after"].items() for word in words}
    units, magnitudes = either(data["units"]), either(data["magnitudes"])
    inside = rf"[（(]{_BLANK}含(?:本数)?{_BLANK}[)）]"
    bar = compiled.pattern(
        rf"(?:(?P<before>{either(before)}){_BLANK})?(?P<number>{_DIGITS}|[零一二三四五六七八九十百千两]{{1,8}}){_BLANK}"
        rf"(?P<magnitude>{magnitudes})?{_BLANK}(?:{inside}{_BLANK})?(?P<unit>{units}){_BLANK}(?P<inside>{inside})?{_BLANK}"
        rf"(?P<after>{either(after)})?")
    plural = compiled.pattern(rf"(?:{either(data['plural'])})(?P<unit>{units})")
    return _Words(bar, compiled.pattern(either(data["presence"])), plural, data["magnitudes"], before, after)


def either(words: list[str] | dict[str, int] | dict[str, str]) -> str:
    """Any of the words, longest first; a bracket in either width, a blank anywhere."""
    return "|".join(_BLANK.join(re.escape(c) if c not in "（）" else ("[（(]" if c == "（" else "[)）]") for c in word)
                    for word in sorted(words, key=lambda word: (-len(word), word)))
