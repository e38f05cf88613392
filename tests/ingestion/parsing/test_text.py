"""Plain text, Markdown and csv."""
from __future__ import annotations

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion import parsing
from ingestion.domain import BlockKind, Document, Span
from ingestion.errors import UnreadableError
from ingestion.parsing.text import from_string

LINES = st.text("国际科技合作论文近三年发表篇012（一）、。：|｜\t #*->①. ab\r", max_size=20)


def shape(document: Document) -> list[tuple[str, int, str, object]]:
    return [(block.kind.value, block.level, block.label,
             [document.quote(cell.span) for cell in block.cells] or document.quote(block.span))
            for block in document.blocks]


@given(st.lists(LINES, max_size=8).map("\n".join))
@settings(max_examples=200)
def test_text_is_kept(text: str) -> None:
    """`from_string` keeps every character; spans are words of it without outer spaces, in order, not overlapping."""
    document = from_string(text)
    assert document.text == text
    spans = [span for block in document.blocks
             for span in ([cell.span for cell in block.cells] or [block.span])]
    assert all(document.quote(span) == document.quote(span).strip() for span in spans)
    assert all(before.end <= after.start for before, after in pairwise(spans))


@given(st.lists(st.lists(st.text("国际合作篇家012ab", min_size=1, max_size=6), min_size=3, max_size=3),
                min_size=2, max_size=5), st.sampled_from([" | ", "|", "｜", "\t"]))
def test_every_cell_is_what_was_put_in(rows: list[list[str]], divider: str) -> None:
    """Lines divided alike are one table, each cell at its place in the grid."""
    document = from_string("\n".join(divider.join(row) for row in rows))
    (block,) = document.blocks
    assert block.kind is BlockKind.TABLE
    assert [(cell.row, cell.column, document.quote(cell.span)) for cell in block.cells] == [
        (number, column, text) for number, row in enumerate(rows) for column, text in enumerate(row)]


def test_lines() -> None:
    """Label and value, list items, headings and sentences are blocks of their kinds."""
    document = from_string("一、概况\n单位名称：重庆甲公司\n1. 论文22篇；\n\n  ① 专利3件。\n")
    assert shape(document) == [
        ("heading", 2, "", "一、概况"), ("paragraph", 0, "", "单位名称：重庆甲公司"),
        ("list_item", 0, "1.", "论文22篇；"),
        ("list_item", 0, "①", "专利3件。")]


def test_trailing_empty_cell() -> None:
    """A row whose last cell is empty has that cell."""
    document = from_string("序号 | 企业 | 资质\n合计 | 5家 | ")
    assert shape(document)[0][3] == ["序号", "企业", "资质", "合计", "5家", ""]


def test_a_blank_first_cell_lies_within_its_table() -> None:
    """A row that begins with a blank before its first bar: the table begins with that cell."""
    (table,) = from_string(" | 题目\n1 | 甲\n").blocks
    assert table.cells[0].span == Span(0, 0)
    assert table.span == Span(0, 11)


def test_one_line_is_no_table() -> None:
    """One line with bars is a sentence."""
    assert shape(from_string("联系人|电话|地址"))[0][0] == "paragraph"


def test_markdown() -> None:
    """Headings, lists, tables and bold of Markdown; the marks are in no span."""
    text = "# 清单\n\n**重点项目**\n- 执照：**1**份\n\n| 序号 | 题目 |\n|---|:--|\n| 1 | 甲 |\n| 2 | |\n\n> 引文\n"
    document = parsing.read(text.encode(), "a.md")
    assert shape(document) == [
        ("heading", 1, "", "清单"), ("heading", 6, "", "重点项目"), ("list_item", 0, "-", "执照：1份"),
        ("table", 0, "", ["序号", "题目", "1", "甲", "2", ""]), ("paragraph", 0, "", "引文")]
    assert [(cell.row, cell.column) for cell in document.blocks[3].cells] == [
        (0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]


def test_lines_broken_at_one_width() -> None:
    """Where lines are broken at one width, a full line that ends no sentence runs on; items and short lines do not."""
    line = "本单位近三年在所申报领域累计发表论文并与海外高校开展合作研究"
    text = f"{line}\n共22篇。\n1. {line}\n等；\n联系人：张三\n{line}\n\n另起一段。\n"
    document = parsing.read(text.encode(), "a.txt")
    assert [part[3] for part in shape(document)] == [
        f"{line}\n共22篇。", f"{line}\n等；", "联系人：张三", line, "另起一段。"]
    assert document.text == text


def test_declared_headings_stay() -> None:
    """Markdown headings without text between them stay headings."""
    document = parsing.read("## （一）甲\n## （二）乙\n".encode(), "a.md")
    assert [block.kind for block in document.blocks] == [BlockKind.HEADING] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_encodings(encoding: str) -> None:
    """UTF-8 with and without its mark, UTF-16 with its mark, and GB18030 give the same text."""
    document = parsing.read("近三年发表论文22篇。\r\n其中中外联合5篇。".encode(encoding), "a.txt")
    assert document.text == "近三年发表论文22篇。\n其中中外联合5篇。"
    assert document.notices == ()


def test_cut_inside_a_character() -> None:
    """A UTF-8 file that was cut inside a character is still read as UTF-8, and the loss is said."""
    document = parsing.read("近三年发表论文".encode()[:-1], "a.txt")
    assert document.text.startswith("近三年发表论")
    assert [notice.code for notice in document.notices] == ["encoding"]


def test_csv() -> None:
    """A csv file is a table; its title line is a paragraph, quoted commas and line ends stay in their cell."""
    raw = '论文清单,,\n序号,题目,收录\n1,"A, B\n续",SCI\n2,丙,EI\n'
    document = parsing.read(raw.encode("gb18030"), "a.csv")
    assert shape(document) == [("paragraph", 0, "", "论文清单"),
                               ("table", 0, "", ["序号", "题目", "收录", "1", "A, B\n续", "SCI", "2", "丙", "EI"])]


@pytest.mark.parametrize(("name", "raw"), [("a.txt", b"  \n\n"), ("a.csv", b",,,\n"), ("a.md", b"\n")])
def test_blank(name: str, raw: bytes) -> None:
    """A file of spaces is an error that says so."""
    with pytest.raises(UnreadableError) as caught:
        parsing.read(raw, name)
    assert caught.value.code == "blank"


def test_hash() -> None:
    """The hash is that of the bytes that were given."""
    raw = "论文".encode("gbk")
    assert parsing.read(raw, "a.txt").sha256 == hashlib.sha256(raw).hexdigest()


def test_many_lines_with_bars_cost_little() -> None:
    """Lines that only draw are passed over once each."""
    assert parsing.read(("|" * 50 + "\n").encode() * 30_000 + "尾".encode(), "a.txt").blocks[-1].span.start > 0
