"""Good files that were damaged: whatever comes of them, it is a document or an error of ours.

2,000 of them here; ten times as many: `python -m tests.long mutations`.
"""
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
from tests.support import pdf_samples
from tests.support.word_samples import level, numbered, numbering, package, paragraph, table, text_box


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
GOOD = {"a.docx": word(), "a.xlsx": sheet(), "a.pdf": pdf_samples.flowed(pdf_samples.application(1)), "a.txt": TEXT,
        "a.md": TEXT, "a.csv": TEXT}
PACKAGES = ["a.docx", "a.xlsx"]
CHANGED, PARTS, CUTS = 900, 800, 60   # files of each kind of damage
EDITS = st.lists(st.tuples(st.integers(0, 1 << 30), st.binary(max_size=4), st.integers(0, 6)), min_size=1, max_size=4)


def edited(raw: bytes, edits: list[tuple[int, bytes, int]]) -> bytes:
    """`raw` with pieces replaced: (where, by what, how many bytes)."""
    for at, new, count in edits:
        place = at % (len(raw) + 1)
        raw = raw[:place] + new + raw[place + count:]
    return raw


def with_part(raw: bytes, place: int, edits: list[tuple[int, bytes, int]]) -> bytes:
    """The package with one part edited."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w") as new:
        entries = old.namelist()
        for number, entry in enumerate(entries):
            part = old.read(entry)
            new.writestr(entry, edited(part, edits) if number == place % len(entries) else part)
    return buffer.getvalue()


def cuts(raw: bytes, count: int) -> range:
    """Where a file is cut, `count` times or at every byte."""
    return range(0, len(raw), max(1, len(raw) // count))


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
@settings(max_examples=CHANGED, deadline=None)
def test_changed_bytes(name: str, edits: list[tuple[int, bytes, int]]) -> None:
    """Bytes changed, added or lost anywhere."""
    assert sound(edited(GOOD[name], edits), name)


@given(st.sampled_from(PACKAGES), st.integers(0, 99), EDITS)
@settings(max_examples=PARTS, deadline=None)
def test_changed_parts(name: str, place: int, edits: list[tuple[int, bytes, int]]) -> None:
    """Bytes changed inside one part of a package that is whole otherwise."""
    assert sound(with_part(GOOD[name], place, edits), name)


@pytest.mark.parametrize("name", GOOD)
def test_cut_files(name: str) -> None:
    """A file cut anywhere."""
    assert [end for end in cuts(GOOD[name], CUTS) if not sound(GOOD[name][:end], name)] == []


def test_there_are_two_thousand() -> None:
    """What the goal asks of the suite."""
    assert CHANGED + PARTS + sum(len(cuts(raw, CUTS)) for raw in GOOD.values()) >= 2_000
