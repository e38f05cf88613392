"""An office file as its pages: made once, behind the wall and in the background; marks where its words stand there."""
from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.pages.viewing import marking
from api.service.cases import layouts
from ingestion import parsing
from ingestion.domain import Document, Span
from ingestion.parsing import office
from ingestion.parsing.pdf import reader as pdf
from ingestion.parsing.sandbox import wall
from tests.support import pdf_samples
from tests.support.places import EXAMPLE
from tests.support.web_samples import Client, Installation, installation
from tests.support.word_samples import package, paragraph

DOCX = package(paragraph("申报单位：重庆市海棠膜材料研究院有限公司。") + paragraph("近三年发表SCI论文23篇。"))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """In LibreOffice's stead: each file comes out as the same two pages; what was asked for."""
    asked: list[str] = []
    made = pdf_samples.flowed([pdf_samples.Paragraph(text, pdf_samples.BODY) for text in (
        "申报单位：重庆市海棠膜材料研究院有限公司。", "近三年发表SCI论文23篇。")])

    def laid_out(_data: bytes, kind: str) -> tuple[bytes, Document]:
        asked.append(kind)
        return made, pdf.pages_of(made)

    monkeypatch.setattr(wall, "laid_out", laid_out)
    return asked


def viewed(who: Client, ended: Callable[[str], bool], name: str = "申报书.docx", data: bytes = DOCX, more: str = ""
           ) -> tuple[str, str]:
    """The address of a file, and its page view once `ended` holds of it."""
    case = who.case()
    file = who.upload(case, (name, data))[0]["file"]["id"]
    address = f"/cases/{case}/documents/{file}"
    for _ in range(300):
        found = who.get(f"{address}?view=pages{more}").text
        if ended(found):
            return address, found
        time.sleep(0.1)
    raise AssertionError(found)


def shown(text: str) -> bool:
    return 'class="sheet"' in text


def test_a_word_file_is_shown_as_libreoffice_lays_it_out(site: Installation) -> None:
    """Behind the wall: the text beside it, the pages as pictures, a quotation marked where it stands on its page."""
    who, data = site.client(), (EXAMPLE / "申报书.docx").read_bytes()
    at = parsing.read(data, "申报书.docx").text.index("发表SCI")
    address, page = viewed(who, shown, data=data, more=f"&start={at}&end={at + 5}")
    assert "原样页面" in who.get(address).text
    assert '<rect class="target"' in page
    picture = who.get(f"{address}/pages/1")
    assert (picture.status_code, picture.content[:4]) == (200, b"\x89PNG")
    assert who.get(f"{address}/pages/99").status_code == 404


def test_pages_are_made_once_by_content(site: Installation, drawn: list[str]) -> None:
    """Whoever opens the file, under whatever name; and they go with it."""
    one, two = site.client(), site.client()
    viewed(one, shown)
    address, _ = viewed(two, shown, "副本.docx")
    assert drawn == ["docx"]
    case, file = address.split("/")[2], address.split("/")[4]
    sha256 = two.get(f"/api/v1/cases/{case}/files/{file}").json()["sha256"]
    assert site.services.context.contents.made(sha256, layouts._pdf((sha256, "docx")))
    assert one.get(address).status_code == 404
    assert one.get(f"{address}/pages/1").status_code == 404


def test_whoever_asks_while_they_are_made_is_told_to_wait(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page says so and looks again by itself; other pages are served meanwhile."""
    going = threading.Event()

    def slow(_data: bytes, _kind: str) -> Any:
        going.wait(20)
        raise office.unreadable("layout_failed", detail="26")

    monkeypatch.setattr(wall, "laid_out", slow)
    who = site.client()
    address, waiting = viewed(who, lambda text: "正在由 LibreOffice 排出页面" in text)
    assert '<meta http-equiv="refresh"' in waiting
    api = address.replace("/cases/", "/api/v1/cases/").replace("/documents/", "/files/") + "/pages/1"
    assert who.get(api).json()["error"]["code"] == "layout_waiting"
    going.set()
    for _ in range(100):
        if "没能把此文件排成页面" in (text := who.get(f"{address}?view=pages").text):
            break
        time.sleep(0.05)
    assert "没能把此文件排成页面" in text
    assert who.get(api).json()["error"]["code"] == "layout_failed"


def test_without_libreoffice_the_page_says_why(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """In plain words, with the text a click away."""
    monkeypatch.setattr(wall, "laid_out", lambda data, kind: (office.laid_out(data, kind), None))
    monkeypatch.setattr(office, "PROGRAMS", ("no-such-program",))
    _, page = viewed(site.client(), lambda text: "本机未安装" in text)
    assert "请看文字，或下载原件" in page


def test_a_long_file_is_shown_in_part(site: Installation, drawn: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """No more pages than the most, and the page says so; the others are not served."""
    monkeypatch.setattr(layouts, "MOST_PAGES", 0)
    who = site.client()
    address, page = viewed(who, lambda text: "只显示前" in text)
    assert 'class="sheet"' not in page
    assert who.get(f"{address}/pages/1").status_code == 404


@pytest.mark.parametrize(("name", "data"), [("说明.txt", "近三年发表SCI论文23篇。".encode()), (
    "申报书.pdf", pdf_samples.flowed([pdf_samples.Paragraph("近三年发表SCI论文23篇。", pdf_samples.BODY)]))])
def test_what_has_its_own_pages_or_none_is_left_as_it_is(site: Installation, drawn: list[str], name: str, data: bytes
                                                         ) -> None:
    """Neither a text nor a pdf goes through LibreOffice."""
    viewed(site.client(), lambda text: "原样页面" not in text, name, data)
    assert drawn == []


def test_marks_are_found_where_their_words_stand() -> None:
    """Of two places of the same words the one that is about as far on; words that stand nowhere are not marked."""
    text = "甲" * 50 + "论文23篇" + "乙" * 50 + "论文23篇" + "丙" * 20 + "不在页面上"
    document = Document("a.docx", "0" * 64, "docx", text)
    pages = Document("", "", "pdf", text.removesuffix("不在页面上").replace("乙", "乙\n"))
    second = text.rindex("论文23篇")
    marks = [marking.Mark(Span(at, at + 5), "target") for at in (second, len(text) - 5)]
    (found,) = marking.moved(document, pages, marks)
    assert pages.text[found.span.start:found.span.end] == "论文23篇"
    assert found.span.start == pages.text.rindex("论文23篇")

