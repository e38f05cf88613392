"""The interval that follows from claims, by the contract's arithmetic: groups are readings of one fact, compared."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from assistant.second_reader.records import Bears, Checked, Recomputed
from assistant.second_reader.schema import Counts, Role
from assistant.second_reader.verifying import bearing
from ingestion.domain import Interval
from ingestion.numbers.periods import Window

_ADDED = frozenset({Role.PART, Role.ITEM, Role.ROWS, Role.CLASS, Role.NONE})


class _Reading(Struct, frozen=True):
    """One reading of the whole fact; `point`: a figure or a full count, not only a bound."""

    low: int
    high: int | None
    point: bool


def recompute(claims: Sequence[Checked], kind: str, time: str, window: Window) -> Recomputed | None:
    """What the verified claims come to; None where nothing is left that counts."""
    if kind == "yes_no":
        values = {one.reads.low for one in claims if one.counting and one.reads is not None}
        return Recomputed(Interval(min(values), max(values)), len(values) > 1) if values else None
    made = [one for part in _readings(claims) if (one := _of(part, time, window)) is not None]
    if kind == "money":
        made = _finer(made)
    return _compared(made) if made else None


def _readings(claims: Sequence[Checked]) -> list[list[Checked]]:
    """The claims that make one figure: a total is a reading of its own, also beside its parts or rows."""
    groups: dict[str, list[Checked]] = {}
    for one in claims:
        groups.setdefault(one.claim.group, []).append(one)
    readings: list[list[Checked]] = []
    for group in groups.values():
        totals = [one for one in group if one.claim.role is Role.TOTAL and one.counting]
        rest = [one for one in group if one.claim.role in _ADDED]
        minus = [one for one in group if one.claim.role is Role.MINUS]
        readings += [[total, *minus] for total in totals]
        readings.append(rest if totals else [*rest, *minus])
    return readings


def _of(claims: Sequence[Checked], time: str, window: Window) -> _Reading | None:
    """What claims of one reading come to; None where nothing counts."""
    counted = [one for one in claims if one.counting and one.reads is not None]
    bears = _bears(counted, time, window)
    counted = [one for one in counted if bears.get(id(one), one.bears) is not Bears.NOT]
    if not counted or all(one.claim.role is Role.MINUS for one in counted):
        return None
    seen: set[str] = set()
    low, high = 0, 0 if counted else None
    classes: list[Interval] = []
    for one in counted:
        bounds = _once(one, seen)
        if one.claim.counts is Counts.MAYBE:
            bounds = Interval(0, bounds.high)
        if one.claim.role is Role.CLASS:
            classes.append(bounds)
        elif one.claim.role is Role.MINUS:
            low, high = low - (bounds.high or 0), None if high is None else high - bounds.low
        else:
            low, high = low + bounds.low, _sum([high, bounds.high])
    if classes:
        low += max(one.low for one in classes)
        high = _sum([high, *(one.high for one in classes)])
    kinds = {bears.get(id(one), one.bears) for one in counted}
    partial = any(one.partial for one in counted)
    if Bears.UPPER in kinds:
        low = 0
    if Bears.LOWER in kinds or partial:
        high = None
    return _Reading(max(0, low), high, kinds == {Bears.EXACT} and not partial)


def _bears(counted: Sequence[Checked], time: str, window: Window) -> dict[int, Bears]:
    """Yearly figures without a total stand together for the first to the last year named."""
    parts = [one for one in counted if one.claim.role is Role.PART and one.days[0]]
    if time != "window" or len(parts) < 2 or len({one.days for one in parts}) < 2:
        return {}
    first, last = min(one.days[0] for one in parts), max(one.days[1] for one in parts)
    together = bearing.spanned(date.fromisoformat(first), date.fromisoformat(last), window)
    return {id(one): together for one in parts}


def _once(one: Checked, seen: set[str]) -> Interval:
    """What a claim adds: of rows and items only what was not seen before in its reading."""
    assert one.reads is not None  # noqa: S101 - only such claims are counted
    if one.claim.role not in (Role.ROWS, Role.ITEM) or one.reads != Interval(len(one.things), len(one.things)):
        return one.reads
    fresh = 0
    for thing, place in zip(one.things, one.places or one.things, strict=False):
        if (thing or place) not in seen:
            seen.add(thing or place)
            fresh += 1
    return Interval(fresh, fresh)


def _compared(made: Sequence[_Reading]) -> Recomputed:
    """The intersection of readings that are compatible, else the span of those that are figures: a conflict."""
    low, high = max(one.low for one in made), _least(one.high for one in made)
    if high is None or low <= high:
        return Recomputed(Interval(low, high), conflict=False)
    points = [one for one in made if one.point]
    apart = len(points) > 1 and max(one.low for one in points) > (_least(one.high for one in points) or 0)
    over = points if apart else made
    lows = [one.low if one.point or one.high is None else one.high for one in over]
    ends = [one.high if one.high is not None else one.low for one in over]
    return Recomputed(Interval(min(lows), max(ends)), conflict=True)


def _finer(made: list[_Reading]) -> list[_Reading]:
    """138.64万元 and 1,386,420元 are one figure: the finer stands."""
    kept = list(made)
    for one in made:
        place = 1
        while one.low and one.low == one.high and one.low % (place * 10) == 0:
            place *= 10
        if one.low == one.high and any(
                other != one and other.low == other.high and abs(one.low - other.low) * 2 <= place and _place(
                    other.low) < place for other in kept):
            kept.remove(one)
    return kept


def _place(number: int) -> int:
    place = 1
    while number and number % (place * 10) == 0:
        place *= 10
    return place


def _sum(values: Iterable[int | None]) -> int | None:
    total = 0
    for value in values:
        if value is None:
            return None
        total += value
    return total


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)
