"""Tables as a workbook: landscape pages as wide as one sheet of A4, borders, heads on every page."""
from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.report.word_file import SHADE_HEAD, readable

WIDEST, CHARACTER = 42, 1.9      # of a column; how wide a Chinese character is beside a Latin one
SAMPLE = 200                     # rows that the width of a column is taken from
A4, LANDSCAPE, MARGIN = 9, "landscape", 0.4     # the paper by its number, the margin in inches


@dataclass(frozen=True, slots=True)
class Sheet:
    """A number stays one, a text is never taken for a formula. `heading` stands above the table; without one the name
    of the sheet is printed above each page.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str | int]]
    heading: str = ""


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """An xlsx of these sheets, ruled, with the head repeated on every page."""
    import openpyxl
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.worksheet.page import PageMargins
    from openpyxl.worksheet.properties import PageSetupProperties

    line = Side(style="thin", color="9AA3AB")
    ruled, shaded = Border(line, line, line, line), PatternFill("solid", fgColor=SHADE_HEAD)
    wrapped = Alignment(wrap_text=True, vertical="top")
    middle = Alignment(wrap_text=True, vertical="center", horizontal="center")
    bold, large = Font(bold=True), Font(bold=True, size=14)
    made = openpyxl.Workbook(write_only=True)
    for one in sheets:
        sheet = made.create_sheet(one.name[:31])
        sheet.freeze_panes, sheet.print_title_rows = ("A3", "1:2") if one.heading else ("A2", "1:1")
        sheet.page_setup.orientation, sheet.page_setup.paperSize = LANDSCAPE, A4
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.page_margins = PageMargins(MARGIN, MARGIN, MARGIN + 0.1, MARGIN + 0.2, MARGIN / 2, MARGIN / 2)
        sheet.oddHeader.center.text, sheet.oddFooter.center.text = None if one.heading else "&A", "&P / &N"
        for place, column in enumerate(one.columns):
            longest = max(_width(value) for value in (column, *(row[place] for row in one.rows[:SAMPLE])))
            sheet.column_dimensions[openpyxl.utils.get_column_letter(place + 1)].width = min(WIDEST, 2 + longest)

        def cell(value: str | int, sheet: object = sheet) -> openpyxl.cell.WriteOnlyCell:
            found = openpyxl.cell.WriteOnlyCell(sheet, value if isinstance(value, int) else None)
            if isinstance(value, str):
                found.data_type, found._value = "s", readable(value)
            return found

        if one.heading:
            above = cell(one.heading)
            above.font = large
            sheet.append([above])
        for number, row in enumerate([one.columns, *one.rows]):
            cells = [cell(value) for value in row]
            for each in cells:
                each.border, each.alignment = ruled, wrapped if number else middle
                if not number:
                    each.font, each.fill = bold, shaded
            sheet.append(cells)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _width(value: str | int) -> float:
    return max(sum(CHARACTER if ord(one) > 0x2E7F else 1.0 for one in line) for line in str(value).split("\n"))
