"""A test for a match's beginnings in front of a pattern changes nothing of what it matches."""

from __future__ import annotations

import re
from re import _parser  # type: ignore[attr-defined]

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.patterns import beginnings, compiled
from tests.ingestion.language import shipped_patterns


@pytest.mark.parametrize(("pattern", "flags", "tested"), [
    ("(?<!尚)未|没有", 0, ["未", "没"]),
    ("[无没]有|未(?=获)", 0, ["无", "没", "未"]),
    ("among which|其中", re.IGNORECASE, ["a", "其"]),
    (r"(?:近|约)?\d+篇|全部", 0, ["近", "约", "digit", "全"]),
    ("(?P<a>未)?(?:有|无)", 0, ["未", "有", "无"]),
    ("未获|没有", 0, None),          # plain beginnings: the interpreter tests them itself
    ("^(?:未|[没无])", 0, None),     # it can begin at one place only
    ("[^，]{0,4}论文|未", 0, None),  # with anything
    ("(?<!尚)未?", 0, None),         # with nothing
    ("[\u4e00-\u9fff]+院|(?<!尚)未", 0, None),
    ("(?i:a)b|(?<!x)c", 0, None),
])
def test_what_is_tested(pattern: str, flags: int, tested: list[str] | None) -> None:
    """The characters that a match can begin with, where that helps."""
    tree = _parser.parse(pattern, flags)
    beginnings.tested_first(tree, flags | tree.state.flags)
    name, value = tree[0]
    found = None
    if str(name) == "ASSERT":
        found = [chr(one) if str(kind) == "LITERAL" else "digit" for kind, one in value[1][0][1]]
    assert found == tested


def test_every_pattern_matches_what_it_did() -> None:
    """Of the word lists and the policy, on a part of the sentences of the tests."""
    texts = shipped_patterns.texts()[::9]
    for pattern in shipped_patterns.patterns():
        usual = re.compile(pattern.pattern, pattern.flags)
        for text in texts:
            assert [m.span() for m in pattern.finditer(text)] == [m.span() for m in usual.finditer(text)], pattern


PIECES = ["未", "[没无]有", "(?<!尚)未", "(?:获|得)?批", "ab", "[aB]", r"\d", "(?=没)", "(没|a)", "未{0,2}",
          "B+?", "^", "$", ""]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=3), min_size=1, max_size=4),
       st.text("未没无有尚获得批aAbB1１\n", max_size=10), st.sampled_from([0, re.IGNORECASE, re.MULTILINE]))
def test_any_pattern_matches_what_it_did(branches: list[list[str]], text: str, flags: int) -> None:
    """Whatever it is made of."""
    source = "|".join("".join(branch) for branch in branches)
    found = [(m.span(), m.groups()) for m in compiled.pattern(source, flags).finditer(text)]
    assert found == [(m.span(), m.groups()) for m in re.compile(source, flags).finditer(text)]
