"""What tables, forms and lists count: typed by all their titles and by what their cells are."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion import facts, parsing
from ingestion.policies import policy
from tests.ingestion.facts.tables.table_samples import (
    AGREEMENTS_FORM,
    AIMS_BY_YEAR,
    ANOTHER_PARK,
    AWARDS_CERT,
    CASES,
    ENTERPRISE_BUILDINGS,
    ENTERPRISE_STATUS,
    INDICATOR_TABLE,
    IP_CERTS,
    IP_MIXED,
    JOINT_PROGRESS,
    MONEY_FLOW,
    MONEY_OTHER,
    NAMED_PARAGRAPHS,
    OFFICERS_ROSTER,
    OVERSEAS_MIXED,
    OVERSEAS_TEAMS,
    PAPERS_BY_LIST,
    PAPERS_NO_WORD,
    PAPERS_PLANNED,
    PARTNERS_BY_COUNTRY_MERGED,
    PARTNERS_ODD_TITLE,
    PLATFORM_CARDS,
    PLATFORM_LANDSCAPE,
    PROJECTS_SPLIT_TABLE,
    RANKS,
    RECORDS,
    SAME_AS_ANOTHER,
    SHAREHOLDERS,
    STAFF_ABROAD_TABLE,
    STAFF_HEADERLESS,
    TRANSFER_LINES,
    TRANSFER_PARTIES,
    TWO_LISTS_TRANSLATION,
    documents,
)
from tests.support import word_samples as word

POLICY = policy.load()
DAY = date(2025, 6, 30)


def read(*texts: str, day: date = DAY) -> dict[str, tuple[int, int | None]]:
    found = facts.extract(documents(*texts), POLICY, day).facts
    return {key: (one.interval.low, one.interval.high) for key, one in found.items()}


@pytest.mark.parametrize(("texts", "day", "want"), [
    pytest.param(PARTNERS_ODD_TITLE, DAY, {"foreign_partners": (4, 4)},
                 id="a title of no known word, headers with blanks in them, a state that no rule foresees"),
    pytest.param(ENTERPRISE_STATUS, DAY, {"resident_enterprises": (4, 5)},
                 id="an unforeseen state leaves a row unexplained"),
    pytest.param(PLATFORM_LANDSCAPE, DAY, {"municipal_platforms": (3, 3)},
                 id="who granted it tells its rank"),
    pytest.param(PROJECTS_SPLIT_TABLE, DAY, {"key_projects": (4, 4)},
                 id="a table goes on behind a caption; who pays is told by what the cells are"),
    pytest.param(PAPERS_NO_WORD, date(2025, 3, 31), {"sci_ei_papers": (4, 4), "joint_papers": (2, 2)},
                 id="the column of indexes shows that it lists papers"),
    pytest.param(PAPERS_PLANNED, date(2025, 3, 31), {}, id="the heading plans"),
    pytest.param(MONEY_OTHER, date(2025, 3, 31), {"cooperation_funding": (2100000, 2100000)},
                 id="other money beside it"),
    pytest.param(TRANSFER_LINES, date(2025, 3, 31), {"technology_transfers": (2, 2)},
                 id="lines that a bar parts"),
    pytest.param(STAFF_HEADERLESS, date(2025, 3, 31), {"stationed_staff": (3, 3)},
                 id="how each is stationed"),
    pytest.param(TWO_LISTS_TRANSLATION, DAY, {"foreign_partners": (3, 3)},
                 id="one list told in two languages"),
    pytest.param(IP_MIXED, DAY, {"granted_ip": (3, 3)}, id="no number, no grant"),
    pytest.param(AGREEMENTS_FORM, DAY, {"host_country_agreements": (2, 2)},
                 id="a form whose labels are the things"),
    pytest.param(OVERSEAS_TEAMS, DAY, {"overseas_units": (2, 2)},
                 id="words parted by blanks below headers; two doubts take a row away"),
    pytest.param(INDICATOR_TABLE, DAY, {"resident_enterprises": (14, 14),
                 "municipal_platforms": (4, 4), "foreign_partners": (7, 7), "overseas_units": (3, 3)},
                 id="a column of targets"),
    pytest.param(TRANSFER_PARTIES, DAY, {"technology_transfers": (4, 4)}, id="two sides, here and abroad"),
    pytest.param(OFFICERS_ROSTER, DAY, {"dedicated_officers": (3, 3)}, id="full-time or not"),
    pytest.param(MONEY_FLOW, DAY, {"cooperation_funding": (1500000, 1500000)},
                 id="payments by day with subtotals"),
    pytest.param(ENTERPRISE_BUILDINGS, DAY, {"resident_enterprises": (5, 5)},
                 id="one firm on two floors, a subtotal as a row"),
    pytest.param(JOINT_PROGRESS, DAY, {"joint_projects": (3, 3)}, id="a list by its own words"),
    pytest.param(AWARDS_CERT, DAY, {"municipal_awards": (2, 2)}, id="most names say what they are"),
    pytest.param(PARTNERS_BY_COUNTRY_MERGED, DAY, {"foreign_partners": (5, 5)},
                 id="places part a list no more than they lead it in"),
    pytest.param(STAFF_ABROAD_TABLE, DAY, {"stationed_staff": (4, 4)}, id="headers in two languages"),
    pytest.param(IP_CERTS, DAY, {"granted_ip": (4, 4)}, id="what certificates are of"),
    pytest.param(PLATFORM_CARDS, DAY, {"municipal_platforms": (2, 2)}, id="one card a thing"),
    pytest.param(OVERSEAS_MIXED, DAY, {"overseas_units": (3, 3), "foreign_partners": (2, 2)},
                 id="two tables of like columns under their own headings"),
    pytest.param(PAPERS_BY_LIST, DAY, {"sci_ei_papers": (4, 4), "joint_papers": (1, 2)},
                 id="references with notes"),
    pytest.param(CASES, DAY, {"technology_transfers": (3, 3)},
                 id="whence and whither"),
    pytest.param(RECORDS, DAY, {"joint_papers": (2, 2), "sci_ei_papers": (3, 3)},
                 id="lines of the same labels"),
    pytest.param(AIMS_BY_YEAR, DAY, {"granted_ip": (66, 66), "sci_ei_papers": None},
                 id="each column is headed by a year's aim"),
    pytest.param(ANOTHER_PARK, DAY, {"resident_enterprises": (12, 12)}, id="a heading about another park"),
    pytest.param(NAMED_PARAGRAPHS, DAY, {"foreign_partners": (2, 2)}, id="paragraphs that begin with a body's name"),
    pytest.param(SAME_AS_ANOTHER, DAY, {"municipal_platforms": (3, 3)}, id="a row that is the first one renamed"),
    pytest.param(SHAREHOLDERS, DAY, {"actual_control": (1, 1)}, id="a share below its head"),
    pytest.param(RANKS, DAY, {"municipal_platforms": (3, 3)},
                 id="a header that names what the rows are"),
])
def test_what_a_table_lists(texts: tuple[str, ...], day: date, want: dict[str, tuple[int, int]]) -> None:
    """The facts that it holds; nothing where all is planned."""
    found = read(*texts, day=day)
    assert {key: found.get(key) for key in want} == want
    assert bool(found) == any(value is not None for value in want.values())


ANSWERS = """# 自评表

| 条 | 要求摘录 | 自评 | 依据 |
| --- | --- | --- | --- |
| 七（四） | 将我市科研成果向海外转移转化或由国(境)外向我市企业成功转移技术总计3项以上 | 已成功转移技术4项 | 台账 |
"""


def test_an_answer_beside_a_requirement_is_of_what_that_asks_for() -> None:
    """It need not say again what the policy's own words before it in the row say."""
    assert read(ANSWERS, day=DAY) == {"technology_transfers": (4, 4)}
    assert read("# 自评\n\n已成功转移技术4项。\n", day=DAY) == {}


@pytest.mark.parametrize("texts", [MONEY_OTHER, MONEY_FLOW, INDICATOR_TABLE, PAPERS_NO_WORD, TRANSFER_PARTIES])
def test_asking_for_one_fact_alone_changes_nothing(texts: tuple[str, ...]) -> None:
    """No spending table turns into projects where no money is asked for."""
    given = documents(*texts)
    together = facts.extract(given, POLICY, DAY)
    for key in POLICY.facts.facts:
        alone = facts.extract(given, POLICY, DAY, keys=[key])
        assert alone.facts.get(key) == together.facts.get(key), key
        assert alone.exclusions.get(key) == together.exclusions.get(key), key


NESTED = [
    ("合作单位情况", [["单位", "所在地", "协议起止"], ["拉彭兰塔理工大学", "芬兰", "2022.01-2027.01"],
                      ["四川大学", "成都", "2023.01-2026.01"], ["维尔纽斯大学", "立陶宛", "2023.05-2028.05"]]),
    ("拟合作单位（意向）", [["单位", "所在地", "协议起止"], ["里加工业大学", "拉脱维亚", "2026.01-2031.01"],
                            ["塔林理工大学", "爱沙尼亚", "2026.01-2031.01"]]),
]


@pytest.mark.parametrize(("host", "rows", "want"), [(*NESTED[0], (2, 2)), (*NESTED[1], None)])
def test_a_nested_table_is_titled_by_the_row_that_it_stands_in(
    host: str, rows: list[list[str]], want: tuple[int, int] | None
) -> None:
    """The label of a form's row, with what it plans."""
    label, content, beside = (word.cell(word.paragraph(word.run(text))) for text in ("栏目", "内容", host))
    within = word.cell(word.table(rows), word.paragraph())
    outer = f"<w:tbl><w:tr>{label}{content}</w:tr><w:tr>{beside}{within}</w:tr></w:tbl>"
    data = word.package(word.paragraph(word.run("重庆某研究院国际联合研究中心申报书")) + outer)
    found = facts.extract([parsing.read(data, "a.docx")], POLICY, DAY).facts.get("foreign_partners")
    assert (found and (found.interval.low, found.interval.high)) == want
