"""Automatic numbers of a docx become the labels that Word shows."""
from __future__ import annotations

import pytest

from ingestion import parsing
from ingestion.domain import Document
from ingestion.parsing.docx.numbering import spell
from tests.support.word_samples import STYLES, level, numbered, numbering, package, paragraph


def labels(body: str, numbers: str, styles: str = STYLES) -> list[str]:
    document = parsing.read(package(body, numbers=numbers, styles=styles), "a.docx")
    return [block.label for block in document.blocks]


@pytest.mark.parametrize(("form", "values", "expected"), [
    ("decimal", (1, 10), ["1", "10"]),
    ("decimalZero", (1, 10), ["01", "10"]),
    ("decimalFullWidth", (1, 12), ["１", "１２"]),
    ("chineseCounting", (1, 10, 11, 20, 21, 105), ["一", "十", "十一", "二十", "二十一", "一百零五"]),
    ("chineseCountingThousand", (10, 110, 1005, 2000), ["十", "一百一十", "一千零五", "二千"]),
    ("chineseLegalSimplified", (3, 10, 12), ["叁", "壹拾", "壹拾贰"]),
    ("ideographDigital", (12,), ["一二"]),
    ("ideographTraditional", (1, 10, 11), ["甲", "癸", "11"]),
    ("ideographZodiac", (1, 12), ["子", "亥"]),
    ("decimalEnclosedCircle", (1, 20, 21), ["①", "⑳", "㉑"]),
    ("decimalEnclosedCircleChinese", (3,), ["③"]),
    ("lowerLetter", (1, 26, 27), ["a", "z", "aa"]),
    ("upperLetter", (3,), ["C"]),
    ("lowerRoman", (4, 9), ["iv", "ix"]),
    ("upperRoman", (14, 4000), ["XIV", "4000"]),
    ("a format of tomorrow", (7,), ["7"]),
])
def test_spelling(form: str, values: tuple[int, ...], expected: list[str]) -> None:
    """Numbers are spelled in Word's formats; where a format ends, in Arabic digits."""
    assert [spell(value, form) for value in values] == expected


def test_levels_restart_below_a_higher_one() -> None:
    """%1.%2 counts within its chapter."""
    numbers = numbering({0: level(0, "chineseCounting", "第%1章") + level(1, "decimal", "%1.%2", more="<w:isLgl/>")},
                        {1: (0, "")})
    body = "".join(numbered(text, 1, place) for text, place in [
        ("总则", 0), ("目的", 1), ("依据", 1), ("条件", 0), ("基本", 1)])
    assert labels(body, numbers) == ["第一章", "1.1", "1.2", "第二章", "2.1"]


def test_lists_of_one_definition_count_on() -> None:
    """Two lists that share a definition share its count, unless the second starts over."""
    numbers = numbering({0: level(0, "decimal", "（%1）")}, {
        1: (0, ""), 2: (0, ""), 3: (0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')})
    body = "".join(numbered("甲乙。", number) for number in (1, 1, 2, 3, 3))
    assert labels(body, numbers) == ["（1）", "（2）", "（3）", "（1）", "（2）"]


def test_number_by_style_and_its_ancestor() -> None:
    """A paragraph is numbered by its style, or by one that its style inherits from; numId 0 takes the number off."""
    numbers = numbering({0: level(0, "chineseCounting", "（%1）")}, {1: (0, "")})
    body = (paragraph("甲。", style="L") + paragraph("乙。", style="L2")
            + paragraph("丙。", style="L", properties='<w:numPr><w:numId w:val="0"/></w:numPr>'))
    assert labels(body, numbers) == ["（一）", "（二）", ""]


def test_level_by_the_style_that_it_names() -> None:
    """A style that names a list without a level takes the level that names the style."""
    numbers = numbering({0: level(0, "decimal", "%1") + level(1, "decimal", "%1.%2", more='<w:pStyle w:val="L2"/>')},
                        {1: (0, "")})
    assert labels(paragraph("甲。", style="L") + paragraph("乙。", style="L2"), numbers) == ["1", "1.1"]


def test_borrowed_definition() -> None:
    """A definition that only links to a list style takes that style's levels."""
    numbers = numbering({0: '<w:numStyleLink w:val="S"/>', 1: '<w:styleLink w:val="S"/>' + level(0, "decimal", "%1)")},
                        {1: (0, "")})
    assert labels(numbered("甲。", 1), numbers) == ["1)"]


def test_bullets() -> None:
    """A bullet is a bullet, whatever font draws it."""
    fonts = '<w:rPr><w:rFonts w:ascii="{}"/></w:rPr>'
    numbers = numbering({0: level(0, "bullet", "\uf0b7", more=fonts.format("Symbol")),
                         1: level(0, "bullet", "\uf06e", more=fonts.format("Wingdings")),
                         2: level(0, "bullet", "-")}, {1: (0, ""), 2: (1, ""), 3: (2, "")})
    assert labels("".join(numbered("甲。", number) for number in (1, 2, 3)), numbers) == ["•", "■", "-"]


def test_label_stands_before_the_span() -> None:
    """The number stands in the text, in the label, and outside the block's span."""
    numbers = numbering({0: level(0, "decimal", "%1.", start=3)}, {1: (0, "")})
    document: Document = parsing.read(package(numbered("论文22篇。", 1), numbers=numbers), "a.docx")
    assert (document.text, document.quote(document.blocks[0].span)) == ("3. 论文22篇。\n", "论文22篇。")


def test_empty_numbered_paragraph_counts() -> None:
    """Word numbers an empty paragraph too, but not one whose end was deleted."""
    numbers = numbering({0: level(0, "decimal", "%1.")}, {1: (0, "")})
    deleted = paragraph(properties='<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'
                                   '<w:rPr><w:del w:id="1"/></w:rPr>')
    body = numbered("甲。", 1) + numbered("", 1) + deleted + numbered("乙。", 1)
    assert labels(body, numbers) == ["1.", "3."]


def test_numbers_without_a_definition() -> None:
    """A number that no list defines is no number."""
    assert labels(numbered("甲。", 9), "") == [""]
