"""What columns are, by headers that no list holds, and what cells answer."""

from __future__ import annotations

from datetime import date
from json import loads

import pytest

from ingestion import facts
from ingestion.facts.scanning.columns import answer, rank, roles_of
from ingestion.facts.scanning.headers import roles_by_characters
from ingestion.language import ROOT
from ingestion.policies import policy
from tests.bench.learn_headers import labelled, learn

DAY = date(2025, 6, 30)


def read(text: str) -> dict[str, tuple[int | None, int | None]]:
    """The bounds of each fact of a text."""
    found = facts.extract_text(text, policy.load(), DAY)
    return {key: (fact.interval.low, fact.interval.high) for key, fact in found.facts.items()}


def test_what_is_shipped_is_what_is_learned() -> None:
    """`headers.json` is made from the headers of today."""
    shipped, learned = loads((ROOT / "headers.json").read_text(encoding="utf-8")), learn(labelled())
    assert shipped["roles"] == learned["roles"]
    assert shipped["runs"].keys() == learned["runs"].keys()
    told = labelled()
    assert sum(roles_by_characters(header) == roles for header, roles in told.items()) >= 0.995 * len(told)


@pytest.mark.parametrize(("header", "roles"), [
    ("归到哪一类", {"kind"}), ("哪年动的工", {"date"}), ("走到哪儿了", {"status"}), ("由谁批下来", {"source"}),
    ("证书管到", {"until"}), ("哪一级认的", {"rank"}), ("序号", {"number"}), ("天气", set()),
])
def test_a_header_of_no_list_gives_its_role(header: str, roles: set[str]) -> None:
    """By its characters, as headers like it do."""
    assert roles <= roles_of(header)
    assert bool(roles) == bool(roles_of(header))


@pytest.mark.parametrize(("cell", "said"), [
    ("是", (True, "")), ("√", (True, "")), ("是 Yes", (True, "")), ("是（某大学）", (True, "某大学")),
    ("否，已离岗", (False, "已离岗")), ("×", (False, "")), ("是德公司", (None, "是德公司")),
])
def test_a_cell_answers_its_header(cell: str, said: tuple[bool | None, str]) -> None:
    """Yes or no, and what it says behind that."""
    assert answer(cell) == said


@pytest.mark.parametrize(("cell", "said"), [
    ("市里", "市级"), ("区里给的", "区级"), ("镇街", "镇级"), ("国家", "国家级"), ("市级", "市级"),
    ("市科技局", "市科技局"),
])
def test_a_rank_in_few_words(cell: str, said: str) -> None:
    """A rung of the ladder, however it is called; another cell as it is."""
    assert rank(cell) == said


@pytest.mark.parametrize(("text", "key", "expected"), [
    pytest.param("专职人员分工\n工号 | 专职做什么 | 在岗\nG01 | 国际技术转移 | 是\nG02 | 国际科技合作 | 否，长病假\n"
                 "G03 | 国际科技合作 | 是", "dedicated_officers", (2, 2), id="a no answers a header of state"),
    pytest.param("国际合作部名单\n名字 | 专职 | 动态\n廖某 | √ | 在岗\n毛某 | √ | 在岗\n范某 | × | 在岗",
                 "dedicated_officers", (2, 2), id="a tick alone in its cell is an answer"),
    pytest.param("承担项目（项）\n级别 | 来源 | 数量\n国家级 | 自然科学基金 | 3\n"
                 " | 重点研发计划课题 | 1\n区县级 | 渝北区 | 4\n | 江北区 | 2",
                 "key_projects", (4, 4), id="a group named once holds for figures, too"),
    pytest.param("2023年、2024年国际科技合作经费支出（元）\n明细 | 2023 | 2024 | 备注\n"
                 "外籍团队津贴 | 312,000 | 405,500 | 已付\n翻译 | 1,000 | 36,800 | 已付\n"
                 "捐赠 | 500,000 | 0 | 未支付",
                 "cooperation_funding", (755300, None), id="kinds of spending by year, each paid or not"),
    pytest.param("往来较多的单位\n名字 | 国家 | 说明\n苏黎世联邦理工学院 | 瑞士 | 长期合作\n"
                 "马来亚大学 | 马来西亚 | 长期合作，稳定\n清迈大学 | 泰国 | 长期合作",
                 "foreign_partners", (3, 3), id="bodies of which each row says that they last"),
])
def test_a_table_by_its_columns_and_cells(text: str, key: str, expected: tuple[int, int | None]) -> None:
    """Roles follow from headers, from cells and from one another."""
    assert read(text)[key] == expected
