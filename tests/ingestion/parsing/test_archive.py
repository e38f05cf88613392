"""Zips of documents."""
from __future__ import annotations

import io
import zipfile

import pytest

from ingestion import parsing
from ingestion.errors import UnreadableError
from ingestion.parsing import archive, package


class Unflagged(zipfile.ZipInfo):
    """An entry whose name is GBK and does not say so, as Chinese Windows programs write them."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 (zipfile calls it so)
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def packed(entries: list[tuple[str | zipfile.ZipInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in entries:
            zipped.writestr(name, content)
    return buffer.getvalue()


def code(data: bytes) -> str:
    with pytest.raises(UnreadableError) as caught:
        archive.members(data)
    return caught.value.code


def test_members_by_name() -> None:
    """Files in the order of their names, folders and litter left out, a zip inside unopened."""
    inner = packed([("x.txt", b"x")])
    raw = packed([("材料/乙.txt", b"2"), ("材料/", b""), ("__MACOSX/甲.txt", b""), ("材料/.DS_Store", b""),
    ("~$甲.docx", b""),
                  ("a.zip", inner), ("甲.txt", b"1")])
    assert archive.members(raw) == [("a.zip", inner), ("材料/乙.txt", b"2"), ("甲.txt", b"1")]


def test_gbk_names() -> None:
    """A GBK name without its flag is read as Chinese."""
    assert archive.members(packed([(Unflagged("申报书.txt"), b"1")])) == [("申报书.txt", b"1")]


@pytest.mark.parametrize("name", ["../a.txt", "a/../../b.txt", "/etc/a.txt", "C:/a.txt", "..\\a.txt"])
def test_unsafe_names(name: str) -> None:
    """A name that leaves the folder refuses the zip."""
    assert code(packed([(name, b"x")])) == "unsafe"


def test_symbolic_links() -> None:
    """A symbolic link refuses the zip."""
    link = zipfile.ZipInfo("a.txt")
    link.external_attr = 0o120777 << 16
    assert code(packed([(link, b"/etc/passwd")])) == "unsafe"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_same_name_twice() -> None:
    """Two entries of one name refuse the zip: which of them a person saw cannot be known."""
    assert code(packed([("a.txt", b"1"), ("a.txt", b"2")])) == "unsafe"


def test_too_many_entries() -> None:
    """More than 2,000 entries refuse the zip."""
    assert code(packed([(f"{number}.txt", b"") for number in range(package.ENTRIES + 1)])) == "too_large"


def test_sizes_are_counted_while_streaming(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part above its limit, or all parts above theirs, refuse the zip, whatever its headers say."""
    monkeypatch.setattr(package, "PART_BYTES", 1000)
    monkeypatch.setattr(package, "TOTAL_BYTES", 2500)
    assert archive.members(packed([("a", b"x" * 1000), ("b", b"x" * 1000)]))
    assert code(packed([("a", b"x" * 1001)])) == "too_large"
    assert code(packed([(name, b"x" * 900) for name in "abc"])) == "too_large"


def test_damaged() -> None:
    """A zip whose end is missing, or whose bytes were changed, is damaged."""
    raw = packed([("a.txt", b"abcdefgh" * 100)])
    assert code(raw[:-30]) == "corrupt"
    assert code(raw[:45] + b"\xff\xff\xff" + raw[48:]) == "corrupt"


def test_encrypted() -> None:
    """An entry with a password is said to have one."""
    raw = bytearray(packed([("a.txt", b"x")]))
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    assert code(bytes(raw)) == "encrypted"


def test_an_archive_that_holds_a_pdf_uncompressed_is_an_archive() -> None:
    """The header of its first member is no header of its own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as zipped:
        zipped.writestr("附件/承诺书.pdf", b"%PDF-1.7 ...")
    assert parsing.kind(buffer.getvalue(), "材料.zip") == "zip"
