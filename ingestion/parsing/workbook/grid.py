"""From the cells of a sheet to blocks: title lines, tables, remarks. For workbooks and csv files.

An empty row ends a table. Rows of one filled cell above a table are its titles, below it a remark in words; inside it
they stay rows (一、高新技术企业). A column of short entries without neighbours is a table of one column.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ingestion.domain import BlockKind
from ingestion.parsing import structure
from ingestion.parsing.builder import DocumentBuilder

Row = Sequence[str]
Spans = Mapping[tuple[int, int], tuple[int, int]]  # (row, column) of a merged cell to its row and column spans
LIST_ROWS = 3  # entries below each other that make a table of one column


def write(builder: DocumentBuilder, rows: Sequence[Row], *, merged: Spans | None = None, section: str = "") -> None:
    spans = merged or {}
    covered = _covered(spans)
    if covered:  # a program may leave words there that nobody sees
        rows = [["" if (number, column) in covered else text for column, text in enumerate(row)]
                for number, row in enumerate(rows)]
    for first, last in _groups(rows, covered):
        _group(builder, rows, first, last, spans, covered, section)


def _covered(spans: Spans) -> set[tuple[int, int]]:
    """Places that belong to a merged cell whose words stand elsewhere."""
    return {(row + down, column + right) for (row, column), (height, width) in spans.items()
            for down in range(height) for right in range(width) if down or right}


def _groups(rows: Sequence[Row], covered: set[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Half-open ranges of rows without an empty row among them."""
    held = {row for row, _ in covered}
    start = -1
    for number, row in enumerate(rows):
        if any(row) or (number in held and start >= 0):
            start = number if start < 0 else start
        elif start >= 0:
            yield start, number
            start = -1
    if start >= 0:
        yield start, len(rows)


def _filled(row: Row) -> list[int]:
    return [column for column, text in enumerate(row) if text]


def _group(builder: DocumentBuilder, rows: Sequence[Row], first: int, last: int, spans: Spans,
           covered: set[tuple[int, int]], section: str) -> None:
    """Rows that stand together: title lines, a table, remarks."""
    filled = [_filled(rows[number]) for number in range(first, last)]
    widest = max(map(len, filled))
    if widest == 1 and not _is_column(rows, first, filled):
        for number in range(first, last):
            _lines(builder, rows[number], section)
        return
    top, bottom = first, last
    while widest > 1 and top < bottom - 1 and _is_title(rows[top], filled[top - first], filled[top + 1 - first]):
        _lines(builder, rows[top], section)
        top += 1
    while widest > 1 and bottom - 1 > top and _is_remark(rows[bottom - 1], filled[bottom - 1 - first]):
        bottom -= 1
    left = min((columns[0] for columns in filled[top - first:bottom - first] if columns), default=0)
    table = []
    for number in range(top, bottom):
        row, columns = rows[number], filled[number - first]
        shown = columns if len(columns) < 2 else range(left, columns[-1] + 1)
        cells = []
        for column in shown:
            if (number, column) not in covered:
                height, width = spans.get((number, column), (1, 1))
                cells.append((row[column], column - left, min(height, bottom - number), width))
        table.append(cells)
    builder.table(table, section=section)
    for number in range(bottom, last):
        _lines(builder, rows[number], section)


def _is_column(rows: Sequence[Row], first: int, filled: Sequence[Sequence[int]]) -> bool:
    """A list of entries: one under the other in one column, none of them a sentence or a line with a label."""
    if len(filled) < LIST_ROWS or len({columns[0] for columns in filled if columns}) != 1:
        return False
    known = structure.rules()
    texts = [rows[first + at][columns[0]] for at, columns in enumerate(filled) if columns]
    return not any(known.sentence_end.search(text) or known.labelled.match(text) or structure.list_label(text)
                   for text in texts)


def _is_title(row: Row, columns: Sequence[int], below: Sequence[int]) -> bool:
    """One filled cell, or fewer than below and each a line of its own (编制单位：…  单位：万元)."""
    if len(columns) <= 1:
        return True
    labelled = structure.rules().labelled
    return len(columns) < len(below) and all(labelled.match(row[column]) for column in columns)


def _is_remark(row: Row, columns: Sequence[int]) -> bool:
    if not columns:
        return True
    known = structure.rules()
    text = row[columns[0]]
    if len(columns) > 1:
        return all(known.labelled.match(row[column]) and known.remark.match(row[column]) for column in columns)
    return known.remark.match(text) is not None or known.sentence_end.search(text) is not None


def _lines(builder: DocumentBuilder, row: Row, section: str) -> None:
    """Each filled cell as a paragraph, or as a list item where a number is typed in it."""
    for column in _filled(row):
        for line in row[column].split("\n"):
            text = line.strip()
            if text:
                builder.text_block(BlockKind.PARAGRAPH, text, section=section)
