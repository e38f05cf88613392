"""Figures against bars: what the asker's terms come to for a criterion, and how that lies to what its clause asks."""
from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from assistant.dialogue.asker.roles import UNCONVERTED, YEARLY, Role, Term
from assistant.dialogue.results import NO, OF_OUTCOME, OPEN, YES
from assistant.judging import outcomes
from ingestion.domain import Criterion, CriterionKind, Fact, Interval, Outcome
from ingestion.policies.policy import Policy

_PLUS = frozenset({Role.HAVE, Role.ADDED})
_MINUS = frozenset({Role.LOST, Role.OVERLAP})
_NO_AMOUNT = frozenset({"yearly_mean", UNCONVERTED})   # a mean and money of another currency say nothing of a total


class Sum(Struct, frozen=True):
    """What terms come to: `interval`, and the steps that led there, each with its sign; None where nobody has any."""

    interval: Interval | None
    steps: tuple[tuple[str, Term], ...] = ()
    aside: tuple[Term, ...] = ()      # what was left out, with its role

    @property
    def overlap_unknown(self) -> bool:
        """Whether it is open only because one thing may be of several of the kinds that are added up."""
        added = [term.interval for sign, term in self.steps if sign == "+"]
        return self.interval is not None and all(sign == "+" for sign, _ in self.steps) and len(added) > 1 \
            and all(one.exact for one in added) and self.interval.low == max(one.low for one in added) \
            and self.interval.high == sum(one.low for one in added)

    @property
    def computed(self) -> bool:
        return len(self.steps) > 1 or any(term.times > 1 for _, term in self.steps)


class Comparison(Struct, frozen=True):
    """One criterion against what was stated. `claimed` is the bar as the asker puts it, None if they do not."""

    criterion: Criterion
    fact: str
    total: Sum
    outcome: Outcome | None = None
    claimed: Interval | None = None
    yearly: bool = False      # the bar is put as one of each year, and is none

    @property
    def verdict(self) -> str:
        """Of the figure where there is one, else of the bar that was claimed."""
        if self.outcome is not None:
            return OF_OUTCOME[self.outcome]
        return "" if self.claimed is None else YES if self.agrees else NO

    @property
    def agrees(self) -> bool:
        """Whether the bar that was claimed is the policy's."""
        return self.claimed is not None and self.claimed.low == self.criterion.bar and not self.yearly

    @property
    def lack(self) -> int:
        """How much is missing to the bar, 0 if nothing or if nobody can say."""
        bar, interval = self.criterion.bar, self.total.interval
        if bar is None or interval is None or interval.high is None:
            return 0
        return max(0, bar - interval.high)

    @property
    def over(self) -> int:
        bar, interval = self.criterion.bar, self.total.interval
        return max(0, interval.low - bar) if bar is not None and interval is not None else 0


def add(terms: Sequence[Term], *, disjoint: bool = False, overlapping: bool = False) -> Sum:
    """What the terms of one fact come to. `overlapping`: the figures are of kinds that one thing may be of both."""
    plus = [one for one in terms if one.role in _PLUS]
    minus = [one for one in terms if one.role in _MINUS]
    unsure = [one for one in terms if one.role is Role.UNCERTAIN]
    aside = tuple(one for one in terms if one.role in (Role.PLANNED, Role.UNCOUNTED))
    if not plus and not unsure:
        if aside and all(one.role is Role.UNCOUNTED for one in aside):
            return Sum(Interval(0, 0), (), aside)
        return Sum(None, (), aside)
    low = sum(one.interval.low for one in plus)
    highs = [one.interval.high for one in plus]
    high = None if None in highs else sum(one for one in highs if one is not None)
    if overlapping and not disjoint and not any(one.role is Role.OVERLAP for one in minus) and len(plus) > 1:
        low = max(one.interval.low for one in plus)
    for one in minus:
        high = None if high is None else high - one.interval.low
        low -= one.interval.high if one.interval.high is not None else one.interval.low
    unknown = [one for one in unsure if one.reason in _NO_AMOUNT]
    if unknown:
        high = None
        unsure = [one for one in unsure if one.reason not in _NO_AMOUNT]
        aside = (*aside, *unknown)
    for one in unsure:
        part = bool(plus) and one.interval.low <= low
        if part:
            low -= one.interval.high or one.interval.low
        else:
            high = None if high is None or one.interval.high is None else high + one.interval.high
    steps = (*(("+", one) for one in plus), *(("-", one) for one in minus), *(("?", one) for one in unsure))
    low = max(0, low)
    return Sum(Interval(low, None if high is None else max(low, high)), steps, aside)


def compare(criterion: Criterion, terms: Mapping[str, Sequence[Term]], policy: Policy, *,
            disjoint: bool = False, overlapping: bool = False) -> Comparison | None:
    """The criterion against the terms of its facts; None where the question has no figure for it."""
    totals = {key: add(terms[key], disjoint=disjoint, overlapping=overlapping or of_kinds(terms[key], key, policy))
              for key in criterion.facts if terms.get(key)}
    if not totals:
        return None
    facts = {key: Fact(key, total.interval, "", conflict=False, evidence=()) for key, total in totals.items()
             if total.interval is not None}
    key = next(iter(totals))
    stated = next((one for one in terms[key] if one.role is Role.BAR), None) \
        if policy.wordings[criterion.id].measure else None
    claimed = stated.interval if stated is not None else None
    reached = outcomes.outcome(criterion, facts) if facts else None
    if reached is None and claimed is None:
        return None
    return Comparison(criterion, key, totals[key], reached, claimed, stated is not None and stated.reason == YEARLY)


def verdict(found: Sequence[Comparison]) -> str:
    """Of several criteria together: any no is no, else any open is open."""
    said = [one.verdict for one in found if one.verdict]
    return NO if NO in said else OPEN if OPEN in said else YES if said else ""


def of_kinds(terms: Sequence[Term], fact: str, policy: Policy) -> bool:
    """Whether figures are of different kinds of a fact that one thing may be of both: SCI 18篇、EI 9篇."""
    spec = policy.facts.facts[fact]
    if spec.kinds is None or not spec.kinds.overlap:
        return False
    named = [{name for name, words in spec.kinds.names.items() if policy.facts.pattern(words).search(one.words)}
             for one in terms if one.role in (Role.HAVE, Role.PART)]
    return len(named) > 1 and all(named) and len(set().union(*named)) > 1


def plural(one: Comparison) -> bool:
    return one.criterion.kind is CriterionKind.PLURAL


