"""Every place that speaks of a fact has an entry: what no rule claimed is said not to count, with why."""
from __future__ import annotations

from datetime import date

import pytest

from ingestion import facts
from ingestion.domain import Document, Extraction, Interval, Span
from ingestion.facts.claims.accounting import account
from ingestion.facts.claims.assertions import Claims, Findings, Mention
from ingestion.numbers.periods import Period, PeriodKind, Window
from ingestion.parsing import text as texts
from ingestion.policies import policy

POLICY = policy.load()
DAY = date(2025, 6, 15)
WINDOW = Window(date(2022, 1, 1), DAY, 3)


def read(written: str) -> Extraction:
    return facts.extract_text(written, POLICY, DAY)


def left_out(written: str, key: str) -> list[tuple[str, str]]:
    return [(one.reason, one.quote) for one in read(written).exclusions.get(key, ())]


@pytest.mark.parametrize(("text", "key", "entry"), [
    ("近三年用于国际科技合作的支出188.6万元。温室二期预算60万元，还没花。", "cooperation_funding",
     ("planned", "温室二期预算60万元")),
    ("国际合作处有专职管理人员2名。各车间另有兼职对接人7名。", "dedicated_officers",
     ("definition", "各车间另有兼职对接人7名")),
    ("2022年还拿过北碚区科技创新奖，属区级。", "municipal_awards",
     ("low_rank", "2022年还拿过北碚区科技创新奖，属区级")),
    ("亚琛中心由我公司持股60%，德方合伙人持股40%。", "actual_control", ("other_body", "德方合伙人持股40%")),
    ("2019年4月农药库房曾有一次小火情，当年已处理完毕。", "no_incidents",
     ("outside_window", "2019年4月农药库房曾有一次小火情")),
    ("另有外事领导小组，由院长任组长。", "dedicated_office", ("narrower_scope", "另有外事领导小组")),
])
def test_what_no_rule_claims_says_why(text: str, key: str, entry: tuple[str, str]) -> None:
    """A figure beside words of the fact, and a clause that speaks of it, stand among what was not counted."""
    assert entry in left_out(text, key)


@pytest.mark.parametrize(("text", "key"), [
    ("2023年有20名学生到中心实习。", "dedicated_officers"),
    ("园区食堂2个，停车场3处。", "municipal_platforms"),
    ("总产值14.6亿元，拟于明年翻番。", "cooperation_funding"),
])
def test_nothing_is_said_of_what_nobody_would_ask_about(text: str, key: str) -> None:
    """A figure in a unit of the fact, plainly of something else, has no entry."""
    assert left_out(text, key) == []


def test_a_mention_does_not_change_the_fact() -> None:
    """What is noted comes into the ledger and never into the interval."""
    got = read("国际合作处有专职管理人员2名。各车间另有兼职对接人7名。").facts["dedicated_officers"]
    assert got.interval == Interval(2, 2)


PLANNED = """重庆甲研究院三年规划
九、2026—2028年建设目标
目标 | 2026 | 2027 | 2028
SCI/EI论文（篇） | 12 | 15 | 18
新增授权专利（件） | 6 | 8 | 10
国际合作经费（万元） | 90 | 100 | 110
"""


@pytest.mark.parametrize(("key", "row"), [
    ("sci_ei_papers", "SCI/EI论文（篇） | 12 | 15 | 18"),
    ("granted_ip", "新增授权专利（件） | 6 | 8 | 10"),
    ("cooperation_funding", "国际合作经费（万元） | 90 | 100 | 110"),
])
def test_each_row_of_a_plan_is_said_for_its_fact(key: str, row: str) -> None:
    """A table of targets is left out row by row, and not for the one fact that it has money for."""
    assert ("planned", row) in left_out(PLANNED, key)


LEDGER = """导出
单号 | 客户 | 事项 | 方向 | 类目 | 进度
Y1 | 重庆甲齿轮公司 | 刃磨方法（日本某社） | 境外到重庆 | 技术转移 | 已交割
Y2 | 重庆乙材料公司 | 光固化配方（德国某所） | 境外到重庆 | 技术转移 | 终止
Y3 | 重庆丙药企 | 说明书翻译 | - | 翻译 | 已结
"""


def test_the_rows_of_a_table_that_may_be_the_facts_have_entries() -> None:
    """Where no title and no column shows whose things a table lists, its rows are judged beside the fact."""
    rows = {quote.split(" | ")[0] for _, quote in left_out(LEDGER, "technology_transfers")}
    got = read(LEDGER)
    rows |= {one.quote.split(" | ")[0] for one in got.facts["technology_transfers"].evidence} if (
        "technology_transfers" in got.facts) else set()
    assert {"Y1", "Y2"} <= rows


def document() -> Document:
    return texts.from_string("近三年论文12篇。2019年论文23篇。")


@pytest.mark.parametrize(("mention", "expected"), [
    (Mention(document(), Span(0, 8), Span(5, 7), "planned"), ["planned"]),
    (Mention(document(), Span(9, 18), Span(15, 17), "", Period(Span(0, 0), PeriodKind.DATED, date(2019, 1, 1),
                                                             date(2019, 12, 31))), ["outside_window"]),
    (Mention(document(), Span(9, 18), Span(15, 17), ""), []),
    (Mention(document(), Span(9, 18), Span(15, 17), "planned", weak=True), []),
])
def test_what_a_mention_comes_to(mention: Mention, expected: list[str]) -> None:
    """It has its reason, or that it lies outside the window; a weak one needs an entry near it."""
    found = Findings()
    spec = POLICY.facts.facts["sci_ei_papers"]
    account(spec, None, found, [], Claims(mentions=[mention]), WINDOW)
    assert [one.reason for one in found.exclusions] == expected


def test_a_place_has_one_entry() -> None:
    """What stands in one of the fact's lists already is not said once more."""
    found = Findings()
    found.exclude(document(), Span(9, 18), "definition")
    claims = Claims(mentions=[Mention(document(), Span(9, 18), Span(15, 17), "planned")])
    account(POLICY.facts.facts["sci_ei_papers"], None, found, [], claims, WINDOW)
    assert [one.reason for one in found.exclusions] == ["definition"]
