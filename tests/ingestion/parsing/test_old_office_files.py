"""Old office files through LibreOffice, and what is said where it is missing or fails."""
from __future__ import annotations

import hashlib
import os
import shutil
import stat
import time
from pathlib import Path

import pytest

from ingestion import parsing
from ingestion.errors import UnreadableError
from ingestion.parsing import office
from tests.support.word_samples import package, paragraph, table

RTF = rb"{\rtf1\ansi Papers: 22}"


def program(folder: Path, script: str) -> None:
    """A program that stands in for LibreOffice: the last argument is the file, the one before it the folder."""
    path = folder / "soffice"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IEXEC)


@pytest.fixture
def bin_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder before all others on the path, where only the test's LibreOffice is found."""
    monkeypatch.setattr(office, "PROGRAMS", ("soffice",))
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return tmp_path


def code(name: str = "a.doc", data: bytes = RTF) -> str:
    with pytest.raises(UnreadableError) as caught:
        parsing.read(data, name)
    return caught.value.code


def test_conversion(bin_folder: Path, tmp_path: Path) -> None:
    """The converted file is read, under the name and the hash of the file that was given."""
    (tmp_path / "out").write_bytes(package(paragraph("论文22篇。") + table([["a", "b"]])))
    program(bin_folder, f'for last; do :; done; cp "{tmp_path}/out" "$(dirname "$last")/in.docx"')
    document = parsing.read(RTF, "报告.doc")
    assert (document.name, document.kind, document.text) == ("报告.doc", "doc", "论文22篇。\na\tb\n")
    assert document.sha256 == hashlib.sha256(RTF).hexdigest()


def test_its_own_profile(bin_folder: Path, tmp_path: Path) -> None:
    """LibreOffice runs on a profile of this process, without macros, and without a window."""
    program(bin_folder,
    f'echo "$@" > "{tmp_path}/seen"; for a; do case "$a" in -env:*) p="${{a#*file://}}"; esac; done; '
                        f'cat "$p/user/registrymodifications.xcu" > "{tmp_path}/settings"')
    assert code() == "conversion"
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert "--headless" in seen
    assert "guohe-office-" in seen
    assert "DisableMacrosExecution" in (tmp_path / "settings").read_text(encoding="utf-8")


def test_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without LibreOffice the error says what to save the file as."""
    monkeypatch.setattr(office, "PROGRAMS", ("no-such-program",))
    with pytest.raises(UnreadableError) as caught:
        parsing.read(RTF, "a.wps")
    assert (caught.value.code, "另存为 docx" in caught.value.chinese) == ("no_libreoffice", True)


def test_hanging(bin_folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A conversion that takes too long is ended, with everything that it started."""
    monkeypatch.setattr(office, "TIMEOUT", 0.3)
    program(bin_folder, f'(sleep 2; touch "{tmp_path}/late") & sleep 30')
    start = time.monotonic()
    assert code() == "conversion"
    assert time.monotonic() - start < 5
    time.sleep(2.2)
    assert not (tmp_path / "late").exists()


def test_encrypted_word_file() -> None:
    """A Word file that needs a password is told before LibreOffice is asked."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\0")
    block = bytearray(office.WORD_MAGIC.ljust(64, b"\0"))
    block[11] |= 1
    assert code(data=head + bytes(block) + "WordDocument".encode("utf-16-le")) == "encrypted"


def test_web_page_named_xls() -> None:
    """A web page that a system exports as .xls is read as the table that it is, where LibreOffice is installed."""
    row = "<tr><td>企业</td><td>甲</td></tr>"
    page = f"<html><head><meta charset='utf-8'></head><body><table>{row}</table></body></html>"
    if any(map(shutil.which, office.PROGRAMS)):
        document = parsing.read(page.encode(), "a.xls")
        assert [document.quote(cell.span) for cell in document.blocks[-1].cells] == ["企业", "甲"]
    else:
        assert code("a.xls", page.encode()) == "no_libreoffice"
