"""Words for countries, places and organisations, found in text: the matching under `ingestion.names.organisations`.

The words stand in `language/places.yaml`.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

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


class Mention(Struct, frozen=True):
    """A word of the data in a text, `text[start:end]`. `where` is an ISO code, or a province of the mainland."""

    start: int
    end: int
    origin: Origin
    kind: Kind
    where: str


def scan(text: str) -> list[Mention]:
    """Words for countries, places and organisations in running text, in order, the longest match at each place.

    A name right behind a place is one there, whatever else bears it: 上海大众, 重庆西江大学, 老挝科技部.
    """
    found: list[Mention] = []
    for mention in scan_plain(plain(text)):
        if mention.kind is Kind.NEUTRAL:
            continue
        if found and found[-1].end == mention.start and mention.kind is Kind.ORGANISATION:
            before = found[-1]
            if before.origin is not mention.origin and before.kind is (
                    Kind.PLACE if before.origin is Origin.DOMESTIC else Kind.COUNTRY):
                mention = replace(mention, origin=before.origin, where=before.where)
        found.append(mention)
    return found


def may_begin(text: str) -> bool:
    """Whether a word in Chinese can stand at the beginning of a text."""
    return _is_head(text[:2])


@lru_cache(maxsize=65_536)
def _is_head(beginning: str) -> bool:
    return plain(beginning) in lexicon().heads


def plain(text: str) -> str:
    """A copy of the same length for matching: `fold`, no diacritics."""
    return fold(text).translate(lexicon().letters)


# The data, in the form that matching needs.

_LATIN_START = re.compile(r"(?<![a-z0-9])[a-z0-9]+")
_LATIN_INSIDE = re.compile(r"[a-z0-9]")


class _Word(Struct, frozen=True):
    origin: Origin
    kind: Kind
    where: str


class Lexicon(Struct, frozen=True):
    """`heads` maps the first two characters of a word (the first run of letters in Latin script) to the lengths of
    the words that begin so, longest first: faster than one alternation of thousands of words, nothing to compile."""

    letters: dict[int, str]
    words: dict[str, _Word]
    heads: dict[str, tuple[int, ...]]
    latin: dict[str, tuple[str, _Word]]  # by lower case: "" any way, "^" with a capital, or exactly as it stands here
    latin_heads: dict[str, tuple[int, ...]]
    not_after: dict[str, str]
    short_after: str
    initials: dict[str, str]
    joint: re.Pattern[str]


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Every known name with where it is, compiled once."""
    data = load("places")
    letters = _letters()
    words: dict[str, _Word] = {}
    latin: dict[str, tuple[str, _Word]] = {}
    for word, block in reversed(list(_sections(data))):
        forms = forms_of(block)
        words |= dict.fromkeys([form for form in forms if form > "\u2e80"], word)
        for form in forms:
            if form < "\u2e80":
                form = form if form.isascii() and "(" not in form else fold(form).translate(letters)
                exact = "" if " " in form else form if form.isupper() else "^" if form[0].isupper() else ""
                key = form.lower()
                if key not in latin or latin[key][1] is not word or len(latin[key][0]) > 1:
                    latin[key] = exact, word
    initials = {pair[2:]: pair[:2] for pair in data["country_initials"].split()}
    some = "".join(initials)
    before = "|".join(map(re.escape, sorted(data["joint_before"].split(), key=len, reverse=True)))
    return Lexicon(
        letters=letters, words=words, latin=latin,
        heads=_heads((word[:2], len(word)) for word in words),
        latin_heads=_heads((_first(word), len(word)) for word in latin), initials=initials,
        short_after=data["short_after"], not_after=dict(map(forms_of, data["not_after"].strip().split("\n"))),
        joint=re.compile(f"(?:(?<!其)中[{some}]{{1,3}}|[{some}]中)(?={before})"))


def _sections(data: dict[str, Any]) -> Iterator[tuple[_Word, str]]:
    """The lists in the order in which they win where they share a word."""
    yield _Word(Origin.UNKNOWN, Kind.NEUTRAL, ""), data["neutral"].replace(" ", "|")
    yield _Word(Origin.DOMESTIC, Kind.ORGANISATION, ""), data["domestic_organisations"]
    greater = data["greater_china"]
    for side, groups in ((Origin.GREATER_CHINA, greater["organisations"]),
                         (Origin.FOREIGN, data["foreign_organisations"])):
        for where, block in groups.items():
            yield _Word(side, Kind.ORGANISATION, where), block
    for line in data["countries"].strip().split("\n"):
        code, _, names = line.partition(" | ")
        yield _Word(Origin.DOMESTIC if code == "CN" else Origin.FOREIGN, Kind.COUNTRY, code), names
    for side, groups in ((Origin.GREATER_CHINA, greater["places"]), (Origin.DOMESTIC, data["domestic"]),
                         (Origin.FOREIGN, data["foreign_places"])):
        for where, block in groups.items():
            yield _Word(side, Kind.PLACE, where), block
    yield _Word(Origin.FOREIGN, Kind.COUNTRY, ""), data["regions"]
    yield _Word(Origin.UNKNOWN, Kind.JOINT, ""), data["joint_words"]
    for name, block in data["generic"].items():
        yield _Word(Origin(name), Kind.GENERIC, ""), block


def forms_of(block: str) -> list[str]:
    """The forms in a piece of the data, whatever entries they belong to."""
    return [form for form in map(str.strip, block.replace("\n", "|").replace(";", "|").split("|")) if form]


def _letters() -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0xC0, 0x250):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii():
            table[code] = base
    table |= {ord(a): b for a, b in zip("øØłŁđĐı’‘`\ue000\ue001", "oOlLdDi'''（）", strict=True)}
    return table


def _heads(pairs: Iterable[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    masks: dict[str, int] = {}
    for head, length in pairs:
        masks[head] = masks.get(head, 0) | 1 << length
    return {head: _bits(mask) for head, mask in masks.items()}


@lru_cache(maxsize=4096)
def _bits(mask: int) -> tuple[int, ...]:
    return tuple(bit for bit in range(mask.bit_length() - 1, 0, -1) if mask >> bit & 1)


def _first(word: str) -> str:
    """The first run of letters and digits."""
    head = word.partition(" ")[0]
    return head if head.isascii() and head.isalnum() else _LATIN_START.findall(head)[0]


def scan_plain(text: str) -> list[Mention]:
    """All mentions in a text that went through `plain`, neutral ones too."""
    data = lexicon()
    joints = {found.start(): found.end() for found in data.joint.finditer(text)}
    heads = data.heads
    found: list[Mention] = []
    at, last = 0, len(text) - 1
    while at < last:
        lengths = heads.get(text[at:at + 2])
        mention = _longest(text, at, lengths, found) if lengths else None
        if joints and at in joints and (mention is None or mention.end <= joints[at]):
            mention = Mention(at, joints[at], Origin.UNKNOWN, Kind.JOINT, "")
        if mention:
            found.append(mention)
            at = mention.end
        else:
            at += 1
    latin = _scan_latin(text)
    return _apart(found + latin) if latin else found


def _apart(found: list[Mention]) -> list[Mention]:
    """In order and without overlap, the longer of two at one place: MD安德森癌症中心 is one word of both scripts."""
    kept: list[Mention] = []
    for mention in sorted(found, key=lambda mention: (mention.start, -mention.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _longest(text: str, at: int, lengths: tuple[int, ...], found: list[Mention]) -> Mention | None:
    """The longest word meant at `at`. A name of two characters (博世, 清华) needs a boundary before it."""
    data = lexicon()
    before = text[at - 1] if at else "\n"
    for length in lengths:
        key = text[at:at + length]
        word = data.words.get(key)
        if word is None or len(key) != length or before in data.not_after.get(key, ""):
            continue
        if length > 2 or word.kind is not Kind.ORGANISATION or ord(before) < 0x3400 or before in data.short_after \
                or (found and found[-1].end == at):
            return Mention(at, at + length, word.origin, word.kind, word.where)
    return None


def _scan_latin(text: str) -> list[Mention]:
    """Known names in Latin letters, the longest first."""
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
