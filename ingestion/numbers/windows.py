"""What a policy's undefined term for a period (近三年) comes to for an application date.

The readings are data of the policy. An edge is the application date, or that date moved by whole years, months and
days, its month and day then set where they are given: `{years: -3, month: 1, day: 1}` is 1 January of the third year
before. A day that a month does not have is its last (29 February, 31).
"""
from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from msgspec import Struct

from ingestion.numbers.numerals import parse_number


class Edge(Struct, frozen=True):
    """Years and months are moved first, then `month` and `day` are set, then days are moved."""

    years: int = 0
    months: int = 0
    days: int = 0
    month: int | None = None
    day: int | None = None


class WindowReading(Struct, frozen=True):
    """One way to understand the term; both edges are inclusive."""

    id: str
    label: str
    label_en: str
    start: Edge
    end: Edge = Edge()


class WindowSetting(Struct, frozen=True):
    """The policy's words for the window, where they stand, the reading that is used and its alternatives."""

    term: str                        # "近三年"
    term_en: str
    occurs: tuple[str, ...]          # "第八条（二）", …
    undefined: str                   # what the policy leaves open, in a sentence
    undefined_en: str
    reading: str                     # id of the reading that is used
    readings: tuple[WindowReading, ...]

    @property
    def years(self) -> int:
        """The number of years that the term itself names; 0 where it names none."""
        match = re.search(r"[0-9一二两三四五六七八九十]+", self.term)
        number = parse_number(match[0]) if match else None
        return int(number) if number else 0

    @property
    def current(self) -> WindowReading:
        return next(one for one in self.readings if one.id == self.reading)

    @property
    def alternatives(self) -> tuple[WindowReading, ...]:
        return tuple(one for one in self.readings if one.id != self.reading)


def window(reading: WindowReading, application_date: date) -> tuple[date, date]:
    """The first and the last day of the window, both inclusive."""
    return edge(reading.start, application_date), edge(reading.end, application_date)


def windows(setting: WindowSetting, application_date: date) -> dict[str, tuple[date, date]]:
    """The window under every reading, by its id, the one that is used first."""
    return {one.id: window(one, application_date) for one in (setting.current, *setting.alternatives)}


def edge(moved: Edge, application_date: date) -> date:
    """The day that `moved` describes."""
    months = (application_date.year + moved.years) * 12 + application_date.month - 1 + moved.months
    year, month = divmod(months, 12)
    month = moved.month or month + 1
    day = moved.day or application_date.day
    return date(year, month, min(day, calendar.monthrange(year, month)[1])) + timedelta(days=moved.days)
