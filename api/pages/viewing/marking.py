"""A document's own paragraphs, headings and tables with words marked at exactly their offsets, part by part."""
from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from msgspec.structs import replace

from ingestion.domain import Block, BlockKind, Box, Document, Span
from ingestion.language import fold

PART = 9_000          # characters of one part of a document without pages
MOST_HITS = 200
MOST_MOVED, LONGEST_MOVED = 60, 200   # marks that are looked for among pages, and characters of each
MOST_COLUMNS = 64     # of a table that are filled up where it has no cells
BETWEEN = r"[\s]{0,3}"  # what may stand between two characters that are looked for: line ends of a page
STRENGTH = {"": 0, "hit": 1, "other": 2, "target": 3}


@dataclass(frozen=True, slots=True)
class Mark:
    """A range to be shown: the "target" itself, an"other" piece of the same evidence, a "hit" of a search."""

    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of characters under one mark, or none. `first` where a target begins: the place to scroll to."""

    text: str
    kind: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class CellView:
    segments: tuple[Segment, ...]
    row_span: int
    column_span: int
    head: bool


@dataclass(frozen=True, slots=True)
class BlockView:
    kind: str
    level: int
    label: str
    segments: tuple[Segment, ...] = ()
    rows: tuple[tuple[CellView, ...], ...] = ()
    continued: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a document: blocks, of a long table some rows. `number` counts from 1; `name` is a sheet's."""

    number: int
    span: Span
    pieces: tuple[tuple[Block, int, int], ...]  # a block, and of its table the rows from and up to
    name: str = ""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a search found something, with the words around it."""

    span: Span
    page: int | None
    before: str
    found: str
    after: str


def parts(document: Document, size: int = PART) -> tuple[Part, ...]:
    """The document in stretches of about `size` characters; a sheet of a workbook begins a new one."""
    made: list[Part] = []
    held: list[tuple[Block, int, int]] = []
    length, section = 0, ""

    def close() -> None:
        nonlocal length
        if held:
            span = Span(_start(*held[0]), max(_end(*one) for one in held))
            made.append(Part(len(made) + 1, span, tuple(held), held[0][0].section))
        held.clear()
        length = 0

    for block in document.blocks:
        if block.section != section:
            close()
            section = block.section
        for first, last, count in _slices(block, size):
            if held and length + count > size:
                close()
            held.append((block, first, last))
            length += count
    close()
    return tuple(made)


def part_at(made: Sequence[Part], offset: int) -> int:
    """The number of the part that holds `offset`, 1 where none does."""
    return max((one.number for one in made if one.span.start <= offset), default=1)


def shown(document: Document, part: Part, marks: Sequence[Mark]) -> Iterator[BlockView]:
    """The blocks of a part, ready for a template."""
    near = [mark for mark in marks if mark.span.overlaps(part.span)]
    for block, first, last in part.pieces:
        if block.kind is BlockKind.TABLE and block.cells:
            yield BlockView("table", 0, block.label, rows=_rows(document, block, first, last, near),
                            continued=first > 0)
        else:
            yield BlockView(block.kind.value, block.level, block.label, segments(document.text, block.span, near))


def segments(text: str, span: Span, marks: Sequence[Mark]) -> tuple[Segment, ...]:
    """The text of `span` cut where marks begin and end; the strongest mark counts where several lie."""
    inside = [mark for mark in marks if mark.span.overlaps(span)]
    if not inside:
        return (Segment(text[span.start:span.end], ""),)
    edges = {span.start, span.end}
    for mark in inside:
        edges |= {max(span.start, mark.span.start), min(span.end, mark.span.end)}
    cuts, made = sorted(edges), []
    for start, end in pairwise(cuts):
        kinds = [mark.kind for mark in inside if mark.span.start <= start < mark.span.end]
        kind = max(kinds, key=STRENGTH.__getitem__, default="")
        first = any(mark.kind == "target" and mark.span.start == start for mark in inside)
        made.append(Segment(text[start:end], kind, first))
    return tuple(made)


def boxes(document: Document, span: Span) -> tuple[Box, ...]:
    """`Document.boxes`, looking only at lines near the span: a page of a long document has dozens of them."""
    starts = [line.span.start for line in document.lines]
    first, last = bisect_right(starts, span.start) - 1, bisect_right(starts, span.end)
    return replace(document, lines=document.lines[max(0, first - 1):last]).boxes(span)


def search(document: Document, wanted: str) -> tuple[Hit, ...]:
    """Where `wanted` stands, whatever the width of its characters, across the ends of lines."""
    letters = [re.escape(letter) for letter in fold(wanted.strip()) if not letter.isspace()]
    if not letters:
        return ()
    pattern, folded, found = re.compile(BETWEEN.join(letters), re.IGNORECASE), fold(document.text), []
    for match in pattern.finditer(folded):
        start, end = match.span()
        found.append(Hit(Span(start, end), document.page_at(start) if document.pages else None,
                         _flat(document.text[max(0, start - 14):start]), _flat(document.text[start:end]),
                         _flat(document.text[end:end + 26])))
        if len(found) == MOST_HITS:
            break
    return tuple(found)


def moved(document: Document, pages: Document | None, marks: Sequence[Mark]) -> list[Mark]:
    """Marks of a document where its words stand in the `pages` that it is laid out as: of several such places the one
    that is about as far on. What is not found there is not marked."""
    found: list[Mark] = []
    if pages is None:
        return found
    share = len(pages.text) / max(1, len(document.text))
    for mark in marks[:MOST_MOVED]:
        places = search(pages, document.quote(mark.span)[:LONGEST_MOVED])
        if places:
            found.append(Mark(min(places, key=lambda one: abs(one.span.start - mark.span.start * share)).span,
                              mark.kind))
    return found


def pictured(document: Document) -> bool:
    """Whether its pages are shown as pictures: pdf, scans and photographs."""
    return bool(document.pages) and document.kind in {"pdf", "image"} and document.pages[0].width > 0


def _slices(block: Block, size: int) -> Iterator[tuple[int, int, int]]:
    """A block whole; a long table in runs of rows. Each with its first and last row, and its characters."""
    if block.kind is not BlockKind.TABLE or not block.cells or block.span.end - block.span.start <= size:
        yield 0, 1 + max((cell.row for cell in block.cells), default=0), block.span.end - block.span.start
        return
    lengths: dict[int, int] = {}
    bound: dict[int, int] = {}  # a row that a cell reaches down from, with the row it reaches
    for cell in block.cells:
        lengths[cell.row] = lengths.get(cell.row, 0) + cell.span.end - cell.span.start + 1
        bound[cell.row] = max(bound.get(cell.row, 0), cell.row + cell.row_span - 1)
    first, length, reach = 0, 0, 0
    for row in sorted(lengths):
        if length and length + lengths[row] > size and row > reach:
            yield first, row, length
            first, length = row, 0
        length += lengths[row]
        reach = max(reach, bound[row])
    yield first, max(lengths) + 1, length


def _rows(document: Document, block: Block, first: int, last: int, marks: Sequence[Mark]
          ) -> tuple[tuple[CellView, ...], ...]:
    """Rows from `first` up to `last`; a later run repeats the table's first row above it."""
    columns = max(cell.column + cell.column_span for cell in block.cells)
    rows: dict[int, dict[int, CellView]] = {}
    covered: set[tuple[int, int]] = set()
    for cell in block.cells:
        repeated = first > 0 and cell.row == 0
        if not (first <= cell.row < last or repeated):
            continue
        down = 1 if repeated else min(cell.row_span, last - cell.row)
        rows.setdefault(cell.row, {})[cell.column] = CellView(
            segments(document.text, cell.span, marks), down, cell.column_span, cell.row == 0)
        covered |= {(row, column) for row in range(cell.row, cell.row + down)
                    for column in range(cell.column, min(cell.column + cell.column_span, columns))}
    for row, cells in rows.items():
        for column in range(min(columns, MOST_COLUMNS)):
            if (row, column) not in covered:
                cells[column] = CellView((), 1, 1, row == 0)
    return tuple(tuple(rows[row][column] for column in sorted(rows[row])) for row in sorted(rows))


def _start(block: Block, first: int, _last: int) -> int:
    return min((cell.span.start for cell in block.cells if cell.row >= first), default=block.span.start) \
        if first else block.span.start


def _end(block: Block, _first: int, last: int) -> int:
    return max((cell.span.end for cell in block.cells if cell.row < last), default=block.span.end) \
        if block.cells else block.span.end


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)
