"""How the grammar words facts as tables and numbered lists: rows that count, and rows left out for one reason each.

A table is lines divided by " | ". Columns come in any order under any of their names, rows in any order,
and the count is
what was drawn. `Rows` keeps the parts, so that tests can shuffle, repeat or write them elsewhere.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tests.ingestion.facts.generated.words import Bounds, Statement, Words

ADJECTIVES = ("高效", "新型", "低温", "智能", "绿色", "复合", "柔性", "自适应", "微纳", "梯度", "多尺度", "仿生")
THINGS = ("膜材料", "镁合金", "传感器", "催化剂", "储能电池", "生物炭", "疫苗佐剂", "页岩气", "柑橘", "机器人",
          "激光器", "减振器")
TOPICS = ("制备", "表征", "疲劳行为", "界面调控", "数值模拟", "失效机理", "回收工艺", "性能优化")
FOREIGN = (("慕尼黑工业大学", "德国"), ("东京工业大学", "日本"), ("里昂大学", "法国"), ("利兹大学", "英国"),
           ("南洋理工大学", "新加坡"),
           ("以色列理工学院", "以色列"), ("代尔夫特理工大学", "荷兰"), ("首尔大学", "韩国"), ("多伦多大学", "加拿大"),
           ("悉尼大学", "澳大利亚"),
           ("布达佩斯技术与经济大学", "匈牙利"), ("米兰理工大学", "意大利"), ("隆德大学", "瑞典"),
           ("赫尔辛基大学", "芬兰"))
DOMESTIC = (("四川大学", "中国"), ("西安交通大学", "中国"), ("中国科学院重庆绿色智能技术研究院", "中国"))
NUMBER = ("序号", "编号", "No.")


Cells = tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """A table before it is written."""

    caption: str
    headers: Cells
    rows: tuple[Cells, ...]
    gold: dict[str, Bounds]

    def statement(self) -> Statement:
        return Statement((self.caption,) if self.caption else (), self.gold, (self.headers, *self.rows))

    def shuffled(self, words: Words) -> Rows:
        """Rows in another order."""
        return replace(self, rows=tuple(words.random.sample(self.rows, len(self.rows))))

    def swapped(self, words: Words) -> Rows:
        """Columns in another order."""
        order = words.random.sample(range(len(self.headers)), len(self.headers))
        return replace(self, headers=tuple(self.headers[place] for place in order),
                       rows=tuple(tuple(row[place] for place in order) for row in self.rows))

    def numbered(self, words: Words) -> Rows:
        """With a first column of numbers."""
        return replace(self, headers=(words.one(NUMBER), *self.headers),
                       rows=tuple((str(place), *row) for place, row in enumerate(self.rows, 1)))

    def repeated(self, words: Words) -> Rows:
        """With one row twice."""
        return replace(self, rows=(*self.rows, words.one(self.rows)))


Maker = Callable[[Words], Rows]


def _titles(words: Words, count: int) -> list[str]:
    every = [f"{a}{b}的{c}" for a in ADJECTIVES for b in THINGS for c in TOPICS]
    return words.random.sample(every, count)


def _mixed(words: Words, good: Sequence[Cells], bad: Sequence[Cells]) -> tuple[Cells, ...]:
    rows = [*good, *bad]
    words.random.shuffle(rows)
    return tuple(rows)


def _day(words: Words, first: int, last: int) -> str:
    """A day between two years, in one of the ways of cells."""
    year, month = words.random.randint(first, last), words.random.randint(1, 12)
    return words.one([f"{year}-{month:02}", f"{year}.{month}", f"{year}年{month}月", f"{year}/{month:02}/15"])


def papers(words: Words) -> Rows:
    """Rows outside the window, not indexed, only accepted, or listed twice do not count."""
    count, year = words.random.randint(4, 14), words.day.year
    spare = iter(_titles(words, count + 4))
    index = ["SCI", "EI", "SCI、EI", "SCIE", "SCI/EI"]
    good = [(next(spare), words.one(["Applied Energy", "机械工程学报", "Desalination"]),
             _day(words, words.first, year - 1),
             words.one(index)) for _ in range(count)]
    bad = [(next(spare), "Fuel", _day(words, words.first - 3, words.first - 1), "SCI"),
           (next(spare), "某学报", _day(words, words.first, year - 1), words.one(["北大核心", "CSCD", "ESCI"])),
           good[0]]
    return Rows(words.one(["表1 近三年论文清单", "附表 论文一览表", "近三年SCI、EI论文目录", "论文清单"]),
                (words.one(["论文题目", "题目", "题名", "论文名称"]), words.one(["期刊名称", "发表刊物", "期刊"]),
                 words.one(["发表时间", "出版日期", "发表年月"]), words.one(["收录情况", "收录类别", "检索情况"])),
                _mixed(words, good, words.random.sample(bad, words.random.randint(0, 3))),
                {"sci_ei_papers": (count, count)})


def partners(words: Words) -> Rows:
    """Domestic ones and ended agreements do not count, one named twice counts once."""
    chosen = words.random.sample(FOREIGN, words.random.randint(4, 9))
    year = words.day.year
    good = [(name, country, f"{year - 2}年", f"{year + 2}年") for name, country in chosen[1:]]
    bad = [(*words.one(DOMESTIC), f"{year - 2}年", f"{year + 2}年"), (*chosen[0], f"{year - 6}年", f"{year - 2}年"),
           good[0]]
    return Rows(words.one(["表2 境外长期合作机构一览表", "国际合作伙伴清单", "长期合作外方单位名录"]),
                (words.one(["机构名称", "外方机构名称", "合作单位", "合作机构"]),
                 words.one(["国别", "国家", "国别/地区"]),
                 words.one(["签署时间", "合作起始时间"]), words.one(["有效期至", "协议到期"])),
                _mixed(words, good, words.random.sample(bad, words.random.randint(0, 3))),
                {"foreign_partners": (len(good), len(good))})


def enterprises(words: Words) -> Rows:
    """Firms without a title, with a certificate that ran out, or moved away do not count."""
    names = [f"重庆{a}{b}科技有限公司" for a, b in zip(
        words.random.sample(ADJECTIVES, 12), words.random.sample(THINGS, 12), strict=True)]
    count, year = words.random.randint(3, 9), words.day.year
    titles = ["高新技术企业", "创新型企业", "国家高新技术企业"]
    good = [(name, words.one(titles), f"{year + words.random.randint(1, 2)}年12月", words.one(["在园", "正常经营"]))
            for name in names[:count]]
    bad = [(names[9], "—", "—", "在园"), (names[10], "高新技术企业", f"{year - 1}年1月", "在园"),
           (names[11], "高新技术企业", f"{year + 1}年12月", "已迁出")]
    return Rows(words.one(["入驻企业名单", "表3 园区入驻企业一览表", "在园企业名录"]),
                (words.one(["企业名称", "入驻企业", "公司名称"]), words.one(["企业资质", "认定类型", "资质类别"]),
                 words.one(["证书有效期至", "有效期至"]), words.one(["状态", "备注", "现状"])),
                _mixed(words, good, words.random.sample(bad, words.random.randint(0, 3))),
                {"resident_enterprises": (count, count)})


def platforms(words: Words) -> Rows:
    """District platforms and those still applied for do not count."""
    kinds = ("重点实验室", "工程技术研究中心", "科技企业孵化器", "技术转移示范机构", "院士专家工作站", "新型研发机构")
    things = words.random.sample(THINGS, 9)
    count = words.random.randint(2, 6)
    good = [(f"{thing}{words.one(kinds)}",
             *words.one([("市级", "重庆市科技局"), ("国家级", "科技部"), ("市级", "市经信委")]), "运行中")
            for thing in things[:count]]
    bad = [(f"{things[7]}众创空间", "区级", "渝北区科技局", "运行中"),
           (f"{things[8]}重点实验室", "市级", "重庆市科技局", "申报中")]
    return Rows(words.one(["创新平台清单", "表4 科研平台情况表", "创新平台一览"]),
                (words.one(["平台名称", "名称"]), words.one(["级别", "等级"]), words.one(["批准部门", "认定部门"]),
                 words.one(["状态", "备注"])),
                _mixed(words, good, words.random.sample(bad, words.random.randint(0, 2))),
                {"municipal_platforms": (count, count)})


def patents(words: Words) -> Rows:
    """Applications and lapsed patents do not count."""
    count = words.random.randint(2, 9)
    spare = iter(_titles(words, count + 2))
    good = [(f"一种{next(spare)}方法", words.one(["发明专利", "实用新型专利"]),
             f"ZL2021{words.random.randint(10**8, 10**9 - 1)}",
             words.one(["授权", "已授权", "有效"])) for _ in range(count)]
    bad = [(f"一种{next(spare)}方法", "发明专利", "—", words.one(["实质审查", "受理"])),
           (f"一种{next(spare)}装置", "发明专利", "ZL2015102345678", "已失效")]
    return Rows(words.one(["知识产权清单", "表5 授权专利一览表", "专利清单"]),
                (words.one(["专利名称", "名称", "知识产权名称"]), words.one(["类型", "类别"]),
                 words.one(["专利号", "授权号"]),
                 words.one(["法律状态", "状态"])),
                _mixed(words, good, words.random.sample(bad, words.random.randint(0, 2))),
                {"granted_ip": (count, count)})


def transfers(words: Words) -> Rows:
    """Only completed transfers between Chongqing and abroad count."""
    count = words.random.randint(2, 6)
    spare = iter(_titles(words, count + 3))
    year = words.day.year
    out = [("重庆嘉陵装备有限公司", f"{country}{city}公司") for country,
           city in (("德国", "莱茵"), ("泰国", "湄南"), ("越南", "红河"))]
    pairs = [*out, *((b, a) for a, b in out)]
    done = ["已完成", "已验收", "完成交付", "已投产"]
    good = [(f"{next(spare)}技术", *words.one(pairs), f"{year - 1}年{place + 1}月",
             words.one(done)) for place in range(count)]
    bad = [(f"{next(spare)}技术", *pairs[0], f"{year}年1月", words.one(["执行中", "洽谈中"])),
           (f"{next(spare)}技术", "重庆嘉陵装备有限公司", "成都天府材料有限公司", f"{year - 1}年5月", "已完成")]
    return Rows(words.one(["国际技术转移项目清单", "表6 技术转移案例表"]),
                (words.one(["技术名称", "转移技术"]), words.one(["技术提供方", "转出方"]),
                 words.one(["受让方", "接收方", "技术受方"]),
                 words.one(["完成时间", "时间"]), words.one(["状态", "进展"])),
                _mixed(words, good, words.random.sample(bad, words.random.randint(0, 2))),
                {"technology_transfers": (count, count)})


def projects(words: Words) -> Rows:
    """Projects of the school, of firms, and those under review do not count."""
    count = words.random.randint(2, 8)
    spare = iter(_titles(words, count + 3))
    good = [(f"{next(spare)}研究",
             words.one(["国家自然科学基金", "国家重点研发计划", "重庆市科技局", "重庆市自然科学基金"]),
             words.one(["国家级", "市级"]), words.one(["在研", "结题"])) for _ in range(count)]
    good = [(name, source, "国家级" if source.startswith("国家") else "市级", status) for name, source, _,
            status in good]
    bad = [(f"{next(spare)}研究", "校内培育项目", "校级", "在研"), (f"{next(spare)}研究", "企业委托", "横向", "在研"),
           (f"{next(spare)}研究", "重庆市科技局", "市级", "申报中")]
    return Rows(words.one(["科研项目清单", "表7 承担科研项目一览表"]),
                (words.one(["项目名称", "课题名称"]), words.one(["项目来源", "来源"]),
                 words.one(["级别", "项目级别"]),
                 words.one(["状态", "执行情况"])),
                _mixed(words, good, words.random.sample(bad, words.random.randint(0, 3))),
                {"key_projects": (count, count)})


def awards(words: Words) -> Rows:
    """District and society prizes do not count."""
    count = words.random.randint(1, 5)
    spare = iter(_titles(words, count + 2))
    good = [(next(spare), words.one(["重庆市科技进步奖", "重庆市技术发明奖", "国家科学技术进步奖"]),
             words.one(["一等奖", "二等奖", "三等奖"]),
             f"{words.day.year - place}年") for place in range(1, count + 1)]
    bad = [(next(spare), "渝北区科技进步奖", "一等奖", f"{words.day.year - 1}年")]
    return Rows(words.one(["科技奖励清单", "表8 获奖情况一览表"]),
                (words.one(["获奖成果", "项目名称", "成果名称"]), words.one(["奖励名称", "奖项"]),
                 words.one(["等级", "奖励等级"]),
                 words.one(["获奖年度", "年度"])),
                _mixed(words, good, bad if words.chance(0.5) else []), {"municipal_awards": (count, count)})


def staff(words: Words) -> Rows:
    """Those who work part-time or at home do not count."""
    surnames = words.random.sample("赵钱孙李周吴郑王冯陈褚卫", 9)
    people = [f"{surname}{words.one(['明远', '思齐', '一诺', '国栋', '文静'])}" for surname in surnames]
    count = words.random.randint(1, 6)
    good = [(name, words.one(["主任", "工程师", "项目经理"]),
             words.one(["常驻", "常驻海外", "当地全职雇员"])) for name in people[:count]]
    bad = [(people[7], "顾问", "兼职"), (people[8], "联络员", "国内")]
    return Rows(words.one(["海外中心工作人员名单", "表9 海外中心人员情况表"]),
                ("姓名", words.one(["岗位", "职务"]), words.one(["工作方式", "驻外情况", "工作地点"])),
                _mixed(words, good, words.random.sample(bad, words.random.randint(0, 2))),
                {"stationed_staff": (count, count)})


def spending(words: Words) -> Rows:
    """The unit of the heading holds for all cells, and the row of totals is no year."""
    years = range(words.first, words.day.year + 1)
    amounts = [words.random.randint(20, 180) for _ in years]
    rows = [(f"{year}年" if year < words.day.year else f"{year}年（截至申报日）", str(amount))
            for year, amount in zip(years, amounts, strict=True)]
    if words.chance(0.6):
        rows.append(("合计", str(sum(amounts))))
    total = sum(amounts) * 10_000
    return Rows(words.one(["国际科技合作经费支出表（单位：万元）", "近三年国际科技合作经费支出情况 单位：万元"]),
                (words.one(["年度", "年份"]), words.one(["支出金额", "经费支出", "实际支出"])), tuple(rows),
                {"cooperation_funding": (total, total)})


TABLES: dict[str, Maker] = {
    "sci_ei_papers": papers, "foreign_partners": partners, "resident_enterprises": enterprises,
    "municipal_platforms": platforms,
    "granted_ip": patents, "technology_transfers": transfers, "key_projects": projects, "municipal_awards": awards,
    "stationed_staff": staff, "cooperation_funding": spending}


def partner_list(words: Words) -> Statement:
    """A numbered list of partners, with an ended agreement that does not count."""
    chosen = words.random.sample(FOREIGN, words.random.randint(3, 7))
    year = words.day.year
    lines = [f"{name}（{country}），{year - 2}年建立长期合作关系，有效期至{year + 2}年" for name, country in chosen]
    count = len(lines)
    if words.chance(0.5):
        count -= 1
        lines[-1] = f"{chosen[-1][0]}（{chosen[-1][1]}），{year - 6}年签订协议，{year - 2}年到期未续"
    words.random.shuffle(lines)
    marks = words.one(["{}. ", "{}、", "（{}）", "{}）"])
    lead = words.one(["与境外机构的长期合作情况如下：", "长期合作的国（境）外机构名单："])
    return Statement((lead, *(marks.format(place) + line + "；" for place, line in enumerate(lines[:-1], 1)),
                      marks.format(len(lines)) + lines[-1] + "。"), {"foreign_partners": (count, count)})


def paper_list(words: Words) -> Statement:
    """A numbered list of papers below a lead-in, with ones that do not count."""
    count, year = words.random.randint(3, 9), words.day.year
    titles = _titles(words, count + 2)
    lines = [f"{title}，Applied Energy，{words.random.randint(words.first, year - 1)}年，{words.one(['SCI', 'EI'])}收录"
             for title in titles[:count]]
    if words.chance(0.5):
        lines.append(f"{titles[count]}，某学报，{year - 1}年，北大核心")
    if words.chance(0.5):
        lines.append(f"{titles[count + 1]}，Fuel，{words.first - 2}年，SCI收录")
    words.random.shuffle(lines)
    lead = words.one(["近三年发表的SCI、EI论文如下：", "近三年论文清单："])
    return Statement((lead, *(f"{place}. {line}。" for place, line in enumerate(lines, 1))),
                     {"sci_ei_papers": (count, count)})


def enumeration(words: Words) -> Statement:
    """Names joined by 、 and 和 with no total and no 等 are complete; 等N家 is N (readings 19 and 28)."""
    names = [name for name, _ in words.random.sample(FOREIGN, words.random.randint(2, 5))]
    joined = "、".join(names[:-1]) + words.one(["、", "和"]) + names[-1]
    count = len(names) + words.random.randint(0, 6)
    text, bounds = words.one([
        (f"中心与{joined}建立了长期稳定的合作关系。", (len(names), len(names))),
        (f"中心与{joined}等{count}家境外机构建立了长期稳定的合作关系。", (count, count)),
        (f"中心与{joined}等建立了长期稳定的合作关系。", (len(names), None))])
    return Statement((text,), {"foreign_partners": bounds})


LISTS: tuple[Callable[[Words], Statement], ...] = (partner_list, paper_list, enumeration)
