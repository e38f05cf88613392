"""Amounts that a second reader claims of a table: their unit and currency stand in the column's head, in its title or
in a line above it, and code reads them there as the first reader does.
"""
from __future__ import annotations

import pytest

from ingestion.domain import SecondFact
from tests.reader_model import OVERSEAS, Scripted, answer, claim, files, read

KEY = "cooperation_funding"
TABLE = ("| 年度 | 设备 | {head} |\n| --- | --- | --- |\n| 2022年 | 7.1 | 11.8 |\n| 2023年 | 8.9 | 14.3 |\n"
         "| 合计 | 16 | {total} |\n")
RATE = "\n\n按1欧元=7.8元人民币折算。\n"


def funding(text: str, value: int, column: str, rows: str = "D1.T1.R2-R3", **more: object) -> SecondFact | None:
    """The fact as code comes to it from the rows of the table that are claimed."""
    claims = [claim("rows", "D1.T1", value=value, rows=[rows], column=column, period=("2022—2023年", "window"), **more),
              claim("rows", "D1.T1", rows=["D1.T1.rest"], counts="no", group="-", why="header_total")]
    made = read(files(text), Scripted(answer(**{KEY: (value, value, *claims)})), OVERSEAS).second
    assert made is not None
    return made.facts.get(KEY)


@pytest.mark.parametrize(("above", "head", "total", "value"), [
    ("国际科技合作经费支出明细\n\n单位：万元", "小计", 26.1, 261_000),
    ("国际科技合作经费支出明细（万元）", "小计", 26.1, 261_000),
    ("国际科技合作经费支出明细", "小计（万元）", 26.1, 261_000),
    ("国际科技合作经费支出明细\n\n单位：元", "小计（万元）", 26.1, 261_000),
    ("国际科技合作经费支出明细\n\n单位：万欧元（折算汇率：1欧元=7.8元人民币）", "小计", 26.1, 2_035_800),
    ("国际科技合作经费支出明细\n\n单位：万欧元" + RATE, "小计", 26.1, 2_035_800),
    ("国际科技合作经费支出明细" + RATE + "支出明细", "小计（万欧元）", 26.1, 2_035_800),
    ("国际科技合作经费支出明细" + RATE + "支出明细\n\n单位：元", "小计（万欧元）", 26.1, 2_035_800),
])
def test_amounts_of_a_column_have_its_unit(above: str, head: str, total: float, value: int) -> None:
    """Rows add up in yuan, by the rate that the documents state."""
    text = f"# 近三年国际科技合作经费\n\n{above}\n\n{TABLE.format(head=head, total=total)}"
    found = funding(text, value, head)
    assert found is not None
    assert found.fact.interval.low == value


@pytest.mark.parametrize(("above", "head"), [
    ("单位：万欧元", "小计"), ("支出明细", "小计（万欧元）"), ("单位：欧元", "小计")])
def test_without_a_stated_rate_foreign_amounts_give_no_figure(above: str, head: str) -> None:
    """They are neither yuan nor left out: the upper bound stays open."""
    text = f"# 近三年国际科技合作经费\n\n国际科技合作经费支出明细\n\n{above}\n\n{TABLE.format(head=head, total=26.1)}"
    found = funding(text, 261_000, head)
    assert found is not None
    assert (found.fact.interval.low, found.fact.interval.high, found.verified) == (0, None, False)


def test_a_cell_s_amount_has_the_unit_of_its_title() -> None:
    """As a total that is quoted from its row."""
    text = ("# 近三年国际科技合作经费\n\n单位：万欧元（折算汇率：1欧元=7.8元人民币）\n\n"
            + TABLE.format(head="小计", total=26.1).replace("合计", "近三年经费支出合计"))
    total = claim("total", "D1.T1.R4", "26.1", 2_035_800, period=("近三年", "window"))
    rest = claim("rows", "D1.T1", rows=["D1.T1.rest"], counts="no", group="-", why="duplicate")
    made = read(files(text), Scripted(answer(**{KEY: (2_035_800, 2_035_800, total, rest)})), OVERSEAS).second
    assert made is not None
    assert made.facts[KEY].fact.interval.high == 2_035_800
