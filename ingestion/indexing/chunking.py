"""Cuts a policy and an applicant's document into passages: what is found, and cited, as one.

A policy is cut by article and item. A document is cut by its own structure: paragraphs and table rows, never across a
heading; short neighbours are joined, long paragraphs are cut where sentences end. The cited text is always verbatim;
what stands above it (headings, an article's opening, a table's header row) is its context.
"""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from msgspec.structs import replace

from ingestion.domain import Article, Block, BlockKind, Cell, Chapter, Document, Passage, Span

SHORT = 80    # characters: shorter neighbours under one heading are joined
LONG = 400    # characters: longer paragraphs are cut
_OPENING = 160  # characters of an article's opening that its items carry as context
_HEADER_CELL = 24  # characters: a longer cell is no column's name

_SENTENCE = re.compile(r"[。！？!?；;][”’」』）)]*|\n+|(?<=[A-Za-z0-9])\.(?=\s)")
_COMMA = re.compile(r"[，,、：:]|\s")
_FIGURE = re.compile(r"[\d０-９.,，%％/\-—年月日:：\s]+")


def policy_passages(policy_id: str, text: str, chapters: Sequence[Chapter], articles: Sequence[Article],
                    ) -> tuple[Passage, ...]:
    """One passage for each item, and for each article's opening (the whole article where it has no items)."""
    found: list[Passage] = []
    for article in articles:
        title = chapters[article.chapter].title if 0 <= article.chapter < len(chapters) else ""
        headings = tuple(one for one in (title, article.heading) if one)
        opening = " ".join(text[article.opening.start:article.opening.end].split())
        above = [title, article.heading if article.heading not in opening else "", _cut(opening, _OPENING)]
        context = " ".join(one for one in above if one)
        base = Passage("", policy_id, article.opening, "", headings=headings, ref=article.ref)
        found += _numbered(replace(base, context=title), text, article.opening)
        for item in article.items:
            found += _numbered(replace(base, context=context, ref=item.ref), text, item.span)
        if article.items:
            rest = _trim(text, Span(article.items[-1].span.end, article.span.end))
            if rest.end > rest.start:
                found += _numbered(replace(base, context=context), text, rest)
    return _unique(found)


def document_passages(document: Document) -> tuple[Passage, ...]:
    """A document's passages in reading order; running heads, running feet and page numbers are none."""
    walker = _Walker(document)
    for block in document.blocks:
        walker.take(block)
    walker.end_section()
    if not document.blocks and document.text.strip():
        walker.add_text(_trim(document.text, Span(0, len(document.text))))
    return _unique(walker.found)


@dataclass(slots=True)
class _Walker:
    document: Document
    found: list[Passage] = field(default_factory=list)
    path: list[tuple[int, str]] = field(default_factory=list)  # levels and headings above
    section: str = ""
    heading: Span | None = None  # the last heading, until something stands under it
    pending: Span | None = None  # paragraphs that more may join

    def take(self, block: Block) -> None:
        """Adds a block to the passage that grows, or ends it before."""
        if block.section != self.section:
            self.end_section()
            self.section, self.path = block.section, []
        if block.kind is BlockKind.HEADING:
            if self.path and block.level > self.path[-1][0]:
                self.heading = None  # what stands under it begins with a heading
            self.end_section()
            span = self._with_label(block)
            self.path = [one for one in self.path if one[0] < block.level]
            self.path.append((block.level, " ".join(self.document.quote(span).split())))
            self.heading = span
        elif block.kind is BlockKind.TABLE:
            self.flush()
            self._table(block)
        elif block.kind is BlockKind.NOTE:
            self.flush()
            self.add_text(self._with_label(block))
        elif block.kind is not BlockKind.FURNITURE:
            self._paragraph(self._with_label(block))

    def end_section(self) -> None:
        """A heading with nothing under it is a passage itself."""
        self.flush()
        if self.heading is not None:
            span, self.heading = self.heading, None
            self._add(span, self.headings[:-1], "")

    def flush(self) -> None:
        if self.pending is not None:
            span, self.pending = self.pending, None
            self.add_text(span)

    def add_text(self, span: Span) -> None:
        for piece in _pieces(self.document.text, span):
            self._add(piece, self.headings, "")

    @property
    def headings(self) -> tuple[str, ...]:
        return (*([self.section] if self.section else []), *(heading for _, heading in self.path))

    def _add(self, span: Span, headings: tuple[str, ...], above: str) -> None:
        text = self.document.quote(span)
        if not text.strip():
            return
        self.heading = None
        context = " / ".join(one for one in (*headings, above) if one)
        self.found.append(Passage(f"{self.document.name}:{span.start}-{span.end}", self.document.name, span, text,
                                  context, None, headings, self.document.page_at(span.start)))

    def _paragraph(self, span: Span) -> None:
        if self.pending is not None:
            between = self.document.text[self.pending.end:span.start]
            short = min(self.pending.end - self.pending.start, span.end - span.start) < SHORT
            if short and not between.strip() and span.end - self.pending.start <= LONG:
                self.pending = Span(self.pending.start, span.end)
                return
            self.flush()
        self.pending = span

    def _table(self, block: Block) -> None:
        """Passages of a table's rows, each with the header above it."""
        rows = [list(cells) for _, cells in groupby(block.cells, key=lambda cell: cell.row)]
        above, first = self._header(rows)
        group: list[list[Cell]] = []
        for row in rows[first:]:
            group.append(row)
            if group[-1][-1].span.end - group[0][0].span.start >= SHORT:
                self._rows(block, group, above)
                group = []
        self._rows(block, group, above)
        if first == len(rows) and rows:
            self._rows(block, rows, "")

    def _header(self, rows: Sequence[Sequence[Cell]]) -> tuple[str, int]:
        """The words above the data (a title over the whole width, the columns' names), and the first row of data."""
        words: list[str] = []
        for number, row in enumerate(rows[:4]):
            texts = [self.document.quote(cell.span).strip() for cell in row]
            filled = [one for one in texts if one]
            if len(filled) > 1:
                names = len(filled) > 2 and all(
                    len(one) <= _HEADER_CELL and not _FIGURE.fullmatch(one) for one in filled)
                return " | ".join([*words, *filled] if names else words), number + names
            words += filled
        return "", 0

    def _rows(self, block: Block, rows: Sequence[Sequence[Cell]], above: str) -> None:
        if not rows:
            return
        first = rows[0][0].row
        merged = [self.document.quote(cell.span).strip() for cell in block.cells
                  if cell.row < first < cell.row + cell.row_span]
        span = Span(rows[0][0].span.start, max(cell.span.end for row in rows for cell in row))
        words = [above, *(one for one in merged if one not in above)]
        self._add(_trim(self.document.text, span), self.headings, " | ".join(one for one in words if one))

    def _with_label(self, block: Block) -> Span:
        """The block with its automatic number, which stands in front of its span."""
        before = self.document.text[max(0, block.span.start - len(block.label) - 1):block.span.start].rstrip(" ")
        if block.label and before.endswith(block.label):
            return Span(self.document.text.rindex(block.label, 0, block.span.start), block.span.end)
        return block.span


def _numbered(base: Passage, text: str, span: Span) -> Iterator[Passage]:
    """`base` at `span`, in several passages of one reference where it is very long."""
    for number, piece in enumerate(_pieces(text, span, LONG * 2), 1):
        name = f"{base.ref}" if number == 1 else f"{base.ref}#{number}"
        yield replace(base, id=name, span=piece, text=text[piece.start:piece.end])


def _unique(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The same passages, each id once."""
    seen: dict[str, int] = {}
    found = []
    for passage in passages:
        times = seen[passage.id] = seen.get(passage.id, 0) + 1
        found.append(passage if times == 1 else replace(passage, id=f"{passage.id}#r{times}"))
    return tuple(found)


def _pieces(text: str, span: Span, long: int = LONG) -> Iterator[Span]:
    """`span` cut where sentences end, else at a comma, else anywhere, into pieces of at most `long` characters."""
    start = span.start
    while span.end - start > long:
        pieces = -(-(span.end - start) // long)
        aim = start + (span.end - start) // pieces  # pieces of about one length, no crumb at the end
        cut = _nearest(_SENTENCE, text, start, start + long, aim) or _nearest(_COMMA, text, start, start + long, aim)
        end = cut or start + long
        piece = _trim(text, Span(start, end))
        if piece.end > piece.start:
            yield piece
        start = end
    piece = _trim(text, Span(start, span.end))
    if piece.end > piece.start:
        yield piece


def _nearest(pattern: re.Pattern[str], text: str, start: int, end: int, aim: int) -> int | None:
    """The end of the match of `pattern` that lies nearest to `aim`, not in the first quarter."""
    ends = [match.end() for match in pattern.finditer(text, start, end) if match.end() - start > (end - start) // 4]
    return min(ends, key=lambda place: abs(place - aim), default=None)


def _cut(text: str, limit: int) -> str:
    """`text` up to the last sentence or comma within `limit`."""
    if len(text) <= limit:
        return text
    ends = [match.start() for match in re.finditer(r"[。；，]", text[:limit])]
    return text[:ends[-1]] if ends else text[:limit]


def _trim(text: str, span: Span) -> Span:
    start, end = span.start, span.end
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return Span(start, end)
