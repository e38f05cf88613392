"""A workbook for a meeting: landscape pages as wide as one sheet of A4, borders, heads on every page."""
from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

WIDEST, CHARACTER = 42, 1.9      # of a column; how wide a Chinese character is beside a Latin one
SAMPLE = 200                     # rows that the width of a column is taken from
A4, LANDSCAPE, MARGIN = 9, "landscape", 0.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """`heading` stands above the table; a number stays one, a text is never taken for a formula."""

    name: str
    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int]]


def book(sheets: Sequence[Sheet]) -> bytes:
    import openpyxl
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.worksheet.page import PageMargins

    from assistant.report.word_file import readable

    line = Side(style="thin", color="808080")
    border, wrapped = Border(left=line, right=line, top=line, bottom=line), Alignment(wrap_text=True, vertical="top")
    middle = Alignment(wrap_text=True, vertical="center", horizontal="center")
    bold, large, shade = Font(bold=True), Font(bold=True, size=14), PatternFill("solid", fgColor="E8ECF1")
    made = openpyxl.Workbook(write_only=True)
    for one in sheets:
        sheet = made.create_sheet(one.name[:31])
        sheet.freeze_panes, sheet.print_title_rows = "A3", "1:2"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = LANDSCAPE, A4
        sheet.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.page_margins = PageMargins(MARGIN, MARGIN, MARGIN, MARGIN + 0.2)
        sheet.oddFooter.center.text = "&P / &N"
        for place, column in enumerate(one.columns):
            longest = max([_width(column), *(_width(row[place]) for row in one.rows[:SAMPLE])])
            sheet.column_dimensions[openpyxl.utils.get_column_letter(place + 1)].width = min(WIDEST, 2 + longest)
        cell = openpyxl.cell.WriteOnlyCell(sheet, None)
        cell.data_type, cell._value, cell.font = "s", readable(one.heading), large
        sheet.append([cell])
        for number, row in enumerate([one.columns, *one.rows]):
            cells = []
            for value in row:
                cell = openpyxl.cell.WriteOnlyCell(sheet, value if isinstance(value, int) else None)
                if not isinstance(value, int):
                    cell.data_type, cell._value = "s", readable(value)
                cell.border, cell.alignment = border, wrapped if number else middle
                if not number:
                    cell.font, cell.fill = bold, shade
                cells.append(cell)
            sheet.append(cells)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _width(value: str | int) -> float:
    text = str(value)
    return sum(CHARACTER if ord(one) > 0x2E7F else 1.0 for one in max(text.split("\n"), key=len))
