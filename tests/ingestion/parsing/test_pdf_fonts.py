"""Fonts that a pdf does not hold: it is read in one of our own, and drawn in the machine's."""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import ImageChops
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import CIDFont, UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from ingestion.domain import Box, Document, Span
from ingestion.parsing.pdf import pdfium
from ingestion.parsing.pdf import reader as pdf
from tests.support import pdf_samples as samples
from tests.support.places import ROOT

FOREIGN = {"HeiseiMin-W3": "論文有", "HYSMyeongJo-Medium": "논문 무", "MSung-Light": "無"}
UPRIGHT = CIDFont(samples.FONT, "UniGB-UCS2-V")  # for lines that run downwards
READ = """
import ctypes, hashlib, json, pathlib, sys
import msgspec, pypdfium2.raw as raw
if sys.argv[2]:  # the folders in which pdfium looks for fonts
    folder = ctypes.create_string_buffer(sys.argv[2].encode())
    folders = (ctypes.POINTER(ctypes.c_char) * 2)(ctypes.cast(folder, ctypes.POINTER(ctypes.c_char)), None)
    raw.FPDF_DestroyLibrary()
    raw.FPDF_InitLibraryWithConfig(raw.FPDF_LIBRARY_CONFIG(version=2, m_pUserFontPaths=folders))
from ingestion.parsing.pdf import reader as pdf; from ingestion.parsing.sandbox import warm
warm.load()
said = {}
for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    document = pdf.read(path.read_bytes(), path.name, "")
    said[path.stem] = document.text, hashlib.sha256(msgspec.msgpack.encode(document)).hexdigest()
with pdf.Pdf((pathlib.Path(sys.argv[1]) / "alone.pdf").read_bytes()) as opened:
    ink = opened.draw(0, 1.0).convert("L").getextrema()[0] < 128
json.dump([said, ink], sys.stdout)
"""


def read(data: bytes) -> Document:
    return pdf.read(data, "a.pdf", "")


def alone(canvas: Canvas) -> None:
    canvas.drawString(80, 700, "是")


def downwards(canvas: Canvas) -> None:
    pdfmetrics.registerFont(UPRIGHT)
    canvas.setFont(UPRIGHT.fontName, 12)
    for x, words in ((300, "近三年发表论文二十三篇"), (270, "中心设立国际合作办公室")):
        canvas.drawString(x, 700, words.encode("utf-16-be").decode("latin-1"))


def foreign(canvas: Canvas) -> None:
    for place, (font, words) in enumerate(FOREIGN.items()):
        pdfmetrics.registerFont(UnicodeCIDFont(font))
        canvas.setFont(font, 12)
        canvas.drawString(80 + 150 * (place % 2), 700 - 30 * place, words)


def unnamed(font: str) -> bytes:
    """Words in a Latin font that nobody has, without the widths of its letters."""
    return samples.mapped("ABC中文").replace(b"/BaseFont/Helvetica", f"/BaseFont/{font}".encode())


def test_a_file_is_read_the_same_whatever_fonts_the_machine_has(tmp_path: Path) -> None:
    """Every byte of the document: with the machine's fonts, and in a process that finds none."""
    files, nothing = tmp_path / "files", tmp_path / "fonts"
    files.mkdir()
    nothing.mkdir()
    made = {"flowed": samples.flowed(samples.application(2)), "alone": samples.drawn(alone),
            "downwards": samples.drawn(downwards), "foreign": samples.drawn(foreign),
            "columns": samples.flowed(samples.application(2), columns=2), "sans": unnamed("Nowhere"),
            "italic": unnamed("DejaVuSans-Oblique"), "serif": unnamed("NowhereSerif,BoldItalic")}
    for name, data in made.items():
        (files / f"{name}.pdf").write_bytes(data)
    with_fonts, without = (
        json.loads(subprocess.run([sys.executable, "-c", READ, str(files), folder], cwd=ROOT, capture_output=True,
                                  text=True, check=True).stdout) for folder in ("", str(nothing)))
    assert with_fonts[0] == without[0]
    assert not without[1]  # and a page drawn there has no Chinese: there were none
    assert without[0]["alone"][0] == "是\n"


def test_lone_ideographs_in_cells_are_read() -> None:
    """Yes, none and a figure, each alone in its cell, in a font that the file does not hold."""
    rows = [("序号", "有无", "是否"), ("1", "无", "是"), ("2", "有", "否")]
    document = read(samples.flowed([samples.table(rows, (60, 60, 60))], on_page=lambda *_: None))
    assert document.text == "".join("\t".join(row) + "\n" for row in rows)


@pytest.mark.parametrize("font", [samples.FONT, *FOREIGN])
def test_a_character_has_the_same_place_alone_and_in_a_line(font: str) -> None:
    """The file's own measures put it there, so that a word is marked alike wherever it stands."""
    pdfmetrics.registerFont(UnicodeCIDFont(font))

    def place(words: str) -> Box:
        def page(canvas: Canvas) -> None:
            canvas.setFont(font, 12)
            canvas.drawString(80, 700, words)

        return read(samples.drawn(page)).boxes(Span(0, 1))[0]

    assert place("無") == place("無人")
    assert (place("無").left, place("無").right) == (80, 92)
    assert place("無").bottom - place("無").top == pytest.approx(12, abs=1.5)


def test_a_page_is_drawn_in_the_machines_fonts_also_after_it_was_read() -> None:
    """What people and recognition see of a file is the same before and after; its fonts are looked for once."""
    data = samples.flowed(samples.application(1))
    with pdf.Pdf(data) as opened:
        before = opened.draw(0, 1.0)
        assert not pdfium._system_fonts().contents.EnumFonts
    with pdf.Pdf(data) as opened:
        reading = pdf._reading(opened, 0)
        assert reading is not None
        assert reading.content.strips
        assert ImageChops.difference(opened.shown.draw(0, 1.0), before).getbbox() is None
    assert read(data) == read(data)
