"""How the grammar words totals with their parts, kinds, ranks, directions and years (readings 1 to 6, 10 and 14)."""
from __future__ import annotations

from tests.ingestion.facts.generated.words import Bounds, Statement, Words

CENTRES = ("本中心", "中心", "我单位", "研究院")
PARKS = ("园区", "本园")


def _exactly(key: str, value: int) -> dict[str, Bounds]:
    return {key: (value, value)}


def indexed_part(words: Words) -> Statement:
    """Of all papers only the indexed ones are the fact (reading 5)."""
    part = words.random.randint(12, 60)
    total = part + words.random.randint(10, 60)
    text = words.one([
        f"近三年，{words.one(CENTRES)}共发表论文{total}篇，其中SCI、EI收录{part}篇。",
        f"近三年，{words.one(CENTRES)}发表学术论文{total}篇，其中SCI收录论文{part}篇。",
        f"近三年，{words.one(CENTRES)}共发表高水平论文{total}篇（SCI收录{part}篇）。",
        f"截至申报日，{words.one(CENTRES)}累计发表SCI论文{total}篇，其中近三年{part}篇。"])
    return Statement((text,), _exactly("sci_ei_papers", part))


def years_in_brackets(words: Words) -> Statement:
    """A breakdown whose sum is the total adds nothing (reading 5)."""
    years = range(words.first, words.day.year + 1)
    figures = [words.random.randint(2, 15) for _ in years]
    listed = "、".join(f"{year}年{figure}篇" for year, figure in zip(years, figures, strict=True))
    text = words.one([f"近三年，{words.one(CENTRES)}共发表SCI论文{sum(figures)}篇（{listed}）。",
                      f"近三年，{words.one(CENTRES)}发表SCI或EI论文{sum(figures)}篇，其中{listed}。"])
    return Statement((text,), _exactly("sci_ei_papers", sum(figures)))


def years_below(words: Words) -> Statement:
    """Years after a label are added (reading 2)."""
    years = range(words.first, words.day.year + 1)
    figures = [words.random.randint(2, 15) for _ in years]
    joint = words.one(["，", "、"])
    listed = joint.join(f"{year}年{figure}篇" for year, figure in zip(years, figures, strict=True))
    return Statement((f"近三年SCI论文：{listed}。",), _exactly("sci_ei_papers", sum(figures)))


def spent_of_received(words: Words) -> Statement:
    """With both, the spent figure is the fact (reading 14)."""
    spent = words.random.randint(20, 60) * 10
    received = spent + words.random.randint(5, 20) * 10
    return Statement((words.one([
        f"近三年国际科技合作经费到账{received}万元，实际支出{spent}万元。",
        f"近三年，国际科技合作合同额{received}万元，已支出{spent}万元。",
        f"近三年国际科技合作经费预算{received}万元，实际支出{spent}万元。"]),),
        _exactly("cooperation_funding", spent * 10_000))


def funding_by_purpose(words: Words) -> Statement:
    """Parts after a colon are not added to their total."""
    parts = [words.random.randint(20, 200) for _ in range(3)]
    text = f"近三年，{words.one(CENTRES)}国际科技合作经费支出共计{sum(parts)}万元，其中：联合研发支出{parts[0]}万元，"
    text += f"人员交流支出{parts[1]}万元，其他支出{parts[2]}万元。"
    return Statement((text,), _exactly("cooperation_funding", sum(parts) * 10_000))


def funding_with_dollars(words: Words) -> Statement:
    """Without a rate a foreign part leaves the amount open above (reading 14)."""
    yuan, foreign = words.random.randint(50, 400), words.random.randint(5, 60)
    currency = words.one(["美元", "欧元"])
    return Statement((f"近三年国际科技合作支出人民币{yuan}万元、{foreign}万{currency}。",),
                     {"cooperation_funding": (yuan * 10_000, None)})


def projects_by_rank(words: Words) -> Statement:
    """Only the ranks that count are added; a total holds the others, too."""
    national, municipal, own = (words.random.randint(1, 20) for _ in range(3))
    total = national + municipal + own
    text = words.one([
        f"{words.one(CENTRES)}承担各级科研项目{total}项，其中国家级{national}项、省部级{municipal}项、校级{own}项。",
        f"{words.one(CENTRES)}承担国家自然科学基金项目{national}项、重庆市自然科学基金项目{municipal}项，校级项目{own}项。",
        f"{words.one(CENTRES)}承担科研项目：国家级{national}项、市级{municipal}项、校级{own}项。"])
    return Statement((text,), _exactly("key_projects", national + municipal))


def awards_by_grade(words: Words) -> Statement:
    """Prizes of several names and grades are added."""
    second, third = words.random.randint(1, 4), words.random.randint(1, 4)
    first = second + third + words.random.randint(1, 4)
    text = f"获国家科技进步二等奖{first}项，重庆市科技进步一等奖{second}项、二等奖{third}项。"
    return Statement((words.one(CENTRES) + text,), _exactly("municipal_awards", first + second + third))


def patents_by_kind(words: Words) -> Statement:
    """Kinds of granted rights are added; applications are not."""
    inventions, utility, software = (words.random.randint(2, 30) for _ in range(3))
    tail = words.one(["", f"，另申请发明专利{words.random.randint(3, 30)}件"])
    return Statement((
        f"{words.one(CENTRES)}获授权发明专利{inventions}件、实用新型专利{utility}件、软件著作权{software}项{tail}。",),
        _exactly("granted_ip", inventions + utility + software))


def transfers_by_direction(words: Words) -> Statement:
    """Both directions, with and without their total."""
    out, back = words.random.randint(1, 9), words.random.randint(1, 9)
    text = words.one([
        f"{words.one(CENTRES)}成功转移技术{out + back}项，其中向国外转移{out}项，从国外引进至我市企业{back}项。",
        f"{words.one(CENTRES)}完成国际技术转移：向境外转移技术{out}项，从境外向我市企业转移技术{back}项。"])
    return Statement((text,), _exactly("technology_transfers", out + back))


def partners_of_countries(words: Words) -> Statement:
    """Countries are no partners, domestic partners neither (reading 10)."""
    countries, many, home = words.random.randint(3, 20), words.random.randint(21, 60), words.random.randint(2, 20)
    text = words.one([
        f"{words.one(CENTRES)}与{countries}个国家和地区的{many}所高校、科研院所建立了长期稳定的合作关系。",
        f"{words.one(CENTRES)}与国外{many}家机构、国内{home}家机构建立长期合作关系。",
        f"{words.one(CENTRES)}与{many + home}家机构建立长期合作关系，其中境外{many}家。"])
    return Statement((text,), _exactly("foreign_partners", many))


def titles_that_overlap(words: Words) -> Statement:
    """Two titles may be one firm's (reading 3)."""
    first, second = words.random.randint(8, 40), words.random.randint(3, 30)
    both = words.random.randint(1, 3)
    park = words.one(PARKS)
    tail, bounds = words.one([
        ("。", (max(first, second), first + second)), ("，互不重复。", (first + second, first + second)),
        (f"，其中{both}家同时具有两项称号。", (first + second - both, first + second - both)),
        (f"，合计{first + second - both}家（{both}家同时具有两项称号）。",
         (first + second - both, first + second - both))])
    return Statement((f"{park}现有高新技术企业{first}家、创新型企业{second}家{tail}",),
                     {"resident_enterprises": bounds})


def staff_by_origin(words: Words) -> Statement:
    """Posted and local staff make up the total; part-time ones are taken off."""
    posted, local = words.random.randint(1, 8), words.random.randint(1, 8)
    text, value = words.one([
        (f"海外中心现有工作人员{posted + local}名，其中中方派驻{posted}名，当地雇员{local}名。", posted + local),
        (f"海外中心共有员工{posted + local}人，其中常驻{posted}人，兼职{local}人。", posted)])
    return Statement((text,), _exactly("stationed_staff", value))


def units_of_two_kinds(words: Words) -> Statement:
    """Institutions and teams are added; what left is not."""
    houses, teams = words.random.randint(1, 8), words.random.randint(1, 8)
    text, value = words.one([
        (f"园区入驻海外研发机构{houses}家、海外研发团队{teams}支。", houses + teams),
        (f"园区累计引进海外研发机构{houses + teams}家，目前在园{houses}家。", houses)])
    return Statement((text,), _exactly("overseas_units", value))


def form_of_figures(words: Words) -> Statement:
    """A form's lines: a label with its unit, and the figure."""
    patents, awards, platforms = (words.random.randint(1, 40) for _ in range(3))
    rows = [("授权发明专利（件）", patents, "granted_ip"), ("市级以上科技奖励（项）", awards, "municipal_awards"),
            ("市级以上创新平台（个）", platforms, "municipal_platforms")]
    words.random.shuffle(rows)
    gold: dict[str, Bounds] = {key: (value, value) for _, value, key in rows}
    if words.chance(0.5):
        return Statement(tuple(f"{label}：{value}" for label, value, _ in rows), gold)
    return Statement((words.one(["主要指标", "指标完成情况表"]),), gold,
                     ((words.one(["指标", "指标名称"]), words.one(["数值", "完成值", "现状"])),
                                *((label, str(value)) for label, value, _ in rows)))


PARTS = (indexed_part, years_in_brackets, years_below, spent_of_received, funding_by_purpose, funding_with_dollars,
         projects_by_rank, awards_by_grade, patents_by_kind, transfers_by_direction, partners_of_countries,
         titles_that_overlap, staff_by_origin, units_of_two_kinds, form_of_figures)
