"""The supplement letter as an official document on portrait A4: Word and PDF, laid out alike."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from assistant.report.letter import Frame, Line, Part, compose
from assistant.report.word_file import OFFICIAL, WordFile, rule_below, run, shape
from assistant.report.words import Wording

BODY_FONT, TITLE_FONT, QUOTE_FONT = "仿宋", "黑体", "楷体"
BODY, ISSUER, TITLE = 16.0, 30.0, 22.0    # points: 三号, the head of an office's paper, 二号
LINE = 28.0
RED = "C00000"


def render(text: str, frame: Frame, kind: str, language: str = "zh", *, sent: bool = True) -> bytes:
    """"docx" or "pdf". What was not sent says so at the head of each page."""
    lines, mark = compose(text, frame, language), "" if sent else Wording(language)("letter.unsent")
    name = frame.title or Wording(language)("letter.name")
    if kind == "pdf":
        from assistant.report import pdf

        return pdf.letter(name, lines, mark, language)
    return _docx(name, lines, mark, language)


def _docx(name: str, lines: Sequence[Line], mark: str, language: str) -> bytes:
    file = WordFile(name, "", mark, Wording(language)("letter.page", page="\0"), OFFICIAL)
    for line in lines:
        _paragraph(file, line)
    return file.bytes()


def _paragraph(file: WordFile, line: Line) -> None:
    """One line of a letter as a paragraph of its kind."""
    match line.part:
        case Part.ISSUER:
            made: Any = file.paragraph(line.text, ISSUER, centred=True, bold=True, font=TITLE_FONT, colour=RED)
            rule_below(made, RED)
            shape(made, after=LINE / 2)
        case Part.REFERENCE:
            made = file.paragraph(line.text, BODY, font=BODY_FONT)
            shape(made, line=LINE, right=True)
        case Part.TITLE:
            made = file.paragraph(line.text, TITLE, centred=True, bold=True, font=TITLE_FONT)
            shape(made, before=LINE / 2, after=LINE, together=True)
        case Part.RECIPIENT:
            shape(file.paragraph(line.text, BODY, font=BODY_FONT), line=LINE)
        case Part.SIGNED | Part.DATED:
            made = file.paragraph(font=BODY_FONT)
            run(made, line.text, BODY, font=BODY_FONT)
            shape(made, line=LINE, right=True, before=LINE if line.part is Part.SIGNED else 0.0,
                  together=line.part is Part.SIGNED)
        case _:
            quoted = line.part is Part.DETAIL
            shape(file.paragraph(line.text, BODY, font=QUOTE_FONT if quoted else BODY_FONT), line=LINE, first=2 * BODY)
