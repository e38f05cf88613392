"""Foreign or domestic, from the names that applications write."""
from __future__ import annotations

from itertools import pairwise

import pytest

from ingestion.language import load
from ingestion.names.gazetteer import forms_of, lexicon, plain
from ingestion.names.organisations import (
    Kind,
    Origin,
    countries_in,
    country,
    keys,
    mentions,
    normalise,
    origin,
    region,
    scan,
)
from tests.ingestion.language.organisation_names import (
    DOMESTIC,
    GREATER_CHINA,
    UNDECIDED,
    UNKNOWN_BODIES_ABROAD,
    WELL_KNOWN_ABROAD,
)


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
