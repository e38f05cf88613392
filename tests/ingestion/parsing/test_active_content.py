"""What a file would do is never done, and said; a mark in a page's head is a mark."""
from __future__ import annotations

import pytest
from reportlab.platypus import Paragraph

from ingestion import parsing
from ingestion.errors import UnreadableError
from tests.support import pdf_samples
from tests.support.word_samples import package, paragraph, text_box

WORDS = "近三年发表SCI论文23篇。"
HEADED = paragraph(WORDS) + '<w:sectPr><w:headerReference r:id="header1"/></w:sectPr>'


def codes(data: bytes, name: str) -> list[str]:
    return [one.code for one in parsing.read(data, name).notices]


@pytest.mark.parametrize("name", ["申报书.docm", "申报书.docx"])
def test_macros_are_not_run_and_said(name: str) -> None:
    """By what the file holds, whatever it is called; its words are read all the same."""
    carrying = package(paragraph(WORDS), extra={"word/vbaProject.bin": b"\xd0\xcf\x11\xe0"})
    assert codes(carrying, name) == ["macros_not_run"]
    assert WORDS in parsing.read(carrying, name).text
    assert codes(package(paragraph(WORDS)), name) == []


@pytest.mark.parametrize("action", [
    b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>", b"/AA << /WC << /S/JavaScript /JS (1) >> >>"])
def test_scripts_of_a_pdf_are_not_run_and_said(action: bytes) -> None:
    """Also those that would run as it opens or closes, not only those that it lists by name."""
    plain = pdf_samples.flowed([Paragraph(WORDS, pdf_samples.BODY)])
    assert codes(plain, "申报书.pdf") == []
    assert plain.count(b"/Type /Catalog") == 1
    assert "scripts_not_run" in codes(plain.replace(b"/Type /Catalog", b"/Type /Catalog " + action), "申报书.pdf")


@pytest.mark.parametrize("head", [
    paragraph("机密★20年"), paragraph("机密", "★", "20年"), paragraph(text_box("秘密★3年")),
    paragraph("密级：机密 20年")])
def test_a_mark_in_the_head_of_a_page_is_a_mark(head: str) -> None:
    """Where Word documents carry it as a rule: in their header, also in pieces, and in a box."""
    with pytest.raises(UnreadableError) as raised:
        parsing.read(package(HEADED, parts={"header1": head}), "报告.docx")
    assert raised.value.code == "secrecy_mark"
    assert WORDS in parsing.read(package(HEADED, parts={"header1": paragraph("密级：公开")}), "报告.docx").text
