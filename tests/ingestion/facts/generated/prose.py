"""How the grammar words facts in running text; `{own}` is the applicant, `{p}` a period, `{n}` a figure with its unit.

The wordings are those of applications, not the extractor's own lists: one that is not read is a finding.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.ingestion.facts.generated.words import Statement, Words, within

CENTRES = ("本中心", "我中心", "中心", "本单位", "我单位", "研究院")
PARKS = ("园区", "本园", "我园")
COUNTRIES = ("德国", "日本", "法国", "英国", "新加坡", "以色列", "荷兰", "韩国", "加拿大", "澳大利亚")

Writer = Callable[[Words], Statement]


@dataclass(frozen=True)
class Form:
    """One fact's figure: its unit, the range it is drawn from, and the sentences that word it."""

    key: str
    units: tuple[str, ...]
    low: int
    high: int
    sentences: tuple[str, ...]
    own: tuple[str, ...] = CENTRES


WINDOWED = (
    Form("sci_ei_papers", ("篇",), 12, 90, (
        "{p}，{own}发表SCI或EI论文{n}。", "{own}{p}发表SCI、EI收录论文{n}。",
        "{p}，{own}在所申报领域发表SCI/EI论文{n}。",
        "{own}{p}被SCI、EI收录的论文{n}。", "{p}，{own}共有{n}论文被SCI或EI收录。",
        "{p}，{own}围绕申报方向刊出SCI或EI论文{n}。")),
    Form("joint_papers", ("篇",), 3, 40, (
        "{p}，{own}中外联合发表论文{n}。", "{own}{p}与境外机构联合发表论文{n}。", "{p}，{own}发表中外合作论文{n}。",
        "{p}，{own}与国外高校合著论文{n}。")),
    Form("joint_projects", ("项", "个"), 2, 30, (
        "{p}，{own}与境外机构开展联合研发项目{n}。", "{own}{p}实施国际联合研发项目{n}。",
        "{p}，{own}启动中外联合研究项目{n}。",
        "{p}，{own}与外方共同实施技术转移转化项目{n}。")),
)
STATES = (
    Form("resident_enterprises", ("家", "户"), 5, 60, (
        "{p}{own}入驻高新技术企业{n}。", "{p}{own}集聚高新技术企业和创新型企业{n}。", "{p}{own}内有高新技术企业{n}。",
        "{p}{own}高新技术企业达到{n}。", "{p}入驻{own}的高新技术企业为{n}。"), PARKS),
    Form("municipal_platforms", ("个",), 2, 30, (
        "{p}{own}建有市级以上创新平台{n}。", "{p}{own}拥有省部级以上科研平台{n}。",
        "{p}{own}获批市级及以上重点实验室、工程技术研究中心{n}。",
        "{p}{own}市级以上平台{n}。")),
    Form("overseas_units", ("家", "个"), 2, 20, (
        "{p}{own}引进海外研发机构{n}。", "{p}入驻{own}的境外研发机构有{n}。", "{p}{own}集聚海外研发团队{n}。"),
        PARKS),
    Form("foreign_partners", ("家", "个"), 3, 60, (
        "{p}{own}与境外机构建立长期稳定合作关系{n}。", "{p}{own}与{n}国外科研机构保持长期合作。",
        "{p}{own}长期合作的国（境）外机构{n}。",
        "{p}与{own}保持稳定合作关系的境外单位有{n}。")),
    Form("dedicated_officers", ("名", "人"), 1, 15, (
        "{p}{own}配备专职国际合作管理人员{n}。", "{p}{own}有国际科技合作专职管理人员{n}。",
        "{p}{own}从事国际科技合作管理的专职人员{n}。")),
    Form("stationed_staff", ("名", "人"), 1, 25, (
        "{p}{own}常驻海外工作人员{n}。", "{p}{own}向海外中心派驻工作人员{n}。", "{p}海外中心有稳定工作人员{n}。")),
    Form("host_country_agreements", ("份", "项"), 1, 9, (
        "{p}海外中心与驻在国机构签有长期合作协议{n}。",
        "{p}{own}与驻在国科研机构签订的长期合作协议{n}，均在有效期内。")),
)
OPEN = (
    Form("technology_transfers", ("项",), 2, 30, (
        "{p}{own}成功实现国际技术转移{n}。", "{p}{own}向境外转移技术成果{n}。",
        "{p}{own}完成从国外向我市企业的技术转移{n}。")),
    Form("key_projects", ("项", "个"), 2, 60, (
        "{p}{own}承担市级以上科研项目{n}。", "{p}{own}承担国家级、省部级科研项目{n}。",
        "{p}{own}主持市级及以上重点科研项目{n}。")),
    Form("granted_ip", ("件", "项"), 2, 90, (
        "{p}{own}获授权发明专利{n}。", "{p}{own}拥有授权专利{n}。", "{p}{own}获得授权知识产权{n}。",
        "{p}{own}授权专利和软件著作权{n}。")),
    Form("municipal_awards", ("项",), 1, 20, (
        "{p}{own}获市级以上科技奖励{n}。", "{p}{own}获省部级科学技术奖{n}。",
        "{p}{own}获得国家级、市级科技奖励{n}。")),
)


def _sentence(words: Words, form: Form, period: str, written: str) -> str:
    text = words.one(form.sentences)
    if not period:
        text = text.replace("{p}，", "{p}")
    return text.format(p=period, own=words.one(form.own), n=written)


def windowed(form: Form) -> Writer:
    def write(words: Words) -> Statement:
        written, bounds = words.figure(form.low, form.high, words.one(form.units))
        period, reach = words.period(bounds)
        settled = within(bounds, reach)
        return Statement((_sentence(words, form, period, written),), {form.key: settled} if settled else {})
    return write


def state(form: Form) -> Writer:
    def write(words: Words) -> Statement:
        written, bounds = words.figure(form.low, form.high, words.one(form.units))
        month = f"{words.day.year}年{max(1, words.day.month - 1)}月"
        period = words.one(["", "目前，", "现", "", f"截至{month}底，"])
        if bounds[1] is not None and words.chance(0.15):
            return Statement((_sentence(words, form, "累计", written),), {form.key: (0, bounds[1])})
        return Statement((_sentence(words, form, period, written),), {form.key: bounds})
    return write


def open_ended(form: Form) -> Writer:
    def write(words: Words) -> Statement:
        written, bounds = words.figure(form.low, form.high, words.one(form.units))
        if words.chance(0.3):
            period = words.one(["近三年，", f"{words.first + 1}年，", f"{words.first}年以来，"])
            return Statement((_sentence(words, form, period, written),), {form.key: (bounds[0], None)})
        return Statement((_sentence(words, form, words.one(["", "累计", "目前，", "先后"]), written),),
                         {form.key: bounds})
    return write


def papers_with_part(words: Words) -> Statement:
    """A total and the part of it that has foreign authors (reading 5)."""
    total, bounds = words.figure(20, 90, "篇")
    part, inner = words.exact(2, 9, "篇")
    period, reach = words.period(bounds)
    own = words.one(CENTRES)
    text = f"{period}{'，' if period else ''}{own}发表SCI或EI论文{total}" + words.one([
        f"，其中中外联合发表{part}。", f"（其中中外联合发表{part}）。", f"，其中与境外机构合作发表{part}。",
        f"，其中中外合作论文{part}。"])
    settled, of_part = within(bounds, reach), within((inner, inner), reach)
    return Statement((text,), {"sci_ei_papers": settled, "joint_papers": of_part} if settled and of_part else {})


def papers_by_index(words: Words) -> Statement:
    """Two classes that may overlap (reading 3)."""
    sci, many = words.exact(10, 40, "篇")
    ei, few = words.exact(4, 30, "篇")
    both = words.random.randint(1, 3)
    ending, bounds = words.one([
        ("。", (max(many, few), many + few)), ("，互不重复。", (many + few, many + few)),
        ("，两者不重复。", (many + few, many + few)),
        (f"，其中{both}篇同时被SCI和EI收录。", (many + few - both, many + few - both))])
    form = words.one(["发表SCI论文{a}、EI论文{b}", "论文被SCI收录{a}、被EI收录{b}",
                      "发表SCI收录论文{a}，EI收录论文{b}"])
    return Statement((f"近三年，{words.one(CENTRES)}" + form.format(a=sci, b=ei) + ending,),
                     {"sci_ei_papers": bounds})


def papers_by_year(words: Words) -> Statement:
    """Yearly figures without a total are added and stand for their years (reading 2)."""
    years = range(words.first, words.day.year)
    figures = [words.random.randint(3, 15) for _ in years]
    listed = words.one([
        "，".join(f"{year}年发表SCI论文{figure}篇" for year, figure in zip(years, figures, strict=True)),
        "、".join(f"{year}年" for year in years) + "分别发表SCI论文" + "、".join(f"{figure}篇" for figure in figures)])
    whole = words.day.month <= 3
    return Statement((f"{words.one(CENTRES)}{listed}。",),
                     {"sci_ei_papers": (sum(figures), sum(figures) if whole else None)})


def money_spent(words: Words) -> Statement:
    written, bounds = words.money()
    period, reach = words.period(bounds)
    comma = "，" if period else ""
    text = words.one([
        f"{period}{comma}中心用于国际科技合作的经费支出{written}。",
        f"{period}{comma}海外中心国际科技合作经费实际支出{written}。",
        f"{period}{comma}我单位用于国际科技合作的资金共{written}。", f"{period}{comma}国际合作经费投入{written}。"])
    settled = within(bounds, reach)
    return Statement((text,), {"cooperation_funding": settled} if settled else {})


def ranks_added(words: Words) -> Statement:
    """Disjoint ranks without a total are added; the district's is left out (reading 2)."""
    national, municipal = words.random.randint(1, 4), words.random.randint(1, 6)
    tail = words.one(["", "，区级2个", "、区级1个"])
    return Statement((f"{words.one(CENTRES)}建有创新平台：国家级{national}个、市级{municipal}个{tail}。",),
                     {"municipal_platforms": (national + municipal,) * 2})


def less_expired(words: Words) -> Statement:
    """Ended agreements and titles are subtracted (reading 12)."""
    total, ended = words.random.randint(8, 30), words.random.randint(1, 4)
    key, text = words.one([
        ("foreign_partners", f"中心与{total}家境外机构建立长期合作关系，其中{ended}家协议已到期。"),
        ("resident_enterprises", f"园区入驻高新技术企业{total}家，其中{ended}家证书已过期。"),
        ("granted_ip", f"中心拥有授权专利{total}件，其中{ended}件已失效。"),
        ("key_projects", f"中心承担科研项目{total}项，其中校级{ended}项，其余均为市级以上项目。")])
    return Statement((text,), {key: (total - ended,) * 2})


def distributed(words: Words) -> Statement:
    """各 gives its figure to each (reading 19)."""
    names = words.random.sample(COUNTRIES, words.random.randint(2, 4))
    each = words.random.randint(1, 3)
    return Statement((f"中心与{'、'.join(names)}各{each}家科研机构建立了长期稳定的合作关系。",),
                     {"foreign_partners": (each * len(names),) * 2})


def of_a_larger_body(words: Words) -> Statement:
    """Only the applicant's own figure is the fact (reading 11)."""
    whole, own = words.random.randint(300, 4000), words.random.randint(12, 60)
    return Statement((words.one([
        f"近三年，学校共发表SCI论文{whole}篇，其中本中心发表SCI论文{own}篇。",
        f"近三年全校发表SCI、EI论文{whole}篇，本中心发表SCI、EI论文{own}篇。"]),), {"sci_ei_papers": (own, own)})


NONE = (
    ("granted_ip", "{own}尚未获得授权专利。"), ("municipal_awards", "{own}尚未获得市级以上科技奖励。"),
    ("dedicated_officers", "{own}暂无专职国际合作管理人员。"), ("overseas_units", "园区暂无海外研发机构入驻。"),
    ("key_projects", "{own}尚未承担市级以上科研项目。"), ("joint_projects", "近三年{own}未开展联合研发项目。"),
)


def none(words: Words) -> Statement:
    """An explicit none is 0 (reading 15)."""
    key, text = words.one(NONE)
    return Statement((text.format(own=words.one(CENTRES)),), {key: (0, 0)})


YES_NO: dict[str, tuple[tuple[str, int], ...]] = {
    "registered_in_chongqing": (
        ("注册地址：重庆市渝北区黄山大道中段9号。", 1), ("{own}注册于重庆市两江新区。", 1),
        ("住所：重庆市北碚区蔡家岗镇嘉德大道88号。", 1),
        ("注册地址：四川省成都市高新区天府大道1号。", 0), ("{own}注册于北京市海淀区。", 0)),
    "independent_legal_person": (
        ("{own}具有独立法人资格。", 1), ("{own}为独立法人机构。", 1), ("单位性质：事业单位法人。", 1),
        ("{own}不具备独立法人资格。", 0),
        ("{own}不是独立法人。", 0)),
    "dedicated_office": (
        ("{own}设有国际合作处，负责国际科技合作管理。", 1), ("{own}成立了国际科技合作办公室。", 1),
        ("{own}未设立专职国际合作管理机构。", 0)),
    "no_incidents": (
        ("近三年，{own}未发生环保、安全等责任事故。", 1), ("{own}近三年没有发生过安全生产和环境污染责任事故。", 1),
        ("{last}年5月，{own}发生一起安全生产责任事故。", 0)),
    "no_integrity_issues": (
        ("近三年，{own}未发生科研诚信问题。", 1), ("{own}近三年无科研失信行为。", 1),
        ("{last}年，{own}一名研究人员因学术不端被处理。", 0)),
    "secrecy_compliance": (
        ("{own}严格遵守国家科技保密规定。", 1), ("{own}认真执行国家有关科技保密的规定。", 1)),
    "actual_control": (
        ("我单位持有海外中心75%的股权。", 1), ("{own}对海外中心拥有实际控制权。", 1), ("海外中心由外方控股。", 0)),
    "self_sustaining": (
        ("海外中心实行自收自支。", 1), ("海外中心自收自支、独立核算。", 1), ("海外中心尚未实现自收自支。", 0)),
    "fixed_premises": (
        ("海外中心在驻在国租有固定办公场所，租约有效期至{later}年12月31日。", 1),
        ("海外中心办公场所租期为{first}年1月1日至{later}年12月31日。", 1),
        ("海外中心在当地没有固定办公场所。", 0)),
}


def yes_no(key: str) -> Writer:
    def write(words: Words) -> Statement:
        text, value = words.one(YES_NO[key])
        year = words.day.year
        return Statement((text.format(own=words.one(CENTRES), last=year - 1, later=year + 2, first=year - 2),),
                         {key: (value, value)})
    return write


DISTRACTORS = (
    "到{later}年，力争发表SCI或EI论文{n}篇。", "计划三年内引进海外研发机构{few}家。",
    "预计{later}年新增授权发明专利{n}件。",
    "全市现有高新技术企业{many}家。", "全国共有市级以上创新平台{many}个。",
    "兄弟单位某研究所近三年发表SCI论文{n}篇。",
    "《管理办法》第八条要求近三年发表SCI或EI论文20篇（含）以上。",
    "按照申报条件，申报单位应当与5家以上境外机构建立长期合作。",
    "成果转化率达到{few}5%，居全国前{few}位。", "单篇论文最高被引{n}次，期刊影响因子{few}.{few}。",
    "中心年均发表SCI论文{n}篇。",
    "正在申报市级重点实验室{few}个。", "另有{few}篇论文已被录用，待发表。", "正在与{few}家境外机构洽谈合作。",
    "中心现有大型仪器设备{n}台（套）。",
    "实验室面积{many}平方米，藏书{many}册。", "接待境外专家来访{n}人次，举办国际会议{few}场。",
    "中心食堂可同时容纳{many}人就餐。",
    "中心与{few}个国家开展学术交流。", "获评区级众创空间{few}家。", "受理发明专利申请{n}件，尚在审查中。",
    "联系电话：023-68{few}2{few}4{few}9。",
    "文件依据：渝科局发〔{last}〕{few}号。", "现有兼职联络员{few}名。", "项目合同额共{n}万元，尚未支出。",
)


def distractor(words: Words) -> Statement:
    """A sentence with numbers and no fact."""
    rng, year = words.random, words.day.year
    return Statement((words.one(DISTRACTORS).format(
        n=rng.randint(21, 99), few=rng.randint(2, 9), many=rng.randint(100, 9000), later=year + 2, last=year - 1),))


WRITERS: dict[str, tuple[Writer, ...]] = {
    **{form.key: (windowed(form),) for form in WINDOWED}, **{form.key: (state(form),) for form in STATES},
    **{form.key: (open_ended(form),) for form in OPEN}, **{key: (yes_no(key),) for key in YES_NO},
    "cooperation_funding": (money_spent,)}
SPECIAL: tuple[Writer, ...] = (papers_with_part, papers_by_index, papers_by_year, ranks_added, less_expired,
                               distributed, of_a_larger_body, none)
