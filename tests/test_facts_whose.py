"""Whose a figure is, what a cell means, and when something happened, where it is said beside the figure, not in it."""

from __future__ import annotations

from datetime import date

from ingestion import facts, parsing
from ingestion.facts.scanning.marks import legend, spelled
from ingestion.policies import policy

POLICY = policy.load()
DAY = date(2025, 6, 30)


def read(*texts: str) -> dict[str, tuple[int, int | None]]:
    documents = [parsing.read(text.encode(), f"{place}.md") for place, text in enumerate(texts)]
    found = facts.extract(documents, POLICY, DAY).facts
    return {key: (one.interval.low, one.interval.high) for key, one in found.items()}


def test_figures_that_their_sentence_disowns_are_somebody_elses() -> None:
    """A clause behind them says so; what the applicant says of itself before them stays."""
    text = "# 申报书\n\n申报单位：重庆云桥科创园管理有限公司\n\n{}"
    own = "园区现有入驻高新技术企业12家。"
    others = "整个高铁新城片区有入驻高新技术企业240家，那是大区的成绩。"
    assert read(text.format(own + others))["resident_enterprises"] == (12, 12)
    assert "resident_enterprises" not in read(text.format(others))


def test_money_of_a_shareholder_is_not_the_applicants() -> None:
    """The sentence names a body of an unforeseen form and then says that the figure is not ours."""
    text = "2023年1月至2025年5月，我公司国际科技合作经费支出合计310万元。"
    text += "云帆控股2022—2024年国际合作支出约2,100万元，都不是我们的数。"
    assert read(f"# 经费\n\n{text}")["cooperation_funding"][0] <= 3_100_000
    assert read(f"# 经费\n\n{text}")["cooperation_funding"][1] in (3_100_000, None)


def test_what_is_held_is_not_who_holds_it() -> None:
    """A foreign body named behind 对 is the one whose shares are held."""
    assert read("# 股权\n\n我司对柏林公司持股百分之六十六，董事会三席占两席。")["actual_control"] == (1, 1)
    assert read("# 股权\n\n德国某集团对柏林公司持股66%，我司持股34%。")["actual_control"] == (0, 0)


def test_abbreviations_that_a_document_explains() -> None:
    """Each by its parts, where its parts are explained; a single equation is no legend."""
    meanings = legend("头衔缩写：H=高新技术企业；J=科技型企业；H/J=两样都有；H×=证书过期")
    assert spelled("H", meanings) == "高新技术企业"
    assert spelled("H/J", meanings) == "高新技术企业、科技型企业"
    assert spelled("H×", meanings) == "证书过期"
    assert spelled("Hertz", meanings) == "Hertz"
    assert legend("1欧元=7.8元") == {}
    assert legend("A=甲类，B=乙类\nA=丙类，C=丁类") == {"B": "乙类", "C": "丁类"}


def test_a_register_in_abbreviations_is_counted() -> None:
    """Rows without a title, gone or only applying do not count."""
    rows = ["重庆甲木科技有限公司 | H | ", "重庆乙火电子有限公司 | J | ", "重庆丙土机械有限公司 | H/J | ",
            "重庆丁金软件有限公司 | | 申报高企中", "重庆戊水材料有限公司 | H | 已迁出", "橘子咖啡 | | "]
    table = "\n".join(f"| {n} | {row} |" for n, row in enumerate(rows, 1))
    text = f"""# 园区入驻企业名册

缩写：H=高新技术企业，J=科技型企业

| 序号 | 户名 | 头衔 | 状态 |
| --- | --- | --- | --- |
{table}
"""
    assert read(text)["resident_enterprises"] == (3, 3)


def test_an_accident_told_over_two_sentences() -> None:
    """The day stands in the first, what it was in the second; against a pledge it is a contradiction."""
    notice = """# 调查结果告知书

重庆云桥科创园管理有限公司：

2024年3月9日，你公司承办的吊装作业发生一起坠落事故，一人受伤。经调查，该起事故为一般生产安全责任事故，你公司负有管理责任。
"""
    pledge = "# 承诺\n\n申报单位：重庆云桥科创园管理有限公司\n\n近三年，我公司未发生环保、安全责任事故。\n"
    assert read(notice, pledge)["no_incidents"] == (0, 1)
    assert read(notice.replace("2024年3月9日", "2019年3月9日"), pledge)["no_incidents"] == (1, 1)


def test_a_figure_told_again_in_another_language_is_one() -> None:
    """The clause in English adds nothing."""
    text = "# 研究实力\n\n承担市级以上科研项目6项，Six projects of municipal rank or above have been undertaken。"
    assert read(text)["key_projects"] == (6, 6)


def test_a_rows_own_label_goes_before_the_heading() -> None:
    """A heading names several facts' things; the row says which one it counts."""
    text = """# 四、企业、平台、海外机构

| 项目 | 数量 | 备注 |
| --- | --- | --- |
| 入驻高企 | 14户 | 名册另附 |
"""
    found = read(text)
    assert found["resident_enterprises"] == (14, 14)
    assert "overseas_units" not in found


def test_where_a_buyer_is_registered_says_nothing_of_the_applicant() -> None:
    """A note on a ledger's rows speaks of its parties."""
    text = "# 说明\n\n公司注册地址：重庆市渝中区大坪路1号。买方或出让方不在重庆的也登记，但报数时不算。"
    assert read(text)["registered_in_chongqing"] == (1, 1)


def test_a_platform_that_is_wanted_is_no_platform() -> None:
    """Words of what is not yet, under an unforeseen header."""
    text = """# 创新平台

| 平台 | 级别 | 批准部门 | 目前 |
| --- | --- | --- | --- |
| 云桥科技企业孵化器 | 市级 | 重庆市科技局 | 运行 |
| 云桥技术转移示范机构 | 市级 | 重庆市科技局 | 运行 |
| 云桥新型研发机构 | 想报市级 | 没批 | 材料在审 |
"""
    assert read(text)["municipal_platforms"][0] == 2
