"""Documents as numbered places: [D2.14] a paragraph, [D2.T3] a table, [D2.T3.R5] its row.

Identifiers are taken out, files have numbers instead of names, and a document that was refused (a mark of secrets, no
text) has no place at all. What looks like one of our numbers in a document's own text is shown in other brackets.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property

from msgspec import Struct

from assistant.checking.redaction import Redactor
from ingestion.domain import Block, BlockKind, Cell, Document, Span
from ingestion.language import fold, load, pattern

OWN_NUMBER = re.compile("[\\[\uff3b](?=\\s*[D\uff24]\\s*\\d)")
KINDS = {"docx": "Word", "doc": "Word", "pdf": "PDF", "xlsx": "工作簿", "xls": "工作簿", "image": "图片",
         "text": "文本"}


class Place(Struct, frozen=True, gc=False):
    """One place. `span` covers its words in its document's text (a row's: its own cells), `shown` what is sent of it;
    `headings` are the ids of the headings above it; a row has its `table`, its number and the cells that reach into it,
    a table its `rows`, and its `host`, the row of the table before it that it stands in."""

    id: str
    kind: str                     # "heading", "paragraph", "table", "row"
    document: int
    span: Span
    shown: str
    page: int | None = None
    headings: tuple[str, ...] = ()
    section: str = ""
    table: str = ""
    row: int = 0
    cells: tuple[Cell, ...] = ()
    rows: tuple[str, ...] = ()
    host: str = ""


class Line(Struct, frozen=True, gc=False):
    """A line of the request; `place` is "" for a page, a sheet or a document's head."""

    document: int
    text: str
    place: str = ""


class Places(Struct, dict=True):
    documents: tuple[Document, ...]
    redactor: Redactor
    by_id: dict[str, Place]
    lines: tuple[Line, ...]

    @cached_property
    def order(self) -> tuple[str, ...]:
        return tuple(self.by_id)

    @cached_property
    def position(self) -> dict[str, int]:
        return {one: number for number, one in enumerate(self.by_id)}

    @cached_property
    def withheld(self) -> tuple[str, ...]:
        """Documents nothing of which was sent."""
        sent = {place.document for place in self.by_id.values()}
        return tuple(one.name for number, one in enumerate(self.documents) if number not in sent)

    def text(self, place: Place) -> str:
        return self.documents[place.document].quote(place.span)

    def neighbours(self, place: Place, before: int, after: int = 0) -> list[Place]:
        """The places next to one in its document; for a row, those next to its table."""
        first = last = self.position[place.table or place.id]
        table = self.by_id[place.table or place.id]
        last += len(table.rows)
        ids = [*self.order[max(0, first - before):first], *self.order[last + 1:last + 1 + after]]
        return [self.by_id[one] for one in ids if self.by_id[one].document == place.document]


def number(documents: Sequence[Document]) -> Places:
    """The places of documents, which come in the order of their names."""
    made = Places(tuple(documents), Redactor(), {}, ())
    lines: list[Line] = []
    for place, document in enumerate(documents):
        if document.blocks:
            lines += _Numbering(made, place, document).lines()
    made.lines = tuple(lines)
    return made


class _Numbering:
    """One document's places, put into those of all."""

    def __init__(self, places: Places, place: int, document: Document) -> None:
        self.places, self.place, self.document = places, place, document
        self.name, self.made = f"D{place + 1}", list[Line]()
        self.page: int | None = None
        self.above: list[tuple[int, str]] = []  # level and id of the headings that hold here
        self.section = ""
        self.hosts: list[str] = []              # rows that wait for the tables that stand in them

    def lines(self) -> list[Line]:
        """The document's lines with their names."""
        document = self.document
        kind = KINDS.get(document.kind, document.kind)
        scan = "，由扫描件识别" if any(page.recognised for page in document.pages) else ""
        self._add(f"### [{self.name}] 附件{self.place + 1}（{kind}{scan}）")
        paragraphs = tables = 0
        blocks = [block for block in document.blocks if block.kind is not BlockKind.FURNITURE]
        for at, block in enumerate(blocks):
            if block.section and block.section != self.section:
                self.section, self.above = block.section, []
                self._add(f"-- 工作表 {self._shown(block.section)} --")
            if block.kind is BlockKind.TABLE:
                tables += 1
                self._table(block, f"{self.name}.T{tables}")
                if not self.hosts:
                    self.hosts = self._waiting(f"{self.name}.T{tables}", blocks[at + 1:])
            else:
                paragraphs += 1
                self.hosts = []
                self._paragraph(block, f"{self.name}.{paragraphs}")
        return self.made

    def _paragraph(self, block: Block, name: str) -> None:
        """A paragraph or a heading with its name."""
        heading = block.kind is BlockKind.HEADING
        if heading:
            self.above = [one for one in self.above if one[0] < block.level]
        page = self._page(block.span.start)
        shown = self._shown((block.label + " " if block.label else "") + self.document.quote(block.span))
        self.places.by_id[name] = Place(
            name, "heading" if heading else "paragraph", self.place, self._with_label(block), shown, page,
            self._headings(), self.section)
        mark = "#" * max(1, block.level) + " " if heading else "注：" if block.kind is BlockKind.NOTE else ""
        self._add(f"[{name}] {mark}{shown}", name)
        if heading:
            self.above.append((block.level, name))

    def _table(self, block: Block, name: str) -> None:
        """A table and its rows with their names; merged cells are said in each row."""
        rows: dict[int, list[Cell]] = {}
        for cell in block.cells:
            rows.setdefault(cell.row, []).append(cell)
        page, host = self._page(block.span.start), self.hosts.pop(0) if self.hosts else ""
        ids = tuple(f"{name}.R{row + 1}" for row in sorted(rows))
        self.places.by_id[name] = Place(name, "table", self.place, block.span, "", page, self._headings(), self.section,
                                        rows=ids, host=host)
        self._add(f"[{name}] 表（在{host}中）" if host else f"[{name}] 表", name)
        tall = [cell for cell in block.cells if cell.row_span > 1]
        wide = max((cell.column + cell.column_span for cell in block.cells), default=0) > 2
        for row in sorted(rows):
            own = sorted(rows[row], key=lambda cell: cell.column)
            above = [cell for cell in tall if cell.row < row < cell.row + cell.row_span]
            pieces = [(cell.column, self._shown(self.document.quote(cell.span)) +
                       (" | ←" * (cell.column_span - 1) if wide and len(own) > 1 else "")) for cell in own]
            shown = " | ".join(text for _, text in sorted([*pieces, *((cell.column, "〃") for cell in above)]))
            place = Place(f"{name}.R{row + 1}", "row", self.place,
                          Span(min(cell.span.start for cell in own), max(cell.span.end for cell in own)), shown,
                          self._page(own[0].span.start), self._headings(), self.section, name, row, (*own, *above))
            self.places.by_id[place.id] = place
            self._add(f"[{place.id}] {shown}", place.id)

    def _waiting(self, name: str, following: Sequence[Block]) -> list[str]:
        """The rows of a table that announce one inside them, where as many tables follow it at once."""
        inner = 0
        for block in following:
            if block.kind is not BlockKind.TABLE:
                break
            inner += 1
        rows = [self.places.by_id[row] for row in self.places.by_id[name].rows]
        waiting = [row.id for row in rows if row.row and len(row.cells) > 1 and self._announces(row)]
        return waiting if inner and len(waiting) == inner else []

    def _announces(self, row: Place) -> bool:
        last = fold(self.document.quote(max(row.cells, key=lambda cell: cell.column).span)).strip()
        return not last or pattern(load("second_reader")["announces"]).search(last) is not None

    def _with_label(self, block: Block) -> Span:
        """The block's span with its number, which stands in the text before it."""
        start = block.span.start
        before = self.document.text[:start].rstrip() if block.label else ""
        return Span(len(before) - len(block.label), block.span.end) if block.label and before.endswith(
            block.label) else block.span

    def _headings(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.above)

    def _page(self, offset: int) -> int | None:
        page = self.document.page_at(offset)
        if page is not None and page != self.page and len(self.document.pages) > 1:
            self.page = page
            self._add(f"-- 第{page}页 --")
        return page

    def _shown(self, text: str) -> str:
        return OWN_NUMBER.sub("【", self.places.redactor.redact(" ".join(text.split())))

    def _add(self, text: str, place: str = "") -> None:
        self.made.append(Line(self.place, text, place))
