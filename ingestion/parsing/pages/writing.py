"""Writes the flow of pages into a document: blocks, the lines that cover them, and the pages' spans."""
from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from ingestion.domain import Block, BlockKind, Box, Document, Line, Page, Span
from ingestion.parsing import structure
from ingestion.parsing.builder import BLOCK_BREAK, DocumentBuilder
from ingestion.parsing.pages.flow import PageFlow, body_size, body_weight, set_furniture_apart, set_sides
from ingestion.parsing.pages.layout import Affine, PageContent, Row, Strip, glue
from ingestion.parsing.pages.paragraphs import (
    SENTENCE,
    Paragraph,
    Setting,
    Tabulation,
    extend,
    extends,
    goes_on,
    setting,
    wraps,
)
from ingestion.parsing.pages.tables import CellText, Table

HEADING_ROWS = 3
SURE = 0.8           # score of a recognised line that may be a heading
SCAN_RATIO = 1.3     # sizes read from a picture are rough: a smaller difference to the body's is none

Element = Paragraph | Tabulation


class Aside(Struct, frozen=True):
    """Lines that are not part of the running text, on their page."""

    strips: Sequence[Strip]
    page: PageContent
    kind: BlockKind


def written(builder: DocumentBuilder, flows: Sequence[PageFlow]) -> Document:
    """The document of `flows`, which must be in the order of their pages."""
    size = body_size(flows)
    set_furniture_apart(flows, size)
    set_sides(flows)
    writer = _Writer(builder, flows, size, body_weight(flows, size))
    for element in _elements(flows, setting(flows)):
        writer.write(element)
    builder.pages = writer.pages()
    document = builder.build()
    return replace(document, blocks=tuple(structure.settle(document.text, document.blocks)))


def _elements(flows: Sequence[PageFlow], usual: Setting) -> list[Element | Aside]:
    """Paragraphs and tables with furniture between them, never inside them."""
    result: list[Element | Aside] = []
    pending: Element | None = None
    feet: list[Aside] = []   # of the page before
    after: list[Aside] = []  # what stands right behind `pending`
    for flow in flows:
        page = flow.content
        heads = [Aside([row.strip], page, BlockKind.FURNITURE) for row in flow.heads]
        for place, item in enumerate(flow.body):
            if pending is not None and _continues(pending, item, page, usual, first=place == 0):
                if place == 0:
                    result += after + feet
                    feet, after, heads = [], heads, []
                _add(pending, item, page)
                continue
            if pending is not None:
                result.append(pending)
            result += after + feet + heads
            feet, after, heads = [], [], []
            pending = _new(item, page)
        if not flow.body:
            if pending is not None:
                result.append(pending)
            result += after + feet + heads
            pending, feet, after = None, [], []
        feet = [*(Aside([row.strip for row in note], page, BlockKind.NOTE) for note in flow.notes),
                *(Aside([row.strip], page, BlockKind.FURNITURE) for row in flow.feet),
                *(Aside([strip], page, BlockKind.FURNITURE) for strip in flow.content.asides)]
    if pending is not None:
        result.append(pending)
    return result + after + feet


def _continues(pending: Element, item: Row | Table, page: PageContent, usual: Setting, *, first: bool) -> bool:
    before = pending.pages[-1]
    if before is not page and (before.number == page.number or before.recognised != page.recognised):
        return False  # a page's own text and what stands in its pictures
    if isinstance(pending, Paragraph):
        return isinstance(item, Row) and goes_on(pending, item, page, usual)
    return isinstance(item, Table) and first and before is not page and extends(pending, item)


def _new(item: Row | Table, page: PageContent) -> Element:
    if isinstance(item, Row):
        return Paragraph([item], [page])
    return Tabulation(item, list(item.rows), [page] * len(item.rows))


def _add(pending: Element, item: Row | Table, page: PageContent) -> None:
    if isinstance(pending, Paragraph) and isinstance(item, Row):
        pending.rows.append(item)
        pending.pages.append(page)
    elif isinstance(pending, Tabulation) and isinstance(item, Table):
        extend(pending, item, page)


class _Writer:
    def __init__(self, builder: DocumentBuilder, flows: Sequence[PageFlow], size: float, weight: int) -> None:
        self.builder, self.size, self.weight = builder, size, weight
        self.contents = [flow.content for flow in flows]
        self.starts: dict[int, int] = {}    # of each page's body
        self.aside: dict[int, int] = {}     # of each page's furniture
        self.ends: dict[int, int] = {}      # of each page's last line

    def write(self, element: Element | Aside) -> None:
        """A paragraph, a table, or what stands beside the flow, with the places of its lines."""
        if isinstance(element, Paragraph):
            self._paragraph(element)
        elif isinstance(element, Tabulation):
            self._table(element)
        else:
            self.aside.setdefault(element.page.number, self.builder.offset)
            start = self.builder.offset
            text, gaps = _joined(element.strips)
            self.builder.text_block(element.kind, text)
            for strip, gap in zip(element.strips, gaps, strict=True):
                start = self._line(strip, element.page, start, gap)

    def _paragraph(self, paragraph: Paragraph) -> None:
        """A paragraph as one block, with its lines and their pages."""
        builder = self.builder
        strips = [row.strip for row in paragraph.rows]
        start = builder.offset
        text, gaps = _joined(strips)
        kind, level, label, lead = self._shape(text, paragraph)
        builder.write(text[:lead])
        builder.blocks.append(Block(kind, builder.write(text[lead:]), level, label))
        builder.write(BLOCK_BREAK)
        for strip, gap, page in zip(strips, gaps, paragraph.pages, strict=True):
            self.starts.setdefault(page.number, start)
            start = self._line(strip, page, start, gap)

    def _shape(self, text: str, paragraph: Paragraph) -> tuple[BlockKind, int, str, int]:
        """Kind, level, label and how many characters of `text` the label takes."""
        if structure.is_contents_line(text):
            return BlockKind.FURNITURE, 0, "", 0
        if len(paragraph.rows) <= HEADING_ROWS:
            strip = paragraph.rows[0].strip
            ratio = strip.size / self.size
            if paragraph.pages[0].recognised and ratio < SCAN_RATIO:
                ratio = 1.0
            if strip.score < SURE:
                return BlockKind.PARAGRAPH, 0, "", 0
            bold = all(row.strip.weight > self.weight for row in paragraph.rows)
            level = structure.heading_level(text, bold=bold, size_ratio=ratio)
            if level:
                return BlockKind.HEADING, level, "", 0
        label = structure.list_label(text)
        if label is not None:
            return BlockKind.LIST_ITEM, 0, label[0], label[1]
        return BlockKind.PARAGRAPH, 0, "", 0

    def _table(self, table: Tabulation) -> None:
        """A table as one block; rows that a page divides keep each line's page."""
        texts = [[_cell_text(cell, table.table, table.rest.get(place, ({},))[0].get(cell.column)) for cell in cells]
                 for place, cells in enumerate(table.rows)]
        block = self.builder.table([
            [(text, cell.column, cell.row_span, cell.column_span) for (text, _), cell in zip(row, cells, strict=True)]
            for row, cells in zip(texts, table.rows, strict=True)])
        places = iter(block.cells)
        for place, (cells, row, page) in enumerate(zip(table.rows, texts, table.pages, strict=True)):
            divided, after = table.rest.get(place, ({}, page))
            for cell, (_, gaps) in zip(cells, row, strict=True):
                start = next(places).span.start
                rest = divided.get(cell.column, len(cell.lines)) if divided else len(cell.lines)
                for number, (strip, gap) in enumerate(zip(cell.lines, gaps, strict=True)):
                    own = after if number >= rest else page
                    if own is page:
                        self.starts.setdefault(own.number, start)
                    start = self._line(strip, own, start, gap)

    def _line(self, strip: Strip, page: PageContent, start: int, gap: str) -> int:
        """Record where `strip` and the `gap` behind it stand; the offset after them."""
        end = start + len(strip.text) + len(gap)
        self.ends[page.number] = end
        edges = strip.edges + strip.edges[-1:] * len(gap) if gap else strip.edges
        if page.to_display is None:
            box = Box(page.number, strip.left, strip.top, strip.right, strip.bottom)
            self.builder.lines.append(Line(Span(start, end), box, edges, strip.score))
        else:
            self.builder.lines += _displayed(strip, edges, page.number, start, page.to_display)
        return end

    def pages(self) -> list[Page]:
        """The pages' spans: each ends where the next one's first own line stands, furniture included if it comes first.

        What a paragraph or a table carries over from the page before comes with its block, so a page's running head
        may stand behind the words that it heads.
        """
        pages = {content.number: content for content in reversed(self.contents)}
        numbers = sorted(pages)
        starts: list[int] = []
        reached = 0  # the end of the last line of the pages before
        for number in numbers:
            body, aside = self.starts.get(number), self.aside.get(number)
            start = min((at for at in (body, aside if aside is not None and aside >= reached else None)
                         if at is not None), default=aside)
            starts.append(max(start or 0, starts[-1] if starts else 0))
            reached = max(reached, self.ends.get(number, 0))
        if starts:
            starts[0] = 0
        ends = [*starts[1:], self.builder.offset]
        recognised = {content.number for content in self.contents if content.recognised}
        return [Page(number, Span(start, end), round(pages[number].width, 2), round(pages[number].height, 2),
                     number in recognised)
                for number, start, end in zip(numbers, starts, ends, strict=True)]


def _joined(strips: Sequence[Strip]) -> tuple[str, list[str]]:
    """Lines that were wrapped as one text, and what stands behind each of them."""
    if len(strips) == 1:
        return strips[0].text, [""]
    gaps = [*(glue(before.text, after.text) for before, after in pairwise(strips)), ""]
    return "".join(strip.text + gap for strip, gap in zip(strips, gaps, strict=True)), gaps


def _cell_text(cell: CellText, table: Table, divided: int | None) -> tuple[str, list[str]]:
    """A cell's words, and what stands behind each of its lines: nothing, a blank, or a line break.

    `divided` is the first line that stands on the next page: the page's end is no break.
    """
    if len(cell.lines) < 2:
        return ("", []) if not cell.lines else (cell.lines[0].text, [""])
    gaps = []
    for number, (before, after) in enumerate(pairwise(cell.lines), 1):
        wrapped = wraps(cell, after, table.edges, number - 1) and not (
            before.text[-1] in SENTENCE and structure.list_label(after.text) is not None)
        gaps.append(glue(before.text, after.text) if wrapped or number == divided else "\n")
    gaps.append("")
    return "".join(line.text + gap for line, gap in zip(cell.lines, gaps, strict=True)), gaps


def _displayed(strip: Strip, edges: Sequence[float], page: int, start: int, affine: Affine) -> list[Line]:
    """A strip's line on a displayed page that is turned: one line, or one a character where it runs up or down."""
    a, b, c, d, e, f = affine

    def box(left: float, right: float) -> Box:
        corners = [(a * x + c * y + e, b * x + d * y + f) for x in (left, right) for y in (strip.top, strip.bottom)]
        return Box(page, round(min(x for x, _ in corners), 2), round(min(y for _, y in corners), 2),
                   round(max(x for x, _ in corners), 2), round(max(y for _, y in corners), 2))

    if abs(b) > abs(a):
        return [Line(Span(start + place, start + place + 1), box(edges[place], edges[place + 1]), (), strip.score)
                for place in range(len(edges) - 1)]
    middle = (strip.top + strip.bottom) / 2
    return [Line(Span(start, start + len(edges) - 1), box(strip.left, strip.right),
                 tuple([round(a * edge + c * middle + e, 2) for edge in edges]), strip.score)]
