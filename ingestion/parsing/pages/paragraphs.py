"""Which rows make one paragraph, and which tables one table.

A line was wrapped if the next line's first word would not have fitted behind it. That, the indents and the distances
decide; words decide only between a wrapped line and a new item (a line that ends a sentence before one with a number).
"""
from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from msgspec import Struct, field

from ingestion.parsing import structure
from ingestion.parsing.pages.flow import PageFlow
from ingestion.parsing.pages.layout import CJK, PageContent, Row, Strip
from ingestion.parsing.pages.tables import CellText, Table

SAME_SIZE = 0.12       # share by which sizes of one paragraph differ at most
SAME_SIZE_SCANNED = 0.3
INDENT = 0.8           # ems from which a line counts as indented
HANGING = 6.0          # ems that the lines of an item may stand behind its number
FAR_RIGHT = 0.38       # of the column's width: what starts there is a signature or a date
SLACK = 0.4            # ems of tolerance at the right side
LOOSE = 5.0            # ems free at the right side of a line that may still go on below, where the indents say so
PITCH = 1.35           # times the usual distance of lines, from which a paragraph ends
CELL_PADDING = 4.0     # points at each side of a cell
SAME_EDGE = 4.0        # points between the column borders of a table's parts
TABLE_HEADER_ROWS = 3
TERMINAL = "。；！？：;!?:…」』"
SENTENCE = TERMINAL + ".”"
NO_START = "，。、；：！？）》”’〉】」』％%,.;:!?)]}…—·"   # what never begins a line
QUOTES = "“”‘’"          # no line is divided before or after one
NO_END = "（《“‘〈【「『([{￥¥$"


class Paragraph(Struct):
    """Rows that make one paragraph; each with the page that it stands on."""

    rows: list[Row]
    pages: list[PageContent]


class Tabulation(Struct):
    """The parts of one table, page by page, with repeated header rows left out."""

    table: Table
    rows: list[list[CellText]]
    pages: list[PageContent]          # of each row
    rest: dict[int, tuple[dict[int, int], PageContent]] = field(default_factory=dict)
    """Of a row that a page's end divides: from which line on each column's words stand on the next page."""


class Setting(Struct, frozen=True):
    """What is usual in a document: the distance of lines in ems by size, and whether paragraphs are indented."""

    pitch: float
    indented: bool


def setting(flows: Sequence[PageFlow]) -> Setting:
    """What the pages show; a line behind one that ends a sentence and has room left is sure to begin a paragraph."""
    pitches: list[float] = []
    indented = flush = 0
    for flow in flows:
        rows = [item for item in flow.body if isinstance(item, Row)]
        for before, after in pairwise(rows):
            em = before.strip.size or 1.0
            distance = (after.strip.bottom - before.strip.bottom) / em
            if 0.8 < distance < 4 and abs(after.strip.size - em) < SAME_SIZE * em and before.column == after.column:
                pitches.append(distance)
            if before.strip.text[-1] in TERMINAL and needs(after.strip) < before.right - before.strip.right - em \
                    and abs(after.strip.size - em) < SAME_SIZE * em and structure.list_label(after.strip.text) is None \
                    and structure.numbering(after.strip.text) is None:
                offset = after.strip.left - after.left
                indented += INDENT * em < offset < 4 * em
                flush += offset < 0.3 * em
    some = any(INDENT * item.strip.size < item.strip.left - item.left < 4 * item.strip.size
               for flow in flows for item in flow.body if isinstance(item, Row))
    return Setting(median(pitches) if pitches else 1.6, indented > flush or (indented == flush and some))


def goes_on(paragraph: Paragraph, row: Row, page: PageContent, usual: Setting) -> bool:
    """Whether `row` continues the paragraph."""
    last, line = paragraph.rows[-1], row.strip
    before = last.strip
    em = max(before.size, line.size)
    if abs(before.size - line.size) > (SAME_SIZE_SCANNED if page.recognised else SAME_SIZE) * em:
        return False
    apart = paragraph.pages[-1] is not page or last.column != row.column
    if not apart and line.bottom - before.bottom > PITCH * usual.pitch * em:
        return False
    if len(row.segments) > 1:
        return False  # labels and values
    if _beside(last, row, em):
        return not apart
    if _centred(last, em) and _centred(row, em) and abs(before.left - line.left) > 0.3 * em:
        free = (last.right - last.left) - (before.right - before.left)
        return not apart and before.weight == line.weight and needs(line) > free and before.text[-1] not in SENTENCE
    if not _indents_agree(paragraph, row, em):
        return False
    terminal = before.text[-1] in TERMINAL
    room = last.right - before.right
    if room > needs(line) + SLACK * em and not (room < LOOSE * em and not terminal and (
            (usual.indented and _comes_back(paragraph, row, em)) or _hangs(paragraph, row, em))):
        return False
    if structure.is_contents_line(before.text):
        return False
    if before.weight != line.weight and (terminal or len(paragraph.rows) == 1):
        return not terminal and room < em
    offset = line.left - row.left
    if terminal or before.text[-1] in SENTENCE:
        hangs = _hangs(paragraph, row, em)
        if (offset > INDENT * em and not hangs) or structure.list_label(line.text) or structure.numbering(line.text):
            return not terminal and (offset < INDENT * em or hangs) and structure.numbering(line.text) is None
        if not usual.indented and (apart or terminal):
            return False  # nothing else would tell where one of these paragraphs ends
    return True


def _beside(last: Row, row: Row, em: float) -> bool:
    """Whether a row goes on the last segment of a row of label and value: it stands right below it, alone."""
    if len(last.segments) < 2 or len(row.segments) > 1:
        return False
    offset = row.strip.left - last.segments[-1].left
    return abs(offset) < INDENT * em and row.strip.left - last.strip.left > 2 * em \
        and row.strip.top - last.strip.bottom < 0.8 * em and last.strip.text[-1] not in "：:。；"


def _indents_agree(paragraph: Paragraph, row: Row, em: float) -> bool:
    """Whether `row` starts where a later line of the paragraph may: with its others, or at or left of the first."""
    first, line = paragraph.rows[0], row.strip
    indent = first.strip.left - first.left      # of the paragraph's first line
    offset = line.left - row.left
    width = row.right - row.left
    if max(indent, offset) > FAR_RIGHT * width:
        return False
    if len(paragraph.rows) > 1:
        last = paragraph.rows[-1]
        return abs((last.strip.left - last.left) - offset) < INDENT * em
    if offset > indent + 0.6 * em:
        return structure.list_label(first.strip.text) is not None and offset - indent < HANGING * em
    if offset > INDENT * em and abs(offset - indent) < 0.6 * em:
        return first.strip.text[-1] not in SENTENCE  # a block that is indented as a whole, or two short paragraphs
    return True


def _centred(row: Row, em: float) -> bool:
    before, after = row.strip.left - row.left, row.right - row.strip.right
    return before > 1.5 * em and abs(before - after) < 1.2 * em


def _comes_back(paragraph: Paragraph, row: Row, em: float) -> bool:
    """Whether the paragraph's first line is indented and `row`, without a number, starts at the column's side."""
    first = paragraph.rows[0]
    return INDENT * em < first.strip.left - first.left < 3 * em and row.strip.left - row.left < 0.3 * em \
        and structure.numbering(row.strip.text) is None and "：" not in row.strip.text[:12]


def _hangs(paragraph: Paragraph, row: Row, em: float) -> bool:
    """Whether `row` stands behind the number of the item that it would go on (which `_indents_agree` allowed)."""
    first = paragraph.rows[0]
    return row.strip.left - row.left > first.strip.left - first.left + 0.6 * em


def needs(line: Strip) -> float:
    """How wide the first piece of a line is that is never divided: a word, or an ideograph with what clings to it."""
    text, edges = line.text, line.edges
    end = 1
    if text[0] in NO_END and len(text) > 1:
        end = 2
    if text[end - 1] >= CJK:
        while end < len(text) and (text[end] in NO_START or text[end] in QUOTES or text[end - 1] in QUOTES) and end < 8:
            end += 1
        return edges[end] - edges[0]
    while end < len(text) and not text[end].isspace() and text[end] < CJK:
        end += 1
    while end < len(text) and text[end] in NO_START and end < 40:
        end += 1
    blank = 0.25 * line.size
    return edges[end] - edges[0] + blank


def extends(run: Tabulation, table: Table) -> bool:
    """Whether a table at the top of a page goes on the one at the end of the page before.

    Its columns are the same, or (in a form, whose rows are merged in different ways) some of them or more than them.
    """
    few, many = sorted((_distances(run.table.edges), _distances(table.edges)), key=len)
    return all(_nearest(edge, many) is not None for edge in few) and (len(few) > 2 or len(few) == len(many)) \
        and _nearest(many[-1], few) is not None


def _distances(edges: Sequence[float]) -> list[float]:
    return [edge - edges[0] for edge in edges]


def _nearest(edge: float, edges: Sequence[float]) -> int | None:
    place = min(range(len(edges)), key=lambda at: abs(edges[at] - edge))
    return place if abs(edges[place] - edge) < SAME_EDGE else None


def _spread(rows: Sequence[Sequence[CellText]], own: Sequence[float], finer: Sequence[float]) -> list[list[CellText]]:
    """Rows of a table whose columns have the edges `own`, in the columns of the edges `finer`."""
    places = [_nearest(edge, _distances(finer)) or 0 for edge in _distances(own)]
    return [[CellText(cell.row, places[cell.column], cell.row_span,
                      places[cell.column + cell.column_span] - places[cell.column], cell.lines) for cell in row]
            for row in rows]


def extend(run: Tabulation, table: Table, page: PageContent) -> None:
    """Add a table's rows to those of the pages before, without a repeated header; a divided row is put together."""
    rows = table.rows
    if len(table.edges) < len(run.table.edges):
        rows = _spread(rows, table.edges, run.table.edges)
    elif len(table.edges) > len(run.table.edges):
        run.rows = _spread(run.rows, run.table.edges, table.edges)
        run.table.edges = table.edges
    skipped = 0
    while skipped < min(TABLE_HEADER_ROWS, len(rows) - 1, len(run.rows)) \
            and words(rows[skipped]) == words(run.rows[skipped]) and words(rows[skipped])[0]:
        skipped += 1
    rows = rows[skipped:]
    if rows and _divided(run.rows[-1], rows[0], run.table.edges):
        run.rest[len(run.rows) - 1] = {cell.column: len(cell.lines) for cell in run.rows[-1]}, page
        for cell, rest in zip(run.rows[-1], rows[0], strict=True):
            cell.lines.extend(rest.lines)
        rows = rows[1:]
    shift = len(run.rows) - (len(table.rows) - len(rows))
    for cells in rows:
        run.rows.append([CellText(cell.row + shift, cell.column, cell.row_span, cell.column_span, cell.lines)
                         for cell in cells])
        run.pages.append(page)


def words(cells: Sequence[CellText]) -> list[str]:
    return ["".join(line.text for line in cell.lines) for cell in cells]


def _divided(last: Sequence[CellText], first: Sequence[CellText], edges: Sequence[float]) -> bool:
    """Whether a page's end divided a row: on the next page its first cell is empty, and what follows fills cells that
    were left empty, or goes on a few cells that end no sentence."""
    if len(last) < 2 or len(last) != len(first) or first[0].lines or not last[0].lines:
        return False
    if any(cell.row_span > 1 for cell in (*last, *first)):
        return False
    filled = [(before, after) for before, after in zip(last, first, strict=True) if after.lines]
    if filled and not any(before.lines for before, _ in filled):
        return True
    if not filled or 2 * len(filled) > sum(bool(cell.lines) for cell in last):
        return False
    return all(not before.lines or (before.lines[-1].text[-1] not in TERMINAL and wraps(before, after.lines[0], edges))
               for before, after in filled)


def wraps(cell: CellText, after: Strip, edges: Sequence[float], line: int = -1) -> bool:
    """Whether `after` would not have fitted behind a cell's line, so that the line's end is no end of a paragraph."""
    last = min(cell.column + cell.column_span, len(edges) - 1)
    before = cell.lines[line]
    room = edges[last] - edges[cell.column] - (before.right - before.left) - 2 * CELL_PADDING
    return room < needs(after) + after.size
