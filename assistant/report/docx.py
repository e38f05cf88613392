"""The report as a Word file: landscape A4, header rows that repeat, fields for the page numbers."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from assistant.report.model import FactSection, Gap, Quotation, Report, Row
from assistant.report.word_file import (
    BODY,
    HEADING_FONT,
    SHADE_LABEL,
    SMALL,
    TITLE,
    WIDTH,
    WordFile,
    run,
    shade,
    span_rows,
)
from assistant.report.words import Wording
from ingestion.domain import Outcome

TINY = SMALL - 0.5
LABEL = 32.0
CRITERIA = (9.0, 18.0, 28.0, 44.0, 19.0, 23.0, 56.0, 22.0, 52.0)
CRITERIA_COLUMNS = ("number", "category", "item", "clause", "requirement", "figure", "evidence", "outcome", "note")
EVIDENCE = (54.0, 148.0, 21.0, 48.0)
LEFT_OUT = (40.0, 135.0, 48.0, 48.0)
DOCUMENTS = (120.0, 20.0, 131.0)
DECISIONS = (28.0, 20.0, 34.0, 22.0, 24.0, 24.0, 55.0, 64.0)
OPINION = (WIDTH / 2, WIDTH / 2)
AMBER = "8A5A00"
COLOURS = {Outcome.MET: "1B6B3A", Outcome.NOT_MET: "A61B1B", Outcome.INSUFFICIENT: AMBER, Outcome.JUDGEMENT: "1F4E79"}


def render(report: Report) -> bytes:
    """The same report gives the same bytes."""
    return _Writer(report).write()


class _Writer:
    def __init__(self, report: Report) -> None:
        self.report, self.words = report, Wording(report.language)
        self.file = WordFile(
            report.title, next(one.value for one in report.head if one.key == "policy"),
            f"{self.words('pre_screen')} · {report.status}",
            self.words("page_of", page="\0", pages="\0"))

    def write(self) -> bytes:
        """The form from head to signatures, as the bytes of a file."""
        report, words = self.report, self.words
        self._head()
        self._heading("summary")
        self.file.paragraph(f"{words('suggestion')}{words('colon')}{report.suggestion}", bold=True)
        self._lines(report.tally)
        self._heading("gaps")
        self._gaps(report.gaps, "gaps")
        if report.judgements:
            self._heading("judgements")
            self._gaps(report.judgements, "gaps")
        self._heading("criteria")
        self._criteria()
        self._heading("conflicts")
        self._evidence(report.conflicts, "conflicts")
        self._heading("exclusions")
        self._left_out()
        if report.decisions:
            self._heading("decisions")
            self._decisions()
        self._heading("unread")
        self._lines([f"{line.place}{words('colon')}{line.text}" for line in report.unread] or [words("none.unread")])
        self._heading("notes")
        self._lines([*report.notes, words("head_from_documents")])
        self._heading("policy")
        self._pairs(report.policy, 1)
        self._heading("documents")
        self._documents()
        self._heading("opinion")
        self._opinion()
        self._heading("facts")
        self._evidence([fact for fact in report.facts if fact.quotations], "facts")
        return self.file.bytes()

    def _head(self) -> None:
        from docx.shared import Pt

        self.file.paragraph(self.report.title, TITLE, centred=True, bold=True, font=HEADING_FONT)
        for line in self.report.disclaimers:
            self.file.paragraph(line, centred=True, colour=AMBER)
        self.file.paragraph().paragraph_format.line_spacing = Pt(6)
        self._pairs([(one.label, one.value) for one in self.report.head], 2)

    # The tables -------------------------------------------------------------------------------------------------------

    def _criteria(self) -> None:
        """The table of criteria."""
        table = self.file.table(CRITERIA, [self.words(f"columns.{name}") for name in CRITERIA_COLUMNS])
        for row in self.report.rows:
            cells = self.file.row(table, CRITERIA)
            for place, text in {0: str(row.number), 1: row.category, 2: row.item, 4: row.requirement,
                                5: row.figure}.items():
                run(cells[place].paragraphs[0], text, SMALL)
            run(cells[7].paragraphs[0], row.word, SMALL, bold=True, colour=COLOURS[row.outcome] if row.outcome else "")
            self._clause(cells[3], row)
            self._quotations(cells[6], row)
            self._note(cells[8], row)

    def _clause(self, cell: Any, row: Row) -> None:
        run(cell.paragraphs[0], row.citation, SMALL, bold=True)
        if row.clause:
            run(cell.add_paragraph(), self.words("quote", text=row.clause), TINY)

    def _quotations(self, cell: Any, row: Row) -> None:
        paragraphs = _paragraphs(cell)
        for quotation in row.quotations:
            paragraph = next(paragraphs)
            run(paragraph, quotation.place + self.words("colon"), TINY, bold=True)
            self._quote(paragraph, quotation)
        if row.more:
            run(next(paragraphs), row.more, TINY)

    def _quote(self, paragraph: Any, quotation: Quotation) -> None:
        run(paragraph, self.words("quote", text=quotation.text), TINY)
        if not quotation.whole:
            run(paragraph, self.words("excerpt"), TINY)

    def _more(self, cell: Any, count: int) -> None:
        if count:
            run(cell.add_paragraph(), self.words("more_by_number", count=count), TINY)

    @staticmethod
    def _note(cell: Any, row: Row) -> None:
        paragraphs = _paragraphs(cell)
        if row.note:
            run(next(paragraphs), row.note, SMALL)
        if row.gap:
            run(next(paragraphs), row.gap, SMALL, bold=True)

    def _evidence(self, facts: Sequence[FactSection], none: str) -> None:
        """The list of evidence, fact by fact."""
        if not facts:
            self._lines([self.words(f"none.{none}")])
            return
        names = ("fact", "quote", "reads", "place")
        table = self.file.table(EVIDENCE, [self.words(f"columns.{name}") for name in names])
        for fact in facts:
            for place, quotation in enumerate(fact.quotations):
                cells = self.file.row(table, EVIDENCE)
                span_rows(cells[0], place, len(fact.quotations))
                if place == 0:
                    run(cells[0].paragraphs[0], fact.label, SMALL, bold=True)
                    run(cells[0].add_paragraph(), fact.figure, SMALL)
                    if fact.conflict:
                        run(cells[0].add_paragraph(), self.words("figure.conflict"), SMALL, bold=True, colour=AMBER)
                self._quote(cells[1].paragraphs[0], quotation)
                self._more(cells[1], quotation.more)
                run(cells[2].paragraphs[0], quotation.reads or quotation.method, SMALL)
                run(cells[3].paragraphs[0], quotation.place, SMALL)

    def _left_out(self) -> None:
        """What was seen and not counted, fact by fact."""
        if not self.report.left_out:
            self._lines([self.words("none.exclusions")])
            return
        names = ("fact", "quote", "reason", "place")
        table = self.file.table(LEFT_OUT, [self.words(f"columns.{name}") for name in names])
        for fact in self.report.left_out:
            for place, piece in enumerate(fact.left_out):
                cells = self.file.row(table, LEFT_OUT)
                span_rows(cells[0], place, len(fact.left_out))
                if place == 0:
                    run(cells[0].paragraphs[0], fact.label, SMALL, bold=True)
                run(cells[1].paragraphs[0], self.words("quote", text=piece.text), TINY)
                self._more(cells[1], piece.more)
                run(cells[2].paragraphs[0], piece.reason, SMALL)
                run(cells[3].paragraphs[0], piece.place, SMALL)

    def _decisions(self) -> None:
        table = self.file.table(DECISIONS, self.words.lines("review.decision_columns"))
        for line in self.report.decisions:
            for cell, text in zip(self.file.row(table, DECISIONS), line, strict=True):
                run(cell.paragraphs[0], text, SMALL)

    def _documents(self) -> None:
        table = self.file.table(DOCUMENTS, [self.words(f"columns.{name}") for name in ("document", "pages", "sha256")])
        for line in self.report.documents:
            for cell, text in zip(self.file.row(table, DOCUMENTS), (line.name, line.pages, line.sha256), strict=True):
                run(cell.paragraphs[0], text, SMALL)

    def _opinion(self) -> None:
        """Empty: the opinion, the signatures and the seal are people's."""
        words = self.words
        table = self.file.table(OPINION)
        left, right = self.file.row(table, OPINION, height=22)
        _fill(left, words.lines("opinion.choices"), BODY + 1)
        _fill(right, [words("opinion.remarks"), "", "", words("opinion.deadline")])
        lines = words.lines("opinion.signatures")
        for cell, texts in zip(self.file.row(table, OPINION, height=16), (lines[:2], lines[2:]), strict=True):
            _fill(cell, texts)

    # Pieces -----------------------------------------------------------------------------------------------------------

    def _heading(self, section: str) -> None:
        self.file.heading(self.words(f"sections.{section}"))

    def _lines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.file.paragraph(line)

    def _gaps(self, gaps: Sequence[Gap], none: str) -> None:
        if not gaps:
            self._lines([self.words(f"none.{none}")])
        for number, gap in enumerate(gaps, 1):
            line = self.words("gap_line", citation=gap.citation, item=gap.item, outcome=gap.outcome, text=gap.text)
            self.file.paragraph(f"{number}. {line}")

    def _pairs(self, pairs: Sequence[tuple[str, str]], across: int) -> None:
        widths = (LABEL, WIDTH / across - LABEL) * across
        table = self.file.table(widths)
        for start in range(0, len(pairs), across):
            cells = self.file.row(table, widths)
            for place, (label, value) in enumerate(pairs[start:start + across]):
                shade(cells[place * 2], SHADE_LABEL)
                run(cells[place * 2].paragraphs[0], label, bold=True)
                run(cells[place * 2 + 1].paragraphs[0], value)


def _paragraphs(cell: Any) -> Iterator[Any]:
    """The cell's paragraphs, the first of which is there already, as many as are asked for."""
    yield cell.paragraphs[0]
    while True:
        yield cell.add_paragraph()


def _fill(cell: Any, lines: Sequence[str], size: float = BODY) -> None:
    for line, paragraph in zip(lines, _paragraphs(cell), strict=False):
        run(paragraph, line, size)
