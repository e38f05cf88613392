"""Headings and list numbers as they are typed."""
from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.domain import Block, BlockKind, Span
from ingestion.parsing.structure import heading_level, is_contents_line, list_label, settle, split_lines


@pytest.mark.parametrize(("line", "plain", "bold"), [
    ("第一章 总则", 1, 1), ("第二部分  研发实力", 1, 1), ("第一节  概述", 2, 2), ("附件1 论文目录", 1, 1),
    ("附录  政策原文摘录", 1, 1),
    ("一、建设背景", 2, 2), ("六、建设目标（2024—2027年）", 2, 2), ("（一）企业集聚", 3, 3), ("1.1 论文情况", 3, 3),
    ("1.1.2 会议论文", 5, 5),
    ("1. 概述", 0, 4), ("（1）概述", 0, 5), ("重点任务", 0, 6),
])
def test_headings(line: str, plain: int, bold: int) -> None:
    """The number gives the level; 1. and （1） and lines without a number are headings only by weight."""
    assert (heading_level(line), heading_level(line, bold=True)) == (plain, bold)


@pytest.mark.parametrize("line", [
    "（一）在本市境内注册的独立法人机构；", "一、双方共同组建联合研发团队，甲方提供场地。", "近三年发表论文22篇。",
    "主要成果如下：",
    "第八条 国际联合研究中心申报条件", "表2  合作机构一览", "图3-1  中试线", "2024年6月", "二〇二四年六月三日",
    "- 12 -", "______",
    "一、建设背景........3", "近三年发表论文22篇", "", "   ",
])
def test_no_headings(line: str) -> None:
    """Sentences, quoted articles and their items, captions, dates, page numbers and contents are never headings."""
    assert heading_level(line, bold=True, size_ratio=1.5) == 0


@pytest.mark.parametrize("line",
    ["（一）高新技术企业12家", "一、合作方：德国弗劳恩霍夫", "3.5 万元", "1.5亿元", "重庆云谷国际创新园发展有限公司"])
def test_no_headings_by_number_alone(line: str) -> None:
    """A number before a count, a label or a unit makes no heading."""
    assert heading_level(line) == 0


def test_size() -> None:
    """A large line without a number is a title; a company's name on a cover is not."""
    assert heading_level("国际联合研究中心申报书", size_ratio=1.8) == 1
    assert heading_level("国际联合研究中心申报书", size_ratio=1.15) == 2
    assert heading_level("重庆云谷国际创新园发展有限公司", size_ratio=1.8) == 0


@pytest.mark.parametrize(("line", "expected"), [
    ("1. 甲", ("1.", 3)), ("1、甲", ("1、", 2)), ("1） 甲", ("1）", 3)), ("12)甲", ("12)", 3)),
    ("（1）甲", ("（1）", 3)), ("(2) 甲", ("(2)", 4)),
    ("[3] 甲", ("[3]", 4)), ("①甲", ("①", 1)), ("（一）甲", ("（一）", 3)), ("- 甲", ("-", 2)), ("• 甲", ("•", 2)),
    ("* 甲", ("*", 2)),
    ("  a) 甲", ("a)", 5)), ("1.5亿元", None), ("-5%", None), ("2022. 甲", None), ("1.", None), ("A. Smith", None),
    ("近三年", None), ("", None),
])
def test_list_labels(line: str, expected: tuple[str, int] | None) -> None:
    """The label and the place of the item's own words; a decimal, a minus, a year and an initial are no labels."""
    assert list_label(line) == expected


@pytest.mark.parametrize(("line", "expected"), [
    ("一、建设背景........3", True), ("一、建设背景\t12", True), ("1.1 论文 ……… 5", True),
    ("附件1 . . . . - 12 -", True),
    ("发表论文 12", False), ("总计…", False), ("共12", False), ("……", False),
])
def test_contents_lines(line: str, expected: bool) -> None:
    """Leaders or a tab before a page number make a line of contents."""
    assert is_contents_line(line) is expected


def test_split_lines() -> None:
    """Line breaks divide items and sentences, and keep a wrapped line whole."""
    assert split_lines("国际联合\n研究中心") == ["国际联合\n研究中心"]
    assert split_lines("如下：\n1. 甲\n2. 乙") == ["如下：", "1. 甲", "2. 乙"]
    assert split_lines("第一句。\n\n第二句。") == ["第一句。", "第二句。"]


def blocks(*lines: tuple[BlockKind, str]) -> tuple[str, list[Block]]:
    text, found = "", []
    for kind, line in lines:
        found.append(Block(kind, Span(len(text), len(text) + len(line)), 2 if kind is BlockKind.HEADING else 0))
        text += line + "\n"
    return text, found


def kinds(found: list[Block]) -> list[BlockKind]:
    return [block.kind for block in found]


HEADING, PARAGRAPH, ITEM = BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM


def test_settle_makes_runs_lists() -> None:
    """Numbered headings with nothing below them are items again, their number the label, outside the span."""
    text, found = blocks((HEADING, "（一）德国"), (HEADING, "（二）日本"), (PARAGRAPH, "正文。"))
    settled = settle(text, found)
    assert kinds(settled) == [ITEM, ITEM, PARAGRAPH]
    assert [(block.label, text[block.span.start:block.span.end]) for block in settled[:2]] == [
        ("（一）", "德国"), ("（二）", "日本")]


def test_settle_keeps_headings() -> None:
    """A heading with text below it stays, and so does one that the file declares."""
    text, found = blocks((HEADING, "一、概况"), (PARAGRAPH, "正文。"), (HEADING, "二、成果"), (HEADING, "（一）论文"),
                         (PARAGRAPH, "正文。"), (HEADING, "（二）专利"), (HEADING, "（三）奖励"))
    assert kinds(settle(text, found, frozenset({5, 6}))) == kinds(found)


def test_settle_after_a_colon() -> None:
    """After a line that ends in a colon even one numbered line is an item."""
    text, found = blocks((PARAGRAPH, "合作方如下："), (HEADING, "（一）德国"), (PARAGRAPH, "正文。"))
    assert kinds(settle(text, found)) == [PARAGRAPH, ITEM, PARAGRAPH]


@given(st.text("第一章节（）1.、附件 表\t…·#*|-—：，。ab", max_size=80))
def test_labels_lie_within_the_line(line: str) -> None:
    """A label leaves words behind it and stands in the line; no line breaks the rules."""
    heading_level(line, bold=True, size_ratio=1.2)
    is_contents_line(line)
    found = list_label(line)
    assert found is None or (found[0] in line[:found[1]] and line[found[1]:].strip())


@pytest.mark.parametrize("line",
    ["." * 200_000, "（一" * 200_000, "第 " * 200_000, "1." * 200_000, "\t" * 200_000 + "1"])
def test_long_lines_cost_little(line: str) -> None:
    """Patterns do not backtrack over long lines."""
    start = time.process_time()
    heading_level(line, bold=True)
    list_label(line)
    is_contents_line(line)
    split_lines(line)
    assert time.process_time() - start < 1
