"""Facts in small documents of several blocks: what a table's title, its headings and the lines above a list decide."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingestion import facts, reading
from ingestion.domain import Interval
from ingestion.policies import policy

POLICY = policy.load()
DAY = date(2025, 3, 31)

TEAMS = """# 平台与合作机构一览

表一 长期合作的境外机构

| 序号 | 单位名称 | 国别 | 状态 |
| --- | --- | --- | --- |
| 1 | 卑尔根大学 | 挪威 | 协议有效 |
| 2 | 大阪府立研究所 | 日本 | 协议有效 |
| 3 | Universitetet i Bergen | 挪威 | 同序号1 |

表二 入驻的海外研发团队

| 序号 | 名称 | 国别 | 备注 |
| --- | --- | --- | --- |
| 1 | 釜山港口机器人团队 | 韩国 | 2023年入驻园区 |
| 2 | 里斯本水声团队 | 葡萄牙 | 已签意向，未入驻 |
| 3 | 都灵轻量化设计团队 | 意大利 | 2022年入驻园区 |
"""

ALIASES = """# 创新平台

| 序号 | 平台名称 | 级别 | 备注 |
| --- | --- | --- | --- |
| 1 | 江北智造研究院 | 市级 | 2021年认定 |
| 2 | 江北装备研究中心 | 市级 | 序号1平台更名前的名称 |
| 3 | 数控机床重点实验室 | 市级 | 2022年批准 |
| 4 | 模具工程研究中心 | 市级 | 已申报，待评审 |
"""

AUTHORS = """# 近三年SCI、EI论文目录

| 序号 | 论文题目 | 发表时间 | 收录 | 外方作者单位 | 备注 |
| --- | --- | --- | --- | --- | --- |
| 1 | Wear of ceramic tools | 2023-02 | SCI | ZHAW-IAMP | |
| 2 | Chatter in thin-wall milling | 2023-06 | SCI | 无 | |
| 3 | Cooling by cryogenic jets | 2024-01 | EI | — | 与重庆大学合作 |
| 4 | Tool life under dry cutting | 2024-05 | SCI | 香港城市大学 | |
"""

LEDGER = """# 安全环保台账

| 日期 | 事项 | 定性 | 处理情况 |
| --- | --- | --- | --- |
| 2023-05-11 | 消防演练 | 日常工作 | 已完成 |
| {day} | 喷涂车间溶剂起火 | {kind} | 已整改 |
"""

PLEDGE = """# 承诺书

我单位郑重承诺如下：

1. 所报材料真实有效。
2. 近三年未发生环保、安全等责任事故，未出现科研诚信问题。
3. 遵守我国科技保密有关规定。
"""

QUOTED = """# 政策条文

申报条件如下：

1. 近三年未发生环保、安全等责任事故，未出现科研诚信问题。
"""

PROJECTS = """# 近三年联合研发和技术转移转化项目

| 序号 | 项目名称 | 类型 | 启动时间 | 状态 |
| --- | --- | --- | --- | --- |
| 1 | 风机叶片检测联合研发 | 联合研发 | 2022-06 | 结题 |
| 2 | 塔筒防腐技术引进 | 技术转移转化 | 2023-04 | 在研 |
| 3 | 总装线自动化升级 | 国内技改 | 2023-09 | 完工 |
"""


def read(tmp_path: Path, *texts: str) -> dict[str, Interval]:
    files = []
    for number, text in enumerate(texts):
        files.append(tmp_path / f"{number}.md")
        files[-1].write_text(text, encoding="utf-8")
    found = facts.extract(reading.read_all(files), POLICY, DAY)
    return {key: fact.interval for key, fact in found.facts.items()}


def test_a_title_of_its_own_says_what_a_table_lists(tmp_path: Path) -> None:
    """The heading speaks of partners; the second table's title of teams. The name in another language is no partner
    more, a letter of intent no resident."""
    found = read(tmp_path, TEAMS)
    assert (found["foreign_partners"], found["overseas_units"]) == (Interval(2, 2), Interval(2, 2))


def test_a_row_that_names_another_row_s_former_name_is_the_same(tmp_path: Path) -> None:
    """They are counted once."""
    assert read(tmp_path, ALIASES)["municipal_platforms"] == Interval(2, 2)


def test_who_stands_in_a_column_for_foreign_bodies_is_foreign(tmp_path: Path) -> None:
    """An institution that no list knows counts; one of Hong Kong only lifts the upper bound; 无 and — name none."""
    assert read(tmp_path, AUTHORS)["joint_papers"] == Interval(1, 2)


@pytest.mark.parametrize(("day", "kind", "value"), [
    ("2023-08-02", "安全责任事故", Interval(0, 0)),
    ("2023-08-02", "日常工作", None),
    ("2020-08-02", "安全责任事故", None),
    ("2023-08-02", "非责任事故", None),
])
def test_a_row_of_a_ledger_discloses_an_accident(tmp_path: Path, day: str, kind: str, value: Interval | None) -> None:
    """It contradicts that there was none."""
    assert read(tmp_path, LEDGER.format(day=day, kind=kind)).get("no_incidents") == value


def test_a_pledge_in_the_policy_s_words_is_a_statement(tmp_path: Path) -> None:
    """Below a line that promises, the words are the applicant's."""
    found = read(tmp_path, PLEDGE)
    assert [found.get(key) for key in ("no_incidents", "no_integrity_issues", "secrecy_compliance")] == [
        Interval(1, 1)
    ] * 3


def test_the_policy_s_words_elsewhere_are_a_quotation(tmp_path: Path) -> None:
    """They state nothing."""
    assert "no_incidents" not in read(tmp_path, QUOTED)


def test_a_row_of_another_kind_is_no_joint_project(tmp_path: Path) -> None:
    """Its kind decides, not the table it stands in."""
    assert read(tmp_path, PROJECTS)["joint_projects"] == Interval(2, 2)

CASES = """# 国际技术转移典型案例{title}

瑞典某公司的污泥干化技术，经本公司引荐许可给重庆某环保企业。双方2022年初接触，2023年5月完成技术交付并投入使用。

重庆某研究所的柑橘分选技术，转让给摩洛哥某合作社，2024年2月通过验收。

荷兰某公司的智能温室技术，拟引进到重庆某园艺企业，双方仍在洽谈。
"""

AGREEMENTS = """# 合作协议

渝海（岘港）食品创新中心由公司2022年在越南岘港市投资设立。

| 协议方 | 所在国 | 有效期至 | 备注 |
| --- | --- | --- | --- |
| 岘港大学 | 越南 | 2028年5月9日 | {note} |
| 孔敬大学 | 泰国 | 2029年3月1日 | 培训 |
"""


@pytest.mark.parametrize(("title", "value"), [("", Interval(2, 2)), ("（节选）", Interval(2, None))])
def test_what_became_of_a_transfer_may_stand_in_the_next_sentence(tmp_path: Path, title: str, value: Interval) -> None:
    """A title that says that the cases are an excerpt leaves their number open."""
    assert read(tmp_path, CASES.format(title=title).replace("典型", ""))["technology_transfers"] == value


@pytest.mark.parametrize(("note", "value"), [("联合实验", Interval(1, 1)), ("第三国合作", None)])
def test_the_country_where_the_centre_was_set_up_is_its_host(tmp_path: Path, note: str, value: Interval | None) -> None:
    """Agreements count for that country."""
    assert read(tmp_path, AGREEMENTS.format(note=note)).get("host_country_agreements") == value


RESIDENTS = """# 入园企业情况

{declared}。

| 序号 | 企业名称 | 称号 | 备注 |
| --- | --- | --- | --- |
| 1 | 重庆澄川阀门有限公司 | 高新技术企业 | |
| 2 | 重庆朗月仪表有限公司 | 高新技术企业 | |
| 3 | 重庆石舫轴承有限公司 | 创新型企业 | |
| 4 | 重庆麦田商贸有限公司 | | 一般企业 |
"""


@pytest.mark.parametrize(("declared", "value"), [
    ("园区现有高新技术企业6户", Interval(3, 6)),
    ("园区现有高新技术企业2户", Interval(3, 3)),
])
def test_one_kind_stated_above_the_whole_list_contradicts_it(tmp_path: Path, declared: str, value: Interval) -> None:
    """A part cannot outnumber the whole: both stay (15 declared, 9 listed); a part that fits says nothing more."""
    assert read(tmp_path, RESIDENTS.format(declared=declared))["resident_enterprises"] == value


@pytest.mark.parametrize(("text", "reason"), [
    ("园区入驻高新技术企业28家。其中3家证书已过期。", "expired"),
    ("园区入驻高新技术企业28家；其中3家正在申请认定。", "planned"),
])
def test_what_a_sentence_takes_from_the_one_before_is_said_once(text: str, reason: str) -> None:
    """By its better reason, and with the whole sentence."""
    found = facts.extract_text(text, POLICY, DAY)
    said = [(one.reason, one.quote) for one in found.exclusions["resident_enterprises"]]
    assert [one for one, _ in said] == [reason], said


NOTED = """# 国际合作

海外研发机构、团队登记表（全部）

登记部门：国际合作部　　更新：2025年3月31日

| 序号 | 名称 | 国别 | 现状 |
| --- | --- | --- | --- |
| 1 | 釜山港口机器人团队 | 韩国 | 在园 |
| 2 | 里斯本水声团队 | 葡萄牙 | 2024年11月已迁出 |
"""


def test_who_made_a_table_is_no_title_of_it(tmp_path: Path) -> None:
    """The line between a title and its table leaves the title in force."""
    found = read(tmp_path, NOTED)
    assert found["overseas_units"] == Interval(1, 1)
    assert "foreign_partners" not in found


def test_an_article_is_quoted_though_not_word_for_word() -> None:
    """第九条（二）“…”: what stands in its quotation marks is the policy's, what follows is the applicant's."""
    said = "海外中心在雅加达租用办公场所，租期自2023年1月1日至2028年12月31日。"
    recital = "三、对照\n第九条（二）“在驻在国具备固定办公场所，有稳定的土地、用房产权或租约，工作人员2名以上”。\n"
    read = facts.extract_text(recital, POLICY, DAY).facts
    assert not {"fixed_premises", "stationed_staff"} & read.keys()
    assert facts.extract_text(recital + said, POLICY, DAY).facts["fixed_premises"].interval == Interval(1, 1)
