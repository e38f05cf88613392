"""What changed between two texts of a policy, and that nothing of either is lost."""
from __future__ import annotations

import re

import pytest

import policy_corpus
from assistant.policy_versions.text_difference import Change, clauses, compare, counterpart, marks

TEXT = (policy_corpus.DEFAULT / "text.txt").read_text(encoding="utf-8")


def changes(after: str, before: str = TEXT) -> dict[str, Change]:
    return {one.ref: one.change for one in compare(before, after) if one.change is not Change.SAME}


def test_a_text_against_itself_has_no_change() -> None:
    """Every piece is the same, and nothing is marked."""
    assert changes(TEXT) == {}


def test_every_character_of_both_texts_stands_in_the_difference() -> None:
    """Nothing is dropped silently: the sides, put together, are the texts, blanks apart."""
    after = TEXT.replace("20篇（含）以上", "15篇（含）以上").replace("第四条", "第四条", 1)
    for side, text in (("before", TEXT), ("after", after)):
        told = "".join(getattr(one, side).text for one in compare(TEXT, after) if getattr(one, side))
        assert sorted(re.sub(r"\s", "", told)) == sorted(re.sub(r"\s", "", text))


def test_a_changed_figure_is_marked_as_a_whole_word() -> None:
    """Only its item is changed, and the marks say 20 and 15, not 2 and 1."""
    after = TEXT.replace("20篇（含）以上", "15篇（含）以上")
    assert changes(after) == {"第八条（二）": Change.CHANGED}
    runs = next(one.runs for one in compare(TEXT, after) if one.ref == "第八条（二）")
    assert [(one.kind, one.text) for one in runs if one.kind != "same"] == [("removed", "20"), ("added", "15")]


def test_an_article_put_in_moves_those_after_it() -> None:
    """Their words are the same, so they are moved, never removed and added."""
    head, tail = TEXT.split("第十七条", 1)
    after = head + "第十七条 国合基地每年公开运行情况。\n第十八条" + tail.replace("第十八条", "第十九条")
    assert changes(after) == {"第十七条": Change.ADDED, "第十八条": Change.MOVED, "第十九条": Change.MOVED}


def test_a_removed_item_is_said_and_its_followers_are_moved() -> None:
    """An item that is gone is named once; those behind it are the same under new numbers."""
    start = TEXT.index("（二）具有专业化")
    stop = TEXT.index("（三）在开展技术引进")
    rest = TEXT[stop:].replace("（三）在开展", "（二）在开展", 1).replace("（四）将我市", "（三）将我市", 1)
    after = TEXT[:start] + rest
    found = {(one.before.ref if one.before else "", one.after.ref if one.after else ""): one.change
             for one in compare(TEXT, after) if one.change is not Change.SAME}
    assert found == {("第七条（二）", ""): Change.REMOVED, ("第七条（三）", "第七条（二）"): Change.MOVED,
                     ("第七条（四）", "第七条（三）"): Change.MOVED}


def test_an_article_reworded_throughout_is_removed_and_added() -> None:
    """Two texts with hardly a word in common are no change of one another."""
    after = re.sub(r"第十三条.*", "第十三条 本条留空，另行规定。", TEXT)
    assert [one.change for one in compare(TEXT, after) if one.ref == "第十三条"] == [Change.REMOVED, Change.ADDED]


def test_what_stands_outside_articles_is_compared_too() -> None:
    """Title, chapters and what stands before the first article take part."""
    assert changes(TEXT.replace("（征求意见稿）", "", 1)) == {"": Change.CHANGED}


@pytest.mark.parametrize(("before", "after"), [
    ("", "新"), ("甲乙丙丁", "甲丙丁戊"), ("SCI 20篇", "EI 20项"), ("甲a乙", "丙a丁")])
def test_marks_hold_both_texts(before: str, after: str) -> None:
    """What is the same and removed is the text before, what is the same and added the text after."""
    runs = marks(before, after)
    assert "".join(one.text for one in runs if one.kind != "added") == before
    assert "".join(one.text for one in runs if one.kind != "removed") == after


def test_pieces_are_the_clauses_that_questions_cite() -> None:
    """A piece has the name that an answer gives to its clause."""
    refs = [one.ref for one in clauses(TEXT)]
    assert refs[0] == ""
    assert "第九条（四）" in refs
    assert len(refs) == len(set(refs))


def test_a_quotation_finds_its_counterpart() -> None:
    """What stands now where the words of a criterion stood, to be looked at by the person who mends it."""
    before = next(one.text for one in clauses(TEXT) if one.ref == "第八条（二）")
    after = before.replace("20篇（含）以上", "十五篇以上")
    assert counterpart(before, after, "SCI或EI论文20篇（含）以上") == "SCI或EI论文十五篇以上"
    assert counterpart(before, after, "没有这一句") == ""
