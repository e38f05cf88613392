"""Pdf files made for tests and benchmarks: reportlab with a CID font that needs no file, pictures drawn from pages."""
from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

from PIL import Image
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))

BODY = ParagraphStyle("body", fontName=FONT, fontSize=10.5, leading=16, firstLineIndent=21, wordWrap="CJK")
FLUSH = ParagraphStyle("flush", parent=BODY, firstLineIndent=0)
LATIN = ParagraphStyle("latin", fontName="Times-Roman", fontSize=11, leading=14)
HEADING = ParagraphStyle("heading", parent=FLUSH, fontSize=15, leading=24)
CELL = ParagraphStyle("cell", parent=FLUSH, fontSize=9, leading=12)
TEXT = ("近三年，中心与德国、以色列等国家的研究机构开展联合研究，发表SCI论文23篇，其中中外联合发表6篇。"
        "中心设立国际合作办公室，现有专职人员3名，负责合作协议的签订与执行。")
HEAD = "重庆某某中心申报材料"


def furniture(canvas: Canvas, document: Any) -> None:
    """A running head and a page number."""
    canvas.setFont(FONT, 9)
    canvas.drawCentredString(A4[0] / 2, A4[1] - 35, HEAD)
    canvas.drawCentredString(A4[0] / 2, 28, f"- {document.page} -")


def flowed(story: Sequence[Flowable], *, columns: int = 1,
           on_page: Callable[[Canvas, Any], None] = furniture) -> bytes:
    """A document of A4 pages."""
    stream = io.BytesIO()
    margin, gap = 70.0, 24.0
    width = (A4[0] - 2 * margin - gap * (columns - 1)) / columns
    frames = [Frame(margin + place * (width + gap), 60, width, A4[1] - 130, leftPadding=0, rightPadding=0)
              for place in range(columns)]
    document = BaseDocTemplate(stream, pagesize=A4)
    document.addPageTemplates(PageTemplate("page", frames, onPage=on_page))
    document.build(list(story))
    return stream.getvalue()


def table(rows: Sequence[Sequence[str]], widths: Sequence[float], *, spans: Sequence[tuple[int, int, int, int]] = (),
          lines: str = "grid", repeat: int = 0) -> Table:
    """A table; `spans` as (column, row, last column, last row); `lines`: grid, three or none."""
    made = Table([[Paragraph(text, CELL) for text in row] for row in rows], colWidths=list(widths), repeatRows=repeat)
    style: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    if lines == "grid":
        style.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
    elif lines == "three":
        style += [("LINEABOVE", (0, 0), (-1, 0), 1, colors.black), ("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black),
                  ("LINEBELOW", (0, -1), (-1, -1), 1, colors.black)]
    style += [("SPAN", (left, top), (right, bottom)) for left, top, right, bottom in spans]
    made.setStyle(style)
    return made


def drawn(*pages: Callable[[Canvas], None]) -> bytes:
    """A document whose pages are drawn by hand, in points from the bottom left."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4)
    for page in pages:
        canvas.setFont(FONT, 12)
        page(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def pictured(picture: Image.Image, *, box: tuple[float, float, float, float] = (0, 0, *A4),
             before: Callable[[Canvas], None] | None = None) -> bytes:
    """A page that shows a picture at (x, y, width, height), after whatever `before` draws."""
    def page(canvas: Canvas) -> None:
        if before is not None:
            before(canvas)
        canvas.drawImage(ImageReader(picture), *box)

    return drawn(page)


def mapped(characters: str) -> bytes:
    """A page with a word whose font says that its letters A, B, … stand for `characters`."""
    pairs = "".join(f"<{65 + place:02X}> <{ord(character):04X}>\n" for place, character in enumerate(characters))
    table_ = ("/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def "
              "1 begincodespacerange <00> <FF> endcodespacerange "
              f"{len(characters)} beginbfchar\n{pairs}endbfchar endcmap end end")
    words = "BT /F1 12 Tf 80 700 Td (" + "".join(chr(65 + place) for place in range(len(characters))) + ") Tj ET"
    parts = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
             "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
             f"<</Length {len(words)}>>stream\n{words}\nendstream",
             "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
             f"<</Length {len(table_)}>>stream\n{table_}\nendstream"]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{part}\nendobj\n".encode("latin-1")
    start = len(data)
    lines = "".join(f"{place:010d} 00000 n \n" for place in places)
    return data + (f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{lines}"
                   f"trailer<</Size {len(parts) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF").encode("latin-1")


def application(pages: int) -> list[Flowable]:
    """The story of an application of about `pages` pages: headings, paragraphs, ruled tables."""
    story: list[Flowable] = []
    for number in range(pages):
        story.append(Paragraph(f"{number + 1}.1 建设基础与合作情况", HEADING))
        story += [Paragraph(f"第{number}-{part}段。" + TEXT, BODY) for part in range(5)]
        rows = [("序号", "项目名称", "合作单位", "起止时间", "经费（万元）")]
        rows += [(str(row + 1), f"第{number}批第{row}项国际合作项目", "慕尼黑工业大学（TU Munich, Germany）",
                  "2021.01—2023.12", f"{(number * 7 + row * 13) % 900 + 20}") for row in range(8)]
        story += [table(rows, (35, 150, 130, 90, 50)), Spacer(1, 12)]
    return story
