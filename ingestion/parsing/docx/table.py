"""The grid of a docx table: merged cells once, with their spans."""
from __future__ import annotations

from collections.abc import Callable, Iterable

from msgspec import Struct

from ingestion.parsing.docx.styles import VAL, W, child, number
from ingestion.parsing.package import Element

ROW, CELL = W + "tr", W + "tc"
MOST_COLUMNS = 63  # of a Word table

Children = Callable[[Element], Iterable[Element]]


class Place(Struct):
    """One cell of the grid and the element that holds its words."""

    element: Element
    column: int
    row_span: int = 1
    column_span: int = 1


def grid(table: Element, children: Children) -> list[list[Place]]:
    """The rows of a table; a cell that continues the one above or before it only widens that one.

    `children` gives the rows of the table and the cells of a row that stand once tracked changes are accepted.
    """
    found: list[list[Place]] = []
    above: dict[int, Place] = {}  # by column: the cell that a vertical merge may continue
    for row in children(table):
        if row.tag != ROW:
            continue
        before = number(child(row, W + "trPr"), W + "gridBefore") or 0
        column = max(0, min(MOST_COLUMNS, before))
        places: list[Place] = []
        here: dict[int, Place] = {}
        for cell in children(row):
            if cell.tag != CELL:
                continue
            span, upright, across = 1, "", ""
            for setting in next(cell.iterchildren(W + "tcPr"), ()):
                if setting.tag == W + "gridSpan":
                    value = setting.get(VAL, "1")
                    span = max(1, min(MOST_COLUMNS, int(value))) if value.isdigit() and len(value) < 10 else 1
                elif setting.tag == W + "vMerge":
                    upright = setting.get(VAL, "continue")
                elif setting.tag == W + "hMerge":
                    across = setting.get(VAL, "continue")
            if across == "continue" and places:
                places[-1].column_span += span
            elif upright == "continue" and column in above:
                above[column].row_span += 1
                here[column] = above[column]
            else:
                place = Place(cell, column, column_span=span)
                places.append(place)
                if upright:
                    here[column] = place
            column += span
        above = here
        found.append(places)
    return found
