"""Who applies, as all documents say it: name, credit code, legal representative, district of registration.

What is said of one body stands in a form, a licence or a sentence beside its name. Only what is said of the applicant
is held against each other, and only between documents: one that says two things itself tells of a change. Short,
former and foreign names, branches and other bodies differ from nothing.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from ingestion.domain import Difference, Document, Evidence, Method, Span
from ingestion.facts import credit_code
from ingestion.facts.lexicon import words
from ingestion.facts.scanning.scan import Reading
from ingestion.language import alternation, load
from ingestion.names import organisations
from ingestion.names.organisations import Origin

BEFORE, BEHIND = 240, 100   # characters in which the name stands that a statement belongs to
SHORTEST_NAME = 6           # characters of a body's full name
ALIKE = 0.75                # of their characters two names share that are meant to be one
OWN = ""                    # the applicant among the names of a text
KINDS = ("name", "code", "check", "person", "district")   # in the order in which they are said


class Said(Struct, frozen=True):
    """One statement: its value, and where it stands with its label. `sure`: it is no scan, or its value is a word that
    recognition does not come upon by a slip."""

    value: str
    document: Document
    span: Span
    sure: bool

    def evidence(self) -> Evidence:
        return Evidence(self.document.name, self.document.page_at(self.span.start), self.span,
                        self.document.quote(self.span), Method.DOCUMENT)


def differences(readings: Sequence[Reading], own: frozenset[str]) -> tuple[Difference, ...]:
    """What documents say differently of the applicant, and its codes that fail their check."""
    names = _full_names(own)
    if not names:
        return ()
    found = [_names(readings), *_codes(readings, names)]
    found += [_differing(kind, [one for reading in readings for one in _once(_statements(reading, kind, names))])
              for kind in ("person", "district")]
    return tuple(sorted(filter(None, found), key=lambda one: KINDS.index(one.what)))


def _codes(readings: Sequence[Reading], names: frozenset[str]) -> Iterator[Difference | None]:
    """Codes that differ, or one that fails its check; what recognition may have misread is neither."""
    said = [one for reading in readings for one in _once(_statements(reading, "code", names))]
    said = [one for one in said if one.sure]
    wrong = [one for one in said if not credit_code.valid(one.value)]
    differing = _differing("code", sorted(said, key=wrong.__contains__))
    yield differing
    if differing is None and wrong:
        yield Difference("check", tuple(dict.fromkeys(one.value for one in wrong)), tuple(map(Said.evidence, wrong)))


def _differing(kind: str, said: Sequence[Said]) -> Difference | None:
    """The first place of each value in each document, where there are two values."""
    values = dict.fromkeys(one.value for one in said)
    for one, other in itertools.permutations(said, 2):
        if not one.sure and one.value in values and other.value in values and _misread(one.value, other.value):
            del values[one.value]
    if len(values) < 2:
        return None
    first = {(one.value, one.document.name): one for one in reversed(said) if one.value in values}
    pieces = sorted(first.values(), key=lambda one: (list(values).index(one.value), one.document.name))
    return Difference(kind, tuple(values), tuple(map(Said.evidence, pieces)))


def _misread(one: str, other: str) -> bool:
    """Whether two values of one length differ in one character, as a recognised one may from what stands there."""
    return one != other and len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _once(said: Iterator[Said]) -> list[Said]:
    """What one document says, where it says one thing."""
    found = list(said)
    return found if len({one.value for one in found}) == 1 else []


# -- statements

def _statements(reading: Reading, kind: str, names: frozenset[str]) -> Iterator[Said]:
    """The values beside the labels of a kind that stand by the applicant's name."""
    text, document = reading.folded, reading.document
    for match in _labelled(kind).finditer(text):
        value = _VALUES[kind](match["value"].strip())
        span = Span(match.start(), match.end("value"))
        if value and not _earlier().search(text[max(0, span.start - 16):span.start]) and _owned(text, span, names):
            known = {"code": credit_code.valid, "district": organisations.scan}.get(kind)
            sure = known is not None and bool(known(value))
            yield Said(value, document, span, sure or not _scanned(document, span))


def _scanned(document: Document, span: Span) -> bool:
    page = document.page_at(span.start)
    return document.kind == "image" or any(one.recognised for one in document.pages if one.number == page)


@lru_cache(maxsize=8)
def _labelled(kind: str) -> re.Pattern[str]:
    """A label, what parts it from its value, and the value up to the end of its cell; a code needs no label."""
    bracket, label = r"(?:（[^（）\n]{0,16}）)?", alternation(_data()[kind])
    if kind == "code":
        return re.compile(rf"(?:(?:{label})[^\n一-鿿]{{0,16}}?)?(?P<value>{credit_code.CODE.pattern})")
    return re.compile(rf"(?:{label}){bracket}[ A-Za-z.]*[：|]?[ 为是]*(?P<value>[^\s：，。；]{{2,60}})")


def _person(value: str) -> str:
    """A person's name in Chinese."""
    name = re.match(r"[一-鿿·]{2,4}(?![一-鿿])", value)
    return name[0] if name and not re.search(_data()["no_person"], name[0]) else ""


def _district(value: str) -> str:
    """The district or county that an address names; "" for a zone that lies across several."""
    above = r"(?:[一-鿿]{2,3}省|[一-鿿]{2,5}自治区)?(?:[一-鿿]{2,5}?[市州])?"
    place = re.match(rf"{above}([一-鿿]{{1,5}}?(?:自治县|区|县))", value)
    return place[1] if place and not re.search(_data()["zones"], place[1]) else ""


_VALUES: dict[str, Any] = {"code": str, "person": _person, "district": _district}


def _owned(text: str, span: Span, names: frozenset[str]) -> bool:
    """Whether the nearest name before a statement, or the first behind it where none is before, is the applicant's."""
    named = _bodies(text, max(0, span.start - BEFORE), span.start, names)[-1:]
    named = named or _bodies(text, span.end, span.end + BEHIND, names)[:1]
    return named == [OWN]


def _bodies(text: str, start: int, end: int, names: frozenset[str]) -> list[str]:
    """The names of bodies at home as they stand in running text, the applicant's as OWN; the kind of a company, or a
    sentence that ends in a body's word, is none."""
    data, found = _data(), []
    kind = re.compile(rf"(?:{data['kind_label']}.*|^){data['generic']}$")
    for match in _body_name().finditer(text, start, end):
        one = _plain(match[0])
        if any(one.endswith(name) or (match["related"] and name.endswith(one)) for name in names):
            found.append(OWN)
        elif match["related"] or not (kind.search(one) or re.search(data["no_name"], one)
                                      or organisations.origin(one) is Origin.FOREIGN):
            found.append(one)
    return found


@lru_cache(maxsize=1)
def _body_name() -> re.Pattern[str]:
    data = _data()
    body = data["body"]
    return re.compile(rf"(?<![一-鿿])[一-鿿（）]{{3,40}}?{body}(?:{data['branch']})?(?![一-鿿（）]{{0,6}}{body})"
                      rf"|(?P<related>{data['related']})")


@lru_cache(maxsize=1)
def _earlier() -> re.Pattern[str]:
    return re.compile(_data()["earlier"])


def _data() -> dict[str, Any]:
    data: dict[str, Any] = load("identity")
    return data


# -- names

def _full_names(own: frozenset[str]) -> frozenset[str]:
    """Full names among those found for the applicant."""
    whole = re.compile(rf"[一-鿿（）]+{_data()['body']}(?:{_data()['branch']})?")
    return frozenset(name for name in map(_plain, own) if len(name) >= SHORTEST_NAME and whole.fullmatch(name))


def _names(readings: Sequence[Reading]) -> Difference | None:
    """Names of the applicant that are nearly one another, or stand beside one code, and are not said to be former or
    short ones."""
    said: list[Said] = []
    codes: dict[str, set[str]] = {}
    for reading in readings:
        named = list(_named(reading))
        said += _once(one for one, _ in named)
        for one, beside in named:
            codes.setdefault(one.value, set()).update(beside)
    known = "".join(_plain(match[0]) for reading in readings
                    for name in ("former_name", "short_name") for match in words(name).finditer(reading.folded))

    def for_one_body(one: str, other: str) -> bool:
        return one != other and (_alike(one, other) or bool(codes[one] & codes[other]))

    values = dict.fromkeys(one.value for one in said)
    kept = {one for one in values if any(for_one_body(one, other) for other in values) and one not in known
            and not any(one != other and (one in other or other in one) for other in values)}
    return _differing("name", [one for one in said if one.value in kept])


def _named(reading: Reading) -> Iterator[tuple[Said, set[str]]]:
    """The name beside the applicant's label, and the one that a licence gives with its code; and the codes near."""
    text, document = reading.folded, reading.document
    coded = {match.start(): match[0] for match in credit_code.CODE.finditer(text)}
    for kind in ("applicant", "name"):
        for match in _labelled(kind).finditer(text):
            span = Span(match.start(), match.end("value"))
            near = {code for at, code in coded.items() if _side_by_side(text, span, at)}
            for value in _full_names(frozenset({match["value"]})):
                if kind == "applicant" or (near and len(coded) == 1):
                    yield Said(value, document, span, not _scanned(document, span)), near


def _side_by_side(text: str, span: Span, at: int) -> bool:
    """Whether a code stands right by a name: no other body's name is between them."""
    between = (span.end, at) if at > span.end else (at, span.start)
    return between[1] - between[0] <= BEHIND and not _bodies(text, *between, frozenset())


def _plain(name: str) -> str:
    """A name without blanks, and without a bracket at its end (盖章)."""
    return re.sub(r"（[^（）]*）?$", "", re.sub(r"\s+", "", name))


def _alike(one: str, other: str) -> bool:
    """Whether two names share most of their characters."""
    return sum(min(one.count(char), other.count(char)) for char in set(one)) >= ALIKE * max(len(one), len(other))
