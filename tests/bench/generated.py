"""A large invented corpus of measures, and questions about it in other words than it uses."""
from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Passage(NamedTuple):
    title: str
    text: str


CITIES = (
    ("石门", "Shimen"), ("云溪", "Yunxi"), ("江陵", "Jiangling"), ("白河", "Baihe"), ("临海", "Linhai"),
    ("青阳", "Qingyang"), ("永川", "Yongchuan"), ("丰城", "Fengcheng"), ("安平", "Anping"), ("长宁", "Changning"),
    ("东港", "Donggang"), ("南浦", "Nanpu"), ("西岭", "Xiling"), ("北辰", "Beichen"), ("金沙", "Jinsha"),
    ("银川湾", "Yinchuanwan"), ("玉泉", "Yuquan"), ("龙湖", "Longhu"), ("凤山", "Fengshan"), ("麒麟", "Qilin"),
    ("清源", "Qingyuan"), ("宜水", "Yishui"), ("广陵", "Guangling"), ("新津", "Xinjin"), ("高台", "Gaotai"),
    ("平江", "Pingjiang"), ("望都", "Wangdu"), ("松原", "Songyuan"), ("柳泉", "Liuquan"), ("梅岭", "Meiling"),
    ("桐庐", "Tonglu"), ("榆关", "Yuguan"), ("槐荫", "Huaiyin"), ("枫桥", "Fengqiao"), ("竹溪", "Zhuxi"),
    ("兰考", "Lankao"), ("荷塘", "Hetang"), ("芦洲", "Luzhou"), ("莲峰", "Lianfeng"), ("桂林湾", "Guilinwan"),
    ("海宁", "Haining"), ("湖州湾", "Huzhouwan"), ("河间", "Hejian"), ("洛川", "Luochuan"), ("渭南", "Weinan"),
    ("汉阳", "Hanyang"), ("沙坪", "Shaping"), ("滨江", "Binjiang"), ("滇池", "Dianchi"), ("岚山", "Lanshan"))
FIELDS = (("生物医药", "biomedicine"), ("智能网联汽车", "connected car"), ("集成电路", "integrated circuit"),
          ("新材料", "new materials"), ("现代农业", "modern agriculture"), ("工业软件", "industrial software"),
          ("节能环保", "environmental protection"), ("航空航天", "aerospace"), ("中医药", "traditional medicine"),
          ("大数据", "big data"))
FORMS = (("工程技术研究中心", "工程中心", "engineering research center"), ("众创空间", "众创", "maker space"),
         ("产业创新联盟", "产业联盟", "innovation alliance"), ("中试基地", "中试平台", "pilot plant"))
# what a clause says; how it is asked in other words; how in English
KINDS = (
    ("专职研究人员不少于{n}人，其中具有高级专业技术职称的占三分之一以上",
     "全职搞科研的要几个", "How many full-time researchers are required"),
    ("科研场地面积达到{n}00平方米以上，仪器设备原值不低于500万元",
     "实验用房要多大", "How large must the laboratory be"),
    ("近三年研究开发经费投入占销售收入的比例不低于百分之{n}",
     "研发花的钱要占营收多少", "What share of revenue must go to research"),
    ("每年12月{n}日前报送年度工作总结，逾期未报的视为不合格", "年报最晚哪天交", "When is the annual report due"),
    ("公示期不少于{n}个工作日，有异议的由主管部门组织复核",
     "名单挂网要挂几天", "How long is the list published for objections"),
    ("给予一次性补助{n}0万元，分两年拨付", "能拿多少补贴", "How large is the subsidy"),
    ("有效期为{n}年，期满前三个月内提出复审申请", "资格能管几年", "For how many years is the title valid"),
    ("在孵企业不少于{n}家，毕业企业不少于3家", "孵化的公司至少要几个", "How many companies must be incubated"),
    ("取得授权发明专利{n}件以上，或者主持制定国家标准1项以上", "要有多少个专利", "How many patents must be granted"),
    ("提供虚假材料的，取消其资格，{n}年内不得再次申报",
     "造假了多久不能再报", "How long is an applicant banned after fraud"),
    ("由法定代表人签署承诺书，并加盖单位公章，一式{n}份",
     "承诺书要交几份", "How many copies of the commitment are needed"),
    ("发生名称变更、法定代表人变更的，应在{n}日内书面报告",
     "改名了几天内要上报", "Within how many days must a change of name be reported"),
    ("与{n}所以上高等学校签订产学研合作协议", "要跟几个大学合作", "With how many universities must it cooperate"),
    ("每两年评估一次，排名后百分之{n}的限期整改",
     "考核垫底的怎么办", "What happens to the lowest ranked in the evaluation"),
    ("举办创新创业培训活动每年不少于{n}场次", "一年要办几次培训", "How many training events are required a year"),
    ("聘请创业导师{n}名以上，并建立导师服务台账", "导师请几个够", "How many mentors are needed"),
    ("依托单位注册满{n}年，运行状况良好", "公司要成立多久才行", "How old must the company be"),
    ("对外开放共享大型仪器{n}台以上", "设备要给别人用多少台", "How many instruments must be shared"),
    ("设立不少于{n}00万元的种子资金", "天使基金要多少", "How large must the seed fund be"),
    ("承担省级以上科研项目{n}项以上", "要做过几个省里的课题", "How many provincial projects are required"),
    ("采取网络评审与现场考察相结合的方式，专家组不少于{n}人", "评委要几位", "How many experts are on the panel"),
    ("引进博士后及海外高层次人才{n}名以上", "要招几个留学回来的", "How many talents from abroad are required"),
    ("近三年无重大安全生产事故、无环境违法行为，信用等级达到{n}A以上",
     "出过事故还能申请吗", "Can one apply after an accident"),
    ("制定技术转移工作制度，年技术合同成交额不低于{n}00万元",
     "技术交易要做多少", "What must the volume of technology contracts be"),
    ("吸纳就业{n}0人以上，其中高校毕业生占比不低于百分之五十", "要解决多少人上班", "How many jobs must be created"),
    ("成立理事会，理事单位不少于{n}家，每半年召开一次会议", "开会多久一次", "How often does the council meet"),
    ("按照实际支付租金的百分之{n}给予补贴，最长不超过三年", "房租能报销几成", "What share of the rent is refunded"),
    ("申报材料由所在区县初审，初审时限为{n}个工作日", "材料先交给谁看", "Who checks the application first"),
    ("涉及人类遗传资源的，应在开工前{n}日办理审批",
     "用到人的样本要办什么手续", "What approval do human samples need"),
    ("本办法由市主管部门负责解释，自公布之日起{n}日后施行", "什么时候开始生效", "When does it come into force"),
)


def passages_and_questions(size: int, number: int, chance: random.Random,
                           ) -> tuple[list[Passage], list[tuple[str, int]]]:
    """`size` passages (at most 60,000), and `number` questions with the place of the passage that each asks for."""
    keys = [(city, field, form, kind) for city in range(len(CITIES)) for field in range(len(FIELDS))
            for form in range(len(FORMS)) for kind in range(len(KINDS))]
    chance.shuffle(keys)
    keys = keys[:size]
    passages = []
    for city, field, form, kind in keys:
        name = f"{CITIES[city][0]}市{FIELDS[field][0]}{FORMS[form][0]}"
        clause = KINDS[kind][0].format(n=chance.randint(2, 9))
        opening = chance.choice(("申请认定的单位应当", "对符合条件的单位，", "依托单位须", "认定的机构"))
        passages.append(Passage(f"{name}管理办法", f"第{chance.randint(3, 30)}条 {opening}{clause}。"))
    questions = []
    for style, place in zip(itertools.cycle(range(6)), chance.sample(range(size), min(number, size)), strict=False):
        questions.append((_question(keys[place], style, chance), place))
    return passages, questions


def _question(key: Sequence[int], style: int, chance: random.Random) -> str:
    city, field, form, kind = CITIES[key[0]], FIELDS[key[1]], FORMS[key[2]], KINDS[key[3]]
    if style == 0:
        return f"{kind[2]} for a {field[1]} {form[2]} in {city[1]} ({city[0]})?"
    text = f"{city[0]}{field[0]}{form[1] if style % 2 else form[0]}{kind[1]}？"
    if style == 1:
        return f"请问一下，{text}"
    if style == 2:
        from opencc import OpenCC

        traditional: str = OpenCC("s2t").convert(text)
        return traditional
    return "".join(_slipped(text, chance)) if style == 3 else text


def _slipped(text: str, chance: random.Random) -> Iterator[str]:
    """One character left out, or two neighbours swapped."""
    place = chance.randrange(2, len(text) - 3)
    if chance.random() < 0.5:
        yield text[:place] + text[place + 1:]
    else:
        yield text[:place] + text[place + 1] + text[place] + text[place + 2:]
