"""The report as a Word file: landscape A4, header rows that repeat, fields for the page numbers."""
from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assistant.report.model import FactSection, Gap, Report, Row
from assistant.report.wording import Wording
from ingestion.domain import Outcome

FONTS = {"zh": ("Times New Roman", "宋体", "黑体"), "en": ("Times New Roman", "宋体", "黑体")}
PAGE = (297.0, 210.0)   # millimetres, landscape
MARGIN = 13.0
WIDTH = PAGE[0] - 2 * MARGIN
CRITERIA = (9.0, 18.0, 30.0, 50.0, 20.0, 23.0, 61.0, 22.0, 38.0)
EVIDENCE = (54.0, 148.0, 21.0, 48.0)
SMALL, BODY, TITLE, HEADING = 8.0, 9.0, 18.0, 11.5
SHADE_HEAD, SHADE_LABEL = "E8ECEF", "F4F6F7"
AMBER = "8A5A00"
COLOURS = {Outcome.MET: "1B6B3A", Outcome.NOT_MET: "A61B1B", Outcome.INSUFFICIENT: AMBER, Outcome.JUDGEMENT: "1F4E79"}
STAMP = datetime(2000, 1, 1)  # noqa: DTZ001 — a constant, so that the same report is the same bytes
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(report: Report) -> bytes:
    """The same report gives the same bytes."""
    return _repacked(_Writer(report).document())


def readable(text: str) -> str:
    """`text` with what XML cannot hold shown as the replacement character."""
    return _NOT_XML.sub("\ufffd", text)


def _repacked(document: Any) -> bytes:
    """Saved with fixed times in the zip."""
    saved, result = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()


class _Writer:
    def __init__(self, report: Report) -> None:
        import docx

        self.report, self.words = report, Wording(report.language)
        self.latin, self.body_font, self.head_font = FONTS[report.language]
        self.file = docx.Document()

    def document(self) -> Any:
        self._set_up()
        report, words = self.report, self.words
        self._title()
        self._head()
        self._heading("summary")
        self._summary()
        self._heading("criteria")
        self._criteria()
        self._heading("gaps")
        self._list([self._gap(gap) for gap in report.gaps], "gaps", numbered=True)
        if report.judgements:
            self._heading("judgements")
            self._list([self._gap(gap) for gap in report.judgements], None, numbered=True)
        self._heading("conflicts")
        self._evidence(report.conflicts, "conflicts")
        self._heading("exclusions")
        self._left_out()
        self._heading("unread")
        self._list([f"{line.place}{words('colon')}{line.text}" for line in report.unread], "unread")
        self._heading("notes")
        self._list([*report.notes, words("head_from_documents")], None)
        self._heading("policy")
        self._pairs(report.policy, 1)
        self._heading("documents")
        columns = (words("columns.document"), words("columns.pages"), words("columns.sha256"))
        self._table(columns, [(line.name, line.pages, line.sha256) for line in report.documents], (120.0, 20.0, 131.0))
        self._opinion()
        self._heading("facts")
        self._evidence(report.facts, None)
        return self.file

    # Page -------------------------------------------------------------------------------------------------------------

    def _set_up(self) -> None:
        from docx.enum.section import WD_ORIENT
        from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        properties = self.file.core_properties
        properties.author = properties.last_modified_by = "guohe"
        properties.title, properties.comments = readable(self.report.title), ""
        properties.created = properties.modified = STAMP
        normal = self.file.styles["Normal"]
        normal.font.name, normal.font.size = self.latin, Pt(BODY)
        normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), self.body_font)
        normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
        for stop in self.file.settings.element.iter(qn("w:defaultTabStop")):
            stop.set(qn("w:val"), "220")  # table rows are quoted with the tabs between their cells
        section = self.file.sections[0]
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(PAGE[0]), Mm(PAGE[1])
        section.left_margin = section.right_margin = Mm(MARGIN)
        section.top_margin, section.bottom_margin = Mm(17), Mm(14)
        section.header_distance, section.footer_distance = Mm(8), Mm(7)
        head = section.header.paragraphs[0]
        head.style = normal  # the style of headers has tab stops of its own
        head.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
        self._run(head, f"{dict(self.report.head)[self.words('head.policy')]}\t{self.words('pre_screen')} · "
                        f"{self.report.status}", SMALL)
        foot = section.footer.paragraphs[0]
        foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
        before, between, after = self.words("page_of", page="\0", pages="\0").split("\0")
        for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
            self._run(foot, text, SMALL)
            if field:
                self._field(foot, field)

    def _field(self, paragraph: Any, name: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        for kind in ("begin", name, "end"):
            run = self._run(paragraph, "", SMALL)
            if kind == name:
                code = OxmlElement("w:instrText")
                code.text = f" {name} "
                run._r.append(code)
            else:
                mark = OxmlElement("w:fldChar")
                mark.set(qn("w:fldCharType"), kind)
                run._r.append(mark)

    # Parts ------------------------------------------------------------------------------------------------------------

    def _title(self) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        paragraph = self.file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(4)
        self._run(paragraph, self.report.title, TITLE, heading=True)
        for line in self.report.disclaimers:
            note = self.file.add_paragraph()
            note.alignment = WD_ALIGN_PARAGRAPH.CENTER
            self._run(note, line, BODY, colour=AMBER)

    def _head(self) -> None:
        from docx.shared import Pt

        self.file.add_paragraph().paragraph_format.line_spacing = Pt(6)
        self._pairs(self.report.head, 2)

    def _summary(self) -> None:
        paragraph = self.file.add_paragraph()
        self._run(paragraph, f"{self.words('suggestion')}{self.words('colon')}", BODY, bold=True)
        self._run(paragraph, self.report.suggestion, BODY, bold=True)
        for line in self.report.tally:
            self._run(self.file.add_paragraph(), line, BODY)

    def _criteria(self) -> None:
        words = self.words
        names = ("number", "category", "item", "clause", "requirement", "figure", "evidence", "outcome", "note")
        table = self._empty_table([words(f"columns.{name}") for name in names], CRITERIA)
        for row in self.report.rows:
            self._criterion(table, row)

    def _criterion(self, table: Any, row: Row) -> None:
        words = self.words
        cells = self._row(table, CRITERIA)
        for cell, text in zip((cells[0], cells[1], cells[2], cells[4], cells[5]),
                              (str(row.number), row.category, row.item, row.requirement, row.figure), strict=True):
            self._run(cell.paragraphs[0], text, SMALL)
        self._run(cells[3].paragraphs[0], row.citation, SMALL, bold=True)
        if row.clause:
            self._run(cells[3].add_paragraph(), words("quote", text=row.clause), SMALL - 0.5)
        first = True
        for quotation in row.quotations:
            paragraph = cells[6].paragraphs[0] if first else cells[6].add_paragraph()
            first = False
            self._run(paragraph, quotation.place + words("colon"), SMALL - 0.5, bold=True)
            self._run(paragraph, words("quote", text=quotation.text), SMALL - 0.5)
            if not quotation.whole:
                self._run(paragraph, words("excerpt"), SMALL - 0.5)
        if row.more:
            self._run(cells[6].paragraphs[0] if first else cells[6].add_paragraph(), row.more, SMALL - 0.5)
        colour = COLOURS[row.outcome] if row.outcome else None
        self._run(cells[7].paragraphs[0], row.word, SMALL, bold=True, colour=colour)
        self._run(cells[8].paragraphs[0], row.note, SMALL)
        if row.gap:
            self._run(cells[8].add_paragraph() if row.note else cells[8].paragraphs[0], row.gap, SMALL, bold=True)

    def _gap(self, gap: Gap) -> str:
        return self.words("gap_line", citation=gap.citation, item=gap.item, outcome=gap.outcome, text=gap.text)

    def _evidence(self, facts: Sequence[FactSection], none: str | None) -> None:
        facts = [fact for fact in facts if fact.quotations]
        if not facts:
            self._list([], none)
            return
        words = self.words
        columns = [words(f"columns.{name}") for name in ("fact", "quote", "reads", "place")]
        table = self._empty_table(columns, EVIDENCE)
        for fact in facts:
            for place, quotation in enumerate(fact.quotations):
                cells = self._row(table, EVIDENCE)
                self._span_rows(cells[0], place, len(fact.quotations))
                if place == 0:
                    self._run(cells[0].paragraphs[0], fact.label, SMALL, bold=True)
                    self._run(cells[0].add_paragraph(), fact.figure, SMALL)
                    if fact.conflict:
                        self._run(cells[0].add_paragraph(), words("figure.conflict"), SMALL, bold=True,
                                  colour=AMBER)
                self._run(cells[1].paragraphs[0], words("quote", text=quotation.text), SMALL - 0.5)
                self._run(cells[2].paragraphs[0], quotation.reads or quotation.method, SMALL)
                self._run(cells[3].paragraphs[0], quotation.place, SMALL)

    def _left_out(self) -> None:
        if not self.report.left_out:
            self._list([], "exclusions")
            return
        words = self.words
        columns = [words(f"columns.{name}") for name in ("fact", "quote", "reason", "place")]
        widths = (40.0, 135.0, 48.0, 48.0)
        table = self._empty_table(columns, widths)
        for fact in self.report.left_out:
            for place, piece in enumerate(fact.left_out):
                cells = self._row(table, widths)
                self._span_rows(cells[0], place, len(fact.left_out))
                if place == 0:
                    self._run(cells[0].paragraphs[0], fact.label, SMALL, bold=True)
                self._run(cells[1].paragraphs[0], words("quote", text=piece.text), SMALL - 0.5)
                self._run(cells[2].paragraphs[0], piece.reason, SMALL)
                self._run(cells[3].paragraphs[0], piece.place, SMALL)

    def _opinion(self) -> None:
        from docx.shared import Mm

        words = self.words
        self._heading("opinion")
        table = self._bare_table(2, (WIDTH / 2, WIDTH / 2))
        left, right = table.rows[0].cells
        for place, choice in enumerate(words.lines("opinion.choices")):
            self._run(left.paragraphs[0] if place == 0 else left.add_paragraph(), choice, BODY + 1)
        self._run(right.paragraphs[0], words("opinion.remarks"), BODY)
        for _ in range(2):
            right.add_paragraph()
        self._run(right.add_paragraph(), words("opinion.deadline"), BODY)
        table.rows[0].height = Mm(22)
        cells = table.add_row().cells
        lines = words.lines("opinion.signatures")
        for cell, texts in zip(cells, (lines[:2], lines[2:]), strict=True):
            for place, text in enumerate(texts):
                self._run(cell.paragraphs[0] if place == 0 else cell.add_paragraph(), text, BODY)
        table.rows[1].height = Mm(16)
        for row in table.rows:
            self._keep_together(row)

    # Pieces -----------------------------------------------------------------------------------------------------------

    def _heading(self, section: str) -> None:
        from docx.shared import Pt

        paragraph = self.file.add_paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(9), Pt(3)
        self._run(paragraph, self.words(f"sections.{section}"), HEADING, heading=True)

    def _list(self, lines: Sequence[str], none: str | None, *, numbered: bool = False) -> None:
        if not lines and none:
            lines = [self.words(f"none.{none}")]
            numbered = False
        for number, line in enumerate(lines, 1):
            paragraph = self.file.add_paragraph()
            self._run(paragraph, f"{number}. {line}" if numbered else line, BODY)

    def _pairs(self, pairs: Sequence[tuple[str, str]], across: int) -> None:
        widths = (32.0, WIDTH / across - 32.0) * across
        table = self._bare_table(len(widths), widths, rows=0)
        for start in range(0, len(pairs), across):
            cells = self._row(table, widths)
            for place, (label, value) in enumerate(pairs[start:start + across]):
                self._shade(cells[place * 2], SHADE_LABEL)
                self._run(cells[place * 2].paragraphs[0], label, BODY, bold=True)
                self._run(cells[place * 2 + 1].paragraphs[0], value, BODY)

    def _table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]) -> None:
        table = self._empty_table(columns, widths)
        for row in rows:
            for cell, text in zip(self._row(table, widths), row, strict=True):
                self._run(cell.paragraphs[0], text, SMALL)

    def _empty_table(self, columns: Sequence[str], widths: Sequence[float]) -> Any:
        from docx.oxml import OxmlElement

        table = self._bare_table(len(columns), widths)
        for cell, text in zip(table.rows[0].cells, columns, strict=True):
            self._shade(cell, SHADE_HEAD)
            self._run(cell.paragraphs[0], text, SMALL, bold=True)
        repeat = OxmlElement("w:tblHeader")
        table.rows[0]._tr.get_or_add_trPr().append(repeat)
        self._keep_together(table.rows[0])
        return table

    def _bare_table(self, columns: int, widths: Sequence[float], rows: int = 1) -> Any:
        from docx.enum.table import WD_TABLE_ALIGNMENT
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Mm

        table = self.file.add_table(rows, columns, style="Table Grid")
        table.autofit, table.alignment = False, WD_TABLE_ALIGNMENT.CENTER
        margins = OxmlElement("w:tblCellMar")
        for side, twips in (("top", 30), ("left", 70), ("bottom", 30), ("right", 70)):
            margin = OxmlElement(f"w:{side}")
            margin.set(qn("w:w"), str(twips))
            margin.set(qn("w:type"), "dxa")
            margins.append(margin)
        table._tbl.tblPr.append(margins)
        for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
            column.w = Mm(width)
        for row in table.rows:
            self._set_widths(row.cells, widths)
        return table

    def _row(self, table: Any, widths: Sequence[float]) -> Any:
        row = table.add_row()
        cells = row.cells
        self._set_widths(cells, widths)
        self._keep_together(row)
        return cells

    @staticmethod
    def _set_widths(cells: Any, widths: Sequence[float]) -> None:
        from docx.shared import Mm

        for cell, width in zip(cells, widths, strict=True):
            cell.width = Mm(width)

    @staticmethod
    def _span_rows(cell: Any, place: int, rows: int) -> None:
        """The cell at `place` of `rows` that are one cell to the eye."""
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        if rows > 1:
            merge = OxmlElement("w:vMerge")
            merge.set(qn("w:val"), "continue" if place else "restart")
            cell._tc.get_or_add_tcPr().append(merge)

    @staticmethod
    def _keep_together(row: Any) -> None:
        from docx.oxml import OxmlElement

        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))

    @staticmethod
    def _shade(cell: Any, colour: str) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn

        shade = OxmlElement("w:shd")
        shade.set(qn("w:val"), "clear")
        shade.set(qn("w:fill"), colour)
        cell._tc.get_or_add_tcPr().append(shade)

    def _run(self, paragraph: Any, text: str, size: float, *, bold: bool = False, heading: bool = False,
             colour: str | None = None) -> Any:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        run = paragraph.add_run(readable(text))
        run.font.size = Pt(size)
        if bold:
            run.font.bold = True
        if heading:
            run.font.bold = True
            run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), self.head_font)
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)
        return run
