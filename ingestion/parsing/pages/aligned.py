"""Tables without a grid: rows whose words stand in columns, often between two or three horizontal lines (三线表)."""
from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingestion.parsing.pages.layout import Ruling, Strip
from ingestion.parsing.pages.tables import CellText, Table

GAP = 0.8          # ems between columns, over all rows
PITCH = 3.5        # ems between the tops of neighbouring rows
ROWS = 3           # a header and two rows
COLUMNS = 3        # without lines above and below; with them two are enough
FILLED = 0.6       # share of the fields that hold words
ALIGNED = 0.7      # share of a column's words that share a side or the middle
LINE_SPAN = 0.8    # of the table's width that a line above and below it must cover

Rows = Sequence[Sequence[Strip]]


def aligned(rows: Rows, horizontals: Sequence[Ruling]) -> list[tuple[int, int, Table]]:
    """The tables among a column's rows, each with its first row and the row after its last."""
    found = []
    start = 0
    while start < len(rows):
        table = None
        if len(rows[start]) > 1:
            end, columns = _run(rows, start)
            table = _table(rows, start, end, columns, horizontals)
        if table is None:
            start += 1
        else:
            found.append((start, end, table))
            start = end
    return found


def _run(rows: Rows, start: int) -> tuple[int, list[list[float]]]:
    """The row after the last that fits the columns which the rows from `start` on make; those columns."""
    columns = [[strip.left, strip.right] for strip in rows[start]]
    end = start + 1
    while end < len(rows):
        row = rows[end]
        em = max(strip.size for strip in row)
        if not row[0].text or row[0].top - rows[end - 1][0].top > PITCH * em:
            break
        touched = [_touched(strip, columns, GAP * em) for strip in row]
        taken = [places[0] if places else len(columns) + number for number, places in enumerate(touched)]
        if any(len(places) > 1 for places in touched) or len(set(taken)) < len(taken):
            break
        if len(row) == 1 and taken[0] == 0 and not _wraps(rows[end - 1], row):
            break
        known = len(columns)
        for strip, place in zip(row, taken, strict=True):
            if place >= known:
                columns.append([strip.left, strip.right])
            else:
                columns[place][0] = min(columns[place][0], strip.left)
                columns[place][1] = max(columns[place][1], strip.right)
        columns.sort()
        end += 1
    return end, columns


def _touched(strip: Strip, columns: list[list[float]], gap: float) -> list[int]:
    """The columns that a strip stands in or too near to: one, none for a new column, several where it bridges them."""
    return [place for place, (left, right) in enumerate(columns)
            if strip.left < right + gap and strip.right > left - gap]


def _wraps(before: Sequence[Strip], row: Sequence[Strip]) -> bool:
    """Whether a row of one strip in the first column goes on the cell above it."""
    return row[0].top - before[0].bottom < 0.35 * row[0].size and abs(row[0].left - before[0].left) < row[0].size


def _table(rows: Rows, start: int, end: int, columns: list[list[float]], horizontals: Sequence[Ruling]) -> Table | None:
    """The table that rows with aligned words make; None where there are too few of them."""
    while end > start and len(rows[end - 1]) == 1 and _place(rows[end - 1][0], columns) == 0:
        end -= 1
    several = sum(len(row) > 1 for row in rows[start:end])
    if several < ROWS:
        return None
    left, right = columns[0][0], columns[-1][1]
    lined = _lined(rows, start, end, left, right, horizontals)
    if len(columns) < (2 if lined else COLUMNS):
        return None
    merged = _merged(rows[start:end], columns)
    cells = [cell for row in merged for cell in row]
    if len(merged) < ROWS or sum(bool(cell) for cell in cells) < FILLED * len(cells):
        return None
    if not lined and not all(_is_aligned([row[place] for row in merged]) for place in range(len(columns))):
        return None
    edges = (left, *((a[1] + b[0]) / 2 for a, b in pairwise(columns)), right)
    filled = [[CellText(number, column, 1, 1, lines) for column, lines in enumerate(row)]
              for number, row in enumerate(merged)]
    return Table(left, rows[start][0].top, right, max(strip.bottom for strip in rows[end - 1]), edges, filled)


def _place(strip: Strip, columns: list[list[float]]) -> int:
    middle = (strip.left + strip.right) / 2
    return min(range(len(columns)), key=lambda place: max(columns[place][0] - middle, middle - columns[place][1]))


def _merged(rows: Rows, columns: list[list[float]]) -> list[list[list[Strip]]]:
    """Logical rows, each a list of lines for every column: a row that lacks the first column goes on the one above."""
    merged: list[list[list[Strip]]] = []
    for place, row in enumerate(rows):
        where = [_place(strip, columns) for strip in row]
        goes_on = merged and (where[0] != 0 or len(row) == 1) and row[0].top - rows[place - 1][0].bottom < row[0].size
        if not goes_on:
            merged.append([[] for _ in columns])
        for strip, column in zip(row, where, strict=True):
            merged[-1][column].append(strip)
    return merged


def _is_aligned(cells: list[list[Strip]]) -> bool:
    """Whether the cells of a column stand under one another: left, right or in the middle."""
    strips = [cell[0] for cell in cells if cell]
    if len(strips) < 2:
        return False
    em = 0.6 * strips[0].size
    for sides in ([strip.left for strip in strips], [strip.right for strip in strips],
                  [(strip.left + strip.right) / 2 for strip in strips]):
        middle = sorted(sides)[len(sides) // 2]
        if sum(abs(side - middle) < em for side in sides) >= ALIGNED * len(sides):
            return True
    return False


def _lined(rows: Rows, start: int, end: int, left: float, right: float, horizontals: Sequence[Ruling]) -> bool:
    """Whether a line stands close above the first row and one close below the last."""
    em = rows[start][0].size
    long = [ruling.at for ruling in horizontals
            if min(ruling.end, right) - max(ruling.start, left) > LINE_SPAN * (right - left)]
    top, bottom = rows[start][0].top, max(strip.bottom for strip in rows[end - 1])
    return any(top - 1.5 * em < at < top + 0.5 * em for at in long) \
        and any(bottom - 0.5 * em < at < bottom + 1.5 * em for at in long)
