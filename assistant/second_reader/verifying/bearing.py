"""Which period holds for a figure or for rows, and how it bears on the fact.

The nearest words win: the clause, the sentence, the header of its column, what titles its table, its headings. What a
model says of a period only chooses among periods that stand equally near.
"""
from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from msgspec import Struct

from assistant.second_reader.places import Place, Places
from assistant.second_reader.records import Bears
from assistant.second_reader.schema import ClaimedPeriod
from assistant.second_reader.verifying import clauses
from assistant.second_reader.verifying.clauses import Around
from assistant.second_reader.verifying.quotes import Found, tight
from ingestion.domain import Span
from ingestion.language import fold
from ingestion.numbers.periods import Cover, Period, PeriodKind, Window, dates, periods

EARLIEST, LATEST = 1990, 2040
_NAMED = {"window": {Cover.WINDOW}, "wider": {Cover.WIDER}, "narrower": {Cover.NARROWER, Cover.WINDOW},
          "outside": {Cover.OUTSIDE}, "partly": {Cover.PARTIAL}}


class Holding(Struct, frozen=True):
    """A period that holds for a figure, and the words behind it."""

    period: Period
    behind: str = ""


def of_quote(places: Places, window: Window, found: Found, near: Around, claimed: ClaimedPeriod) -> Holding | None:
    """The period of a figure in words."""
    text = fold(places.documents[near.document].text)
    place = places.by_id[found.places[0]]
    for span in (near.clause, near.sentence):
        inside = text[span.start:span.end]
        if own := _periods(inside, window):
            return _chosen(inside, own, found.span.start - span.start)
    before = text[near.cell.start:near.sentence.start]
    if clauses.words("same_period").search(text[near.sentence.start:near.sentence.end]) and (
            told := _periods(before, window)):
        return _chosen(before, told, len(before))
    levels: list[list[str]] = []
    if place.table:
        levels += [clauses.headers(places, place, found.span), _rest_of_row(places, place, near),
                   clauses.titles(places, place)]
    else:
        levels += [_lead_in(places, place)]
    levels += [[one] for one in clauses.headings(places, place)]
    return _first([*levels, clauses.scopes(places, place)], window, claimed)


def own_days(text: str, found: Found, near: Around, window: Window) -> list[tuple[date, date]]:
    """The days that stand behind the name of a thing in running text, up to the next thing: they date it, while a
    period before it limits all that its sentence names."""
    after = re.split(r"[、；。]", text[found.span.end:near.cell.end], maxsplit=1)[0]
    behind = text[found.span.start:found.span.end] + after   # ". " may end a sentence, and parts what cites one paper
    return days(behind) + [(one.start, one.end) for one in _periods(behind, window)
                           if one.start is not None and one.kind is PeriodKind.DATED]


def of_table(places: Places, window: Window, place: Place, claimed: ClaimedPeriod) -> Holding | None:
    """The period that titles a table."""
    levels = [clauses.titles(places, place), *([one] for one in clauses.headings(places, place)),
              clauses.scopes(places, place)]
    return _first(levels, window, claimed)


def row_days(places: Places, place: Place) -> list[tuple[date, date]]:
    """The dates in a row."""
    text = "\n".join(clauses.row_cells(places, place))
    return [(first, last) for _, first, last in dates(text) if EARLIEST < first.year < LATEST]


def row_span(places: Places, place: Place, window: Window) -> tuple[date, date] | None:
    """The first and the last day that a row speaks of: 2024年1—6月 ends in June."""
    text = "\n".join(clauses.row_cells(places, place))
    found = row_days(places, place) + [(one.start, one.end) for one in _periods(text, window)
                                       if one.start is not None and one.kind is PeriodKind.DATED]
    return (min(first for first, _ in found), max(last for _, last in found)) if found else None


def bears(holding: Holding | None, time: str, claimed: ClaimedPeriod, window: Window, *, figure: bool) -> Bears:
    """How something of that period bears on a fact: `time` is the fact's (window, state, open), `figure` whether it is
    a figure, which the period may limit, or a thing, which it dates."""
    period = holding.period if holding else None
    if period is not None and period.kind is PeriodKind.MEAN:
        return Bears.NOT
    if time == "window":
        return Bears.UPPER if period is None else cover_bears(
            Cover.WIDER if period.kind is PeriodKind.CUMULATIVE else period.cover(window))
    if period is None or period.kind in (PeriodKind.STATE, PeriodKind.FUTURE):
        return Bears.EXACT
    if period.kind is PeriodKind.CUMULATIVE:
        return Bears.UPPER if time == "state" else Bears.EXACT
    if time == "state":
        return Bears.EXACT
    limited = claimed.kind not in ("", "none") or (figure and (
        period.kind is PeriodKind.RECENT or (holding is not None and clauses.words("limits").match(holding.behind))))
    return Bears.LOWER if limited else Bears.EXACT


def cover_bears(cover: Cover) -> Bears:
    """How a figure of a period bears on a fact of the window."""
    return {Cover.WINDOW: Bears.EXACT, Cover.WIDER: Bears.UPPER, Cover.NARROWER: Bears.LOWER}.get(cover, Bears.NOT)


def misread(holding: Holding | None, claimed: ClaimedPeriod, window: Window) -> bool:
    """Whether the model calls a period something that its words do not say."""
    wanted = _NAMED.get(claimed.kind)
    if wanted is None:
        return False
    if holding is None:
        return claimed.kind == "window"
    if holding.period.kind is PeriodKind.CUMULATIVE:
        return claimed.kind != "wider"
    return holding.period.cover(window) not in wanted


def _periods(text: str, window: Window) -> list[Period]:
    return [one for one in periods(text, window) if one.kind is not PeriodKind.FUTURE]


def _rest_of_row(places: Places, place: Place, near: Around) -> list[str]:
    document = places.documents[place.document]
    return [fold(document.quote(cell.span)) for cell in place.cells if not cell.span.overlaps(near.cell)]


def _lead_in(places: Places, place: Place) -> list[str]:
    """For a paragraph in a list: the line before it that ends with a colon."""
    for before in reversed(places.neighbours(place, 30)):
        if before.kind != "paragraph":
            return []
        text = fold(before.shown).rstrip()
        if text.endswith("："):
            return [text]
    return []


def _first(levels: Sequence[Sequence[str]], window: Window, claimed: ClaimedPeriod) -> Holding | None:
    wording = tight(claimed.text)
    for texts in levels:
        found = {text: own for text in texts if (own := _periods(text, window))}
        if found:
            text = next((one for one in found if wording and wording in tight(one)), next(iter(found)))
            return _chosen(text, found[text], len(text))
    return None


def _chosen(text: str, found: Sequence[Period], at: int) -> Holding:
    """Of periods that stand equally near the one nearest before the figure, a named span rather than 累计 beside it."""
    before = [one for one in found if one.span.start <= at] or list(found)
    named = [one for one in before if one.kind is not PeriodKind.CUMULATIVE]
    period = (named or before)[-1]
    return Holding(period, text[period.span.end:period.span.end + 24])


def stated(text: str, window: Window) -> Period | None:
    """The first period in a folded text."""
    found = _periods(text, window)
    return found[0] if found else None


def days(text: str) -> list[tuple[date, date]]:
    """The dates in a folded text."""
    return [(first, last) for _, first, last in dates(text) if EARLIEST < first.year < LATEST]


def spanned(first: date, last: date, window: Window) -> Bears:
    """How figures from a first to a last day bear on a fact of the window together."""
    return cover_bears(Period(Span(0, 0), PeriodKind.DATED, first, min(last, window.end)).cover(window))


def of_column(places: Places, window: Window, place: Place) -> Holding | None:
    """The years from the first to the last dated row of a table whose total stands in an undated row."""
    spans = [span for name in places.by_id[place.table].rows
             if (span := row_span(places, places.by_id[name], window)) is not None]
    if not spans:
        return None
    first, last = min(one for one, _ in spans), max(one for _, one in spans)
    return Holding(Period(Span(0, 0), PeriodKind.DATED, first, min(last, window.end)))
