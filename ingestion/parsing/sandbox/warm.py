"""What every reader needs, loaded and looked up before the first file: for a process from which others are made.

A reader looks up patterns, tables of characters and, to draw, the machine's fonts when it first needs them, which is
several times the work of reading a page. Whatever is made from a process that has read and drawn a page once has all
of that already.
"""
from __future__ import annotations

import contextlib

WORDS = "一、近三年发表SCI论文23篇（含EI 5篇）"
CELLS = ("序号", "项目", "1", "是")
LATIN = ["BT /F2 12 Tf 60 660 Td (SCI 23) Tj ET"]


def load() -> None:
    """Read and draw a page and ask for what other kinds of files need; starts no threads."""
    import encodings.cp437  # of the names in a zip

    from ingestion import secrecy
    from ingestion.errors import UnreadableError
    from ingestion.parsing import formats as parsing
    from ingestion.parsing import image, structure, text
    from ingestion.parsing.docx import reader as docx
    from ingestion.parsing.notices import unreadable
    from ingestion.parsing.pdf import reader as pdf
    from ingestion.parsing.workbook import reader as workbook

    structure.rules()
    secrecy.mark("")
    unreadable("blank")
    with contextlib.suppress(UnreadableError):  # it will be each file's own failure
        parsing.read(page(words()), "page.pdf")
        pdf.render(page(LATIN), 1, 0.1)  # what the machine has no font for would change a font of pdfium's own
    del encodings, docx, image, pdf, text, workbook


def words() -> list[str]:
    """A line of words and a ruled table, as a page draws them."""
    lines = [f"BT /F1 12 Tf 60 700 Td <{WORDS.encode('utf-16-be').hex()}> Tj ET", *LATIN]
    for place, word in enumerate(CELLS):
        x, y = 60 + 100 * (place % 2), 600 - 30 * (place // 2)
        lines += [f"{x} {y} 100 30 re S", f"BT /F1 10 Tf {x + 5} {y + 10} Td <{word.encode('utf-16-be').hex()}> Tj ET"]
    return lines


def page(lines: list[str]) -> bytes:
    """A pdf with a page of `lines`, in fonts that it does not hold."""
    content = "\n".join(lines)
    parts = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Count 1/Kids[3 0 R]>>",
             ("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
              "/Resources<</Font<</F1 5 0 R/F2 8 0 R>>>>>>"),
             f"<</Length {len(content)}>>stream\n{content}\nendstream",
             "<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/UniGB-UCS2-H/DescendantFonts[6 0 R]>>",
             ("<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/DW 1000/FontDescriptor 7 0 R"
              "/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 0>>>>"),
             ("<</Type/FontDescriptor/FontName/STSong-Light/Flags 6/FontBBox[-25 -254 1000 880]/ItalicAngle 0"
              "/Ascent 752/Descent -271/CapHeight 737/StemV 58>>"),
             "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    data, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(data))
        data += f"{number} 0 obj\n{part}\nendobj\n".encode("ascii")
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    return data + (f"xref\n0 {len(parts) + 1}\n0000000000 65535 f \n{rows}trailer<</Size {len(parts) + 1}"
                   f"/Root 1 0 R>>\nstartxref\n{len(data)}\n%%EOF").encode("ascii")
