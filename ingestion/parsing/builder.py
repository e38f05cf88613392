"""Puts a document's text together piece by piece, so that every span is right by construction."""
from __future__ import annotations

from collections.abc import Sequence

from ingestion.domain import Block, BlockKind, Cell, Document, Line, Notice, Page, Span

CELL_BREAK = "\t"
ROW_BREAK = "\n"
BLOCK_BREAK = "\n"


class DocumentBuilder:
    """Appends blocks, lines and pages in reading order; `build` freezes them into a Document."""

    def __init__(self, name: str, sha256: str, kind: str) -> None:
        self.name, self.sha256, self.kind = name, sha256, kind
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []
        self.pages: list[Page] = []
        self.lines: list[Line] = []
        self.notices: list[Notice] = []

    @property
    def offset(self) -> int:
        """Where the next character will stand."""
        return self._length

    def write(self, text: str) -> Span:
        """Append characters as they are; the span they got."""
        start = self._length
        self._parts.append(text)
        self._length += len(text)
        return Span(start, self._length)

    def text_block(self, kind: BlockKind, text: str, *, level: int = 0, label: str = "", section: str = "") -> Block:
        """Append one block of words, its label in front of it, and end the line."""
        if label:
            self.write(label if label.endswith((" ", "、", "）", ")")) else label + " ")
        block = Block(kind, self.write(text), level, label, section)
        self.write(BLOCK_BREAK)
        self.blocks.append(block)
        return block

    def table(
        self, rows: Sequence[Sequence[tuple[str, int, int, int]]], *, section: str = "", host: str = ""
    ) -> Block:
        """Append a table. Each row lists its cells as (text, column, row span, column span), merged cells once."""
        start = self._length
        cells = []
        for number, row in enumerate(rows):
            for place, (text, column, row_span, column_span) in enumerate(row):
                if place:
                    self.write(CELL_BREAK)
                cells.append(Cell(number, column, self.write(text), row_span, column_span))
            self.write(ROW_BREAK)
        span = Span(start, max(start, self._length - 1))
        block = Block(BlockKind.TABLE, span, section=section, cells=tuple(cells), host=host)
        self.blocks.append(block)
        return block

    def notice(self, code: str, chinese: str, english: str, page: int | None = None) -> None:
        self.notices.append(Notice(code, chinese, english, page))

    def build(self) -> Document:
        return Document(self.name, self.sha256, self.kind, "".join(self._parts), tuple(self.blocks),
                        tuple(self.pages), tuple(self.lines), tuple(self.notices))
