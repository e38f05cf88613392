"""Good files that were damaged: whatever comes of them, it is a document or an error of ours."""
from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import parsing
from ingestion.domain import Document
from ingestion.errors import UnreadableError
from tests.word_samples import level, numbered, numbering, package, paragraph, table, text_box


def word() -> bytes:
    numbers = numbering({0: level(0, "chineseCounting", "（%1）")}, {1: (0, "")})
    note = f'<w:footnote w:id="2">{paragraph("数据截至5月。")}</w:footnote>'
    return package(paragraph("概况", style="1") + numbered("论文22篇。", 1) + table([["序号", "题目"], ["1", "甲"]])
                   + paragraph("正文", '<w:r><w:footnoteReference w:id="2"/></w:r>', text_box("框")), numbers=numbers,
                   parts={"footnotes": note, "header1": paragraph("页眉")})


def sheet() -> bytes:
    book = openpyxl.Workbook()
    first = book.active
    assert first is not None
    for row in (["名录"], ["序号", "企业"], [1, "甲"], [2, "乙"]):
        first.append(row)
    first.merge_cells("A1:B1")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


TEXT = "一、概况\n1. 论文22篇；\n序号 | 题目\n1 | 甲\n".encode("gb18030")
GOOD = {"a.docx": word(), "a.xlsx": sheet(), "a.txt": TEXT, "a.md": TEXT, "a.csv": TEXT}
EDITS = st.lists(st.tuples(st.integers(0, 1 << 30), st.binary(max_size=4), st.integers(0, 6)), min_size=1, max_size=4)


def edited(raw: bytes, edits: list[tuple[int, bytes, int]]) -> bytes:
    """`raw` with pieces replaced: (where, by what, how many bytes)."""
    for at, new, count in edits:
        place = at % (len(raw) + 1)
        raw = raw[:place] + new + raw[place + count:]
    return raw


def sound(raw: bytes, name: str) -> bool:
    """Whether a file is read in order, or refused with a code and words in both languages."""
    try:
        document = parsing.read(raw, name)
    except UnreadableError as error:
        return bool(error.code and error.chinese and str(error))
    return ordered(document)


def ordered(document: Document) -> bool:
    """Blocks in order, within the text, none over another; cells within their blocks."""
    ends = [0, *(block.span.end for block in document.blocks)]
    return all(
        end <= block.span.start <= block.span.end <= len(document.text)
        and all(block.span.start <= cell.span.start <= cell.span.end <= block.span.end for cell in block.cells)
        for end, block in zip(ends, document.blocks, strict=False))


@pytest.mark.parametrize("name", GOOD)
def test_good_files(name: str) -> None:
    """The files that are damaged below are sound."""
    assert ordered(parsing.read(GOOD[name], name))


@given(st.sampled_from(sorted(GOOD)), EDITS)
@settings(max_examples=150, deadline=None)
def test_changed_bytes(name: str, edits: list[tuple[int, bytes, int]]) -> None:
    """Bytes changed, added or lost anywhere."""
    assert sound(edited(GOOD[name], edits), name)


@given(st.sampled_from(["a.docx", "a.xlsx"]), st.integers(0, 99), EDITS)
@settings(max_examples=150, deadline=None)
def test_changed_parts(name: str, place: int, edits: list[tuple[int, bytes, int]]) -> None:
    """Bytes changed inside one part of a package that is whole otherwise."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD[name])) as old, zipfile.ZipFile(buffer, "w") as new:
        entries = old.namelist()
        for number, entry in enumerate(entries):
            raw = old.read(entry)
            new.writestr(entry, edited(raw, edits) if number == place % len(entries) else raw)
    assert sound(buffer.getvalue(), name)


@pytest.mark.parametrize("name", GOOD)
def test_cut_files(name: str) -> None:
    """A file cut anywhere."""
    ends = range(0, len(GOOD[name]), max(1, len(GOOD[name]) // 60))
    assert [end for end in ends if not sound(GOOD[name][:end], name)] == []
