"""Whose a figure is, what a cell means, and when something happened, where it is said beside the figure, not in it."""

from __future__ import annotations

from datetime import date

import pytest

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


def test_a_letter_of_another_body_speaks_of_that_body() -> None:
    """By the end of its own name, in a letter that it signed."""
    form = """| 名称 | 重庆丘田农机技术转移站 | 代码 | 52500102MJP5902X19 |
| --- | --- | --- | --- |
| 专门机构 | 国际合作部 | 在岗 | 国际合作部专职人员5名 |
"""
    said = "推广总站外事科专职干部2名，与转移站账目分开。"
    letter = f"区科技局：\n\n{said}\n\n特此函复。\n\n涪陵区农机推广总站\n\n2025年6月18日\n"
    assert read(f"# 申请表\n\n{form}", letter)["dedicated_officers"] == (5, 5)
    assert read(f"# 申请表\n\n{form}", letter.replace("涪陵区农机推广总站", "重庆丘田农机技术转移站"))[
        "dedicated_officers"] == (2, 5)


def test_a_company_abroad_has_its_own_people() -> None:
    """A proper name in Latin letters before a preposition is the subject; without an applicant's name nobody is ruled
    out."""
    applicant = "申报单位：重庆云图软件有限公司\n\n"
    text = "截至2025年6月，在布尔诺稳定工作的员工11人。Moravia Invest集团在捷克雇员340人。"
    assert read(f"# 申报书\n\n{applicant}{text}")["stationed_staff"] == (11, 11)
    assert read(f"# 申报书\n\n{text}")["stationed_staff"] == (11, 340)


@pytest.mark.parametrize("said", ["那是总站的盘子，不算在我们头上", "与中心没有关系"])
def test_a_clause_behind_disowns_a_figure(said: str) -> None:
    """不算在我们头上, 与中心没有关系: what stands before it is somebody else's."""
    text = "# 申报书\n\n境外长期合作机构现有5家。监测总站另与17家境外机构有长期合作协议，"
    assert read(f"{text}{said}。")["foreign_partners"] == (5, 5)
    assert read(f"{text}都在执行。")["foreign_partners"] != (5, 5)


def test_what_is_set_up_is_not_who_sets_it_up() -> None:
    """公司设国际合作处，为一级内设部门: the office is no legal person, the company is."""
    text = "# 申报书\n\n本公司具有独立法人资格。公司设国际合作服务处，为一级内设部门。"
    assert read(text)["independent_legal_person"] == (1, 1)
    assert read("# 申报书\n\n本中心为大学的内设机构。")["independent_legal_person"] == (0, 0)


def test_an_accident_is_dated_by_the_sentence_before() -> None:
    """And a denial of others than that one denies nothing."""
    told = "{}年7月16日，本中心演示样机时，样机侧翻。区应急管理局调查后认定为一般生产安全责任事故，本中心负直接责任。"
    denied = "除这一起外，2021年以来没有出过别的环保、安全责任事故。"
    assert read(f"# 说明\n\n{told.format(2022)}\n\n{denied}")["no_incidents"] == (0, 0)
    assert "no_incidents" not in read(f"# 说明\n\n{told.format(2019)}\n\n{denied}")


def test_levels_that_today_is_held_against() -> None:
    """Neither the same time of last year, nor an earlier year beside a later one, in whatever order."""
    rows = "| 指标 | 上年同期 | 本期 |\n| --- | --- | --- |\n| 国际合作部专职（人） | 4 | 5 |\n| 兼职（人） | 2 | 3 |\n"
    text = f"# 人员\n\n{rows}"
    assert read(text)["dedicated_officers"] == (5, 5)
    assert read("# 企业\n\n2025年在园高新技术企业12家，2022年8家。")["resident_enterprises"] == (12, 12)


def test_what_is_said_in_two_languages_is_said_once() -> None:
    """In one clause as in two."""
    assert read("# 机构\n\n国际合作部专职2人 two full-time officers。")["dedicated_officers"] == (2, 2)
    spent = "2022年1月至2025年5月，本公司用于国际科技合作的支出为人民币168.4万元，另有9.2万欧元。"
    assert read(f"# 经费\n\n{spent}Expenditure was RMB 1,684,000 plus EUR 92,000.")["cooperation_funding"] == (
        1_684_000, None)


def test_some_of_them_are_spoken_of() -> None:
    """What each of several does, or which those of a class are, says not how many there are."""
    own = "中心目前有常驻工作人员4人。"
    assert read(f"# 人员\n\n{own}中心聘用的两位外籍雇员分别负责试验和联络。")["stationed_staff"] == (4, 4)
    assert read(f"# 人员\n\n{own}一人管外派与报销，一人管会务。")["stationed_staff"] == (4, 4)
    named = "其中国家级的三项分别是甲项目、乙项目和丙项目。"
    assert read(f"# 项目\n\n实验室承担国家级项目3项、市级项目4项。{named}")["key_projects"] == (7, 7)
    parts = read("# 项目\n\n实验室承担市级以上项目9项。其中国家级3项。")
    assert (parts["key_projects"], parts.get("municipal_platforms")) == ((9, 9), None)


def test_what_may_count_besides() -> None:
    """A platform without a rank, said to be there besides, lifts the upper bound; one of a district does not count."""
    text = "# 平台\n\n重庆市企业技术中心1个，渝北区工程研究中心1个。{}"
    assert read(text.format("另有院士专家工作站1个，级别待查。"))["municipal_platforms"] == (1, 2)
    assert read(text.format(""))["municipal_platforms"] == (1, 1)


@pytest.mark.parametrize("recital", ["管理办法对论文的要求是", "条文写明"])
def test_a_rule_is_recited_by_what_it_says_of_something(recital: str) -> None:
    """办法对论文的要求是…, 条文写明…."""
    recital += "近三年发表SCI或EI论文20篇以上"
    assert read(f"# 论文\n\n{recital}。本单位近三年发表SCI、EI论文17篇。")["sci_ei_papers"] == (17, 17)


def test_a_list_within_a_paragraph_is_numbered_in_chinese() -> None:
    """项目有：一、…；二、…: its numbers count nothing."""
    text = "2022年以来中心开展的联合研发和技术转移项目有：一、米轨检测联合研究（与泰国铁路研究院，2022年4月启动）；"
    text += "二、沥青材料联合研发（与泰国东方大学，2023年6月启动）；"
    text += "三、照明控制技术向泰国公路公司转移（2022年9月启动，已完成）。"
    assert read(f"# 项目\n\n{text}")["joint_projects"] == (3, 3)


def test_a_part_of_the_applicant_is_not_the_applicant() -> None:
    """机器人学院只是内设机构, and another institute's people are another institute's."""
    form = """| 名称 | 重庆沙磁职业技术学院 | 代码 | 1250010619226777XF |
| --- | --- | --- | --- |
| 法人证 | 事业单位法人证书 | 住所 | 重庆市沙坪坝区 |
"""
    said = "国际处提醒：独立法人是学院，机器人学院只是内设机构。"
    assert read(f"# 申报表\n\n{form}", f"# 记录\n\n{said}")["independent_legal_person"] == (1, 1)
    others = "重庆另一所职院在阿拉木图的中心有常驻14人，羡慕归羡慕。"
    assert read(f"# 申报表\n\n{form}", f"# 记录\n\n中心常驻3人。\n\n{others}")["stationed_staff"] == (3, 3)


def test_a_contract_s_articles_are_no_rule() -> None:
    """What a lease says of its own term counts; what a regulation says is recited."""
    article = "第三条 租期自2021年7月1日起至2025年1月31日止，期满自动失效。"
    assert read(f"# 租房合同译文\n\n{article}")["fixed_premises"] == (0, 0)
    assert "fixed_premises" not in read(f"# 管理办法\n\n{article}")


@pytest.mark.parametrize("note", ["一家两块牌子的按一户计", "已经搬走的、证书过期的不在内", "证书过期的已剔除"])
def test_a_note_of_how_it_was_counted_takes_nothing_away(note: str) -> None:
    """Nor is what it leaves out in the figure."""
    assert read(f"# 企业\n\n目前在园的高新技术企业合计12户（{note}）。")["resident_enterprises"] == (12, 12)


def test_what_was_long_ago_is_not_now() -> None:
    """And one thing that is spoken of is no total."""
    own = "有协议、年年有往来的长期合作机构有泰国朱拉隆功大学、法国里昂动物卫生实验室等5家。"
    assert read(f"# 合作\n\n{own}早年还同荷兰的一家研究所长期合作过。")["foreign_partners"] == (5, 5)


def test_an_office_is_told_by_what_it_is_set_up_for() -> None:
    """Whatever it is called; a leading group is none."""
    text = "# 机构\n\n商会设立{}，专门从事国际技术转移与国际科技合作对接。"
    assert read(text.format("国际技术转移服务台"))["dedicated_office"] == (1, 1)
    assert "dedicated_office" not in read(text.format("工作领导小组"))


def test_things_of_the_sentence_before() -> None:
    """A part names nothing itself where the sentence before it does, and counts nothing."""
    assert read("# 平台\n\n园区建有各类创新平台。其中国家级3个、市级6个。")["municipal_platforms"] == (9, 9)


def test_awards_of_other_provinces_have_the_rank() -> None:
    """省部级: any province's; a district's does not count."""
    text = "# 奖励\n\n“甲”获2021年重庆市科技进步奖二等奖；“乙”获2023年度四川省科技进步奖三等奖；“丙”获区科技进步奖。"
    assert read(text)["municipal_awards"] == (2, 2)
