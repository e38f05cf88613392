"""Facts against criteria: the outcome of one, and of all together. Pure, and without words.

A requirement of at least n is met when the lower bound reaches it, not met when the upper bound falls short, and
otherwise open. What was not found is open, never 0. Priority criteria never count in the overall outcome.

A criterion with points is met where it surely earns some and how many is settled, not met where it surely earns none;
it decides nothing alone. A total adds up points and stands against a passing mark as a count does against its bar.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from ingestion.domain import Comparator, Criterion, CriterionKind, Evidence, Fact, Finding, Interval, Outcome, Overall
from ingestion.policies import scales

SEVERAL = 2  # the smallest number that may be 多; whether it is, a person decides


class Reached(Struct, frozen=True):
    """What a criterion comes to, and the points that it earns or adds up, if it does."""

    outcome: Outcome
    points: Interval | None = None


def outcome(criterion: Criterion, facts: Mapping[str, Fact]) -> Outcome:
    """What one criterion comes to; with several facts, any one that meets it is enough. A total alone is open."""
    return reach(criterion, facts).outcome


def reach(criterion: Criterion, facts: Mapping[str, Fact]) -> Reached:
    """What one criterion comes to by its facts, with its points."""
    if criterion.points is not None:
        return _scored(criterion, facts)
    if criterion.kind is CriterionKind.JUDGEMENT:
        return Reached(Outcome.JUDGEMENT)
    found = [_held(criterion, facts[key].interval) if key in facts else Outcome.INSUFFICIENT for key in criterion.facts]
    for decisive in (Outcome.MET, Outcome.JUDGEMENT):
        if decisive in found:
            return Reached(decisive)
    fails = found and set(found) == {Outcome.NOT_MET}
    return Reached(Outcome.NOT_MET if fails else Outcome.INSUFFICIENT)


def reach_all(criteria: Iterable[Criterion], facts: Mapping[str, Fact]) -> list[tuple[Criterion, Reached]]:
    """What all of them come to, totals as well."""
    return totalled([(one, reach(one, facts)) for one in criteria])


def totalled(pairs: Sequence[tuple[Criterion, Reached]]) -> list[tuple[Criterion, Reached]]:
    """The same, with every total computed from the points of the others."""
    return [(one, _total(one, pairs) if one.kind is CriterionKind.TOTAL else reached) for one, reached in pairs]


def parts_of(total: Criterion, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings whose points a total adds up."""
    return tuple(one for one in findings if _counts_for(total, one.criterion))


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


def settled(points: Interval) -> Outcome:
    """The outcome of a criterion that earns so many points."""
    if points.high == 0:
        return Outcome.NOT_MET
    return Outcome.MET if points.exact else Outcome.INSUFFICIENT


def _scored(criterion: Criterion, facts: Mapping[str, Fact]) -> Reached:
    """The points of a criterion; what is missing, or a person's to award, may earn none or all. Of several facts the
    one that earns most counts."""
    scale = criterion.points
    assert scale is not None  # noqa: S101 - the caller looked
    open_ = Interval(0, scale.most)
    if criterion.kind is CriterionKind.JUDGEMENT:
        return Reached(Outcome.JUDGEMENT, open_)
    earned = [scales.between(scale, facts[key].interval) if key in facts else open_ for key in criterion.facts]
    points = Interval(max(one.low for one in earned), max(one.high or 0 for one in earned))
    return Reached(settled(points), points)


def _total(total: Criterion, pairs: Sequence[tuple[Criterion, Reached]]) -> Reached:
    """The sum against the passing mark; where only persons' points can still settle it, a person does."""
    parts = [(one, reached) for one, reached in pairs if _counts_for(total, one) and reached.points is not None]
    low = sum(reached.points.low for _, reached in parts if reached.points)
    high = sum(reached.points.high or 0 for _, reached in parts if reached.points)
    reached = _held(total, Interval(low, high))
    unsettled = {one.outcome for _, one in parts if one.points and not one.points.exact}
    if reached is Outcome.INSUFFICIENT and unsettled == {Outcome.JUDGEMENT}:
        reached = Outcome.JUDGEMENT
    return Reached(reached, Interval(low, high))


def _counts_for(total: Criterion, one: Criterion) -> bool:
    return one.points is not None and (not total.sums or one.id in total.sums)


def _held(criterion: Criterion, interval: Interval) -> Outcome:
    """One figure against the criterion."""
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
