"""Things named in several places: what tells that two are one, by numbers, names and the aliases written beside them,
names that are nearly one where their dates agree; and what leaves it open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from ingestion.facts.lexicon import words
from ingestion.language import fold, load
from ingestion.names import organisations
from ingestion.numbers.periods import dates

NEAR = 0.75  # of the longer name's characters that two names share, in their order
SHORTEST = 5  # characters of a name that may be nearly another one
LONGEST_ALIAS = 60
MONTH = 31  # days

_BRACKETED = re.compile(r"([^\n，。；：、|（）]{3,40})（([^（）\n]{2,60})）")
_ABBREVIATION = re.compile(r"[A-Z][A-Za-z&.-]{1,9}")
_CODE = re.compile(r"(?<![A-Za-z0-9])(?=[0-9./-]*[A-Z])(?=[A-Z0-9./-]*\d{4})[A-Z0-9][A-Z0-9./-]{7,}(?![A-Za-z0-9])")
_LATIN = re.compile(r"[A-Za-z]{3,}")
_CHINESE = re.compile(r"[\u3400-\u9fff]{2,}")


class Thing(Struct, frozen=True):
    """One item of a list: the keys of its names, and what else may tell that it is another one's."""

    name: str
    keys: frozenset[str]
    codes: frozenset[str]
    begun: date | None
    countries: frozenset[str]
    to_the_month: bool = False  # `begun` is more than a year
    row: bool = False  # of a table

    @property
    def letters(self) -> str:
        return re.sub(r"[^\w]", "", fold(re.sub(r"（[^（）]*）", "", self.name))).casefold()


def thing(name: str, text: str, country: str, keys: frozenset[str], *, row: bool) -> Thing:
    told = dates(text)
    codes = frozenset(_CODE.findall(text))
    countries = frozenset(organisations.countries_in(country or name))
    begun, fine = (told[0][1], (told[0][2] - told[0][1]).days <= MONTH) if told else (None, False)
    return Thing(name, keys, codes, begun, countries, fine, row)


class Aliases(Struct, frozen=True):
    """Other names of bodies that documents write beside them: 瑞典国家道路与运输研究所（VTI）."""

    known: dict[str, str]  # from each key to one of them

    def of(self, keys: Iterable[str]) -> frozenset[str]:
        return frozenset(self.known.get(key, key) for key in keys)


def aliases(texts: Sequence[str]) -> Aliases:
    """All names that brackets join in any document; one that is written beside two bodies is neither's."""
    beside: dict[str, set[str]] = {}
    for text in texts:
        for match in _BRACKETED.finditer(text):
            body = _body(match[1])
            short = words("short_lead").sub("", match[2]).strip("“”\"' ")
            if body and len(short) <= LONGEST_ALIAS and (_ABBREVIATION.fullmatch(short) or _body(short)):
                beside.setdefault(organisations.normalise(short), set()).add(organisations.normalise(body))
    known: dict[str, str] = {}
    for short, bodies in sorted(beside.items()):
        if len(bodies) == 1 and (body := next(iter(bodies))) and short != body:
            known[short] = known.get(body, body)
    return Aliases(known)


def _body(text: str) -> str:
    """The name of a body at the end of what stands before a bracket; "" where there is none."""
    name = re.split(r"[与和及由在对向给是为]|(?:位于|来自|签约)", text.strip())[-1].strip()
    known = organisations.origin(name) is not organisations.Origin.UNKNOWN or words("firm_end").search(name)
    return name if len(name) >= 3 and known else ""


def same(one: Thing, other: Thing) -> bool:
    """By a number, a name or an alias of both; by nearly the same name where the day it began is the same."""
    if one.keys & other.keys or one.codes & other.codes:
        return True
    return one.begun is not None and one.begun == other.begun and _near(one.letters, other.letters)


def maybe(one: Thing, other: Thing) -> bool:
    """Nearly the same name alone; or one name in Chinese, one in Latin letters, of one country or one day."""
    first, second = one.letters, other.letters
    if one.begun is not None and other.begun is not None and one.begun != other.begun:
        return False
    if _near(first, second):
        return True
    scripts = [(bool(_CHINESE.search(name)), bool(_LATIN.search(name))) for name in (one.name, other.name)]
    apart = sorted(scripts) == [(False, True), (True, False)]
    days = one.begun is not None and one.begun == other.begun and one.to_the_month and other.to_the_month
    return apart and (days or bool(one.countries & other.countries))


def _near(first: str, second: str) -> bool:
    if min(len(first), len(second)) < SHORTEST or first == second:
        return first == second
    return _shared(first, second) >= NEAR * max(len(first), len(second))


def _shared(first: str, second: str) -> int:
    """How many characters two names share in their order."""
    row = [0] * (len(second) + 1)
    for char in first[:LONGEST_ALIAS]:
        above = 0
        for place, other in enumerate(second[:LONGEST_ALIAS], start=1):
            kept = row[place]
            row[place] = above + 1 if char == other else max(row[place], row[place - 1])
            above = kept
    return row[-1]


_SOURCE = re.compile(r"\[[JCDM](?:/OL)?\][^\uff3b\[（]*(?:（\d[^）]*）[^\uff3b\[（]*)*")  # [J], [C]: where it appeared


def without_journal(text: str) -> str:
    """A reference without what tells where it appeared (Journal of the European Ceramic Society; Aachen: IEEE), and
    without a denial of partners abroad (无外方作者)."""
    body = re.compile(load("discourse")["body_words"], re.IGNORECASE)
    text = _SOURCE.sub(". ", text)
    pieces = re.split(r"(?<=[.。，；;])\s*", words("no_partner").sub("", text))
    return " ".join(p for p in pieces if not words("journal").search(p) or body.search(words("journal").sub("", p)))


_TAG = re.compile(r"(?<=.{6})[,，]\s*[^\s,，]{1,8}$")


def without_tags(title: str) -> str:
    """再生骨料改性研究, 北大核心: one word behind a comma at a title's end tells something of it."""
    while tag := _TAG.search(title):
        title = title[: tag.start()]
    return title
