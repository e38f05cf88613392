"""What a pattern needs of a text: sound for every pattern of the project on every sentence, and worth its while."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.language import ngrams
from ingestion.patterns import compiled
from tests.ingestion.language import shipped_patterns

ALPHABET = "未没有获批准aAbBSsKİiß，。（\u017f"


@pytest.mark.parametrize(("pattern", "needed"), [
    ("未获批准", {"批准"[-2:]}),
    ("未获|没有", {"未获", "没有"}),
    ("(?:未|没有)[^，。]{0,6}(?:获得|批准)", {"获得", "批准"}),
    ("[未没]", {"未", "没"}),
    ("(?<!尚)未(?=获)", {"未"}),
    ("未(?=获)获批", {"获批"}),
    ("SCI", {"ci"}),
    ("(?:a|b)+", {"a", "b"}),
    (r"\d+篇?", None),
    ("未?", None),
    ("[^未]", None),
    ("未|", None),
    ("", None),
])
def test_what_a_pattern_needs(pattern: str, needed: set[str] | None) -> None:
    """The n-grams of each kind of construct, and None where nothing is sure."""
    assert compiled.needed(re.compile(pattern, re.IGNORECASE)) == (None if needed is None else frozenset(needed))


def numbered(*patterns: re.Pattern[str]) -> ngrams.Patterns:
    known = ngrams.Patterns()
    for pattern in patterns:
        for _ in range(ngrams.ASKED):
            known.number(pattern)
    return known


def impossible(known: ngrams.Patterns, text: str, patterns: Iterable[re.Pattern[str]]) -> list[re.Pattern[str]]:
    mask, count = known.mask(text)
    return [pattern for pattern in patterns if known.number(pattern) < count and not mask >> known.number(pattern) & 1]


def test_no_match_is_missed_in_any_sentence() -> None:
    """Every pattern of the word lists and of the policy, on every sentence of the tests."""
    patterns, texts = shipped_patterns.patterns(), shipped_patterns.texts()
    known = numbered(*patterns)
    spared = 0
    for text in texts:
        without = impossible(known, text, patterns)
        assert [pattern.pattern for pattern in without if pattern.search(text)] == []
        spared += len(without)
    assert spared > 0.5 * len(texts) * len(patterns)


LETTERS = ALPHABET.replace("（", "")  # of these, every one stands for itself in a pattern


@given(st.text(ALPHABET, max_size=12), st.lists(st.text(LETTERS, min_size=1, max_size=3), min_size=1))
def test_no_match_is_missed_whatever_the_letters(text: str, alternatives: list[str]) -> None:
    """Letters with odd cases included."""
    pattern = re.compile("|".join(alternatives), re.IGNORECASE)
    assert impossible(numbered(pattern), text, [pattern]) == [] or pattern.search(text) is None


@given(st.text(ALPHABET, max_size=12), st.lists(st.text(LETTERS, min_size=1, max_size=3), min_size=1, max_size=4))
def test_several_are_answered_for_as_each(text: str, words_: list[str]) -> None:
    """Before they are numbered, while they are, and afterwards."""
    patterns = [re.compile(word, re.IGNORECASE) for word in words_]
    together, asked = ngrams.Several(patterns), ngrams.Text(text)
    for _ in range(2 * ngrams.ASKED):  # before they are numbered, in between, and after it
        assert {p for p in range(len(patterns)) if patterns[p].search(text)} <= {*together.possible(asked)}
        assert [*together.possible(asked)] == [p for p in range(len(patterns)) if asked.may(patterns[p])]
    fresh = ngrams.Text(text)
    assert [*together.possible(fresh)] == [p for p in range(len(patterns)) if fresh.may(patterns[p])]
    assert [*together.possible(text)] == [*range(len(patterns))]


def test_a_pattern_that_came_later_is_searched() -> None:
    """A mask made earlier says nothing of it."""
    early, late = re.compile("没有"), re.compile("没有了")
    known = numbered(early)
    _, count = known.mask("未")
    for _ in range(ngrams.ASKED):
        known.number(late)
    assert known.number(late) >= count


@given(st.text(ALPHABET, max_size=12),
       st.lists(st.lists(st.text(LETTERS, min_size=1, max_size=3), max_size=3), min_size=1, max_size=4))
def test_sets_are_answered_for_as_all_of_each(text: str, sets: list[list[str]]) -> None:
    """Before their patterns are numbered, while they are, and afterwards; of another text, nothing is known."""
    patterns = [[re.compile(word, re.IGNORECASE) for word in words_] for words_ in sets]
    together, asked = ngrams.Together(patterns), ngrams.Text(text)
    matching = {n for n, one in enumerate(patterns) if all(pattern.search(text) for pattern in one)}
    for _ in range(2 * ngrams.ASKED):
        assert matching <= {*together.possible(asked)}
    fresh = ngrams.Text(text)
    assert [*together.possible(fresh)] == [n for n, one in enumerate(patterns) if all(map(fresh.may, one))]
    assert [*together.possible(text)] == [*range(len(patterns))]
