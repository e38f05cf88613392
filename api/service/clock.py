"""The installation's own clock and calendar: its time zone, and working days as China keeps them."""
from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from holidays import HolidayBase

FALLBACK = timezone(timedelta(hours=8))    # where the machine knows no zones
COUNTRY = "CN"


def known(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return name == "Asia/Shanghai"
    return True


@cache
def zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return FALLBACK


def today(name: str) -> date:
    """The day that it is in that zone."""
    return datetime.now(zone(name)).date()


def local(at: datetime, name: str) -> str:
    """A time as it stands on paper."""
    return at.astimezone(zone(name)).strftime("%Y-%m-%d %H:%M")


def working_days_after(day: date, count: int) -> date:
    """The last of `count` working days, the first of which is the next after `day`: weekends and public holidays are
    none, days that are made up for are some."""
    while count:
        day += timedelta(days=1)
        count -= _calendar(day.year).is_working_day(day)
    return day


def announced(year: int) -> bool:
    """Whether the days of that year that are moved for its holidays are known."""
    return any(one.year == year for one in _calendar(year).weekend_workdays)


@cache
def _calendar(year: int) -> HolidayBase:
    import holidays

    return holidays.country_holidays(COUNTRY, years=[year], expand=False)
