"""The kind of a file is told by its content first."""
from __future__ import annotations

import subprocess
import sys

import pytest

from ingestion import parsing
from ingestion.errors import UnreadableError
from tests.support.word_samples import package, paragraph

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
ZIP = b"PK\x03\x04"


def wide(name: str) -> bytes:
    return OLE + name.encode("utf-16-le") + b"\0" * 64


@pytest.mark.parametrize(("data", "name", "expected"), [
    (b"%PDF-1.7", "a.pdf", "pdf"), (b"\n\n%PDF-1.4", "a.docx", "pdf"), (b"\x89PNG\r\n\x1a\n", "a.jpg", "image"),
    (b"\xff\xd8\xff\xe0", "a.png", "image"), (b"RIFF\0\0\0\0WEBP", "a.webp", "image"), (b"BM\0\0", "a.bmp", "image"),
    (b"BM is a company", "a.txt", "text"), (wide("WordDocument"), "a.wps", "doc"),
    (wide("WordDocument"), "a.docx", "doc"),
    (wide("Workbook"), "a.et", "xls"), (wide("Book\0"), "a.doc", "xls"),
    (wide("WordDocument Workbook"), "a.xls", "xls"),
    (wide("WordDocument Workbook"), "a.doc", "doc"), (b"{\\rtf1", "a.doc", "rtf"), (b"<html><table>", "a.xls", "html"),
    (b"<html>", "a.txt", "text"), ("论文".encode(), "a.doc", "text"), ("论文".encode(), "README", "text"),
    (b"\xff\xfea\0", "a.txt", "text"),
])
def test_kinds(data: bytes, name: str, expected: str) -> None:
    """Magic bytes and the streams inside tell the kind; the name decides only where they do not."""
    assert parsing.kind(data, name) == expected


@pytest.mark.parametrize(("data", "name", "code"), [
    (b"", "a.docx", "empty"), (wide("EncryptedPackage"), "a.docx", "encrypted"),
    (b"Rar!\x1a\x07\x00", "a.rar", "unsupported"),
    (b"7z\xbc\xaf\x27\x1c", "a.7z", "unsupported"), (b"MZ\x90", "a.exe", "unsupported"),
    (b"text", "a.json", "unsupported"),
    (b"\0\1\2", "a.docx", "corrupt"), (wide("PowerPoint Document"), "a.ppt", "unsupported"),
    (ZIP + b"\0" * 40, "a.docx", "corrupt"),
    (OLE, "a.xls", "corrupt"), (OLE, "a.msi", "unsupported"),
])
def test_refusals(data: bytes, name: str, code: str) -> None:
    """What no module reads is an error whose code and words say why and what to do."""
    with pytest.raises(UnreadableError) as caught:
        parsing.read(data, name)
    assert caught.value.code == code
    assert "{" not in str(caught.value) + caught.value.chinese


@pytest.mark.parametrize(("entry", "detail"), [("ppt/presentation.xml", "pptx"), ("OFD.xml", "ofd")])
def test_other_packages(entry: str, detail: str) -> None:
    """Presentations and OFD files are told from archives and named."""
    import io
    import zipfile
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr(entry, "<x/>")
    with pytest.raises(UnreadableError, match=detail):
        parsing.read(buffer.getvalue(), "a.zip")


def test_word_file_under_another_name() -> None:
    """A docx named .doc or .wps is read as a docx."""
    for name in ("a.doc", "a.wps", "a"):
        assert parsing.read(package(paragraph("正文。")), name).kind == "docx"


def test_failures_of_a_library_are_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks inside a reader comes out as one error that the other files survive."""
    from ingestion.parsing import text

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(text, "read", broken)
    with pytest.raises(UnreadableError) as caught:
        parsing.read(b"text", "a.txt")
    assert (caught.value.code, "ZeroDivisionError" in str(caught.value)) == ("corrupt", True)


def test_text_needs_no_library() -> None:
    """Reading text imports none of the libraries that other kinds need."""
    script = ("import sys; from ingestion import parsing, reading; parsing.read(b'abc', 'a.txt'); "
              "print(sorted({'lxml', 'docx', 'python_calamine', 'pypdfium2', 'pypdf', 'numpy'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True,
    check=True).stdout.strip() == "[]"
