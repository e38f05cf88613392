"""The term of a lease or an agreement: when it began and when it ends."""

from __future__ import annotations

import re
from datetime import date, timedelta

from ingestion.facts.lexicon import words
from ingestion.language import load
from ingestion.numbers.numerals import parse_number
from ingestion.numbers.periods import PeriodKind, Window, dates, months_before, periods

NEAR = 6  # characters between a date and the renewal that begins on it


def term(folded: str, window: Window) -> tuple[date | None, date] | None:
    """(start or None, end) of the last term that a text states; None if it states none.

    Read: a range of dates, a first date with a length in years, two dates of which the second ends it, or only an end;
    and how long the term was then renewed for (续租三年).
    """
    stated = _stated(folded, window)
    end = _renewed(folded, stated[1] if stated else None)
    if end is None:
        return stated
    return (stated[0] if stated else None), end


def _renewed(folded: str, end: date | None) -> date | None:
    """The end of a renewal told by its length: from the date right before it, else from the end of the term."""
    found = [*re.finditer(load("discourse")["renewed_for"], folded, re.IGNORECASE)]
    if not found:
        return None
    match = found[-1]
    number, unit = [g for g in match.groups() if g]
    count = load("periods")["numbers_en"].get(number.lower()) or parse_number(number)
    begun = [first for span, first, _ in dates(folded) if 0 <= match.start() - span.end <= NEAR]
    starts = [day for day in (end, *begun) if day is not None]
    if not count or not starts:
        return None
    months = int(count) * (1 if unit in load("discourse")["months"] else 12)
    return months_before(max(starts), -months)


def _stated(folded: str, window: Window) -> tuple[date | None, date] | None:
    """Start and end of a term that is written as a range or renewed to a day."""
    ranges = [
        p
        for p in periods(folded, window)
        if p.start is not None
        and p.kind in (PeriodKind.DATED, PeriodKind.FUTURE)
        and (p.end - p.start).days > 60
        and len(dates(folded[p.span.start : p.span.end])) >= 2
    ]
    renewed = [last for span, _, last in dates(folded) if words("renewed_to").search(folded, 0, span.start)]
    if ranges:
        best = max(ranges, key=lambda p: p.end)
        written = [last for _, _, last in dates(folded[best.span.start : best.span.end])]
        return best.start, max(written + renewed)
    data = load("discourse")
    found = dates(folded)
    ends = [
        last
        for span, _, last in found
        if (
            re.search(data["term_end_before"], folded[max(0, span.start - 26) : span.start], re.IGNORECASE)
            and not re.match(data["term_start_after"], folded[span.end : span.end + 6])
        )
        or re.match(data["term_end_after"], folded[span.end : span.end + 8])
    ]
    starts = [
        first
        for span, first, _ in found
        if re.search(data["term_start_before"], folded[max(0, span.start - 26) : span.start], re.IGNORECASE)
        or re.match(data["term_start_after"], folded[span.end : span.end + 6])
    ]
    length = re.search(data["term_length"], folded, re.IGNORECASE)
    anew = [first for first in starts if ends and first > max(ends)]  # 原租约8月到期，新租约自9月1日起，为期三年
    if ends and not (length and anew):
        return (min(starts) if starts else None), max(ends)
    if length and found:
        number = next(g for g in length.groups() if g)
        years = load("periods")["numbers_en"].get(number.lower()) or parse_number(number)
        if years:
            first = min(anew or starts) if starts else found[0][1]
            whole = date(first.year + int(years), first.month, min(28, first.day)) - timedelta(days=1)
            return first, whole
    return None
