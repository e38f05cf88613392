"""Facts against criteria: the outcome of one, and of all together. Pure, and without words.

A requirement of at least n is met when the lower bound reaches it, not met when the upper bound falls short, and
otherwise open. What was not found is open, never 0. Priority criteria never count in the overall outcome.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping

from ingestion.domain import Comparator, Criterion, CriterionKind, Evidence, Fact, Interval, Outcome, Overall

SEVERAL = 2  # the smallest number that may be 多; whether it is, a person decides


def outcome(criterion: Criterion, facts: Mapping[str, Fact]) -> Outcome:
    """What one criterion comes to; with several facts, any one that meets it is enough."""
    if criterion.kind is CriterionKind.JUDGEMENT:
        return Outcome.JUDGEMENT
    found = [_held(criterion, facts[key].interval) if key in facts else Outcome.INSUFFICIENT for key in criterion.facts]
    for decisive in (Outcome.MET, Outcome.JUDGEMENT):
        if decisive in found:
            return decisive
    return Outcome.NOT_MET if found and set(found) == {Outcome.NOT_MET} else Outcome.INSUFFICIENT


def overall(outcomes: Iterable[tuple[Criterion, Outcome]]) -> Overall:
    """Any required criterion that is not met decides; then any that is open."""
    counted = {reached for criterion, reached in outcomes if criterion.required}
    if Outcome.NOT_MET in counted:
        return Overall.FAILS
    return Overall.INSUFFICIENT if Outcome.INSUFFICIENT in counted else Overall.PENDING


def evidence(criterion: Criterion, facts: Mapping[str, Fact]) -> tuple[Evidence, ...]:
    """Everything found for the criterion's facts, or, for a person who judges, for the related ones."""
    pieces = [piece for key in (*criterion.facts, *criterion.related) if key in facts for piece in facts[key].evidence]
    return tuple(dict.fromkeys(pieces))


def _held(criterion: Criterion, interval: Interval) -> Outcome:
    """One fact against the criterion."""
    low, high = interval.low, interval.high
    if criterion.kind is CriterionKind.PLURAL:
        if high is not None and high < SEVERAL:
            return Outcome.NOT_MET
        return Outcome.JUDGEMENT if low >= SEVERAL else Outcome.INSUFFICIENT
    bar = 1 if criterion.bar is None else criterion.bar
    if criterion.comparator is Comparator.AT_MOST:
        if high is not None and high <= bar:
            return Outcome.MET
        return Outcome.NOT_MET if low > bar else Outcome.INSUFFICIENT
    if low >= bar:
        return Outcome.MET
    return Outcome.NOT_MET if high is not None and high < bar else Outcome.INSUFFICIENT
