"""Columns in words that nobody foresaw, rows beside their siblings, registers of money, forms of numbered labels."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion import facts, parsing
from ingestion.domain import Document
from ingestion.policies import policy

POLICY = policy.load()
DAY = date(2025, 6, 30)


def documents(*texts: str) -> list[Document]:
    return [parsing.read(text.encode(), f"{place}.md") for place, text in enumerate(texts)]


def read(*texts: str) -> dict[str, tuple[int, int | None]]:
    found = facts.extract(documents(*texts), POLICY, DAY).facts
    return {key: (one.interval.low, one.interval.high) for key, one in found.items()}


TRANSFERS_ODD = ("""# 国际技术转移中心申报书

## 做过的单子

| 票 | 东西 | 卖家 | 买家 | 哪年 | 结果 |
| --- | --- | --- | --- | --- | --- |
| 1 | 污水膜组件工艺 | 荷兰 Membraan BV | 重庆净源环保有限公司 | 2021 | 钱货两清 |
| 2 | 齿轮热处理 | 德国 Härterei GmbH | 重庆齿驱传动有限公司 | 2022 | 已验收 |
| 3 | 农机导航 | 重庆田驭科技有限公司 | 哈萨克斯坦 Agro KZ | 2023 | 已验收 |
| 4 | 电池回收 | 日本 Eco 株式会社 | 成都循能有限公司 | 2023 | 已验收 |
| 5 | 光学镀膜 | 法国 Optique SA | 重庆镜界光学有限公司 | 2024 | 谈崩 |
| 6 | 齿轮热处理（同2号单） | 德国 Härterei GmbH | 重庆齿驱传动有限公司 | 2022 | 已验收 |
""",)

STAFF_ODD = ("""# 海外科技创新中心申报书

海外中心设在德国慕尼黑。

## 慕尼黑那边的人

| 名 | 干什么 | 哪里人 | 怎么待 | 起 |
| --- | --- | --- | --- | --- |
| 周远 | 负责人 | 中国 | 常年在慕尼黑 | 2021 |
| Hans Meyer | 工程师 | 德国 | 当地签约，天天上班 | 2022 |
| 吴迪 | 项目经理 | 中国 | 人在重庆，线上 | 2022 |
| 郑合 | 工程师 | 中国 | 出差去过两次 | - |
""",)

IP_ODD = ("""# 国际联合研究中心申报书

## 证书夹

| 门类 | 叫法 | 证号 | 谁的 | 哪天 | 情形 |
| --- | --- | --- | --- | --- | --- |
| 发明专利 | 一种梁 | ZL202110001111.1 | 本院 | 2022-03-01 | 有效 |
| 实用新型 | 一种夹具 | ZL202220002222.2 | 本院 | 2022-09-10 | 有效 |
| 软著 | 监测软件V1.0 | 2023SR0456789 | 本院 | 2023-04-02 | 有效 |
| 发明专利 | 一种涂料 | 202410003333.3 | 本院 |  | 实审 |
| 发明专利 | 一种阀 | ZL201810004444.4 | 合作企业 | 2019-05-06 | 有效 |
""",)

ENTERPRISES_ENDING = ("""# 园区情况

## 谁在我们这里

| 门牌 | 店招 | 拿了什么牌 | 管到哪天 | 还在不在 |
| --- | --- | --- | --- | --- |
| A1 | 重庆某甲机器人有限公司 | 高新技术企业 | 2026-11 | 在 |
| A2 | 重庆某乙软件有限公司 | 国家高新技术企业 | 2027-10 | 在 |
| A3 | 重庆某丙食品店 | 没有 |  | 在 |
| B1 | 重庆某丁光电有限公司 | 高新技术企业 | 2024-10 | 在 |
| B2 | 重庆某己生物有限公司 | 高新技术企业 | 2026-12 | 三月份搬走了 |
""",)


@pytest.mark.parametrize("key, texts, expected", [
    ("technology_transfers", TRANSFERS_ODD, (3, 3)),
    ("stationed_staff", STAFF_ODD, (2, 2)),
    ("granted_ip", IP_ODD, (3, 3)),
    ("resident_enterprises", ENTERPRISES_ENDING, (2, 2)),
])
def test_columns_in_unforeseen_words(key: str, texts: tuple[str, ...], expected: tuple[int, int]) -> None:
    """A table is known by what its columns hold: sides here and abroad, persons and how they work, numbers of
    certificates, days to come; its rows by what they say beside their siblings."""
    assert read(*texts)[key] == expected


def test_own_rows_beside_those_of_others() -> None:
    """A column that says of some rows that the applicant did them says of the rest that somebody else did."""
    rows = "".join(f"| {n} | 技术{n}号工艺 | 德国 Firma{n} GmbH | 重庆某{n}有限公司 | {who} | 已验收 |\n"
                   for n, who in enumerate(["本会", "本会", "会员自办", "联盟", "本会"], 1))
    table = "# 台账\n\n| 编 | 技术 | 出 | 进 | 经手 | 状态 |\n| --- | --- | --- | --- | --- | --- |\n" + rows
    found = facts.extract(documents(table), POLICY, DAY)
    assert found.facts["technology_transfers"].interval.low == 3
    assert [one.reason for one in found.exclusions["technology_transfers"]] == ["other_body", "other_body"]


def test_register_of_spending() -> None:
    """What was paid back or is only planned is no spending, whatever stands in its column; each row is said."""
    table = """# 国际科技合作支出流水（单位：元）

| 日期 | 事由 | 数额 | 说明 |
| --- | --- | --- | --- |
| 2022-01-03 | 样机 | 900000 | 已付 |
| 2023-05-11 | 测试 | 700000 | 已付 |
| 2024-02-08 | 设备 | 500000 | 供应商退款 |
| 2025-06-08 | 实验 | 600000 | 已付 |
| 2025-09-01 | 年会 | | 预算300000 |
"""
    found = facts.extract(documents(table), POLICY, DAY)
    assert found.facts["cooperation_funding"].interval.low == 2_200_000
    assert sorted(one.reason for one in found.exclusions["cooperation_funding"]) == ["not_spent", "planned"]
    prepared = facts.prepare(documents(table), POLICY)
    assert not prepared.notices.get("0.md")


def test_money_without_a_unit_takes_the_one_that_the_text_gives() -> None:
    """224.0万元 in the text and 224.0 in the total's row are one amount."""
    table = """# 海外科技创新中心申报书

## 经费

近三年（2022年1月—2025年6月）用于国际科技合作的经费支出合计224.0万元，见下表。

国际合作经费支出

| 科目 | 2022年 | 2023年 | 2024年 | 2025年1-6月 | 合计 |
| --- | --- | --- | --- | --- | --- |
| 联合研发 | 38.5 | 46.2 | 57.1 | 10 | 151.8 |
| 互访 | 22.7 | 28.3 | 11.2 | 10 | 72.2 |
| 合计 | 61.2 | 74.5 | 68.3 | 20 | 224.0 |
"""
    assert read(table)["cooperation_funding"] == (2_240_000, 2_240_000)


def test_numbered_labels_of_a_form_are_things() -> None:
    """派驻人员一, 派驻人员二: two of one kind."""
    form = """# 海外科技创新中心申报书

海外中心设在塞尔维亚诺维萨德。

| 派驻人员一 | 经办人丙，机械设计工程师，2022年3月起在诺维萨德常驻 |
| --- | --- |
| 派驻人员二 | 经办人丁，市场工程师，2023年5月起在诺维萨德常驻 |
| 短期出差 | 2022年3人次、2023年5人次 |
"""
    assert read(form)["stationed_staff"] == (2, 2)


def test_a_title_of_another_body_leaves_its_rows_out() -> None:
    """Papers of a partner are the partner's."""
    table = """# 国际联合研究中心申报书

## 合作方（浙江某大学）论文

| 序号 | 题目 | 期刊 | 时间 | 收录 |
| --- | --- | --- | --- | --- |
| 1 | A study | J One | 2023-03 | SCI |
| 2 | B study | J Two | 2023-04 | SCI |
"""
    found = facts.extract(documents(table), POLICY, DAY)
    assert "sci_ei_papers" not in found.facts
    assert {one.reason for one in found.exclusions["sci_ei_papers"]} == {"other_body"}
