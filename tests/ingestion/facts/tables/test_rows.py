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


LEDGER = """# 国际技术转移中心申报书

## 跨境转移台账

| 案号 | 东西 | 从哪儿来 | 给了谁 | 怎么转 | 哪月 | 走到哪步 | 说明 |
| --- | --- | --- | --- | --- | --- | --- | --- |
| N01 | 坡地履带底盘 | 日本·四国农机协会 | 涪陵金垄机械 | 许可 | 2020-04 | 办结 | |
| N02 | 采茶头 | 日本·静冈茶机 | 永川茶装公司 | 许可 | 2019-08 | 已交割，款清 | |
| N03 | 油菜割台 | 重庆西南山地所 | 老挝·沙湾拿吉农机站 | 许可 | 2022-05 | 办结 | |
| N04 | 滴灌头 | 西班牙·阿尔梅里亚 | 四川眉山节水 | 许可 | 2022-03 | 办结 | 接收方不在本市 |
| N05 | 柴油机 | 重庆永丰 | 尼日利亚机电 | 整机出口 | 2022-11 | 办结 | 整机买卖，无技术 |
| N06 | 插秧导航 | 韩国·全州精农 | 垫江农装 | 许可 | 2024-08 | 资料移交中 | |
| N07 | 撒肥盘 | 德国·安登机厂 | 璧山机械 | 许可 | 2024-09 | 尽调阶段 | |
"""


def test_parties_are_told_by_where_they_are() -> None:
    """Not by what heads their columns: a district is at home, another province is not, and goods are no technology."""
    assert read(LEDGER)["technology_transfers"] == (3, 3)


def test_a_row_told_again_is_one_with_what_it_repeats() -> None:
    """同上，补报 beside the same partner and day; 与第2行为一家; one that others carry out is theirs."""
    text = """# 联合项目

表1 近三年联合研发项目

| 项目 | 外方 | 启动 | 性质 | 现状 |
| --- | --- | --- | --- | --- |
| 雨季养护剂 | 马来西亚建筑研究院 | 2023.03 | 联合研发 | 进行中 |
| 边坡监测雷达 | 马来西亚建筑研究院 | 2024.02 | 联合研发 | 进行中 |
| 边坡雷达（同上，补报） | 马来西亚建筑研究院 | 2024.02 | 联合研发 | 进行中 |
| 水厂设计优化 | 国油理工 | 2023.01 | 联合研发 | 集团设计院承担，进行中 |
"""
    assert read(text)["joint_projects"] == (2, 2)


def test_a_blank_term_where_the_state_says_enough() -> None:
    """在研, as its siblings are; a thing that a window asks for needs its date."""
    text = """# 科研项目

| 台账号 | 项目 | 下达单位 | 级别 | 合同期 | 当前情况 |
| --- | --- | --- | --- | --- | --- |
| A01 | 黄龙病防控 | 农业农村部 | 国家级 | 2021-2025 | 在研 |
| A02 | 留树保鲜 | 科学技术部 | 国家级 | 2022-2024 | 结题 |
| B01 | 花椒种质 | 重庆市科学技术局 | 市级 | 2023-2025 | 在研 |
| B02 | 无核品种 | 重庆市科学技术局 | 市级 | | 在研 |
| B03 | 台站协作 | 科学技术部 | 国家级 | 2022-2025 | 提供数据，任务书未列名 |
"""
    assert read(text)["key_projects"] == (4, 4)


def test_who_works_at_a_place_abroad_is_stationed_there() -> None:
    """By a column of places of work; who has left by the column of last days is not."""
    text = """# 海外科技创新中心

布尔诺中心人员

| 姓名 | 国别 | 岗位 | 工作地 | 起 | 止 | 状态 |
| --- | --- | --- | --- | --- | --- | --- |
| 秦昊 | CN | 副经理 | Brno | 2022-08 | | 在岗 |
| Petr Novotný | CZ | 经理 | Brno | 2021-03 | | 在岗 |
| 曾力 | CN | 后端 | Chongqing | 2021-03 | | 总部办公 |
| 范舒 | CN | 教师 | Brno | 2021-03 | 2022-07 | 任满 |
"""
    assert read(text)["stationed_staff"] == (2, 2)


def test_amounts_in_two_currencies_leave_the_sum_open() -> None:
    """Each row in a column of its own; what is only budgeted is not spent."""
    text = """# 国际合作经费支出

| 记账 | 事由 | 金额（元） | 金额（欧元） | 款项性质 |
| --- | --- | --- | --- | --- |
| 2022-01 | 国际合作差旅 | 600000 | | 已付 |
| 2023-04 | 联合试验 | 500000 | | 已付 |
| 2024-08 | 当地薪酬 | | 6900 | 已付 |
| 2024-12 | 试验机购置 | 650000 | | 预算 |
"""
    assert read(text)["cooperation_funding"] == (1_100_000, None)


def test_lists_of_one_total_are_retellings() -> None:
    """The stories and the ledger name the same three; without a total that says so they may be six."""
    story = """# 业绩

截至申报之日经手并已办结的国际技术转移{}

几单的来龙去脉：

1. “铝匠”那一单。匈牙利一家研究所的压铸工艺，许可给涪陵的铝件企业，2021年付清。
2. “老坛”那一单。日本的低盐发酵技术，转让给江津的榨菜企业，2022年验收。
3. “走山车”。本市高校的轨道车技术，转让给越南一家农机公司，2023年底付清。
"""
    ledger = LEDGER.replace("坡地履带底盘", "压铸模温控制").replace("采茶头", "乳酸菌种")
    ledger = ledger.replace("油菜割台", "单轨整套图纸")
    assert read(story.format("共3项。"), ledger)["technology_transfers"] == (3, 3)
    assert read(story.format("情况如下。"), ledger)["technology_transfers"] != (3, 3)


def test_a_sheet_of_projects_with_days_is_no_table_of_money() -> None:
    """2022.12 is a day; whose projects they are is told by who gave them."""
    text = """# 项目

| 来路 | 名目 | 起 | 止 | 进展 |
| --- | --- | --- | --- | --- |
| 国家重点研发计划政府间专项 | 中外合作疫苗株评价 | 2022.12 | 2025.11 | 在做 |
| 国家自然科学基金 | 冠状病毒受体识别 | 2021.01 | 2024.12 | 结了 |
| 市科技局中外合作项目 | 禽腺病毒疫苗 | 2023.10 | 2026.09 | 在做 |
| 区科技局 | 疫苗冷链监测 | 2023.05 | 2024.05 | 结了 |
"""
    assert read(text)["key_projects"] == (3, 3)


def test_a_kind_that_leaves_a_column_blank() -> None:
    """市创新型企业 have no last day, all of them: that is no doubt; one applied for is still one."""
    rows = ["A-01 | 重庆渝陶精密陶瓷有限公司 | 高新技术企业 | 2026-11 | 生产",
            "A-02 | 重庆晶釉数码有限公司 | 高新技术企业 | 2025-12 | 生产",
            "A-03 | 重庆云岭耐火有限公司 | 高新技术企业 | 2027-10 | 生产",
            "A-04 | 重庆窑炉装备有限公司 | 市创新型企业 | | 生产",
            "A-05 | 重庆三合色料有限公司 | 市创新型企业 | | 生产",
            "A-06 | 重庆龙溪机械有限公司 | 高新技术企业 | 2025-11 | 2024年10月整体搬至泸州",
            "A-07 | 重庆晶釉数码有限公司（中试车间） | 高新技术企业 | 2025-12 | 与A-02是一家"]
    table = "\n".join(f"| {row} |" for row in rows)
    heads = "| 门牌 | 单位 | 牌子 | 牌子管到 | 盘点时情形 |\n| --- | --- | --- | --- | --- |"
    text = f"# 在园单位花名册\n\n{heads}\n{table}\n"
    assert read(text)["resident_enterprises"] == (5, 5)


def test_payments_to_the_yuan_stand_for_the_rounded_total() -> None:
    """A unit beside the title is no head; budgets are not spent; 月日 of each payment lie in the window."""
    text = """# 付款流水

| 国际科技合作付款流水 | 单位：元 | | |
| --- | --- | --- | --- |
| 付款日 | 用在何处 | 付出金额 | 办到哪步 |
| 2022-02-18 | 样机试验 | 1188820.5 | 已付讫 |
| 2023-04-07 | 联合测试费 | 1219680 | 已付讫 |
| 2024-06-21 | 来渝培训 | 779682.5 | 已付讫 |
| 2025-09 | 展会 | 150000 | 预算，未发生 |
"""
    said = "# 申请书\n\n2022年1月1日至2025年6月30日，公司用于国际科技合作的支出为318.82万元。"
    assert read(said, text)["cooperation_funding"] == (3_188_183, 3_188_183)
