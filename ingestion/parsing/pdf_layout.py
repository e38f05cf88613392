"""Strips of characters become lines, columns and rows: the geometry of a page, whatever it was read with.

Coordinates are points in reading position: x to the right, y downwards, text upright. A page whose text stands turned
on the displayed page carries the affine map back (`PageContent.to_display`).
"""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

CJK = "\u2e80"          # the first of the wide scripts: radicals, ideographs, kana, full-width forms
SAME_SEGMENT = 1.5      # ems between two pieces that were drawn one after the other and still make one segment
SAME_SEGMENT_APART = 0.6  # the same for pieces drawn at different times
WIDE_BLANK = 0.7        # ems of space beside an ideograph that are a blank; less is spacing of the typesetter
GUTTER_ROWS = 3         # rows that must show both columns
COLUMN_WIDTH = 0.28     # of the text's width, the least width of a column
COLUMN_FULL = 0.55      # share of a column's lines that must run (nearly) to its right side

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


@dataclass(slots=True)
class PageContent:
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
    reading_height: float = 0.0                              # height in reading position

    def __post_init__(self) -> None:
        self.reading_height = self.reading_height or self.height


@dataclass(frozen=True, slots=True)
class Row:
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
    ordered = sorted(strips, key=lambda strip: (strip.top + strip.bottom, strip.left))
    rows: list[list[Strip]] = []
    top = bottom = 0.0
    for strip in ordered:
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


def in_columns(rows: list[list[Strip]]) -> list[list[list[Strip]]]:
    """Groups of rows in reading order: where a gutter divides running text, the left column before the right one."""
    gutter = _gutter(rows)
    if gutter is None:
        return [rows]
    start, end, middle = gutter
    left: list[list[Strip]] = []
    right: list[list[Strip]] = []
    for row in rows[start:end]:
        before = [strip for strip in row if strip.right <= middle]
        after = [strip for strip in row if strip.right > middle]
        if before:
            left.append(before)
        if after:
            right.append(after)
    groups = [rows[:start]] if start else []
    groups += in_columns(left)
    groups += in_columns(right)
    if end < len(rows):
        groups += in_columns(rows[end:])
    return groups


def _gutter(rows: list[list[Strip]]) -> tuple[int, int, float] | None:
    """The first stretch of rows that a gutter divides: its first row, the row after its last, the gutter's x."""
    gaps = [(before.right, after.left) for row in rows if len(row) > 1
            for before, after in zip(row, row[1:], strict=False) if after.left - before.right > 0.5 * after.size]
    if len(gaps) < GUTTER_ROWS:
        return None
    text_left = min(row[0].left for row in rows)
    text_width = max(row[-1].right for row in rows) - text_left
    tried: set[int] = set()
    for middle in sorted(((a + b) / 2 for a, b in gaps),
                         key=lambda x: (-sum(a < x < b for a, b in gaps), x))[:40]:
        if round(middle / 6) in tried:
            continue
        tried.add(round(middle / 6))
        if not 0.2 * text_width < middle - text_left < 0.8 * text_width:
            continue
        found = _stretch(rows, middle, text_width)
        if found is not None:
            return (*found, middle)
    return None


def _stretch(rows: list[list[Strip]], middle: float, text_width: float) -> tuple[int, int] | None:
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and not any(strip.left < middle < strip.right for strip in rows[end]):
            end += 1
        if end - start >= GUTTER_ROWS and _running(rows[start:end], middle, text_width):
            return start, end
        start = end + 1
    return None


def _running(rows: list[list[Strip]], middle: float, text_width: float) -> bool:
    """Whether both sides of `middle` are columns of running text, and not labels and values or a table."""
    both = sum(row[0].right <= middle < row[-1].right for row in rows)
    if both < GUTTER_ROWS:
        return False
    for side in (0, 1):
        lines = [[strip for strip in row if (strip.right > middle) == bool(side)] for row in rows]
        lines = [line for line in lines if line]
        low = min(line[0].left for line in lines)
        high = max(line[-1].right for line in lines)
        width = high - low
        if width < COLUMN_WIDTH * text_width:
            return False
        full = sum(line[-1].right > high - 0.15 * width and line[0].left < low + 0.2 * width for line in lines)
        if full < COLUMN_FULL * len(lines):
            return False
    return True
