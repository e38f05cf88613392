"""How a row stands by the characters of its cell; entries of the same labels; groups that a first column names once."""

from __future__ import annotations

import pytest

from ingestion.domain import BlockKind
from ingestion.facts.scanning import states
from ingestion.facts.scanning.mending import mended
from ingestion.language import load
from ingestion.parsing import text as texts


@pytest.mark.parametrize(("cell", "kind"), [
    ("谈判失败了", "over"),
    ("人都撤走了", "over"),
    ("合同解除了", "over"),
    ("对方退出了", "over"),
    ("还没签下来", "to_come"),
    ("正在走审批流程", "to_come"),
    ("拟明年签", "to_come"),
    ("一直在运行", "running"),
    ("仍在履行中", "running"),
    ("验收通过了", "done"),
    ("款已付清、交付完成", "done"),
])
def test_a_state_in_words_of_its_own_is_known_by_its_characters(cell: str, kind: str) -> None:
    """None of the cells is one of the phrases that the classifier was made from."""
    assert not any(cell in load("states")[name] for name in states.KINDS)
    assert states.state(cell).kind == kind


@pytest.mark.parametrize("cell", ["重庆渝江科技有限公司", "一种减速器的装配方法", "3号楼2层", "市科技局", "工程师",
                                  "本表由综合部填写并经财务核对，数字以审计为准，如有出入另行说明"])
def test_a_cell_that_says_nothing_of_a_state_speaks_against_no_row(cell: str) -> None:
    """Names, places, offices, and what is too long for a state."""
    assert states.state(cell).against < states.SURE


def test_each_phrase_is_of_one_kind() -> None:
    """A phrase under two kinds would weigh for both."""
    phrases = [phrase for kind in states.KINDS for phrase in load("states")[kind]]
    assert sorted({one for one in phrases if phrases.count(one) > 1}) == []


ENTRIES = """合作协议汇编
第一份
对方：瑞典隆德大学。期限：2022年5月至2029年5月。现正履行。
第二份
对方：波兰华沙理工大学。期限：2023年9月至2027年12月。
第三份
对方：丹麦某材料公司。期限：2018年1月至2022年12月。期满后未再续签。
"""


def test_entries_of_the_same_labels_are_rows() -> None:
    """Label by label, with what has no label in a last column; nothing where an entry lacks it."""
    document = texts.from_string(ENTRIES)
    table = next(block for block in mended(document) if block.kind is BlockKind.TABLE)
    rows = [[document.quote(c.span) for c in table.cells if c.row == n] for n in range(4)]
    assert rows == [["对方", "期限", ""],
                    ["瑞典隆德大学", "2022年5月至2029年5月", "现正履行"],
                    ["波兰华沙理工大学", "2023年9月至2027年12月", ""],
                    ["丹麦某材料公司", "2018年1月至2022年12月", "期满后未再续签"]]


def test_two_entries_or_one_label_are_no_table() -> None:
    """Fewer entries, or entries with nothing in common but their first label, stay what they are."""
    short = "\n".join(ENTRIES.split("\n")[:5])
    bare = "对方：甲大学。\n对方：乙大学。\n对方：丙大学。\n"
    for one in (short, bare):
        assert all(block.kind is not BlockKind.TABLE for block in mended(texts.from_string(one)))
