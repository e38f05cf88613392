"""Strips of characters become lines, columns and rows: the geometry of a page, whatever it was read with.

Coordinates are points in reading position: x to the right, y downwards, text upright. A page whose text stands turned
on the displayed page carries the affine map back (`PageContent.to_display`).
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct, field

CJK = "\u2e80"          # the first of the wide scripts: radicals, ideographs, kana, full-width forms
SAME_SEGMENT_APART = 0.6  # ems between two pieces drawn at different times that still make one segment
WIDE_BLANK = 0.7        # ems of space beside an ideograph that are a blank; less is spacing of the typesetter
GUTTER_ROWS = 3         # rows that must show both columns
COLUMN_WIDTH = 0.28     # of the text's width, the least width of a column
LABEL = 10              # characters of a label
COLUMN_FULL = 0.55      # share of a column's lines that must run (nearly) to its right side or end what one began

Affine = tuple[float, float, float, float, float, float]


class Strip(NamedTuple):
    """Characters on one baseline. `edges` are the left sides of the characters and the right side of the last.

    A tuple and not a dataclass: a page makes hundreds. `weight` is 0 regular, 1 black-letter (黑体), 2 bold.
    `marks` are the left sides of the segments that were joined with a blank into this strip.
    """

    text: str
    edges: tuple[float, ...]
    left: float
    top: float
    right: float
    bottom: float
    size: float
    weight: int = 0
    score: float = 1.0
    marks: tuple[float, ...] = ()


class Ruling(NamedTuple):
    """A drawn line: horizontal at y = `at` from x = `start` to `end`, or vertical at x = `at`."""

    at: float
    start: float
    end: float


class PageContent(Struct):
    """What stands on one page, not yet in order. Sizes are those of the page as displayed."""

    number: int
    width: float
    height: float
    strips: list[Strip]
    asides: list[Strip] = field(default_factory=list)        # slanted or turned text, seals
    horizontals: list[Ruling] = field(default_factory=list)
    verticals: list[Ruling] = field(default_factory=list)
    to_display: Affine | None = None
    recognised: bool = False
    turned: bool = False                                     # reading position lies on the page's side

    @property
    def reading_width(self) -> float:
        return self.height if self.turned else self.width

    @property
    def reading_height(self) -> float:
        return self.width if self.turned else self.height


class Row(Struct, frozen=True):
    """One row of a column: its segments joined into `strip`, between the column's sides `left` and `right`."""

    strip: Strip
    segments: tuple[Strip, ...]
    left: float
    right: float
    column: int


def glue(before: str, after: str) -> str:
    """What stands between two words when a line was wrapped between them."""
    if not before or not after or before[-1] >= CJK or after[0] >= CJK or before[-1].isspace() or after[0].isspace():
        return ""
    if before[-1] == "-" and len(before) > 1 and before[-2].isalpha() and after[0].islower():
        return ""
    if before[-1] in "—–‘“(/" or after[0] in "—–’”)/,.;:":
        return ""
    return " "


def spacing(before: str, after: str, gap: float, em: float, blank: bool) -> str:
    """The blank, or nothing, between two pieces of one row that are `gap` points apart.

    Typesetters set a quarter em between ideographs and Latin; that is no blank. `blank` says that the reader saw a
    word's end here.
    """
    if not before or not after or before[-1].isspace() or after[0].isspace():
        return ""
    if before[-1] >= CJK or after[0] >= CJK:
        return " " if gap > WIDE_BLANK * em else ""
    return " " if blank or gap > 0.22 * em else ""


def joined(parts: Sequence[Strip], *, blank: bool = False) -> Strip:
    """Strips of one row, left to right, as one; with a blank wherever `blank` or their distance says so."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    text, edges = first.text, list(first.edges)
    marks = list(first.marks or (first.left,))
    for part in parts[1:]:
        gap = part.left - edges[-1]
        between = " " if blank and text[-1:] != " " and part.text[:1] != " " else spacing(
            text, part.text, gap, part.size, blank=False)
        if not between:
            edges.pop()
        text += between + part.text
        edges.extend(part.edges)
        marks.extend(part.marks or (part.left,))
    longest = max(parts, key=lambda part: len(part.text))
    return Strip(text, tuple(edges), first.left, min(part.top for part in parts), max(part.right for part in parts),
                 max(part.bottom for part in parts), longest.size, longest.weight,
                 min(part.score for part in parts), tuple(marks))


def rows_of(strips: Iterable[Strip]) -> list[list[Strip]]:
    """Strips by row, top to bottom, each row left to right with near pieces made one segment."""
    ordered = sorted(strips, key=lambda strip: (strip.top + strip.bottom if strip.text else 2 * strip.top, strip.left))
    rows: list[list[Strip]] = []
    top = bottom = 0.0
    for strip in ordered:
        if not strip.text:  # a table's place: nothing stands beside it
            rows.append([strip])
            top = bottom = strip.top
            continue
        overlap = min(bottom, strip.bottom) - max(top, strip.top)
        if rows and overlap > 0.5 * min(bottom - top, strip.bottom - strip.top):
            rows[-1].append(strip)
            if strip.bottom - strip.top > bottom - top:
                top, bottom = strip.top, strip.bottom
        else:
            rows.append([strip])
            top, bottom = strip.top, strip.bottom
    return [_segments(row) if len(row) > 1 else row for row in rows]


def _segments(row: list[Strip]) -> list[Strip]:
    """The strips of one row, joined where they stand close."""
    row.sort(key=lambda strip: strip.left)
    groups = [[row[0]]]
    right, mixed = row[0].right, [False]
    for strip in row[1:]:
        em = max(strip.size, groups[-1][-1].size)
        if strip.left - right <= SAME_SEGMENT_APART * em:
            groups[-1].append(strip)
            mixed[-1] = mixed[-1] or strip.left < right - 0.3 * em
        else:
            groups.append([strip])
            mixed.append(False)
        right = max(right, strip.right) if len(groups[-1]) > 1 else strip.right
    return [_woven(group) if overlap else joined(group) for group, overlap in zip(groups, mixed, strict=True)]


def _woven(parts: Sequence[Strip]) -> Strip:
    """Strips that lie over one another as one: some programs draw quotation marks into gaps that they left before."""
    characters = [(edge, after, character, number) for number, part in enumerate(parts)
                  for character, edge, after in zip(part.text, part.edges, part.edges[1:], strict=False)]
    seen = [(left, right, number) for left, right, character, number in characters if not character.isspace()]
    characters = [one for one in characters if not one[2].isspace() or not any(
        number != one[3] and left < one[1] - 0.5 and right > one[0] + 0.5 for left, right, number in seen)]
    characters.sort(key=lambda one: (one[0] + one[1], one[3]))
    longest = max(parts, key=lambda part: len(part.text))
    text, edges, last = "", [characters[0][0]], -1
    for left, right, character, number in characters:
        if text:
            if character == text[-1] and number != last and left < edges[-2] + 0.3 * longest.size:
                continue  # drawn twice, to look bold
            if spacing(text, character, left - edges[-1], longest.size, blank=False):
                text += " "
                edges.append(left)
            else:
                edges[-1] = left
        text += character
        edges.append(right)
        last = number
    return Strip(text, tuple(edges), edges[0], min(part.top for part in parts), edges[-1],
                 max(part.bottom for part in parts), longest.size, longest.weight, min(part.score for part in parts))


Sides = tuple[list[Strip], list[Strip]]
Divides = Callable[[Sides, float], bool]  # whether the strips left and right of a gutter are columns, in a given width


def in_columns(strips: Sequence[Strip], *, pairs: bool = False) -> list[list[list[Strip]]]:
    """Rows by column, in reading order: where a gutter divides running text, the left column before the right one.

    With `pairs`, columns of labels and values are divided too, as licences have them.
    """
    ordered = sorted(strips, key=lambda strip: (strip.top, strip.left))
    groups = _columns(ordered, _running)
    if pairs:
        groups = [part for group in groups for part in _columns(group, _paired)]
    return [rows_of(group) for group in groups]


def _columns(ordered: list[Strip], divides: Divides) -> list[list[Strip]]:
    found = _gutter(ordered, divides)
    if found is None:
        return [ordered] if ordered else []
    start, end, middle = found
    inside = ordered[start:end]
    return [*([ordered[:start]] if start else []),
            *_columns([strip for strip in inside if strip.right <= middle], divides),
            *_columns([strip for strip in inside if strip.right > middle], divides),
            *_columns(ordered[end:], divides)]


def _gutter(ordered: list[Strip], divides: Divides) -> tuple[int, int, float] | None:
    """The first stretch of strips that a gutter divides: its first strip, the one after its last, the gutter's x."""
    gaps = []
    for place, strip in enumerate(ordered):
        for other in ordered[place + 1:place + 4]:
            if other.top >= strip.bottom:
                break
            low, high = (strip, other) if strip.left < other.left else (other, strip)
            if high.left - low.right > 0.5 * high.size:
                gaps.append((low.right, high.left))
    if len(gaps) < GUTTER_ROWS:
        return None
    text_left = min(strip.left for strip in ordered)
    text_width = max(strip.right for strip in ordered) - text_left
    tried: set[int] = set()
    for middle in sorted({round((left + right) / 2, 1) for left, right in gaps[:200]},
                         key=lambda x: (-sum(left < x < right for left, right in gaps), x))[:40]:
        if round(middle / 6) in tried or not 0.2 * text_width < middle - text_left < 0.8 * text_width:
            continue
        tried.add(round(middle / 6))
        found = _stretch(ordered, middle, text_width, divides)
        if found is not None:
            return (*found, middle)
    return None


def _stretch(ordered: list[Strip], middle: float, text_width: float, divides: Divides) -> tuple[int, int] | None:
    """The first stretch of strips that a gap in the middle divides into two columns."""
    start = 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and not ordered[end].left < middle < ordered[end].right:
            end += 1
        sides = ([strip for strip in ordered[start:end] if strip.right <= middle],
                 [strip for strip in ordered[start:end] if strip.right > middle])
        if min(map(len, sides)) >= GUTTER_ROWS and divides(sides, text_width):
            return start, start + _trimmed(ordered[start:end], middle)
        start = end + 1
    return None


def _trimmed(strips: list[Strip], middle: float) -> int:
    """How many strips of a stretch stand in its columns: fewer where text of the full width begins with short lines.

    Below the right column's end, the first larger gap between lines on the left ends the columns.
    """
    end = max(strip.bottom for strip in strips if strip.right > middle)
    left = [(place, strip) for place, strip in enumerate(strips) if strip.right <= middle]
    pitches = sorted(after.bottom - before.bottom for (_, before), (_, after) in pairwise(left))
    usual = pitches[len(pitches) // 2]
    for (_, before), (place, strip) in pairwise(left):
        if strip.top >= end - 1 and strip.bottom - before.bottom > 1.3 * usual:
            return place
    return len(strips)


def _running(sides: Sides, text_width: float) -> bool:
    """Whether both sides are columns of running text, and not labels and values or a table."""
    tops, bottoms = [side[0].top for side in sides], [max(strip.bottom for strip in side) for side in sides]
    if min(bottoms) - max(tops) < 0.5 * min(bottom - top for top, bottom in zip(tops, bottoms, strict=True)):
        return False
    rows = [rows_of(side) for side in sides]
    prose = all(sum(len(line) > 1 for line in lines) < 0.3 * len(lines)
                and max(len(strip.text) for line in lines for strip in line) > LABEL for lines in rows)
    for lines in rows:
        low = min(line[0].left for line in lines)
        high = max(line[-1].right for line in lines)
        width = high - low
        if width < COLUMN_WIDTH * text_width or len(lines) < GUTTER_ROWS:
            return False
        begun = [line[0].left < low + 0.2 * width for line in lines]
        full = [at and line[-1].right > high - 0.15 * width for at, line in zip(begun, lines, strict=True)]
        ends = [at and before and not whole for at, before, whole in zip(begun[1:], full, full[1:], strict=False)]
        last = sum(ends) if prose else 0  # a paragraph's last line is short
        if sum(full) + last < COLUMN_FULL * len(lines):
            return False
    return True


def _paired(sides: Sides, text_width: float) -> bool:
    """Whether both sides are labels with their values: short words that stand one below the other, none twice."""
    for side in sides:
        rows = rows_of(side)
        low = min(row[0].left for row in rows)
        labels = [row[0] for row in rows if row[0].left - low < row[0].size and len(row) > 1]
        texts = {label.text for label in labels}
        if len(labels) < 2 or len(texts) < len(labels) or len(labels) < 0.5 * len(rows) \
                or any(len(text) > LABEL or text < CJK for text in texts) \
                or max(row[-1].right for row in rows) - low < COLUMN_WIDTH * text_width:
            return False
    return True
