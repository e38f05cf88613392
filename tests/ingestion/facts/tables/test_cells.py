"""Tables whose titles and headers use no word that a fact knows: what their cells are tells what they list."""

from __future__ import annotations

from datetime import date

import pytest

from ingestion import facts, parsing
from ingestion.domain import Extraction
from ingestion.policies import policy

POLICY = policy.load()
DAY = date(2026, 3, 31)


def read(text: str, name: str = "a.md") -> Extraction:
    return facts.extract([parsing.read(text.encode(), name)], POLICY, DAY)


def reasons(found: Extraction, key: str) -> list[str]:
    return [one.reason for one in found.exclusions.get(key, ())]


PROJECTS = """# 进度说明

综合部汇总，2026年3月。与旧表不同的，看这一份。

| 做的是什么 | 同谁做 | 归哪类 | 何时开头 | 走到哪儿 |
| --- | --- | --- | --- | --- |
| 温室除湿控制 | 仁川农机所 | 联合研发 | 2024-03 | 在研 |
| 茶园虫情识别 | 仁川农机所 | 联合研发 | 2024-09 | 结题 |
| 干燥机图纸输出 | 曼谷谷物公司 | 技术转移 | 2025-01 | 已交付 |
| 除湿控制（同一任务书换名） | 仁川农机所 | 联合研发 | 2024-03 | 在研 |
| 仓储机器人 | 仁川农机所 | 联合研发 | 待定 | 未启动 |
| 停车系统 | 重庆某公司 | 委托开发 | 2024-05 | 完成 |
"""
TENANTS = """# 楼里的户头

| 楼栋 | 序 | 承租单位 | 身份 | 证号 | 有效至 | 现况 |
| --- | --- | --- | --- | --- | --- | --- |
| 一号楼 | 1 | 重庆甲木咨询有限公司 | 个体转企 | | | 在园 |
| 一号楼 | 2 | 重庆乙木电子有限公司 | 高新技术企业 | GR2024511010001 | 2027-11 | 在园 |
| 一号楼 | 3 | 重庆丙木餐饮有限公司 | 一般企业 | | | 在园 |
| 一号楼 | 4 | 重庆丁木材料有限公司 | 高新技术企业 | GR2024511010002 | 2027-11 | 正常 |
| 一号楼小计 | 4户 | | | | | |
| 二号楼 | 5 | 重庆戊木物流有限公司 | 一般企业 | | | 在园 |
| 二号楼 | 6 | 重庆己木装备有限公司 | 高新技术企业 | GR2025511010003 | 2028-11 | 签约未入驻 |
| 二号楼 | 7 | 重庆庚木检测有限公司 | 高新技术企业 | GR2022511010004 | 2025-11 | 在园 |
| 二号楼 | 8 | 重庆辛木软件有限公司 | 高新技术企业 | GR2024511010005 | 2027-11 | 在园 |
| 二号楼小计 | 4户 | | | | | |
"""
GRANTS = """# 情况汇总

凡没有任务书的，在最后一栏写明。

| 计划类别 | 题目 | 我院角色 | 办到哪一步 |
| --- | --- | --- | --- |
| 国家自然科学基金面上项目 | 软骨再生机制 | 主持 | 在研 |
| 重庆市自然科学基金面上项目 | 骨水泥改性 | 主持 | 结题 |
| 院内培育 | 影像组学 | 主持 | 在研 |

表1 本院承担的科研项目
"""
LEDGER = """# 台账

| 号 | 标的 | 出让方 | 承接方 | 合同号 | 办结与否 |
| --- | --- | --- | --- | --- | --- |
| A1 | 薄膜工艺 | 芬兰 Kalvo Oy | 重庆甲乙新材料公司 | HT-2023-01 | 办结 |
| A2 | 薄膜组件（换名登记） | 芬兰 Kalvo Oy | 重庆甲乙新材料公司 | HT-2023-01 | 办结 |
| A3 | 烘干技术 | 重庆农产品加工所 | 老挝万象农垦公司 | HT-2023-05 | 办结 |
| A4 | 虫害速测 | 美国某实验室 | 重庆柑橘公司 | — | 意向书 |
| A5 | 刀具涂层 | 日本东和刃具 | 重庆机床厂 | HT-2024-02 | 执行中 |
| A6 | 叶片修复 | 英国 Bladeco | 西安某公司 | HT-2024-03 | 办结 |
"""


@pytest.mark.parametrize(("text", "key", "low", "rows"), [
    pytest.param(PROJECTS, "joint_projects", 3, 6, id="kinds in a column of their own"),
    pytest.param(TENANTS, "resident_enterprises", 3, 10, id="certificates among tenants of all kinds, subtotals"),
    pytest.param(GRANTS, "key_projects", 2, 3, id="a programme's column is no column of targets"),
    pytest.param(LEDGER, "technology_transfers", 2, 6, id="a giver here and a taker abroad; a question as a header"),
])
def test_a_table_is_known_by_its_cells(text: str, key: str, low: int, rows: int) -> None:
    """What counts is counted, and each row has an entry."""
    found = read(text)
    assert (found.facts[key].interval.low, found.facts[key].interval.high) == (low, low)
    assert len(found.facts[key].evidence) + len(reasons(found, key)) >= rows


def test_two_rows_of_one_number_are_one_thing() -> None:
    """A DOI that stands twice in its column is one paper."""
    papers = "".join(f"| 题{n} | 张三 | 见刊 | 2024-0{n} | SCI | 10.1234/ab.{min(n, 5)} |\n" for n in range(1, 7))
    found = read("# 论文\n\n| 文章 | 作者 | 情况 | 日期 | 检索 | DOI |\n| - | - | - | - | - | - |\n" + papers)
    assert found.facts["sci_ei_papers"].interval.low == 5
    assert reasons(found, "sci_ei_papers") == ["duplicate"]


def test_a_dash_in_a_column_for_bodies_abroad_names_none() -> None:
    """It is an empty cell."""
    rows = "| 甲题 | 李四 | 2024-02 | SCI | — |\n| 乙题 | 王五 | 2024-03 | SCI | 大阪都市大学（日本） |\n"
    head = "# 论文目录\n\n| 文章 | 作者 | 见刊日期 | 检索 | 境外署名单位 |\n| - | - | - | - | - |\n"
    found = read(head + rows * 1)
    assert found.facts["joint_papers"].interval.high == 1


def test_a_roster_of_lines_is_a_table() -> None:
    """The first line is one of its rows."""
    found = read("# 国际合作部人员一览\n\n- 甲某，部长，专职\n- 乙某，协议管理，专职\n- 丙某，科研处，兼职分管\n")
    assert (found.facts["dedicated_officers"].interval.low, reasons(found, "dedicated_officers")) == (2, ["part_time"])


@pytest.mark.parametrize(("text", "key"), [
    ("集团设有国际合作事业部，配专职人员14人，该部门负责全集团的海外业务。", "dedicated_officers"),
    ("主管集团同期在东盟实施合作项目19项，为集团口径。", "joint_projects"),
])
def test_a_group_above_the_applicant_is_somebody_else(text: str, key: str) -> None:
    """Its figures are left out with that reason."""
    found = read(f"# 申报书\n\n申报单位：重庆甲乙园区运营有限公司\n\n{text}\n")
    assert key not in found.facts
    assert reasons(found, key) == ["other_body"]


def test_figures_of_a_plan_have_entries() -> None:
    """A column of targets in a plan is planned, not passed over."""
    plan = "| 年度 | 任务 | 考核指标 |\n| - | - | - |\n| 2027 | 扩建 | 新增SCI论文12篇；常驻人员达到9人 |\n"
    found = read("# 申报书\n\n## 九、下步打算\n\n" + plan)
    assert not found.facts
    assert "planned" in reasons(found, "sci_ei_papers")
    assert "planned" in reasons(found, "stationed_staff")


def test_who_else_controls_contradicts_a_claim() -> None:
    """Another holder's control against the applicant's own claim is a conflict."""
    claim = "# 申报书\n\n申报单位：重庆甲乙公司\n\n本公司持有罗勇公司60%的股权，对海外中心拥有实际控制权。\n\n"
    found = read(claim + "湄南地产为该公司控股股东，有权任免过半数董事。\n")
    assert found.facts["actual_control"].conflict


def test_a_breakdown_counted_twice_in_part_is_no_conflict() -> None:
    """22 and 13 less 4 are 31; the part with authors abroad is of another fact."""
    both = "（SCI 22篇、EI 13篇，其中4篇同时被两库收录）"
    found = read(f"2023年以来，本中心共发表SCI、EI论文31篇{both}，其中中外联合署名9篇。")
    assert (found.facts["sci_ei_papers"].interval.high, found.facts["sci_ei_papers"].conflict) == (31, False)
    assert found.facts["joint_papers"].interval.low == 9


def test_subtotals_by_year_are_parts() -> None:
    """They are not added to the payments."""
    head = "| 凭证 | 月份 | 用途 | 支付情况 | 金额（元） |\n| - | - | - | - | - |\n"
    first = "| F1 | 2024-03 | 检测费 | 已付讫 | 36000 |\n| 2024年小计 | | | | 36000 |\n"
    second = "| F2 | 2025-04 | 翻译 | 已付讫 | 24000 |\n| 2025年小计 | | | | 24000 |\n| 总计 | | | | 60000 |\n"
    found = read("# 国际科技合作支出流水（2023年1月—2026年3月）\n\n" + head + first + second)
    value = found.facts["cooperation_funding"].interval
    assert (value.low, value.high) == (60000, 60000)
    assert reasons(found, "cooperation_funding") == ["part_of_total", "part_of_total"]


def test_a_form_whose_first_row_has_known_labels_lists_nothing() -> None:
    """名称｜某中心｜类型｜…: labels and values in turn are a form, though two of the labels could head columns."""
    found = read("# 申报书\n\n"
                 "| 基地名称 | 柑橘保鲜国际联合研究中心 | 基地类型 | 国际联合研究中心 |\n| --- | --- | --- | --- |\n"
                 "| 牵头单位 | 重庆果香研究院有限公司 | 主管部门 | 江津区科学技术局 |\n"
                 "| 联系地址 | 重庆市江津区滨江路9号 | 填表日期 | 2026年3月2日 |\n")
    assert {"joint_projects", "key_projects", "foreign_partners"}.isdisjoint(found.facts)
    assert not found.unexplained.get("joint_projects")
