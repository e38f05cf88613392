"""What the lexical index guarantees."""
from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.indexing import lexical
from ingestion.indexing.lexical import LexicalIndex, Weighted, best, fold, one_slip, words
from ingestion.language.characters import simplified

TEXTS = ["国际技术转移中心应成功转移技术3项以上", "近三年发表SCI或EI论文20篇（含）以上", "每年11月底前报送年度工作总结",
         "Joint research centers publish papers", "用于国际科技合作的经费200万元以上"]
INDEX = LexicalIndex.build(TEXTS)


def top(question: str, index: LexicalIndex = INDEX) -> int:
    return index.search(question, 1)[0][0]


@pytest.mark.parametrize(("question", "text"), [
    ("论文要多少篇", 1), ("总结什么时候报送", 2), ("ＳＣＩ论文２０篇", 1), ("發表論文", 1), ("技術轉移", 0),
    ("joint RESEARCH center", 3), ("publishing paper", 3), ("经费", 4)])
def test_found_by_characters_and_words(question: str, text: int) -> None:
    """Chinese by characters, Latin by words; width, case, number and traditional characters make no difference."""
    assert top(question) == text


def test_slip_of_one_character_is_forgiven() -> None:
    """One wrong character leaves the other pairs."""
    assert top("国际技术专移中心") == 0


def test_slip_of_one_letter_is_forgiven() -> None:
    """A Latin word that no text has is looked up as the words one letter away."""
    assert top("joint reserch") == 3
    assert top("papres") == 3


def test_nothing_shared_is_nothing_found() -> None:
    """A question in which no text has a part finds none, and asking an empty index is no error."""
    assert INDEX.search("zzz", 5) == []
    assert INDEX.search("", 5) == []
    assert LexicalIndex.build([]).search("论文", 5) == []


def test_coverage_is_a_share() -> None:
    """About 1 where everything is said, little where most of the question is unknown."""
    assert INDEX.coverage("年度工作总结")[2] > 0.8
    assert INDEX.coverage("papers about quantum chromodynamics lattice gauge theory")[3] < 0.3


def test_context_counts_less_than_the_text() -> None:
    """A word above a passage helps to find it, and the passage that says the word itself comes first."""
    index = LexicalIndex.build(["无关的话", "也是无关的", "国际创新园"], ["国际创新园", "", ""], 0.3)
    assert [place for place, _ in index.search("国际创新园", 3)] == [2, 0]


def test_additions_count_less_than_the_question() -> None:
    """What the vocabulary adds decides only where the question's own words do not."""
    found = INDEX.search([Weighted("论文"), Weighted("经费", 0.4)], 2)
    assert [place for place, _ in found] == [1, 4]


def test_equal_scores_keep_the_order_of_the_texts() -> None:
    """Ranking is the same in every run."""
    index = LexicalIndex.build(["同一句话"] * 5)
    assert [place for place, _ in index.search("同一句话", 3)] == [0, 1, 2]


def test_best_is_a_sort() -> None:
    """The selection gives what sorting everything gives."""
    scores = np.array([0.5, 2.0, 0.5, 3.0, 0.5], np.float32)
    assert best(scores, 3) == [(3, 3.0), (1, 2.0), (0, 0.5)]
    assert best(scores, 10, above=0.5) == [(3, 3.0), (1, 2.0)]
    assert best(scores, 0) == []


def test_saved_index_answers_the_same(tmp_path: Path) -> None:
    """What is mapped from disk scores exactly as what was built."""
    INDEX.save(tmp_path / "index", "stamp")
    loaded = LexicalIndex.load(tmp_path / "index", "stamp")
    assert loaded is not None
    for question in ("论文 joint papers", "经费200万元", "技術轉移"):
        assert np.array_equal(loaded.scores(question), INDEX.scores(question))


@pytest.mark.parametrize("damage", ["missing", "stamp", "garbage", "truncated", "json"])
def test_broken_or_stale_index_is_noticed(tmp_path: Path, damage: str) -> None:
    """An index that is not there, not of these texts or not whole is None, never an exception."""
    folder = tmp_path / "index"
    INDEX.save(folder, "stamp")
    if damage == "missing":
        (folder / "texts.npy").unlink()
    elif damage == "garbage":
        (folder / "starts.npy").write_bytes(b"\x93garbage" * 40)
    elif damage == "truncated":
        (folder / "impacts.npy").write_bytes((folder / "impacts.npy").read_bytes()[:-20])
    elif damage == "json":
        (folder / "index.json").write_text("[1]", encoding="utf-8")
    assert LexicalIndex.load(folder, "other" if damage == "stamp" else "stamp") is None


def test_saving_again_replaces_the_index(tmp_path: Path) -> None:
    """The folder holds the newest index and nothing else."""
    INDEX.save(tmp_path / "index", "old")
    LexicalIndex.build(["新的"]).save(tmp_path / "index", "new")
    assert LexicalIndex.load(tmp_path / "index", "old") is None
    loaded = LexicalIndex.load(tmp_path / "index", "new")
    assert loaded is not None
    assert loaded.size == 1
    assert [one.name for one in tmp_path.iterdir()] == ["index"]


def test_bulk_and_plain_counting_agree() -> None:
    """The index, built in bulk, has exactly the terms that a question of the same text has."""
    for text in (*TEXTS, "COVID-19：A-1型、3.5亿元，𠀀𠀁字"):
        keys = set(lexical._han_terms(fold(text)))
        index = LexicalIndex.build([text])
        latin = {lexical._WORD_KEYS + index._words[word] for word in words(fold(text))}
        assert set(index._keys.tolist()) == keys | latin


def test_blocks_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting in many small blocks gives the same index."""
    monkeypatch.setattr(lexical, "_BLOCK", 10)
    again = LexicalIndex.build(TEXTS)
    assert np.array_equal(again._keys, INDEX._keys)
    assert np.array_equal(again._impacts, INDEX._impacts)
    assert np.array_equal(again._texts, INDEX._texts)


def test_simplified_keeps_length_and_simplified_text() -> None:
    """Traditional characters one for one; a text in simplified characters comes back as it is (著 and 乾 stay)."""
    assert simplified("聯合研究中心發表論文，著名的乾坤") == "联合研究中心发表论文，著名的乾坤"
    assert simplified("显著成绩") == "显著成绩"


def test_conversion_is_loaded_only_for_traditional_characters() -> None:
    """A question in simplified characters does not pay for the conversion table."""
    code = ("import sys; from ingestion.indexing.lexical import fold; fold('年度总结Ａ'); "
            "sys.exit('opencc' in sys.modules)")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("word", "other", "expected"), [
    ("paper", "papers", True), ("paper", "papre", True), ("paper", "pager", True), ("paper", "aper", True),
    ("paper", "paper", False), ("paper", "parpe", False), ("paper", "paperss", False), ("ab", "ba", True)])
def test_one_slip(word: str, other: str, *, expected: bool) -> None:
    """One letter more, less, other, or two neighbours swapped; both ways round."""
    assert one_slip(word, other) is one_slip(other, word) is expected


@given(st.lists(st.text(max_size=60), max_size=6), st.text(max_size=30))
@settings(max_examples=150, deadline=None)
def test_any_text_can_be_indexed_and_asked(texts: list[str], question: str) -> None:
    """No text and no question is an error; scores are finite and not negative."""
    scores = LexicalIndex.build(texts).coverage(question)
    assert scores.shape == (len(texts),)
    assert np.isfinite(scores).all()
    assert (scores >= 0).all()
