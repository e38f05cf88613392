"""A fact after items were moved into or out of its count: how its interval moves. Pure.

A counted list and the figures stated beside it are met again as they were at first: where they agree the fact is what
they agree on, where they do not it spans them and is a conflict.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ingestion.domain import Evidence, Exclusion, Fact, Interval, Method, Span, Unexplained, number_of

Key = tuple[str, Span]   # a piece by its document and place


class Counted(Struct, frozen=True):
    """A fact (None: absent) with everything that is left out of it."""

    fact: Fact | None
    left_out: tuple[Exclusion, ...]


class Way(Struct, frozen=True):
    """How a person settles a piece that could not be decided: it counts; or it does not, with a reason ("": it does not
    speak of the fact at all)."""

    counts: bool
    reason: str = ""


def key_of(piece: Evidence | Exclusion | Unexplained) -> Key:
    return piece.document, piece.span


def recount(key: str, unit: str, base: Counted, into: Mapping[Key, int], out: Mapping[Key, str], *, shift_only: bool,
            reason: str) -> Counted:
    """`base` with the left-out pieces `into` counted (each for so many) and the pieces `out` left out (each with why).

    With `shift_only` the figure is a person's own, and items move it as they are.
    """
    if not into and not out:
        return base
    evidence = base.fact.evidence if base.fact else ()
    kept = tuple(piece for piece in evidence if key_of(piece) not in out)
    added = tuple(Evidence(one.document, one.page, one.span, one.quote, Method.LISTED,
                           Interval(into[key_of(one)], into[key_of(one)]) if into[key_of(one)] != 1 else None)
                  for one in base.left_out if key_of(one) in into)
    left = (*(one for one in base.left_out if key_of(one) not in into),
            *(Exclusion(one.document, one.page, one.span, one.quote, reason, out[key_of(one)])
              for one in evidence if key_of(one) in out))
    if not kept and not added:
        return Counted(None, left)
    dropped = sum(piece.reads is None for piece in evidence if key_of(piece) in out)
    change = sum(into.values()) - dropped
    if base.fact is None:
        interval, conflict = Interval(change, change), False
    elif shift_only:
        interval, conflict = _shifted(base.fact.interval, change), False
    else:
        interval, conflict = _counted(base.fact, kept, change)
    return Counted(Fact(key, interval, unit, conflict, kept + added, left), left)


def settle(key: str, unit: str, base: Counted, undecided: Sequence[Unexplained], ways: Mapping[Key, Way], *,
           reason: str, yes_no: bool = False) -> Counted:
    """`base` with pieces that could not be decided settled one by one. What counts makes the fact what it says, or more
    by what it adds; what does not no longer widens it; what is left widens it as before.
    """
    fact = base.fact
    counting = [one for one in undecided if key_of(one) in ways and ways[key_of(one)].counts]
    left = tuple(one for one in undecided if key_of(one) not in ways)
    out = tuple(Exclusion(one.document, one.page, one.span, one.quote, reason, ways[key_of(one)].reason)
                for one in undecided if key_of(one) in ways and ways[key_of(one)].reason)
    left_out = (*base.left_out, *out)
    if fact is None and not counting:
        return Counted(None, left_out)
    figures = [one.could_be for one in counting if not one.adds]
    known = [] if fact is None else [_before(fact, undecided)]
    interval, conflict = meet([*known, *figures]) if known or figures else (Interval(0, 0), False)
    if yes_no and counting:
        interval, conflict = meet([*known, Interval(1, 1)])
    else:
        for one in counting:
            if one.adds:
                more = _more(one)
                interval = Interval(interval.low + more.low, _sum(interval.high, more.high))
    added = tuple(Evidence(one.document, one.page, one.span, one.quote, Method.LISTED if one.adds else Method.DECLARED,
                           one.could_be if not one.adds else _more(one) if _more(one) != Interval(1, 1) else None)
                  for one in counting)
    spanned = interval if yes_no else _widened(interval, left)
    return Counted(Fact(key, spanned, unit, conflict or bool(fact and fact.conflict and not figures),
                        (*(fact.evidence if fact else ()), *added), left_out, left), left_out)


def _more(one: Unexplained) -> Interval:
    """What a row or a part adds once it counts: that it might add nothing is what was open."""
    high = one.could_be.high
    return Interval(high, high) if one.could_be.low == 0 and high is not None else one.could_be


def _before(fact: Fact, undecided: Sequence[Unexplained]) -> Interval:
    """The fact without what its undecided pieces widened it by: as its evidence has it where that comes to the same,
    else without what they add.
    """
    added = [one.could_be.high for one in undecided if one.adds]
    high = fact.interval.high
    without = fact.interval if high is None or None in added else Interval(
        fact.interval.low, max(fact.interval.low, high - sum(one for one in added if one is not None)))
    if all(one.adds for one in undecided) and None not in added:
        return without
    stated, items = _reads(fact.evidence), number_of(piece for piece in fact.evidence if piece.reads is None)
    counted = [Interval(items, items)] if items else []
    if stated or counted:
        found, _ = meet([*stated, *counted])
        if _widened(found, undecided) == fact.interval:
            return found
    return without


def _widened(interval: Interval, undecided: Iterable[Unexplained]) -> Interval:
    """As the first reader does it: rows and parts add to the upper bound, another figure of the whole is spanned."""
    low, high = interval.low, interval.high
    added: list[int | None] = []
    for one in undecided:
        if one.adds:
            added.append(one.could_be.high)
        else:
            low = min(low, one.could_be.low)
            high = None if high is None or one.could_be.high is None else max(high, one.could_be.high)
    for most in added:
        high = _sum(high, most)
    return Interval(low, high)


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _counted(fact: Fact, kept: Sequence[Evidence], change: int) -> tuple[Interval, bool]:
    """The list with so many more or fewer items, met with the statements that are kept."""
    stated, still = _reads(fact.evidence), _reads(kept)
    items = number_of(piece for piece in fact.evidence if piece.reads is None)
    if not stated:
        return _shifted(fact.interval, change), fact.conflict
    if not items:
        interval, conflict = meet(still) if still else (Interval(0, 0), False)
        return _shifted(interval, change), conflict
    after = items + change
    for bounded in (True, False):  # a whole list, or one that only bounds from below
        if meet([Interval(items, items if bounded else None), *stated]) == (fact.interval, fact.conflict):
            return meet([*([Interval(after, after if bounded else None)] if after > 0 else ()), *still])
    if len(still) == len(stated):  # more was known than the pieces say: what was found moves with its items
        return _shifted(fact.interval, change), fact.conflict
    return meet([*([Interval(after, after)] if after > 0 else ()), *still])


def meet(intervals: Sequence[Interval]) -> tuple[Interval, bool]:
    """What all agree on, or, where they do not, the span of their figures as a conflict."""
    low = max(one.low for one in intervals)
    highs = [one.high for one in intervals if one.high is not None]
    high = min(highs) if highs else None
    if high is None or low <= high:
        return Interval(low, high), False
    figures = [figure for one in intervals for figure in _figures(one)]
    return Interval(min(figures), max(figures)), True


def _figures(one: Interval) -> Iterable[int]:
    if one.high is None:
        return (one.low,)
    return (one.high,) if one.low == 0 and one.high > 0 else (one.low, one.high)


def _reads(pieces: Iterable[Evidence]) -> list[Interval]:
    return [piece.reads for piece in pieces if piece.reads is not None]


def _shifted(one: Interval, change: int) -> Interval:
    return Interval(max(0, one.low + change), None if one.high is None else max(0, one.high + change))
