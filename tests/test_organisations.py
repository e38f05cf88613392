"""Foreign or domestic, from the names that applications write."""
from __future__ import annotations

from itertools import pairwise

import pytest

from ingestion.gazetteer import forms_of, lexicon, plain
from ingestion.language import load
from ingestion.organisations import Kind, Origin, countries_in, country, keys, mentions, normalise, origin, region, scan


def names(block: str) -> list[str]:
    return [line.strip() for line in block.strip().split("\n")]


WELL_KNOWN_ABROAD = names("""
    代尔夫特理工大学
    帝国理工学院
    弗劳恩霍夫协会
    Universiti Sains Malaysia
    TU Dresden
    首尔大学
    德国弗劳恩霍夫协会生产技术研究所
    马普学会胶体与界面研究所
    日本东北大学
    日本东北大学金属材料研究所
    东北大学（仙台）
    东北大学（日本）
    美国西北大学
    美国东北大学
    加拿大西安大略大学
    韩国中央大学
    英国皇家化学会
    法国国家科学研究中心（CNRS）
    瑞士保罗谢勒研究所
    以色列理工学院
    國立首爾大學
    俄罗斯科学院西伯利亚分院
    乌克兰巴顿焊接研究所
    白俄罗斯国家科学院
    斯科尔科沃创新中心
    新加坡科技研究局（A*STAR）
    新加坡国立大学
    南洋理工大学
    Nanyang Technological University
    河内国家大学
    胡志明市国家大学
    泰国国家科技发展署
    马来西亚理科大学
    菲律宾大学洛斯巴尼奥斯分校
    国际水稻研究所
    国际应用系统分析研究所（IIASA）
    欧洲核子研究中心
    联合国工业发展组织
    CSIRO
    巴斯夫
    巴斯夫（德国总部）
    西门子股份公司
    博世集团
    三星电子
    ABB集团
    默克公司（Merck KGaA）
    印度理工学院孟买分校
    圣保罗大学
    开普敦大学
    内罗毕大学
    老挝国立大学
    University of California, Berkeley
    MIT
    ETH Zürich
    École Polytechnique Fédérale de Lausanne
    UNIVERSITY OF CAMBRIDGE
    Politecnico di Milano
    匈牙利布达佩斯技术与经济大学
    塞梅尔维斯大学
    慕尼黑工业大学（TUM）
    慕尼黑应用技术大学
    巴登-符腾堡州经济部
    德国工商大会
    意大利驻重庆总领事馆
    英国驻华大使馆文化教育处
    东京大学
    京都大学
    北海道大学
    国立材料研究所（日本）
    理化学研究所
    大分大学
    德州大学奥斯汀分校
    德州仪器公司
    纽约市立大学
    大阪市立大学
    罗马大学
""")

UNKNOWN_BODIES_ABROAD = names("""
    某德国公司
    某国外高校
    国外某研究机构
    境外某企业
    美国某大学
    德国莱茵某精密机械公司
    布列斯特国立技术大学
    埃尔福特应用科学大学
    克劳斯塔尔-策勒费尔德矿业学院
    奥登瓦尔德精密仪器公司
    弗雷塞尼乌斯应用科技大学
    圣艾蒂安·杜·鲁夫雷技术中心
    施瓦岑贝格工业技术研究所
    卡普芬伯格大学
    萨尔布吕肯赫尔姆研究中心
    新西兰惠灵顿某农业公司
    荷兰Innovate Horti公司
    德国Müller Präzision公司
    Kretschmann Antriebstechnik GmbH
    Zeta Robotics GmbH
    Nordlys Energi AS
    Oulun Älyteknologia Oy
    Instituto Tecnológico de la Sierra
    Universidade do Vale Verde
    Hochschule Kaltenbach
    Politechnika Nadmorska
    Blackwater Marine Research Institute
    Penang Precision Sdn. Bhd.
    Danube Biotech Kft.
    Adriatic Shipyards d.o.o.
    Tanaka Seiki K.K.
    株式会社山田制作所
    国立仙北大学
    皇家奥兰治理工学院
    联邦水利工程研究院
    Lakshmi Institute of Technology, Hyderabad
    Kyushu Robotics Lab
    Department of Chemistry, University of Oxford, UK
    Siemens AG, Munich, Germany
    The Volkov Research Centre, Novosibirsk
    韩国（株）大成机械
    全俄蔬菜研究所
    格罗斯曼精密工具公司
    Helmholtz-Zentrum Dresden-Rossendorf
    MedTech (Singapore) Pte. Ltd.
    缅甸农业畜牧与灌溉部
    捷克布尔诺精密铸造有限公司
    越南河内光明贸易有限公司
    尼日利亚拉各斯工程公司
    哈萨克斯坦阿拉木图农机中心
""")

GREATER_CHINA = names("""
    香港科技园公司
    香港大学
    香港中文大学
    香港理工大学
    港科大
    澳门大学
    澳门科技大学
    台湾大学
    国立台湾大学
    國立臺灣大學
    国立清华大学
    新竹清华大学
    阳明交通大学
    台湾成功大学
    中央研究院
    工业技术研究院
    台积电
    中国香港特别行政区政府创新科技署
    香港某科技有限公司
    台北某生技公司
    The Hong Kong Polytechnic University
    Hong Kong Science Park
    National Taiwan University
    University of Macau
    National Tsing Hua University
    香港中华总商会
    Hong Kong, China
    高雄医学大学
    澳门生产力暨科技转移中心
    中国台湾工研院
""")

DOMESTIC = names("""
    清华大学
    复旦大学
    同济大学
    东北大学
    东北大学（沈阳）
    东南大学
    中南大学
    西南大学
    国防科技大学
    哈尔滨工业大学（深圳）
    浙江大学
    四川大学
    上海交通大学
    中国科学院金属研究所
    中国科学院深圳先进技术研究院
    中科院重庆绿色智能技术研究院
    中国工程院
    中国电科第二十四研究所
    国家电网重庆市电力公司
    国家自然科学基金委员会
    中国汽车工程研究院股份有限公司
    中国石油大学（北京）
    中国地质大学（武汉）
    西门子（中国）有限公司
    巴斯夫（中国）有限公司
    博世（上海）投资有限公司
    三星（中国）半导体有限公司
    台积电（南京）有限公司
    西门子工厂自动化工程有限公司北京分公司
    美国XX公司重庆分公司
    美国XX公司北京代表处
    德国弗劳恩霍夫协会北京代表处
    新加坡国立大学重庆研究院
    新加坡国立大学（苏州）研究院
    牛津大学苏州先进研究中心
    香港中文大学（深圳）
    香港科技大学（广州）
    香港大学深圳研究院
    昆山杜克大学
    西交利物浦大学
    宁波诺丁汉大学
    上海纽约大学
    微软亚洲研究院
    赛诺菲巴斯德中国公司
    ABB（重庆）变压器有限公司
    重庆长安汽车股份有限公司
    重庆大学
    重庆邮电大学
    成都某公司
    重庆某生物科技有限公司
    某市级重点实验室（重庆）
    四川某机械厂
    重庆中德职业教育中心
    北京奔驰汽车有限公司
    一汽-大众汽车有限公司
    长安福特汽车有限公司
    重庆康明斯发动机有限公司
    工业和信息化部电子第五研究所
    State Key Laboratory of Silkworm Genome Biology
    上海大众汽车有限公司
    四川大学德国研究中心
    复旦大学美国研究中心
    中国社会科学院俄罗斯东欧中亚研究所
    中国驻德国大使馆
    中日友好医院
    山东省农业科学院
    宜宾市科技局
    云阳县农业技术推广站
    广西壮族自治区农业科学院
    内蒙古大学
    呼伦贝尔学院
    喀什大学
    塔里木大学
    鄂尔多斯应用技术学院
    陆军军医大学
    南京理工大学
    大连理工大学
    德州学院（山东德州）
    中山大学
    华为技术有限公司
    比亚迪股份有限公司
    赛力斯集团
    宁德时代
    我校
    国内某高校
    Chongqing University
    Tsinghua University
    Chinese Academy of Sciences
    Southeast University, Nanjing
    Northeastern University, Shenyang
    Siemens Ltd., China
    BASF (China) Company Limited
    University of Nottingham Ningbo China
    Huawei Technologies Co., Ltd.
    Chongqing Lanxin Technology Co., Ltd.
    School of English, Peking University
    Institute of Metal Research, CAS, Shenyang, P.R. China
    德国费斯托公司（注册地：济南）
    某外资公司，注册地北京
""")

UNDECIDED = names("""
    中德联合研究中心
    中美联合实验室
    中英低碳学院
    中央大学
    Northeastern University
    中新国际联合研究院
    重庆大学-辛辛那提大学联合学院
    清华大学与牛津大学联合研究中心
    华为德国公司
    中国科学院曼谷创新合作中心
    重庆轻纺集团德国公司
    合作单位
    XX公司
    先进制造研究中心
    光明科技有限公司
    高明机械有限公司
    金科新材料有限公司
    三方合作协议
    Lishan Technology Co., Ltd.
    Acme
    某研究院
""")


@pytest.mark.parametrize("name", WELL_KNOWN_ABROAD)
def test_a_known_body_abroad_is_foreign(name: str) -> None:
    """Chinese and foreign names of well-known bodies abroad, with what documents put around them."""
    assert origin(name) is Origin.FOREIGN


@pytest.mark.parametrize("name", UNKNOWN_BODIES_ABROAD)
def test_an_unknown_body_abroad_is_foreign_by_its_place_form_or_sound(name: str) -> None:
    """Bodies that no list holds: the country in front, the legal form, the words of another language, the sounds."""
    assert origin(name) is Origin.FOREIGN


@pytest.mark.parametrize("name", GREATER_CHINA)
def test_hong_kong_macao_and_taiwan_stand_apart(name: str) -> None:
    """Neither foreign nor mainland: policies count them in their own way."""
    assert origin(name) is Origin.GREATER_CHINA


@pytest.mark.parametrize("name", DOMESTIC)
def test_a_mainland_body_is_domestic(name: str) -> None:
    """Mainland bodies, also foreign brands, universities and offices that are registered there."""
    assert origin(name) is Origin.DOMESTIC


@pytest.mark.parametrize("name", UNDECIDED)
def test_a_joint_or_unclear_name_is_not_decided(name: str) -> None:
    """What the name does not settle stays UNKNOWN; nothing is guessed."""
    assert origin(name) is Origin.UNKNOWN


@pytest.mark.parametrize(("name", "column", "expected"), [
    ("东北大学", "日本", Origin.FOREIGN),
    ("东北大学", "中国", Origin.DOMESTIC),
    ("XX研究院", "德国", Origin.FOREIGN),
    ("XX研究院", "Germany", Origin.FOREIGN),
    ("XX研究院", "DE", Origin.FOREIGN),
    ("XX研究院", "德", Origin.FOREIGN),
    ("XX研究院", "美", Origin.FOREIGN),
    ("XX研究院", "英国伦敦", Origin.FOREIGN),
    ("XX研究院", "慕尼黑", Origin.FOREIGN),
    ("XX研究院", "境外", Origin.FOREIGN),
    ("XX研究院", "国外", Origin.FOREIGN),
    ("XX研究院", "中国香港", Origin.GREATER_CHINA),
    ("XX研究院", "中国（香港）", Origin.GREATER_CHINA),
    ("XX研究院", "中国台湾", Origin.GREATER_CHINA),
    ("XX研究院", "Hong Kong, China", Origin.GREATER_CHINA),
    ("XX研究院", "澳门特别行政区", Origin.GREATER_CHINA),
    ("XX研究院", "TW", Origin.GREATER_CHINA),
    ("XX研究院", "重庆", Origin.DOMESTIC),
    ("XX研究院", "中国大陆", Origin.DOMESTIC),
    ("XX研究院", "P.R. China", Origin.DOMESTIC),
    ("XX研究院", "境内", Origin.DOMESTIC),
    ("XX研究院", "CN", Origin.DOMESTIC),
    ("慕尼黑工业大学", "", Origin.FOREIGN),
    ("慕尼黑工业大学", "—", Origin.FOREIGN),
    ("重庆大学", "德国/中国", Origin.DOMESTIC),
    ("", "荷兰", Origin.FOREIGN),
    ("", "", Origin.UNKNOWN),
    ("西门子（中国）有限公司", "德国", Origin.DOMESTIC),
])
def test_the_country_column_decides_before_the_name(name: str, column: str, expected: Origin) -> None:
    """Country, code, initial, city or 境外; a column that says nothing or both leaves it to the name, and a company
    that is registered in the mainland stays domestic."""
    assert origin(name, column) is expected


@pytest.mark.parametrize(("one", "other"), [
    ("TU Dresden（德累斯顿工业大学）", "德累斯顿工业大学"),
    ("德国德累斯顿工业大学", "Technische Universität Dresden"),
    ("德累斯顿工业大学/TU Dresden", "TU Dresden"),
    ("代尔夫特理工大学（TU Delft）", "Delft University of Technology"),
    ("新加坡国立大学", "National University of Singapore"),
    ("新加坡国立大学（2021年起，至今）", "新加坡国立大学"),
    ("麻省理工学院（MIT）", "美国麻省理工学院"),
    ("弗劳恩霍夫协会", "Fraunhofer-Gesellschaft"),
    ("日本东北大学", "东北大学（日本）"),
    ("日本东北大学", "Tohoku University"),
    ("國立臺灣大學", "台湾大学"),
    ("西门子股份公司", "Siemens AG"),
    ("巴斯夫（德国总部）", "BASF SE"),
    ("中国香港科技大学", "香港科技大学"),
    ("香港科技园公司", "HKSTP"),
    ("Kretschmann Antriebstechnik GmbH", "Kretschmann Antriebstechnik"),
    ("奥登瓦尔德精密仪器有限公司", "奥登瓦尔德精密仪器公司"),
    ("德国莱茵河谷机床厂", "莱茵河谷机床厂"),
    ("荷兰Innovate Horti公司", "Innovate Horti B.V."),
    ("慕尼黑工业大学 TUM", "慕尼黑工业大学"),
    ("The University of Hong Kong", "香港大学"),
    ("ＴＵ　Ｄｒｅｓｄｅｎ", "tu dresden"),  # noqa: RUF001
    ("约翰·霍普金斯大学", "Johns Hopkins University"),
    ("首尔大学", "韩国国立首尔大学"),
    ("法国国家科学研究中心（简称CNRS）", "CNRS"),
    ("希伯来大学", "耶路撒冷希伯来大学"),
    ("重庆光明机械（集团）有限公司", "重庆光明机械有限公司"),
])
def test_two_spellings_of_one_body_share_a_key(one: str, other: str) -> None:
    """Aliases, brackets, width, case, legal form and the country in front do not make two bodies of one."""
    assert keys(one) & keys(other)


@pytest.mark.parametrize(("one", "other"), [
    ("日本东北大学", "东北大学"),
    ("东北大学（沈阳）", "东北大学（仙台）"),
    ("清华大学", "新竹清华大学"),
    ("香港中文大学", "香港中文大学（深圳）"),
    ("西门子（中国）有限公司", "西门子股份公司"),
    ("德国某大学", "法国某大学"),
    ("英国国家物理实验室", "印度国家物理实验室"),
    ("中山大学", "国立中山大学"),
    ("西北大学", "美国西北大学"),
    ("韩国中央大学", "日本中央大学"),
    ("约克大学", "约克大学（加拿大）"),
    ("西门子", "西门子医疗"),
    ("慕尼黑工业大学", "慕尼黑大学"),
    ("", "某公司"),
])
def test_two_bodies_do_not_share_a_key(one: str, other: str) -> None:
    """Homonyms of two countries, subsidiaries and campuses stay apart."""
    assert not keys(one) & keys(other)


def test_a_body_has_one_key_in_chinese_and_english() -> None:
    """`normalise` gives the same key for each form of an entry."""
    assert normalise("埃因霍温理工大学") == normalise("TU/e") == normalise("Eindhoven University of Technology")


def words_of(text: str) -> list[tuple[str, Origin]]:
    return [(text[start:end], found) for start, end, found in mentions(text)]


@pytest.mark.parametrize(("text", "expected"), [
    ("与新加坡国立大学、清华大学等合作", [("新加坡国立大学", Origin.FOREIGN), ("清华大学", Origin.DOMESTIC)]),
    ("在德国慕尼黑和重庆设点", [("德国", Origin.FOREIGN), ("慕尼黑", Origin.FOREIGN), ("重庆", Origin.DOMESTIC)]),
    ("赴香港、台北交流", [("香港", Origin.GREATER_CHINA), ("台北", Origin.GREATER_CHINA)]),
    ("from TU Dresden, Germany", [("TU Dresden", Origin.FOREIGN), ("Germany", Origin.FOREIGN)]),
    ("中德联合研发", [("中德", Origin.UNKNOWN)]),
    ("中德国际合作", [("中德", Origin.UNKNOWN)]),
    ("其中美国3家", [("美国", Origin.FOREIGN)]),
    ("其中国（境）外机构5家", [("国（境）外", Origin.FOREIGN)]),
    ("其中国家级2个", []),
    ("发展中国家", []),
    ("合作过程中国际交流频繁", []),
    ("上海地区企业", [("上海", Origin.DOMESTIC)]),
    ("沿海地区企业", []),
    ("国内外知名企业", []),
    ("该方法国际领先", []),
    ("2023年5月1日本中心成立", []),
    ("赴日本调研", [("日本", Origin.FOREIGN)]),
    ("联合国内高校", []),
    ("高通量测序平台中的样品", []),
    ("北大核心期刊", []),
    ("重庆西江大学", [("重庆", Origin.DOMESTIC), ("西江大学", Origin.DOMESTIC)]),
    ("老挝科技部", [("老挝", Origin.FOREIGN), ("科技部", Origin.FOREIGN)]),
    ("与MD安德森癌症中心、SK海力士合作", [("MD安德森癌症中心", Origin.FOREIGN), ("SK海力士", Origin.FOREIGN)]),
    ("引进博世的生产线", [("博世", Origin.FOREIGN)]),
    ("合理研究方案", []),
    ("join us in may, nice to meet you", []),
    ("US$200,000", []),
    ("黄河南岸和长江西岸", []),
    ("", []),
    ("德", []),
])
def test_mentions_are_the_words_that_are_meant(text: str, expected: list[tuple[str, Origin]]) -> None:
    """The longest word at each place, and none where characters of two words only look like one."""
    assert words_of(text) == expected


def test_a_mention_lies_where_its_word_stands() -> None:
    """Full-width, traditional and accented characters are matched at the offsets of the text as it is."""
    text = "與國立臺灣大學及ＭＩＴ、Universität Tübingen合作"
    assert [text[found.start:found.end] for found in scan(text)] == ["國立臺灣大學", text[8:11], "Tübingen"]
    assert [found.kind for found in scan(text)] == [Kind.ORGANISATION, Kind.ORGANISATION, Kind.PLACE]


def test_mentions_are_in_order_and_apart() -> None:
    """Over all forms of the data run together, in both scripts, no mention overlaps the next or leaves the text."""
    data = load("places")
    text = "、".join(form for block in data["foreign_organisations"].values() for form in forms_of(block))
    found = mentions(text)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert all(0 <= start < end <= len(text) for start, end, _ in found)


@pytest.mark.parametrize(("text", "expected"), [
    ("与美国、英国、德国等12个国家的35家机构", ["US", "GB", "DE"]),
    ("来自法国、芬兰、韩国的9家机构", ["FR", "FI", "KR"]),
    ("中国香港与新加坡", ["HK", "SG"]),
    ("中德联合研究", ["DE"]),
    ("德国、德国、日本", ["DE", "JP"]),
    ("Germany and the Netherlands", ["DE", "NL"]),
    ("我国与欧盟", ["CN"]),
    ("先进制造", []),
])
def test_countries_are_given_as_codes_in_the_order_of_the_text(text: str, expected: list[str]) -> None:
    """ISO 3166-1 alpha-2, each once; a part of the world has none."""
    assert countries_in(text) == expected


@pytest.mark.parametrize(("name", "expected"), [
    ("慕尼黑工业大学", "DE"), ("TU Dresden", "DE"), ("日本东北大学", "JP"), ("香港理工大学", "HK"), ("重庆大学", "CN"),
    ("某匈牙利公司", "HU"), ("某公司", ""),
])
def test_the_country_of_a_name(name: str, expected: str) -> None:
    """The country of the first word that has one."""
    assert country(name) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("重庆市渝北区仙桃街道数据谷东路", "重庆"),
    ("涪陵区新城区某路8号", "重庆"),
    ("酉阳土家族苗族自治县", "重庆"),
    ("北碚", "重庆"),
    ("Chongqing, China", "重庆"),
    ("四川省成都市武侯区", "四川"),
    ("宁波市江北区", "浙江"),
    ("慕尼黑", ""),
    ("清华大学", ""),
])
def test_the_region_of_an_address(text: str, expected: str) -> None:
    """The province of the first mainland place; districts and counties belong to theirs."""
    assert region(text) == expected


def test_every_form_of_the_data_can_be_met() -> None:
    """Chinese forms stand as matching sees them, and no form is one character long."""
    assert [word for word in lexicon().words if plain(word) != word or len(word) < 2] == []


def test_no_word_of_the_data_has_two_origins() -> None:
    """A homonym stands with its place; where two lists share a word one of them is wrong."""
    data = load("places")
    seen: dict[str, str] = {}
    groups = {"foreign": [*data["foreign_organisations"].values(), *data["foreign_places"].values()],
              "greater_china": [block for group in data["greater_china"].values() for block in group.values()],
              "domestic": [data["domestic_organisations"], *data["domestic"].values()]}
    clashes = [form for side, blocks in groups.items() for block in blocks for form in forms_of(block)
               if seen.setdefault(form, side) != side]
    assert clashes == []


def test_every_known_body_has_its_own_origin() -> None:
    """Each form of each entry, as a name of its own, is judged as its list says."""
    data = load("places")
    wrong = [form for block in data["foreign_organisations"].values() for form in forms_of(block)
             if origin(form) is not Origin.FOREIGN]
    wrong += [form for block in data["greater_china"]["organisations"].values() for form in forms_of(block)
              if origin(form) is not Origin.GREATER_CHINA]
    wrong += [form for form in forms_of(data["domestic_organisations"]) if origin(form) is not Origin.DOMESTIC]
    assert wrong == []


def test_no_known_name_is_an_alias_of_two_bodies() -> None:
    """A form stands in one entry only: otherwise two bodies would be counted as one."""
    data = load("places")
    seen: dict[str, int] = {}
    entries = "\n".join([*data["greater_china"]["organisations"].values(), *data["foreign_organisations"].values()])
    twice = [form for number, entry in enumerate(entries.replace(";", "\n").split("\n")) for form in forms_of(entry)
             if seen.setdefault(normalise(form), number) != number]
    assert twice == []
