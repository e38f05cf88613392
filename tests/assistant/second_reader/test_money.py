"""Amounts that a second reader claims of a table: their unit and currency stand in the column's head, in its title or
in a line above it, and code reads them there as the first reader does.
"""
from __future__ import annotations

from typing import Any

import pytest

from assistant.second_reader import places
from assistant.second_reader.verifying import clauses, figures, quotes
from ingestion.domain import Interval, SecondFact
from ingestion.policies.policy import load
from tests.assistant.second_reader.reader_model import OVERSEAS, Scripted, answer, claim, files, read, shipped
from tests.support.places import POLICIES

KEY = "cooperation_funding"
TABLE = ("| 年度 | 设备 | {head} |\n| --- | --- | --- |\n| 2022年 | 7.1 | 11.8 |\n| 2023年 | 8.9 | 14.3 |\n"
         "| 合计 | 16 | {total} |\n")
RATE = "\n\n按1欧元=7.8元人民币折算。\n"


def funding(text: str, value: int, column: str, rows: str = "D1.T1.R2-R3", **more: Any) -> SecondFact | None:
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


def told(text: str, interval: tuple[int, int | None], *claims: dict[str, Any]) -> SecondFact | None:
    """The fact as code comes to it from claims about running text."""
    found = read(files(f"# 国际科技合作经费\n\n{text}\n"), Scripted(answer(**{KEY: (*interval, *claims)})), OVERSEAS)
    assert found.second is not None
    return found.second.facts.get(KEY)


def spent(quote: str, value: int, currency: str = "", role: str = "total") -> dict[str, Any]:
    return claim(role, "D1.2", quote, value, currency=currency, period=("近三年", "window"))


@pytest.mark.parametrize(("text", "quote", "value", "currency", "yuan"), [
    ("近三年国际科技合作经费支出42.6万欧元，按1欧元=7.8元人民币折算。", "支出42.6万欧元", 426_000, "欧元", 3_322_800),
    ("近三年国际科技合作经费支出42.6万欧元，按1欧元=7.8元人民币折算。", "支出42.6万欧元", 426_000, "EUR", 3_322_800),
    ("近三年国际科技合作经费支出42.6万欧元，按1欧元=7.8元人民币折算。", "支出42.6万欧元", 3_322_800, "", 3_322_800),
    ("近三年国际科技合作经费支出USD 300,000（1美元=7.1元）。", "支出USD 300,000", 300_000, "USD", 2_130_000),
    ("近三年国际科技合作经费支出30万欧元（1美元=7.1元，1欧元=7.8元）。", "支出30万欧元", 300_000, "欧元", 2_340_000),
    ("近三年国际科技合作经费支出50万欧元（折合人民币390万元）。", "支出50万欧元", 500_000, "欧元", 3_900_000),
    ("近三年国际科技合作经费支出200万元。", "支出200万元", 2_000_000, "人民币", 2_000_000),
])
def test_a_foreign_amount_comes_to_yuan_by_what_is_stated(text: str, quote: str, value: int, currency: str, yuan: int
                                                          ) -> None:
    """By the rate for its currency, whatever that is called, or by the yuan that stand beside it."""
    found = told(text, (yuan, yuan), spent(quote, value, currency))
    assert found is not None
    assert (found.fact.interval, found.verified) == (Interval(yuan, yuan), True)


@pytest.mark.parametrize("text", [
    "近三年国际科技合作经费支出30万欧元。", "近三年国际科技合作经费支出30万欧元（1美元=7.1元）。",
    "近三年国际科技合作经费支出30万欧元，2022年按1欧元=7.1元、2023年按1欧元=7.8元折算。"])
def test_what_has_no_rate_stays_open(text: str) -> None:
    """Nor is there one where several are stated."""
    found = told(text, (0, None), spent("支出30万欧元", 300_000, "欧元"))
    assert found is not None
    assert found.fact.interval == Interval(0, None)


def test_beside_yuan_it_leaves_the_sum_open() -> None:
    """The yuan are the least."""
    found = told("近三年国际科技合作经费支出人民币150万元，另支出12万欧元。", (1_500_000, None),
                 spent("支出人民币150万元", 1_500_000, role="part"),
                 spent("另支出12万欧元", 120_000, "欧元", role="part"))
    assert found is not None
    assert (found.fact.interval, found.verified) == (Interval(1_500_000, None), True)


@pytest.mark.parametrize(("quote", "currency"), [
    ("支出30万欧元", "美元"), ("支出30万欧元", "人民币"), ("支出30万欧元", "元")])
def test_a_claim_that_names_another_currency_is_dropped(quote: str, currency: str) -> None:
    """What it says is not what stands there."""
    assert told("近三年国际科技合作经费支出30万欧元，1欧元=7.8元。", (300_000, 300_000),
                spent(quote, 300_000, currency)) is None


@pytest.mark.parametrize(("rows", "interval"), [
    ("| 2022年 | 人民币 | 100 |\n| 2023年 | 欧元 | 10 |\n", Interval(1_780_000, 1_780_000)),
    ("| 2022年 | 人民币 | 100 |\n| 2023年 | 美元 | 10 |\n", Interval(1_000_000, None)),
    ("| 2022年 | 现汇 | 100万元 |\n| 2023年 | 现汇 | 10万欧元 |\n", Interval(1_780_000, 1_780_000)),
    ("| 2022年 | 现汇 | 100 |\n| 2023年 | 现汇 | 10万美元 |\n", Interval(1_000_000, None)),
])
def test_each_row_has_its_own_currency(rows: str, interval: Interval) -> None:
    """In a cell of its own or beside the number; what has no rate leaves the sum open."""
    text = ("# 近三年国际科技合作经费\n\n按1欧元=7.8元人民币折算。\n\n经费支出明细（单位：万元）\n\n"
            "| 年度 | 币种 | 支出 |\n| --- | --- | --- |\n" + rows)
    rows_claim = claim("rows", "D1.T1", value=interval.low, rows=["D1.T1.R2-R3"], column="支出",
                       period=("2022—2023年", "window"))
    made = read(files(text), Scripted(answer(**{KEY: (interval.low, None, rows_claim)})), OVERSEAS).second
    assert made is not None
    found = made.facts[KEY].fact.interval
    assert (found.low, found.high) == (interval.low, None)   # 2022 to 2023 is narrower than the window
    purse = places.number(files(text))
    amounts = figures.amounts(purse, ["D1.T1.R2", "D1.T1.R3"], "支出", shipped().facts.facts[KEY])
    assert isinstance(amounts, figures.Amounts)
    assert amounts.interval == interval


@pytest.mark.parametrize(("text", "interval", "currency"), [
    ("近三年跨境电商出口额1200万美元。", Interval(12_000_000, 12_000_000), figures.HOME),
    ("近三年跨境电商出口额USD 1,200,000。", Interval(1_200_000, 1_200_000), figures.HOME),
    ("近三年跨境电商出口额8000万元，1美元=7.1元。", Interval(80_000_000, 80_000_000), "人民币"),
    ("近三年跨境电商出口额30万欧元，1欧元=7.8元。", Interval(300_000, 300_000), "欧元"),
])
def test_a_fact_counts_in_the_currency_of_its_policy(text: str, interval: Interval, currency: str) -> None:
    """Which is its own; rates are stated in yuan, so that nothing else comes to it."""
    spec = load(POLICIES / "donglan-overseas-warehouses").facts.facts["export_value"]
    numbered = places.number(files(text))
    found = quotes.find(numbered, text[text.index("出口额"):].rstrip("。").partition("，")[0], ["D1.1"]) or quotes.find(
        numbered, text.rstrip("。"), ["D1.1"])
    assert found is not None
    one = figures.of_quote(numbered, found, clauses.around(numbered, found), spec)[0]
    assert (one.interval, one.currency) == (interval, currency)
