"""How worded periods become days and lie to the window: the contract's readings 6 and 29, with exact offsets.

The application date is 2024-06-15, so the window is 2021-01-01 to 2024-06-15.
"""
from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.domain import Span
from ingestion.language import fold
from ingestion.numbers.periods import Cover, Period, PeriodKind, Window, dates, month_end, months_before, periods
from tests.support.chinese_numbers import full_width

WINDOW = Window(date(2021, 1, 1), date(2024, 6, 15), 3)
TODAY = WINDOW.end
SAME = ["近三年", "近3年", "近３年", "最近三年", "过去三年", "三年来", "2021年以来", "自2021年以来", "2021年至今",
        "2021年起", "2021年初至今",
        "自2021年1月1日起至申报日", "2021年1月1日至2024年6月15日", "2021年1月至2024年5月", "2021.01-2024.05",
        "2021-01-01至2024-05-31",
        "2021/01/01-2024/05/31", "2021年1月1日至2024年3月15日", "2021—2024年", "十四五期间", "十四五以来",
        "since 2021",
        "the past three years", "in the last three years", "from 2021 to present", "from January 2021 to May 2024"]
WIDER = ["近五年", "近十年", "2015年以来", "自2018年至今", "2019—2024年", "累计", "历年", "成立以来", "建院以来",
         "自2018年成立以来",
         "截至2024年5月底", "in the past five years", "since 2015"]
NARROWER = ["近两年", "近一年", "近36个月", "2022年以来", "2021—2023年", "2021-2023年", "2021至2023年",
            "2021年至2023年", "2021年～2023年",
            "二〇二一年至二〇二三年", "2021年1月1日至2024年3月14日", "2022年", "2022年度", "二〇二二年", "2024年",
            "2022年3月", "2022年3月15日",
            "2024年上半年", "2023年第一季度", "2023年底", "2024年1—5月", "2021年7月至2024年6月", "去年", "今年",
            "本年度", "上年度",
            "between 2021 and 2023", "June 2024", "from January 2021 to January 2024",
            "from 1 January 2021 to 31 December 2023", "近半年"]
OUTSIDE = ["2020年", "2019年至2020年", "2020年底", "十三五期间", "2026年", "2025年", "到2027年", "十五五期间"]
PARTIAL = ["2020—2023年", "2020年7月至2023年6月", "2018年至2022年"]
NO_PERIOD = ["近年来", "先后", "三年制", "年产", "截至目前", "2023号", "12-15家", "3.5万元"]
BOUNDS = [
    ("近三年", date(2021, 1, 1), TODAY), ("近五年", date(2019, 1, 1), TODAY), ("近两年", date(2022, 1, 1), TODAY),
    ("近36个月", date(2021, 6, 16), TODAY), ("2021—2023年", date(2021, 1, 1), date(2023, 12, 31)),
    ("2022年", date(2022, 1, 1), date(2022, 12, 31)), ("2024年", date(2024, 1, 1), TODAY),
    ("2022年2月", date(2022, 2, 1), date(2022, 2, 28)), ("2024年2月", date(2024, 2, 1), date(2024, 2, 29)),
    ("2022年3月15日", date(2022, 3, 15), date(2022, 3, 15)), ("2023年第一季度", date(2023, 1, 1), date(2023, 3, 31)),
    ("2023年上半年", date(2023, 1, 1), date(2023, 6, 30)), ("2023年底", date(2023, 12, 1), date(2023, 12, 31)),
    ("2021年1月至12月", date(2021, 1, 1), date(2021, 12, 31)), ("2021-23年", date(2021, 1, 1), date(2023, 12, 31)),
    ("十三五期间", date(2016, 1, 1), date(2020, 12, 31)),
    ("from January 2021 to January 2024", date(2021, 1, 1), date(2024, 1, 31)),
    ("15 June 2023", date(2023, 6, 15), date(2023, 6, 15)),
]


def only(text: str, window: Window = WINDOW) -> Period:
    (found,) = periods(fold(text), window)
    return found


@pytest.mark.parametrize(("written", "cover"), [
    *((one, Cover.WINDOW) for one in SAME), *((one, Cover.WIDER) for one in WIDER),
    *((one, Cover.NARROWER) for one in NARROWER), *((one, Cover.OUTSIDE) for one in OUTSIDE),
    *((one, Cover.PARTIAL) for one in PARTIAL)])
def test_cover(written: str, cover: Cover) -> None:
    """Each wording lies to the window as the contract says."""
    assert only(f"我中心{written}，完成任务。").cover(WINDOW) is cover


@pytest.mark.parametrize("written", SAME + WIDER + NARROWER + OUTSIDE + PARTIAL)
def test_offsets(written: str) -> None:
    """The span lies on the wording and on nothing behind it, and holds every digit of it."""
    text = f"其中，{written}，完成任务。"
    span = only(text).span
    quote = text[span.start:span.end]
    assert quote in written
    assert sum(c.isdigit() for c in quote) == sum(c.isdigit() for c in written)


@pytest.mark.parametrize(("written", "start", "end"), BOUNDS)
def test_bounds(written: str, start: date, end: date) -> None:
    """First and last day, both inclusive; what still runs ends on the application date."""
    found = only(written)
    assert (found.start, found.end) == (start, end)


@pytest.mark.parametrize("written", NO_PERIOD)
def test_no_period(written: str) -> None:
    """近年来 and 先后 are no period, and other numbers are none."""
    assert periods(fold(f"我中心{written}，完成任务。"), WINDOW) == []


def test_a_gloss_is_a_period_of_its_own() -> None:
    """近三年（2021—2023年）: both are found, so that the gloss can win (reading 6)."""
    term, gloss = periods(fold("近三年（2021—2023年）发表"), WINDOW)
    assert (term.kind, gloss.kind) == (PeriodKind.RECENT, PeriodKind.DATED)
    assert (gloss.start, gloss.end) == (date(2021, 1, 1), date(2023, 12, 31))


@pytest.mark.parametrize("written", ["到2027年", "2026年", "2024年至2026年", "十五五期间"])
def test_the_future(written: str) -> None:
    """What ends after the year of the application is a plan."""
    assert only(f"{written}力争").kind is PeriodKind.FUTURE


@pytest.mark.parametrize("written", ["年均", "每年", "平均每年", "annually", "per year"])
def test_yearly_means(written: str) -> None:
    """A mean is told apart, so that it is never multiplied (reading 4)."""
    assert only(f"中心{written} 发表").kind is PeriodKind.MEAN


def test_a_state_on_a_day() -> None:
    """截至2024年5月底 says what was so on that day."""
    found = only("截至2024年5月底")
    assert (found.kind, found.start, found.end) == (PeriodKind.STATE, None, date(2024, 5, 31))


@pytest.mark.parametrize(("written", "day", "cover"), [
    ("2022—2024年", date(2025, 3, 31), Cover.WINDOW), ("2022—2024年", date(2025, 4, 1), Cover.NARROWER),
    ("2021年1月1日至2023年8月31日", date(2023, 11, 30), Cover.NARROWER),
    ("2020年1月1日至2023年8月31日", date(2023, 11, 30), Cover.WINDOW),
    ("2020年1月1日至2023年8月30日", date(2023, 11, 30), Cover.WINDOW),
    ("2020年1月1日至2023年8月29日", date(2023, 11, 30), Cover.NARROWER),
    ("2021年1月1日至2024年2月28日", date(2024, 5, 31), Cover.NARROWER),
    ("2021年1月1日至2024年2月29日", date(2024, 5, 31), Cover.WINDOW)])
def test_three_months_to_the_day(written: str, day: date, cover: Cover) -> None:
    """A period from the window's first day may end three calendar months early, to the day (reading 29)."""
    window = Window(date(day.year - 3, 1, 1), day, 3)
    assert only(written, window).cover(window) is cover


def test_other_windows() -> None:
    """近三年 is whatever the policy's reading of the window says."""
    rolling = Window(date(2021, 6, 16), date(2024, 6, 15), 3)
    assert only("近三年", rolling).cover(rolling) is Cover.WINDOW
    assert only("2021年以来", rolling).cover(rolling) is Cover.WIDER
    assert only("近五年", rolling).start == date(2019, 6, 16)


def test_several_periods_in_order() -> None:
    """Every period of a sentence, apart and in order."""
    text = "2021年8篇、2022年9篇，近五年共60篇，累计200篇"
    assert [text[p.span.start:p.span.end] for p in periods(fold(text), WINDOW)] == ["2021年", "2022年", "近五年",
                                                                                    "累计"]


@pytest.mark.parametrize(("text", "first", "last"), [
    ("2023-06-01", date(2023, 6, 1), date(2023, 6, 1)), ("2023.6", date(2023, 6, 1), date(2023, 6, 30)),
    ("２０２３年６月", date(2023, 6, 1), date(2023, 6, 30)), ("2023/6/1", date(2023, 6, 1), date(2023, 6, 1)),
    ("2023", date(2023, 1, 1), date(2023, 12, 31)), ("June 2023", date(2023, 6, 1), date(2023, 6, 30)),
    ("二〇二三年六月一日", date(2023, 6, 1), date(2023, 6, 1))])
def test_dates_of_cells(text: str, first: date, last: date) -> None:
    """A date as it stands in a table's cell, with the days it can mean."""
    assert dates(fold(text)) == [(Span(0, len(text)), first, last)]


@pytest.mark.parametrize("text", ["2023-13-01", "2023年2月30日", "1899年", "20230", "IF 2.023"])
def test_impossible_dates(text: str) -> None:
    """A date that the calendar does not have is not read as a day."""
    assert all(first != last for _, first, last in dates(fold(text)))


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.sampled_from(
    ["{y}年{m}月{d}日", "{y}-{m:02}-{d:02}", "{y}.{m}.{d}", "{y}/{m:02}/{d:02}"]), st.booleans())
def test_every_day_reads_back(day: date, form: str, wide: bool) -> None:
    """Any day in any common form, with half-width or full-width digits, is that day."""
    text = form.format(y=day.year, m=day.month, d=day.day)
    text = full_width(text) if wide else text
    ((span, first, last),) = dates(fold(text))
    assert (first, last) == (day, day)
    assert (span.start, span.end) == (0, len(text))


@given(st.dates(date(2015, 1, 1), date(2030, 12, 31)), st.dates(date(2000, 1, 1), date(2035, 12, 31)),
       st.integers(0, 4000))
def test_cover_by_definition(application: date, start: date, length: int) -> None:
    """The cover of any dated period follows from its days, the window's and the three months alone."""
    window = Window(date(application.year - 3, 1, 1), application, 3)
    end = start + timedelta(days=length)
    cover = Period(Span(0, 1), PeriodKind.DATED, start, end).cover(window)
    reaches = end >= months_before(application, 3)
    if end < window.start or start > application:
        assert cover is Cover.OUTSIDE
    elif start < window.start:
        assert cover is (Cover.WIDER if reaches else Cover.PARTIAL)
    elif end > application:
        assert cover is (Cover.WIDER if start == window.start else Cover.PARTIAL)
    elif start == window.start and reaches:
        assert cover is Cover.WINDOW
    else:
        assert cover is Cover.NARROWER


@given(st.integers(1, 12), st.dates(date(2015, 1, 1), date(2030, 12, 31)))
def test_a_number_of_years_hangs_on_the_reading(years: int, end: date) -> None:
    """近N年 is the window where N is its number of years, under every reading of the window."""
    wanted = {-1: Cover.NARROWER, 0: Cover.WINDOW, 1: Cover.WIDER}[(years > 3) - (years < 3)]
    (period,) = periods(f"近{years}年", Window(date(end.year - 3, 1, 1), end, 3))
    last_three = Window(date(end.year - 4, 1, 1), date(end.year - 1, 12, 31), 3)
    assert period.cover(last_three) is wanted
    assert period.days(last_three) == (date(end.year - 4 - (years - 3), 1, 1), last_three.end)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 60))
def test_calendar_months(day: date, months: int) -> None:
    """Months back keep the day where the month has it, and take its last day where it has not."""
    earlier = months_before(day, months)
    assert (day.year * 12 + day.month) - (earlier.year * 12 + earlier.month) == months
    assert earlier.day == min(day.day, month_end(earlier.year, earlier.month).day)


PIECES = st.sampled_from(["近", "三", "3", "年", "2021", "2024", "年", "月", "日", "至", "—", "-", "6", "15", "以来",
                          "累计", "截至", "底", "十四五",
                          "，", "。", "（", "）", "年均", "自", "起", "至今", "期间", " ", "from ", "to ", "June ",
                          "the past ", "three years"])


@given(st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=50))
def test_spans_lie_in_the_text_and_apart(text: str) -> None:
    """For any text: spans in order, inside it, without overlaps; no period ends before it starts."""
    end = 0
    for found in periods(fold(text), WINDOW):
        assert end <= found.span.start < found.span.end <= len(text)
        end = found.span.end
        assert found.start is None or found.start <= found.end
