"""Words for countries, places and organisations, found in text: the matching under `ingestion.organisations`.

The words stand in `language/places.yaml`.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ingestion.language import fold, load


class Origin(StrEnum):
    FOREIGN = "foreign"
    GREATER_CHINA = "greater_china"  # Hong Kong, Macao, Taiwan
    DOMESTIC = "domestic"            # the mainland
    UNKNOWN = "unknown"              # not to be told from the name, or a joint body of both sides


class Kind(StrEnum):
    COUNTRY = "country"            # a country, a territory, or its adjective
    PLACE = "place"                # a region, a province, a city
    ORGANISATION = "organisation"
    GENERIC = "generic"            # 国外, 国内
    JOINT = "joint"                # 中德联合…
    NEUTRAL = "neutral"            # holds a name by accident


@dataclass(frozen=True, slots=True)
class Mention:
    """A word of the data in a text, `text[start:end]`. `where` is an ISO code, or a province of the mainland."""

    start: int
    end: int
    origin: Origin
    kind: Kind
    where: str


def scan(text: str) -> list[Mention]:
    """`mentions` with their kind and place."""
    return [found for found in scan_plain(plain(text)) if found.kind is not Kind.NEUTRAL]


def plain(text: str) -> str:
    """A copy of the same length for matching: `fold`, simplified characters, no diacritics."""
    return fold(text).translate(lexicon().letters)


# The data, in the form that matching needs.

_LATIN_START = re.compile(r"(?<![a-z0-9])[a-z0-9]+")
_LATIN_INSIDE = re.compile(r"[a-z0-9]")


@dataclass(frozen=True, slots=True)
class _Word:
    origin: Origin
    kind: Kind
    where: str


@dataclass(frozen=True)
class Lexicon:
    """`heads` maps the first two characters of a word (the first run of letters in Latin script) to the lengths of the
    words that begin so, longest first: far faster than one alternation of thousands of words, and nothing to compile."""

    letters: dict[int, str]
    words: dict[str, _Word]
    heads: dict[str, tuple[int, ...]]
    latin: dict[str, tuple[str, _Word]]  # by lower case: "" any way, "^" with a capital, or exactly as it stands here
    latin_heads: dict[str, tuple[int, ...]]
    bodies: tuple[tuple[str, ...], ...]  # the entries that are organisations outside the mainland
    not_after: dict[str, str]
    short_after: str
    initials: dict[str, str]
    joint: re.Pattern[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    data = load("places")
    letters = letters_of(data["traditional"])
    words: dict[str, _Word] = {}
    latin: dict[str, tuple[str, _Word]] = {}
    bodies: list[tuple[str, ...]] = []
    for word, block in _sections(data):
        for forms in _entries(block, letters):
            entry = word
            if not word.where and word.kind is Kind.COUNTRY and len(forms[0]) == 2 and forms[0].isascii():
                entry = _Word(Origin.DOMESTIC if forms[0] == "CN" else Origin.FOREIGN, Kind.COUNTRY, forms.pop(0))
            elif word.kind is Kind.ORGANISATION and word.where:
                bodies.append(tuple(forms))
            for form in forms:
                if ord(form[0]) > 0x2E80:
                    words.setdefault(form, entry)
                else:
                    exact = "" if " " in form else form if form.upper() == form else "^"
                    latin.setdefault(form.lower(), (exact, entry))
    initials = {pair[2:]: pair[:2] for pair in data["country_initials"].split()}
    some = "".join(initials)
    before = "|".join(map(re.escape, sorted(fold(data["joint_before"]).split(), key=len, reverse=True)))
    return Lexicon(
        letters=letters, words=words, heads=_heads((word[:2], len(word)) for word in words),
        latin=latin, latin_heads=_heads((_LATIN_START.findall(word)[0], len(word)) for word in latin),
        bodies=tuple(bodies), initials=initials,
        short_after=data["short_after"], not_after={forms[0]: forms[1] for forms in _entries(data["not_after"], letters)},
        joint=re.compile(f"(?:(?<!其)中[{some}]{{1,3}}|[{some}]中)(?={before})"))


def _sections(data: dict[str, Any]) -> Iterator[tuple[_Word, str]]:
    """The lists in the order in which they win where they share a word."""
    yield _Word(Origin.UNKNOWN, Kind.NEUTRAL, ""), "|".join(data["neutral"].split())
    yield _Word(Origin.DOMESTIC, Kind.ORGANISATION, ""), data["domestic_organisations"]
    greater = data["greater_china"]
    for kind, origin_, groups in (
            (Kind.ORGANISATION, Origin.GREATER_CHINA, greater["organisations"]),
            (Kind.ORGANISATION, Origin.FOREIGN, data["foreign_organisations"]),
            (Kind.COUNTRY, Origin.FOREIGN, {"": data["countries"]}),
            (Kind.PLACE, Origin.GREATER_CHINA, greater["places"]),
            (Kind.PLACE, Origin.DOMESTIC, data["domestic"]),
            (Kind.PLACE, Origin.FOREIGN, data["foreign_places"])):
        for where, block in groups.items():
            yield _Word(origin_, kind, where), block
    yield _Word(Origin.FOREIGN, Kind.COUNTRY, ""), data["regions"]
    yield _Word(Origin.UNKNOWN, Kind.JOINT, ""), data["joint_words"]
    for side, block in data["generic"].items():
        yield _Word(Origin(side), Kind.GENERIC, ""), block


def _entries(block: str, letters: dict[int, str]) -> Iterator[list[str]]:
    """The forms of each entry; `fold` has made the separators full-width."""
    for entry in fold(block).translate(letters).replace("；", "\n").split("\n"):
        forms = [form for form in map(str.strip, entry.split("|")) if form]
        if forms:
            yield forms


def letters_of(traditional: str) -> dict[int, str]:
    table = {ord(a): b for a, b in zip(traditional[::2], traditional[1::2], strict=True)}
    for code in range(0xC0, 0x250):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    table |= {ord(a): b for a, b in zip("øØłŁđĐı’‘`\ue000\ue001", "oOlLdDi'''（）", strict=True)}
    return table


def _heads(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    lengths: dict[str, set[int]] = {}
    for head, length in pairs:
        lengths.setdefault(head, set()).add(length)
    return {head: tuple(sorted(found, reverse=True)) for head, found in lengths.items()}


def scan_plain(text: str) -> list[Mention]:
    """All mentions in a text that went through `plain`, neutral ones too."""
    data = lexicon()
    joints = {found.start(): found.end() for found in data.joint.finditer(text)}
    heads, words = data.heads, data.words
    found: list[Mention] = []
    at, last = 0, len(text) - 1
    while at < last:
        if joints and at in joints:
            found.append(Mention(at, joints[at], Origin.UNKNOWN, Kind.JOINT, ""))
            at = joints[at]
            continue
        for length in heads.get(text[at:at + 2], ()):
            key = text[at:at + length]
            word = words.get(key)
            if word and len(key) == length and (at == 0 or _stands(text[at - 1], key, word, found, at)):
                found.append(Mention(at, at + length, word.origin, word.kind, word.where))
                at += length
                break
        else:
            at += 1
    latin = _scan_latin(text)
    return sorted(found + latin, key=lambda mention: mention.start) if latin else found


def _stands(before: str, key: str, word: _Word, found: list[Mention], at: int) -> bool:
    """Whether a word is meant, with this character before it. A name of two characters (博世, 清华) needs a boundary."""
    data = lexicon()
    if before in data.not_after.get(key, ""):
        return False
    if len(key) > 2 or word.kind is not Kind.ORGANISATION:
        return True
    return ord(before) < 0x3400 or before in data.short_after or bool(found and found[-1].end == at)


def _scan_latin(text: str) -> list[Mention]:
    data = lexicon()
    lower = text.lower()
    if len(lower) != len(text):  # a letter whose small form is longer: leave it
        lower = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    found: list[Mention] = []
    end = 0
    for start in _LATIN_START.finditer(lower):
        at = start.start()
        if at < end:
            continue
        for length in data.latin_heads.get(start.group(), ()):
            entry = data.latin.get(lower[at:at + length])
            stop = at + length
            if entry is None or stop > len(lower) or _LATIN_INSIDE.match(lower, stop):
                continue
            exact, word = entry
            if (exact == "^" and not text[at].isupper()) or (len(exact) > 1 and text[at:stop] != exact):
                continue
            if exact == "US" and text[stop:stop + 1] == "$":
                continue
            found.append(Mention(at, stop, word.origin, word.kind, word.where))
            end = stop
            break
    return found
