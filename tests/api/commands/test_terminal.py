"""The terminal's table: aligned for Chinese characters, within the window, calm."""
from __future__ import annotations

import io
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.terminal.layout import Painter, cut, fitted, hanging, pad, plain, row, width, wrap
from api.terminal.results import answer_lines, assessment_lines, fact_lines
from assistant.report import composing, particulars
from assistant.report.model import Report
from assistant.report.words import Wording
from tests.support import samples

TEXTS = st.text(st.sampled_from("第八条（二）近三年发表SCI或EI论文，20篇 abc-def。“ ”the quick　é"), max_size=80)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@cache
def report(language: str = "zh") -> Report:
    policy = samples.policy()
    result = samples.assessment(policy, language)
    return composing.compose(result, policy, language, particulars.read(result.documents))


def lines(columns: int, language: str = "zh") -> list[str]:
    return list(assessment_lines(report(language), columns, Painter(io.StringIO())))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("columns", [80, 100, 120])
def test_no_line_is_wider_than_the_window(columns: int, language: str) -> None:
    """Chinese characters count two columns; nothing runs over the edge."""
    assert max(map(width, lines(columns, language))) <= columns


@pytest.mark.parametrize("columns", [80, 120])
def test_outcomes_stand_in_one_column(columns: int) -> None:
    """The last column begins at the same place in every row."""
    places = {width(line[:line.rindex(mark)]) for line in lines(columns) if line.startswith("第")
              for mark in ("✓ 符合", "✗ 不符合", "? 材料不足", "◦ 需人工判断") if line.endswith(mark)}
    assert len(places) == 1


def test_a_gap_stands_under_its_criterion() -> None:
    """What to mend follows the row it belongs to."""
    shown = lines(120)
    place = next(number for number, line in enumerate(shown) if "近三年SCI或EI论文" in line)
    assert "补正：申报书.docx 申明24篇" in shown[place + 1]


def test_evidence_exclusions_conflicts_unread_and_assumptions_are_shown() -> None:
    """Each with its place or reason."""
    text = "\n".join(lines(120))
    for expected in ("“设立国际科技合作部”  申报书.docx", "材料矛盾", "读作 24篇", "2021-11-15", "第1页识别存疑",
                     "“近三年”按申报年之前第三年的1月1日至申报日计算", "（节选）", "另有 17 处"):
        assert expected in text


def test_colours_only_on_a_terminal_that_wants_them() -> None:
    """Off where output is no terminal, with NO_COLOR and on a dumb terminal."""
    assert Painter(Terminal(), {"TERM": "xterm"})("x", "good") == "\x1b[32mx\x1b[0m"
    for stream, environment in ((io.StringIO(), {}), (Terminal(), {"NO_COLOR": "1"}), (Terminal(), {"TERM": "dumb"})):
        assert Painter(stream, environment)("x", "good") == "x"


def test_colours_do_not_move_anything() -> None:
    """With colours taken away the lines are the uncoloured ones."""
    import re

    coloured = [re.sub(r"\x1b\[\d*m", "", line)
                for line in assessment_lines(report(), 100, Painter(Terminal(), {"TERM": "xterm"}))]
    assert coloured == lines(100)


def test_facts_without_any_say_so() -> None:
    """Nothing found is said in words."""
    assert list(fact_lines((), (), Wording("zh"), 80, Painter(io.StringIO()))) == ["没有读到任何一项事实。"]


def test_an_answer_is_followed_by_the_sources_it_does_not_quote() -> None:
    """What the answer quotes itself is not shown twice, and a document is named once for all that is from it."""
    answer = {"answer": "要求20篇。\n第八条（二）：“近三年发表”", "citations": [
        {"ref": "第八条（二）", "quote": "近三年发表"}, {"document": "申报书.docx", "page": 3, "quote": "发表23篇"},
        {"document": "申报书.docx", "page": 3, "quote": "专利9件"}]}
    shown = list(answer_lines(answer, Wording("zh"), 80, Painter(io.StringIO())))
    assert shown[:2] == ["要求20篇。", "第八条（二）：“近三年发表”"]
    assert shown[-3:] == ["申报书.docx第3页", "  “发表23篇”", "  “专利9件”"]
    assert len(shown) == 7


@settings(max_examples=200, deadline=None)
@given(TEXTS, st.integers(16, 60))
def test_wrapping_keeps_every_character_within_the_width(text: str, columns: int) -> None:
    """Only spaces at line ends are lost, and no line is too wide by more than a mark that clings to its word."""
    wrapped = wrap(text, columns)
    assert "".join(wrapped).replace(" ", "").replace("　", "") == text.replace(" ", "").replace("　", "")
    assert all(width(line) <= columns for line in wrapped)


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(2, 40))
def test_cut_and_pad_keep_to_their_width(text: str, columns: int) -> None:
    """A progress line never wraps and a cell is as wide as its column."""
    assert width(cut(text, columns)) <= columns
    assert width(pad(cut(text, columns), columns)) == columns


def test_closing_marks_do_not_begin_a_line() -> None:
    """，and 。 stay with the character before them."""
    for columns in range(16, 30):
        wrapped = wrap("近三年（2022至2024），发表论文。" * 5, columns)
        assert not any(line.startswith(("，", "。", "）")) for line in wrapped)


def test_latin_words_stay_whole_where_they_fit() -> None:
    """A word goes to the next line as a whole."""
    assert wrap("international cooperation bases", 16) == ["international", "cooperation", "bases"]


def test_columns_shrink_in_proportion() -> None:
    """What does not fit narrows the columns that may be narrowed, and only those."""
    assert fitted([["ab", "x" * 100, "y" * 60]], 80, {1: 1.0, 2: 1.0}) == [2, 37, 37]
    assert row(["甲", "乙丙"], [4, 4]) == ["甲    乙丙"]
    assert hanging("- ", "一二三四五六七八九十", 18) == ["- 一二三四五六七八", "  九十"]


def test_plain_text_is_one_line_of_visible_characters() -> None:
    """Control and direction characters are taken out, white space is one space."""
    assert plain("a\x1b[2Jb\tc\n d\u202ee\x00\u200f") == "a[2Jb c de"
