"""Periods: how documents word them, resolved against the application date into days, and compared with the window.

`periods(folded, window)` reads a folded text (see `language.fold`). A period's `start` None is open towards the past.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ingestion.domain import Span
from ingestion.language import alternation, load, ngrams, pattern
from ingestion.numbers.numerals import parse_number
from ingestion.patterns import compiled

GRACE_MONTHS = 3  # a period may end this many calendar months before the application date and still be the window


class Window(Struct, frozen=True):
    """近三年: from `start` to `end` (the application date), both inclusive; `years` is the number in the term."""

    start: date
    end: date
    years: int


class PeriodKind(StrEnum):
    RECENT = "recent"  # 近三年, 近五年
    DATED = "dated"  # 2021—2023年, 2022年3月, 2021年以来, 十四五期间
    CUMULATIVE = "cumulative"  # 累计, 历年, 成立以来; it has a start where its day is said (2009年开园以来)
    MEAN = "mean"  # 年均, 每年
    STATE = "state"  # 截至2024年5月底
    FUTURE = "future"  # starts after the application date


class Cover(StrEnum):
    """How a period lies to the window."""

    WINDOW = "window"
    WIDER = "wider"
    NARROWER = "narrower"
    OUTSIDE = "outside"
    PARTIAL = "partial"


class Period(Struct, frozen=True):
    span: Span
    kind: PeriodKind
    start: date | None
    end: date
    years: int = 0  # 近五年: the days of such a period hang on the window's reading, as in `days`

    @property
    def of_all_times(self) -> bool:
        """Whether it has no beginning: 累计, 截至2024年5月底."""
        return self.start is None and self.kind in (PeriodKind.CUMULATIVE, PeriodKind.STATE)

    def days(self, window: Window) -> tuple[date | None, date]:
        """Its first and last day under a window."""
        return (years_before(window, self.years), window.end) if self.years else (self.start, self.end)

    def cover(self, window: Window) -> Cover:
        """The contract's reading 6 and 29 of a period against the window."""
        if self.years:
            return _by_number(self.years, window.years)
        reaches = self.end >= months_before(window.end, GRACE_MONTHS)
        if self.end < window.start or (self.start is not None and self.start > window.end):
            return Cover.OUTSIDE
        if self.start is None or self.start < window.start:
            return Cover.WIDER if reaches else Cover.PARTIAL
        if self.end > window.end and self.kind is not PeriodKind.FUTURE:
            return Cover.WIDER if self.start == window.start else Cover.PARTIAL
        if self.start == window.start and reaches:
            return Cover.WINDOW
        return Cover.NARROWER


def _by_number(years: int, wanted: int) -> Cover:
    if years == wanted:
        return Cover.WINDOW
    return Cover.WIDER if years > wanted else Cover.NARROWER


def years_before(window: Window, years: int) -> date:
    """The first day of 近N年 where the window is 近三年."""
    if years == window.years:
        return window.start
    return window.start.replace(year=window.start.year - (years - window.years), day=min(28, window.start.day))


@lru_cache(maxsize=1024)
def months_before(day: date, months: int) -> date:
    """The same day `months` calendar months earlier, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def reported_year(*texts: str) -> int | None:
    """The year that a report is of, by the first of the texts that says one: 2021年度工作总结."""
    return next((year for text in texts if text and (year := _reported(text)) is not None), None)


@lru_cache(maxsize=4096)
def _reported(text: str) -> int | None:
    match = ngrams.search(_report_of_year(), text)
    return int(match[1]) if match else None


@lru_cache(maxsize=1)
def _report_of_year() -> re.Pattern[str]:
    return pattern(tuple(load("periods")["report_of_year"]))


_OF_A_NUMBER = re.compile(r"[〕\]）〉]\s*\d+\s*号")  # 渝科局发〔2021〕33号: a document's number is no period


def periods(folded: str, window: Window, reported: int | None = None) -> list[Period]:
    """Every period in a folded text, in order, without overlaps (the longest reading of a place wins). `reported`: the
    year that a report is of; 本年度 in it is that year, not the application's."""
    then = window
    if reported is not None and reported < window.end.year:
        then = Window(window.start, date(reported, 12, 31), window.years)
    entries, patterns = _grammar()
    candidates: list[tuple[int, int, int, re.Match[str], Resolve]] = []
    for place in patterns.possible(folded):
        hint, whole, resolve = entries[place]
        if hint.search(folded) is None:
            continue
        for match in whole.finditer(folded):
            candidates.append((match.start(), -match.end(), len(candidates), match, resolve))
    candidates.sort()
    found: list[Period] = []
    for start, _, _, match, resolve in candidates:
        if found and start < found[-1].span.end:
            continue
        period = resolve(match, then if resolve is _relative else window)
        if period is not None and _OF_A_NUMBER.match(folded, period.span.end) is None:
            found.append(period)
    return found


def dates(folded: str) -> list[tuple[Span, date, date]]:
    """Every date (day, month or year) with the first and last day it can mean."""
    found = []
    for match in _date_pattern().finditer(folded):
        bounds = _bounds(match, "b")
        if bounds:
            found.append((Span(*match.span()), *bounds))
    return found


def _recent(match: re.Match[str], window: Window) -> Period | None:
    """近三年, the last 18 months: up to the window's end."""
    word = match["n"]
    number = (
        load("periods")["numbers_en"].get(word.lower()) if word.isascii() and word.isalpha() else parse_number(word)
    )
    if number is None or not 0 < number < 100:
        return None
    span, count = Span(*match.span()), int(number)
    if match.groupdict().get("months"):
        return Period(span, PeriodKind.RECENT, months_before(window.end, count) + timedelta(days=1), window.end)
    return Period(span, PeriodKind.RECENT, years_before(window, count), window.end, count)


def _window(match: re.Match[str], window: Window) -> Period | None:
    return Period(Span(*match.span()), PeriodKind.RECENT, window.start, window.end, window.years)


def _half_year(match: re.Match[str], window: Window) -> Period | None:
    start = months_before(window.end, load("periods")["half_year"]["months"]) + timedelta(days=1)
    return Period(Span(*match.span()), PeriodKind.RECENT, start, window.end)


def _plan(match: re.Match[str], window: Window) -> Period | None:
    first, last = load("periods")["plans_of_years"][match["plan"]]
    start, end = date(first, 1, 1), date(last, 12, 31)
    if match["first"] or match["last"]:
        start, end = (start, date(first, 12, 31)) if match["first"] else (date(last, 1, 1), end)
    if start > window.end:
        return Period(Span(*match.span()), PeriodKind.FUTURE, start, end)
    return Period(Span(*match.span()), PeriodKind.DATED, start, window.end if match["since"] else min(end, window.end))


def _mean(match: re.Match[str], window: Window) -> Period | None:
    return Period(Span(*match.span()), PeriodKind.MEAN, None, window.end)


def _cumulative(match: re.Match[str], window: Window) -> Period | None:
    return Period(Span(*match.span()), PeriodKind.CUMULATIVE, None, window.end)


def _relative(match: re.Match[str], window: Window) -> Period | None:
    year = window.end.year + load("periods")["relative"][match["relative"]]
    return Period(Span(*match.span()), PeriodKind.DATED, date(year, 1, 1), min(date(year, 12, 31), window.end))


def _between(match: re.Match[str], window: Window) -> Period | None:
    """From one date to another, whose year, month or end may be left out."""
    first = _bounds(match, "a")
    if first is None:
        return None
    groups = match.groupdict()
    if groups.get("b_year") or groups.get("ben_year"):
        last = _bounds(match, "b")
    elif groups.get("to_month"):
        last = _same_year(first[0].year, groups["to_month"] or "", groups.get("to_day") or "")
    elif groups.get("to_year"):
        year = int(f"{first[0].year // 100}{groups['to_year']}")
        last = (first[0], date(year, 12, 31)) if year >= first[0].year else None
    else:
        last = (first[0], window.end)
    if last is None or last[1] < first[0]:
        return None
    return _dated(Span(*match.span()), first[0], last[1], window)


def _same_year(year: int, month: str, day: str) -> tuple[date, date] | None:
    """The end of a period that names its year only once: 2024年1月1日至6月15日."""
    number, which = parse_number(month), parse_number(day) if day else None
    if number is None or not 1 <= number <= 12:
        return None
    last = month_end(year, int(number))
    if which is not None and 1 <= which <= last.day:
        last = last.replace(day=int(which))
    return last, last


def _dated(span: Span, start: date, end: date, window: Window) -> Period:
    """A year that is still running ends, for counting, on the application date; a period that ends later is a plan."""
    if end > window.end and (end.year == window.end.year or start > window.end):
        end = max(window.end, start) if start <= window.end else end
    kind = PeriodKind.FUTURE if end > window.end else PeriodKind.DATED
    return Period(span, kind, start, end)


def _single(match: re.Match[str], window: Window) -> Period | None:
    """One date: of a state, since it, until it, or within it."""
    bounds = _bounds(match, "p")
    if bounds is None:
        return None
    span, (first, last) = Span(*match.span()), bounds
    if match["state"]:
        return Period(span, PeriodKind.STATE, None, min(last, window.end))
    if match["since"]:
        return Period(
            span, PeriodKind.DATED if first <= window.end else PeriodKind.FUTURE, first, max(window.end, first)
        )
    if match["until"] and last > window.end:
        return Period(span, PeriodKind.FUTURE, first, last)
    return _dated(span, first, last, window)


def _bounds(match: re.Match[str], prefix: str) -> tuple[date, date] | None:
    """First and last day that a written date can mean; a date without a year is none."""
    groups, data = match.groupdict(), load("periods")

    def part(name: str) -> str:
        return groups.get(f"{prefix}_{name}") or groups.get(f"{prefix}en_{name}") or ""

    year = parse_number(part("year"))
    if year is None or not 1900 <= year <= 2100:
        return None
    y = int(year)
    if part("quarter"):
        first, last = data["quarters"][part("quarter")]
        return date(y, first, 1), month_end(y, last)
    if part("half"):
        first, last = data["halves"][part("half")]
        return date(y, first, 1), month_end(y, last)
    if part("first"):  # 2025年前5个月
        months = int(parse_number(part("first")) or 0)
        return (date(y, 1, 1), month_end(y, months)) if 1 <= months <= 12 else None
    if part("edge"):
        return (date(y, 1, 1), date(y, 1, 31)) if part("edge") == "初" else (date(y, 12, 1), date(y, 12, 31))
    text = part("month")
    if not text:
        return date(y, 1, 1), date(y, 12, 31)
    month = data["months_en"].get(text.lower()) if text.isascii() and text.isalpha() else parse_number(text)
    if month is None or not 1 <= month <= 12:
        return None
    day = parse_number(part("day")) if part("day") else None
    if day is None:
        return date(y, int(month), 1), month_end(y, int(month))
    try:
        exact = date(y, int(month), int(day))
    except ValueError:
        return None
    return exact, exact


def _date(prefix: str) -> str:
    """2024年6月15日, 2024-06-15, 2024.06, 2024/6, 2024年底, 2024年前5个月, 2024, June 2024, 5 June 2024."""
    p, months_en = prefix, alternation(load("periods")["months_en"])
    year = r"(?:19|20)\d{2}|[一二][零九][零一二三四五六七八九]{2}"
    number, month = r"\d{1,2}|[一二三四五六七八九十]{1,3}", r"(?:0?[1-9]|1[0-2])(?!\d)|[一二三四五六七八九十]{1,3}"
    written = (
        rf"(?<![\d.A-Za-z{'' if p == 'b' else '-'}])(?P<{p}_year>{year})(?:"
        rf"\s*年?度?\s*(?:第?(?P<{p}_quarter>[一二三四1-4])季度|(?P<{p}_half>[上下])半年)"
        rf"|\s*年\s*前\s*(?P<{p}_first>{number})\s*个月"
        rf"|\s*年\s*(?P<{p}_edge>[初底末])"
        rf"|\s*(?:(?P<{p}_named>年)\s*|[-./])(?P<{p}_month>{month})"
        rf"(?:\s*(?:月份?\s*|(?({p}_named)(?!)|[-./]))(?P<{p}_day>{number})(?:\s*[日号]|(?![\d年月家项篇个件名人份万亿]|\.\d))|\s*月份?(?:[初底末]|[上中下]旬)?"
        rf"|(?({p}_named)(?=\s*[-~至到])|(?![\d年月家项篇个件名人份万亿%]|\.\d)))"
        rf"|\s*(?:财务?年度|财年|年度|学年|年)(?!均|产|营业|限)"
        rf"|(?!\d|[.,]\d|[年家项篇个件名人份万亿/]|-\d\d(?!\d))(?!\s*[家项篇个件名人份户万亿元页号字余多]))"
    )
    english = (
        rf"(?:(?P<{p}en_day>\d{{1,2}})(?:st|nd|rd|th)?\s+)?(?<![A-Za-z])(?P<{p}en_month>{months_en})\.?,?\s+(?:\d{{1,2}},\s*)?"
        rf"(?P<{p}en_year>(?:19|20)\d{{2}})(?!\d)"
    )
    return rf"(?:{written}|{english})"


@lru_cache(maxsize=1)
def _date_pattern() -> re.Pattern[str]:
    return compiled.pattern(_date("b"), re.IGNORECASE)  # "b": a date may follow a dash


Resolve = Callable[[re.Match[str], Window], Period | None]
_NUMBER = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"


def _recently() -> str:
    """近三年, 过去12个月: the pattern."""
    recent, within = alternation(load("periods")["recent"]), alternation(load("periods")["within"])
    year = "(?:自然|会计|财务)?年度|个?(?:完整)?(?:自然|会计)?年"
    return rf"(?:{recent})\s*(?P<n>{_NUMBER})\s*(?:个?(?:完整)?{year}|个(?P<months>月))(?:{within})?(?!级|制)"


@lru_cache(maxsize=1)
def recently() -> re.Pattern[str]:
    """What finds 近三年 and its like."""
    return compiled.pattern(_recently())


@lru_cache(maxsize=1)
def _grammar() -> tuple[list[tuple[re.Pattern[str], re.Pattern[str], Resolve]], ngrams.Several]:
    """(hint, pattern, what a match means), and the patterns; a text without a hint is not searched for its pattern."""
    data: dict[str, Any] = load("periods")
    recent = alternation(data["recent"])
    plans, since = alternation(data["plans_of_years"]), alternation(data["since_words"])
    number = _NUMBER
    joints = r"(?:-+|~|至|到|to|until|and|–)"
    to, today = rf"\s*起?{joints}\s*", alternation(data["today"])
    plan_since = alternation(data["plan_since"])
    begun, whole_year, year = alternation(data["since_start"]), r"(?:19|20)\d{2}", r"\d{4}|[一二][零九]"
    at_start = rf"(?:{alternation(data['from'])})?\s*"
    entries: list[tuple[str, str, Resolve]] = [
        (r"[年月]", _recently(), _recent),
        (data["window"], rf"(?:{data['window']})期?(?:间|之?[内中])", _window),
        (data["half_year"]["word"], rf"(?:{recent})(?P<n>{data['half_year']['word']})(?P<months>)", _half_year),
        (r"年(?:以来|来|间)", rf"(?<![\d第十一二三四五六七八九])(?P<n>{number})\s*年(?:以来|来|间)", _recent),
        (
            r"\syear",
            r"(?:(?:over|in|during|within|for)\s+)?the\s+(?:past|last|recent|previous|preceding)\s+(?P<n>\w+)\s+years?",
            _recent,
        ),
        (
            "五",
            rf"[“\"]?(?P<plan>{plans})[”\"]?(?:(?:规划)?(?:期间|时期|期)(?:内)?|(?P<since>{plan_since})|{data['plan_edges']})",
            _plan,
        ),
        (rf"{joints}\s*(?:{today})", rf"{at_start}{_date('a')}{to}(?:{today})", _between),
        (
            rf"{joints}\s*[\w“‘]",
            rf"{at_start}{_date('a')}{to}{_date('b')}(?:\s*(?:期间|止|为止|两年|三年|四年|五年|三个年度|度))?",
            _between,
        ),
        (
            rf"{joints}\s*(?:{number})\s*月",
            rf"{at_start}(?P<a_year>{whole_year})\s*年?\s*(?P<a_month>{number})\s*(?:月(?:\s*(?P<a_day>{number})\s*日)?)?{to}(?P<to_month>{number})\s*月(?:份|底|末|\s*(?P<to_day>{number})\s*日)?",
            _between,
        ),
        (
            r"\d\s*年?\s*[-~/]\s*\d",
            rf"(?P<a_year>{whole_year})\s*年?\s*(?:-|~|/)\s*(?P<to_year>\d{{2}})\s*年度?",
            _between,
        ),
        (
            year,
            rf"(?:(?P<state>{alternation(data['state_date'])})\s*|(?P<until>到|至)\s*|(?:{alternation(data['from'])})\s*)?{_date('p')}(?:\s*(?P<since>{since}))?(?:\s*(?:为止|止))?",
            _single,
        ),
        ("since", rf"since\s+{_date('a')}", _since),
        (
            r"以来|至今",
            rf"(?:(?:自|从)\s*{_date('a')}[^，。；、\d]{{0,10}}?|{_date('b')}[^，。；\d]{{0,8}}?(?:{begun}))(?:以来|至今)",
            _since_event,
        ),
        (rf"[到至](?:{today})", rf"(?:自|从){_date('a')}[^，。；\d]{{1,14}}(?:到|至)(?:{today})", _between),
        (r"[年今]", rf"(?P<relative>{alternation(data['relative'])})", _relative),
        (
            r"以来|至今|伊始",
            rf"(?:自)?[^，。；、：0-9（）\s]{{0,2}}?(?:{begun})[^，。；、：0-9]{{0,3}}?(?:以来|至今|伊始)",
            _cumulative,
        ),
        ("", alternation(data["cumulative"]), _cumulative),
        ("", alternation(data["yearly_mean"]), _mean),
    ]
    grammar = [
        (compiled.pattern(hint, re.IGNORECASE), compiled.pattern(text, re.IGNORECASE), resolve)
        for hint, text, resolve in entries
    ]
    return grammar, ngrams.Several(whole for _, whole, _ in grammar)


def _since(match: re.Match[str], window: Window) -> Period | None:
    """From a date on, up to the window's end."""
    bounds = _bounds(match, "a") or _bounds(match, "b")
    if bounds is None:
        return None
    start = bounds[0]
    kind = PeriodKind.DATED if start <= window.end else PeriodKind.FUTURE
    return Period(Span(*match.span()), kind, start, max(window.end, start))


def _since_event(match: re.Match[str], window: Window) -> Period | None:
    """From what happened at a date (2019年1月换届以来): all since then."""
    since = _since(match, window)
    return replace(since, kind=PeriodKind.CUMULATIVE) if since and since.kind is PeriodKind.DATED else since
