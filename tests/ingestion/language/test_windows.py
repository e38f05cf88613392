"""What the days of a window are, for every reading and every application date."""
from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.numbers.windows import Edge, WindowReading, WindowSetting, edge, window, windows
from ingestion.policies import policy

SETTING = policy.load().window
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


def test_contract_reading() -> None:
    """For 2024-06-15 the window is 2021-01-01 to 2024-06-15."""
    assert window(SETTING.current, date(2024, 6, 15)) == (date(2021, 1, 1), date(2024, 6, 15))


@pytest.mark.parametrize(("reading", "day", "expected"), [
    ("rolling_36_months", date(2024, 6, 15), (date(2021, 6, 16), date(2024, 6, 15))),
    ("rolling_36_months", date(2024, 2, 29), (date(2021, 3, 1), date(2024, 2, 29))),
    ("rolling_36_months", date(2024, 12, 31), (date(2022, 1, 1), date(2024, 12, 31))),
    ("last_three_complete_years", date(2024, 6, 15), (date(2021, 1, 1), date(2023, 12, 31))),
    ("last_three_complete_years", date(2024, 2, 29), (date(2021, 1, 1), date(2023, 12, 31))),
    ("three_calendar_years_with_current", date(2024, 6, 15), (date(2022, 1, 1), date(2024, 6, 15))),
    ("third_calendar_year_before", date(2024, 2, 29), (date(2021, 1, 1), date(2024, 2, 29))),
    ("third_calendar_year_before", date(2024, 1, 1), (date(2021, 1, 1), date(2024, 1, 1))),
])
def test_readings(reading: str, day: date, expected: tuple[date, date]) -> None:
    """Each alternative has its own days, on leap days and at the ends of a year too."""
    assert windows(SETTING, day)[reading] == expected


@given(DAYS)
def test_every_reading_has_a_window_on_every_day(day: date) -> None:
    """No day breaks a reading, and no window begins after its end or ends after the application date."""
    for first, last in windows(SETTING, day).values():
        assert first <= last <= day


@given(DAYS)
def test_rolling_window_is_three_years_long(day: date) -> None:
    """The 36 months hold each day of the year three times, a leap day at most once."""
    first, last = windows(SETTING, day)["rolling_36_months"]
    assert (last - first).days + 1 in (1095, 1096)


@given(DAYS, st.integers(-60, 60), st.integers(-400, 400))
def test_an_edge_is_always_a_day(day: date, months: int, days: int) -> None:
    """Any whole move of an application date comes to a day."""
    assert isinstance(edge(Edge(months=months, days=days), day), date)


def test_a_day_that_a_month_lacks_is_its_last() -> None:
    """31 February is 29 February in a leap year and 28 February in another."""
    assert edge(Edge(month=2, day=31), date(2024, 6, 15)) == date(2024, 2, 29)
    assert edge(Edge(years=-1), date(2024, 2, 29)) == date(2023, 2, 28)


def test_the_reading_in_use_comes_first() -> None:
    """`windows` names every reading once, the one that is set first."""
    ids = list(windows(SETTING, date(2024, 6, 15)))
    assert ids[0] == SETTING.reading
    assert len(ids) == len(set(ids)) == len(SETTING.readings) == 4


def test_alternatives_are_the_others() -> None:
    """Changing the reading changes which one is current, and nothing else."""
    first, second = (WindowReading(name, name, name, Edge(years=years)) for name, years in (("a", -2), ("b", -3)))
    setting = WindowSetting("近两年", "two years", (), "", "", "b", (first, second))
    assert setting.current is second
    assert setting.alternatives == (first,)
