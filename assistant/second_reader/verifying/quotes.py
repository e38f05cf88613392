"""Where a quote stands: verbatim but for blanks, widths of characters and the bars between cells.

Compared in a tight form of the document's own text, every character of which knows its offset there, so that what is
found is a span of the text.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from assistant.second_reader.places import Place, Places
from ingestion.domain import Span
from ingestion.language import fold

_LEFT_OUT = frozenset(" \t\r\n\f\v|｜←〃\u200b\u200c\u200d\u2060\ufeff\u00ad")
_NUMERIC = "0-9零一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟"
_NUMBER_CHARACTER = re.compile(f"[{_NUMERIC}]")
_RUN = re.compile(r"\s*([A-Z]\d+\.T\d+)\.R(\d+)(?:\s*[-–—~至]\s*(?:([A-Z]\d+\.T\d+)\.)?R?(\d+))?\s*")
_REST = re.compile(r"\s*([A-Z]\d+\.T\d+)\.(?:rest|其余)\s*")
MOST_ROWS = 20_000


class Found(Struct, frozen=True):
    """A quote found: its places, and its spans, one a place."""

    places: tuple[str, ...]
    document: int
    spans: tuple[Span, ...]

    @property
    def span(self) -> Span:
        return Span(self.spans[0].start, self.spans[-1].end)


def tight(text: str) -> str:
    return _tight(text)[0]


@lru_cache(maxsize=4096)
def _tight(text: str) -> tuple[str, tuple[int, ...]]:
    """The tight form of a text and, for each character of it, its offset."""
    characters, offsets = [], []
    for offset, character in enumerate(fold(text)):
        if character in _LEFT_OUT or character.isspace():
            continue
        lower = character.lower()
        characters.append(lower if len(lower) == 1 else character)
        offsets.append(offset)
    return "".join(characters), tuple(offsets)


def find(places: Places, quote: str, ids: Sequence[str]) -> Found | None:
    """The quote in one of the named places, or running over several, or from one into the next; None elsewhere."""
    wanted = tight(places.redactor.restore(quote))
    if not re.search(r"\w", wanted):
        return None
    named = _named(places, ids)
    for place in named:
        if found := _within(places, wanted, [place]):
            return found
    for place in named:
        following = places.position[place.id] + 1
        while following < len(places.order) and places.by_id[places.order[following]].kind == "table":
            following += 1
        if following < len(places.order):
            after = places.by_id[places.order[following]]
            if after.document == place.document and (found := _within(places, wanted, [place, after])):
                return found
    together = sorted({place.id: place for place in named}.values(), key=lambda one: places.position[one.id])
    if len(together) > 1 and len({place.document for place in together}) == 1 and _adjacent(places, together):
        return _within(places, wanted, together)
    return None


def cut(places: Places, found: Found) -> bool:
    """Whether the quote cuts a number in two, at its beginning or its end."""
    text = fold(places.documents[found.document].text)
    return _joined(text, found.span.start) or _joined(text, found.span.end)


def rows(places: Places, ids: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Rows named one by one or as runs; tables of which the rest is named; and what names no row."""
    found: dict[str, None] = {}
    rest: list[str] = []
    bad: list[str] = []
    for one in ids:
        text = one.strip().strip("[]")
        if whole := _REST.fullmatch(text):
            (rest if whole[1] in places.by_id else bad).append(whole[1])
            continue
        match = _RUN.fullmatch(text)
        if match is None or (match[3] and match[3] != match[1]):
            bad.append(one)
            continue
        first, last = int(match[2]), int(match[4] or match[2])
        if not 0 < last - first + 1 <= MOST_ROWS:
            bad.append(one)
            continue
        for number in range(first, last + 1):
            name = f"{match[1]}.R{number}"
            if name in places.by_id:
                found[name] = None
            else:
                bad.append(name)
    return list(found), rest, bad


def _named(places: Places, ids: Sequence[str]) -> list[Place]:
    """The places that ids name, a table as its rows."""
    named: dict[str, Place] = {}
    for one in ids:
        name = one.strip().strip("[]")
        place = places.by_id.get(name)
        if place is None:
            for row in rows(places, [name])[0]:
                named[row] = places.by_id[row]
        elif place.kind == "table":
            named.update((row, places.by_id[row]) for row in place.rows)
        else:
            named[name] = place
    return list(named.values())


def _adjacent(places: Places, together: Sequence[Place]) -> bool:
    numbers = [places.position[place.id] for place in together]
    return all(after - before <= 2 for before, after in pairwise(numbers))


def _within(places: Places, wanted: str, together: Sequence[Place]) -> Found | None:
    """The quote in the joined text of places: where it cuts no number, if it stands there several times."""
    forms = [_tight(places.text(place)) for place in together]
    joined = "".join(form for form, _ in forms)
    first: Found | None = None
    for start in _starts(joined, wanted):
        spans, used, base = [], [], 0
        for place, (form, offsets) in zip(together, forms, strict=True):
            low, high = max(start, base) - base, min(start + len(wanted), base + len(form)) - base
            if low < high:
                spans.append(Span(place.span.start + offsets[low], place.span.start + offsets[high - 1] + 1))
                used.append(place.id)
            base += len(form)
        if len(together) > 1 and used[0] != together[0].id:
            continue
        found = Found(tuple(used), together[0].document, tuple(spans))
        if not cut(places, found):
            return found
        first = first or found
    return first


def _starts(text: str, wanted: str) -> Iterator[int]:
    start = text.find(wanted)
    while start >= 0:
        yield start
        start = text.find(wanted, start + 1)


def _joined(text: str, offset: int) -> bool:
    """Whether the characters before and behind an offset are of one number: 1|2, 1,|950, 二|十."""
    before, after = text[max(0, offset - 2):offset], text[offset:offset + 2]
    if not before or not after:
        return False
    if before[-1] in ".," and before[:1].isdigit() and after[0].isdigit():
        return True
    if after[0] in ".," and before[-1].isdigit() and after[1:2].isdigit():
        return True
    if before[-1].isdigit() and after[0].isdigit():
        return True
    both = _NUMBER_CHARACTER.match(before[-1]) and _NUMBER_CHARACTER.match(after[0])
    return bool(both) and not (before[-1].isdigit() and after[0] in "一二三四五六七八九")
