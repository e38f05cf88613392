"""How written quantities become intervals: the contract's table and its readings 10, 13 and 16, with exact offsets."""
from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.domain import Span
from ingestion.language import fold
from ingestion.numbers.numerals import masked, parse_number, quantities, stated_rate
from tests.support.chinese_numbers import chinese, full_width

Row = tuple[str, int, int | None]
TABLE: list[Row] = [
    ("23篇", 23, 23), ("２３篇", 23, 23), ("二十三篇", 23, 23), ("贰拾叁篇", 23, 23),
    ("20余篇", 21, 29), ("二十多篇", 21, 29), ("300余万元", 3_000_001, 3_999_999), ("近50篇", 41, 49),
    ("20篇以上", 20, None), ("不少于20篇", 20, None), ("20篇（含）以上", 20, None),
    ("超过20篇", 21, None), ("逾20篇", 21, None), ("约20篇", 18, 22), ("20篇左右", 18, 22), ("10-15家", 10, 15),
]
NUMERALS: list[Row] = [
    ("1,026篇", 1026, 1026), ("一千零二十六篇", 1026, 1026), ("廿三篇", 23, 23), ("卅五篇", 35, 35), ("两家", 2, 2),
    ("两百零三篇", 203, 203), ("贰拾贰（22）篇", 22, 22), ("22篇（贰拾贰）", 22, 22), ("20 篇", 20, 20),
    ("两三家", 2, 3), ("七八项", 7, 8), ("１，０２６篇", 1026, 1026), ("211篇", 211, 211), ("863项", 863, 863),
    ("2,119家", 2119, 2119),
]
QUALIFIERS: list[Row] = [
    ("120余篇", 121, 129), ("500余篇", 501, 599), ("近200篇", 101, 199), ("十余篇", 11, 19), ("十几家", 11, 19),
    ("二十几家", 21, 29), ("百余家", 101, 199), ("千余家", 1001, 1999), ("10多家", 11, 19), ("20来家", 21, 29),
    ("两百余家", 201, 299), ("1000多篇", 1001, 1999), ("近10家", 1, 9), ("将近30项", 21, 29),
    ("约15篇", 13, 17), ("约3家", 2, 4), ("约十家", 9, 11), ("大约200篇", 180, 220), ("十家左右", 9, 11),
    ("不足20篇", 0, 19), ("不到20篇", 0, 19), ("至少20篇", 20, None), ("不低于20篇", 20, None),
    ("突破20篇", 21, None),
    ("多于20篇", 21, None), ("超20篇", 21, None), ("20篇及以上", 20, None), ("20（含）篇以上", 20, None),
    ("20篇（含20篇）以上", 20, None), ("20篇(含)以上", 20, None), ("20名以上", 20, None),
    ("不超过2个", 0, 2), ("至多2个", 0, 2), ("15家以内", 0, 15),
    ("近百篇", 1, 99), ("近千家", 1, 999), ("20篇或以上", 20, None),
]
RANGES: list[Row] = [
    ("10～15家", 10, 15), ("10—15家", 10, 15), ("10至15家", 10, 15), ("10~15家", 10, 15), ("10家至15家", 10, 15),
    ("10家-15家", 10, 15), ("十五至二十家", 15, 20), ("５～８项", 5, 8), ("约10-15家", 9, 17),
]
MONEY = [
    ("250万元", 2_500_000), ("2.5万元", 25_000), ("205.5万元", 2_055_000), ("1.2亿元", 120_000_000),
    ("1.05亿元", 105_000_000), ("0.5亿元", 50_000_000), ("3千万元", 30_000_000), ("2.05百万元", 2_050_000),
    ("1950000.00元", 1_950_000), ("1,950,000.00元", 1_950_000), ("二百万元", 2_000_000), ("两千三百万元", 23_000_000),
    ("贰佰伍拾万元", 2_500_000), ("200万元人民币", 2_000_000),
    ("985万元", 9_850_000), ("211.5万元", 2_115_000), ("十二点五万元", 125_000),
]
MONEY_BOUNDS = [
    ("200余万元", 2_000_001, 2_999_999), ("300万余元", 3_000_001, 3_999_999), ("300多万元", 3_000_001, 3_999_999),
    ("1200余万元", 12_000_001, 12_999_999), ("1.2亿余元", 120_000_001, 129_999_999),
    ("近200万元", 1_000_001, 1_999_999), ("近1.2亿元", 110_000_001, 119_999_999), ("约200万元", 1_800_000, 2_200_000),
    ("200万元左右", 1_800_000, 2_200_000), ("200万元以上", 2_000_000, None), ("不少于200万元", 2_000_000, None),
    ("超过200万元", 2_000_001, None), ("逾200万元", 2_000_001, None), ("不足200万元", 0, 1_999_999),
    ("150至200万元", 1_500_000, 2_000_000), ("150~200万元", 1_500_000, 2_000_000), ("百余万元", 1_000_001, 1_999_999),
    ("近百万元", 1, 999_999), ("200万元至300万元", 2_000_000, 3_000_000), ("200万元—300万元", 2_000_000, 3_000_000),
]
ENGLISH = [
    ("20 papers", 20, 20, "paper"), ("twenty-three papers", 23, 23, "paper"), ("nearly 50 papers", 41, 49, "paper"),
    ("about 20 papers", 18, 22, "paper"), ("more than 20 papers", 21, None, "paper"),
    ("at least five institutions", 5, None, "organisation"), ("no fewer than 3 agreements", 3, None, "document"),
    ("up to 20 papers", 0, 20, "paper"), ("10 to 15 companies", 10, 15, "organisation"),
    ("fewer than 20 papers", 0, 19, "paper"), ("1,026 papers", 1026, 1026, "paper"),
]
MEASURES = [
    ("3篇", "paper"), ("3家", "organisation"), ("3户", "organisation"), ("3所", "organisation"), ("3个", "thing"),
    ("3支", "team"), ("3项", "project"), ("3件", "piece"), ("3名", "person"), ("3人", "person"), ("3份", "document"),
    ("3人次", "visits"), ("3批", "visits"), ("3场", "visits"), ("3次", "visits"), ("3国", "countries"),
    ("3个国家", "countries"), ("3个国家和地区", "countries"), ("3平方米", "area"), ("3年", "time"),
    ("3个月", "time"), ("3万元", "money"),
]
NAMES = [
    "第八条", "第3届", "第一完成单位", "渝府发〔2021〕12号", "〔2023〕5号", "位列全国第5", "排名第3", "前10名",
    "占比35%", "百分之五十",
    "影响因子12.5", "他引1,200余次", "JCR Q1区", "电话023-12345678", "手机13800001111", "91500105MA5U1XPN3K", "3号楼",
    "GB/T 19001-2016", "985高校", "211工程",
    "授权号：ZL202110123456.7", "合同号：HT-2023-018", "三分之一", "十四五", "双一流", "一带一路", "第三方",
    "多家", "若干项", "数十项", "几十家", "附件3：",
]
BESIDE_NAMES = [
    ("SCI一区论文8篇", "8篇"), ("一等奖2项", "2项"), ("二级教授3人", "3人"), ("5G项目3项", "3项"),
    ("双一流高校3所", "3所"),
    ("十四五期间8项", "8项"), ("3D打印项目2项", "2项"), ("第八条要求20篇", "20篇"), ("第2批5家", "5家"),
    ("SCI28篇", "28篇"),
    ("EI9篇", "9篇"), ("系列3个", "3个"), ("另列3项", "3项"),
]


@pytest.mark.parametrize(("written", "low", "high"), TABLE + NUMERALS + QUALIFIERS + RANGES)
def test_a_count_is_its_interval(written: str, low: int, high: int | None) -> None:
    """The interval is the contract's, and the span covers qualifier, number and unit and nothing else."""
    text = f"我中心发表成果{written}。"
    (found,) = quantities(fold(text))
    assert (found.interval.low, found.interval.high) == (low, high)
    assert text[found.span.start:found.span.end] == written


@pytest.mark.parametrize(("written", "amount"), MONEY)
def test_money_is_in_yuan(written: str, amount: int) -> None:
    """Units and powers of ten are resolved; the currency is the yuan."""
    text = f"支出{written}。"
    (found,) = quantities(fold(text))
    assert (found.interval.low, found.interval.high, found.measure, found.currency) == (amount, amount, "money",
                                                                                        "CNY")
    assert text[found.span.start:found.span.end] == written


@pytest.mark.parametrize(("written", "low", "high"), MONEY_BOUNDS)
def test_the_step_of_money_is_one_yuan(written: str, low: int, high: int | None) -> None:
    """余, 近 and 超过 leave out exactly the amount itself."""
    text = f"支出{written}。"
    (found,) = quantities(fold(text))
    assert (found.interval.low, found.interval.high, found.currency) == (low, high, "CNY")
    assert text[found.span.start:found.span.end] == written


@pytest.mark.parametrize(("written", "currency"), [("9.5万美元", "美元"), ("30万欧元", "欧元"), ("5万英镑", "英镑")])
def test_foreign_money_is_kept_as_stated(written: str, currency: str) -> None:
    """A foreign currency is named and not converted."""
    (found,) = quantities(fold(f"支出{written}。"))
    assert (found.measure, found.currency) == ("money", currency)
    assert found.interval.low == found.interval.high == int(Decimal(written.partition("万")[0]) * 10_000)


def test_currency_before_the_amount() -> None:
    """RMB, ¥ and ￥ before a figure make it yuan."""
    for text in ("RMB 2.8 million", "¥2,800,000", "￥2800000"):
        (found,) = quantities(fold(text))
        assert (found.interval.low, found.interval.high, found.currency) == (2_800_000, 2_800_000, "CNY"), text


def test_foreign_money_in_english() -> None:
    """A currency before or behind the amount is named, and the amount is not yuan."""
    named = {"EUR 300,000": "EUR", "1.5 million US dollars": "US dollars", "US$1.5 million": "US$"}
    for text, currency in named.items():
        (found,) = quantities(fold(text))
        assert (found.measure, found.currency) == ("money", currency), text


def test_stated_rate() -> None:
    """Yuan for one unit of a foreign currency, only where the text says so."""
    assert stated_rate(fold("按1欧元=7.8元人民币折算"), "欧元") == Decimal("7.8")
    assert stated_rate(fold("支出30万欧元"), "欧元") is None


@pytest.mark.parametrize(("written", "low", "high", "measure"), ENGLISH)
def test_english_quantities(written: str, low: int, high: int | None, measure: str) -> None:
    """The same readings in English."""
    text = f"The centre has {written}."
    (found,) = quantities(fold(text))
    assert (found.interval.low, found.interval.high, found.measure) == (low, high, measure)
    assert text[found.span.start:found.span.end] == written


def test_english_noun_behind_its_adjectives() -> None:
    """What an English figure counts may stand some words later; its number's offsets do not move."""
    text = "It published 34 SCI-indexed papers with at least 5 foreign institutions."
    papers, partners = quantities(fold(text))
    assert (papers.measure, text[papers.number.start:papers.number.end]) == ("paper", "34")
    assert (partners.measure, text[partners.span.start:partners.span.end]) == ("organisation", "at least 5")


@pytest.mark.parametrize(("written", "measure"), MEASURES)
def test_measures(written: str, measure: str) -> None:
    """A classifier says what is counted: 人次, 批, 场 and countries are kept apart from persons and organisations."""
    (found,) = quantities(fold(f"共{written}。"))
    assert found.measure == measure


def test_countries_and_organisations_side_by_side() -> None:
    """2国3校 and 12个国家的35家机构 are two quantities each (reading 10)."""
    assert [(q.interval.low, q.measure) for q in quantities(fold("2国3校"))] == [(2, "countries"),
                                                                               (3, "organisation")]
    assert [(q.interval.low, q.measure) for q in quantities(fold("12个国家的35家机构"))] == [
        (12, "countries"), (35, "organisation")]


@pytest.mark.parametrize("written", NAMES)
def test_numbers_that_name_something(written: str) -> None:
    """Ranks, grades, articles, document numbers, percentages, telephone numbers and 多, 若干, 数十 give no quantity."""
    assert quantities(fold(f"情况：{written}，特此说明。")) == []


@pytest.mark.parametrize(("text", "kept"), BESIDE_NAMES)
def test_a_count_beside_a_name(text: str, kept: str) -> None:
    """The name's number is taken away and the count beside it stays."""
    assert [text[q.span.start:q.span.end] for q in quantities(fold(text))] == [kept]


def test_taken_spans_are_not_read() -> None:
    """What was recognised as a date or a period is no quantity."""
    text = "2023年发表15篇"
    found = quantities(fold(text), [Span(0, 5)])
    assert [text[q.span.start:q.span.end] for q in found] == ["15篇"]


@given(st.integers(0, 10**11), st.booleans())
def test_chinese_numerals_read_back(number: int, formal: bool) -> None:
    """Every whole number, written in Chinese, plain or formal, is read as itself."""
    assert parse_number(chinese(number, formal=formal)) == number


@given(st.integers(1, 10**9), st.sampled_from("篇家项件名"), st.booleans())
def test_chinese_quantities_read_back(number: int, unit: str, formal: bool) -> None:
    """In a sentence, too, with exact offsets."""
    text = f"其中已完成{chinese(number, formal=formal)}{unit}，"
    (found,) = quantities(fold(text))
    assert (found.interval.low, found.interval.high) == (number, number)
    assert text[found.span.start:found.span.end] == chinese(number, formal=formal) + unit


@given(st.integers(0, 10**9), st.booleans(), st.booleans())
def test_arabic_numerals_read_back(number: int, grouped: bool, wide: bool) -> None:
    """Plain, with thousands separators, and in full-width digits."""
    written = full_width(str(number)) if wide else f"{number:,}" if grouped else str(number)
    text = f"共{written}项。"
    (found,) = quantities(fold(text))
    assert (found.interval.low, text[found.span.start:found.span.end]) == (number, f"{written}项")


PIECES = st.sampled_from([
    "20", "３", "二十", "余", "近", "约", "万", "亿", "元", "篇", "家", "（含）", "以上", "-", "至", "，", "。", "、",
    "第", "条", "%", "不少于",
    "2021年", "其中", "一", "两三", "papers", " ", "at least ", "five ", "〔2021〕", "号", "多", "(", ")", "百", "0",
    ".5", "RMB ", "SCI"])


@given(st.lists(PIECES, max_size=25).map("".join) | st.text(max_size=60))
def test_spans_lie_in_the_text_and_apart(text: str) -> None:
    """For any text: spans in order, inside it, none over another or over a masked number; low is never above high."""
    folded = fold(text)
    end = 0
    for found in quantities(folded):
        assert end <= found.span.start <= found.number.start < found.number.end <= found.span.end <= len(text)
        end = found.span.end
        assert found.interval.low >= 0
        assert found.interval.high is None or found.interval.high >= found.interval.low
        assert not any(found.number.start in span for span in masked(folded))


@given(st.text())
def test_folding_keeps_offsets(text: str) -> None:
    """A folded text has the length of the original and folds to itself."""
    folded = fold(text)
    assert len(folded) == len(text)
    assert fold(folded) == folded
