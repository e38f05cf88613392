"""A Word file, piece by piece: the only place of the report that knows python-docx."""
from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

LATIN_FONT, BODY_FONT, HEADING_FONT = "Times New Roman", "宋体", "黑体"
PAGE = (297.0, 210.0)   # millimetres, landscape A4
MARGIN = 13.0
WIDTH = PAGE[0] - 2 * MARGIN
SMALL, BODY, TITLE, HEADING = 8.0, 9.0, 18.0, 11.5   # points
SHADE_HEAD, SHADE_LABEL = "E8ECEF", "F4F6F7"
CELL_MARGINS = {"top": 30, "left": 70, "bottom": 30, "right": 70}   # twentieths of a point
STAMP = datetime(2000, 1, 1)  # noqa: DTZ001 — a constant, so that the same report is the same bytes
CELL_SPACE = "\u2003"   # a tab between the cells of a quoted row may come out as no space at all
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page: its size and margins in millimetres, and how far head and foot stand from its edges."""

    width: float
    height: float
    top: float
    bottom: float
    left: float
    right: float
    head: float
    foot: float


LANDSCAPE = Sheet(*PAGE, 17, 14, MARGIN, MARGIN, 8, 7)
OFFICIAL = Sheet(PAGE[1], PAGE[0], 37, 35, 28, 26, 20, 25)   # as GB/T 9704 lays out an official document


def readable(text: str) -> str:
    """`text` with what XML cannot hold shown as the replacement character, and the tab between two cells as a space."""
    return _NOT_XML.sub("\ufffd", text).replace("\t", CELL_SPACE)


def run(paragraph: Any, text: str, size: float = BODY, *, bold: bool = False, font: str = "", colour: str = "") -> Any:
    """Append `text` to a paragraph. Bold comes as a property, not as a style: there are no styles to keep in step."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    piece = paragraph.add_run(readable(text))
    piece.font.size = Pt(size)
    if bold:
        piece.font.bold = True
    if font:
        piece._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour:
        piece.font.color.rgb = RGBColor.from_string(colour)
    return piece


def shade(cell: Any, colour: str) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", fill=colour))


def span_rows(cell: Any, place: int, rows: int) -> None:
    """Make the cell at `place` of `rows` part of what is one cell to the eye."""
    if rows > 1:
        cell._tc.get_or_add_tcPr().append(_element("w:vMerge", val="continue" if place else "restart"))


def keep_together(row: Any) -> None:
    """No page ends within the row."""
    row._tr.get_or_add_trPr().append(_element("w:cantSplit"))


def shape(paragraph: Any, *, line: float = 0.0, first: float = 0.0, before: float = 0.0, after: float = 0.0,
          right: bool = False, together: bool = False) -> None:
    """Distances in points: of its lines, of its first from the margin, before and after. `together`: on one page with
    what follows."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    given = paragraph.paragraph_format
    given.space_before, given.space_after = Pt(before), Pt(after)
    if line:
        given.line_spacing = Pt(line)
    if first:
        given.first_line_indent = Pt(first)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    given.keep_with_next = together


def rule_below(paragraph: Any, colour: str) -> None:
    borders = _element("w:pBdr")
    borders.append(_element("w:bottom", val="single", sz="18", space="6", color=colour))
    paragraph._p.get_or_add_pPr().append(borders)


class WordFile:
    """A file with a running head and numbered pages."""

    def __init__(self, title: str, head_left: str, head_right: str, foot: str, sheet: Sheet = LANDSCAPE) -> None:
        """`foot` holds at most two NUL characters, where the page's number and the number of pages go."""
        import docx
        from docx.oxml.ns import qn
        from docx.shared import Pt

        self.file = docx.Document()
        properties = self.file.core_properties
        properties.author = properties.last_modified_by = "guohe"
        properties.title, properties.comments = readable(title), ""
        properties.created = properties.modified = STAMP
        self.normal = self.file.styles["Normal"]
        self.normal.font.name, self.normal.font.size = LATIN_FONT, Pt(BODY)
        self.normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), BODY_FONT)
        self.normal.element.get_or_add_rPr().append(_element("w:lang", val="en-US", eastAsia="zh-CN"))
        self.normal.paragraph_format.space_after = self.normal.paragraph_format.space_before = Pt(0)
        self._page(head_left, head_right, foot, sheet)

    def bytes(self) -> bytes:
        """The file, with fixed times in the zip."""
        saved, result = io.BytesIO(), io.BytesIO()
        self.file.save(saved)
        with zipfile.ZipFile(saved) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
        return result.getvalue()

    def paragraph(self, text: str = "", size: float = BODY, *, centred: bool = False, **style: Any) -> Any:
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        paragraph = self.file.add_paragraph()
        if centred:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if text:
            run(paragraph, text, size, **style)
        return paragraph

    def heading(self, text: str) -> None:
        from docx.shared import Pt

        paragraph = self.paragraph(text, HEADING, bold=True, font=HEADING_FONT)
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(9), Pt(3)

    def table(self, widths: Sequence[float], columns: Sequence[str] = ()) -> Any:
        """A ruled table without rows, or with one of `columns` that every page repeats. Widths in millimetres."""
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.shared import Mm

        table = self.file.add_table(0, len(widths), style="Table Grid")
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        margins = _element("w:tblCellMar")
        for side, size in CELL_MARGINS.items():
            margins.append(_element(f"w:{side}", w=str(size), type="dxa"))
        table._tbl.tblPr.append(margins)
        for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
            column.w = Mm(width)
        if columns:
            for cell, text in zip(self.row(table, widths), columns, strict=True):
                shade(cell, SHADE_HEAD)
                run(cell.paragraphs[0], text, SMALL, bold=True)
            table.rows[0]._tr.get_or_add_trPr().append(_element("w:tblHeader"))
        return table

    def row(self, table: Any, widths: Sequence[float], height: float = 0.0) -> Any:
        """The cells of one more row, at least `height` millimetres high."""
        from docx.shared import Mm

        added = table.add_row()
        if height:
            added.height = Mm(height)
        cells = added.cells
        for cell, width in zip(cells, widths, strict=True):
            cell.width = Mm(width)
        keep_together(added)
        return cells

    def _page(self, head_left: str, head_right: str, foot: str, sheet: Sheet) -> None:
        """The sheet with its margins, head and foot."""
        from docx.enum.section import WD_ORIENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
        from docx.shared import Mm

        section = self.file.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE if sheet.width > sheet.height else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = Mm(sheet.width), Mm(sheet.height)
        section.left_margin, section.right_margin = Mm(sheet.left), Mm(sheet.right)
        section.top_margin, section.bottom_margin = Mm(sheet.top), Mm(sheet.bottom)
        section.header_distance, section.footer_distance = Mm(sheet.head), Mm(sheet.foot)
        head, line = section.header.paragraphs[0], section.footer.paragraphs[0]
        head.style = line.style = self.normal  # the styles of header and footer have tab stops of their own
        head.paragraph_format.tab_stops.add_tab_stop(Mm(sheet.width - sheet.left - sheet.right), WD_TAB_ALIGNMENT.RIGHT)
        run(head, head_left, SMALL).add_tab()
        run(head, head_right, SMALL)
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        first, *more = foot.split("\0")
        run(line, first, SMALL)
        for text, field in zip(more, ("PAGE", "NUMPAGES"), strict=False):
            _field(line, field)
            run(line, text, SMALL)


def _field(paragraph: Any, name: str) -> None:
    """What the reader's program fills in, such as the page's number."""
    from docx.oxml.ns import qn

    begin, code, end = (_element(one) for one in ("w:fldChar", "w:instrText", "w:fldChar"))
    begin.set(qn("w:fldCharType"), "begin")
    end.set(qn("w:fldCharType"), "end")
    code.text = f" {name} "
    for part in (begin, code, end):
        run(paragraph, "", SMALL)._r.append(part)


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(name)
    for attribute, value in attributes.items():
        element.set(qn(f"w:{attribute}"), value)
    return element
