"""A fact after items were moved into or out of its count: how its interval moves. Pure.

A counted list and the figures stated beside it are met again as they were at first: where they agree the fact is what
they agree on, where they do not it spans them and is a conflict.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ingestion.domain import Evidence, Exclusion, Fact, Interval, Method, Span, number_of

Key = tuple[str, Span]   # a piece by its document and place


class Counted(Struct, frozen=True):
    """A fact (None: absent) with everything that is left out of it."""

    fact: Fact | None
    left_out: tuple[Exclusion, ...]


def key_of(piece: Evidence | Exclusion) -> Key:
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
