"""Figures in a question held against the policy's: what somebody has, or what somebody takes the bar to be.

What the extractor reads for certain is taken as it reads it. It is made for documents, though, and leaves shorthand
open (高企7家、创新型企业5家); there the figures are taken at their word, each for the subject that stands next to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant import outcomes, questions
from assistant.questions import Part
from assistant.topics import Topics
from ingestion.domain import Criterion, CriterionKind, Fact, Interval, Outcome
from ingestion.numerals import Quantity
from ingestion.policy import Policy

_BREAK = re.compile(r"[，,；;。？?！!：:]")
_PAUSE = re.compile(r"[、]|和|及|以及|and")
_NONE_AFTER = re.compile(r"\s*(?:都|也)?(?:没|无|不)")
_FARTHEST = 30  # characters between a figure and the subject that it is of
_BREAK_COSTS, _PAUSE_COSTS = 12, 4
_LEAST_MONEY = 10_000  # a bare number below it is no sum of money
_LOOSE = frozenset({"", "thing", "piece", "organisation", "project"})
_UNSURE = ("unfinished", "low_rank")  # subjects that say that a figure beside them does not count


@dataclass(frozen=True)
class Stated:
    """A figure of the question for a fact. `pieces` figures were added up; `counted_out` did not count."""

    fact: str
    interval: Interval
    pieces: int = 1
    counted_out: int = 0


@dataclass(frozen=True)
class Comparison:
    """One criterion against what was stated. `claimed`: the figure was said to be the bar itself."""

    criterion: Criterion
    stated: Stated
    outcome: Outcome
    claimed: bool = False

    @property
    def lack(self) -> int:
        """How much is missing to the bar, 0 if nothing or if nobody can say."""
        bar, high = self.criterion.bar, self.stated.interval.high
        return max(0, bar - high) if bar is not None and high is not None else 0

    @property
    def agrees(self) -> bool:
        """Whether the bar that was claimed is the policy's."""
        return self.stated.interval.low == self.criterion.bar


def compare(
    part: Part, refs: Collection[str], policy: Policy, topics: Topics, types: Sequence[str], on: date | None = None
) -> tuple[Comparison, ...]:
    """The criteria of the clauses `refs` for which the question states a figure, in the policy's order."""
    if not part.quantities:
        return ()
    candidates = [one for one in policy.criteria if one.bar is not None or one.kind is CriterionKind.PLURAL]
    candidates = [one for one in candidates if one.citation in refs or one.citation.split("（")[0] in refs]
    if types:
        allowed = {ref for one in types for ref in policy.base_type(one).articles}
        candidates = [one for one in candidates if one.citation.split("（")[0] in allowed]
    stated = _stated(part, policy, topics, {key for one in candidates for key in one.facts})
    if not stated:
        return ()
    claimed = questions.claims(part.text) and part.polar
    if not claimed:
        stated |= _extracted(part, policy, on or date.today(), set(stated))  # noqa: DTZ011 - the user's own day
    facts = {one.fact: Fact(one.fact, one.interval, "", conflict=False, evidence=()) for one in stated.values()}
    return tuple(
        Comparison(one, stated[key], outcomes.outcome(one, facts), claimed)
        for one in candidates
        for key in one.facts[:1]
        if key in stated and (not claimed or one.bar is not None)
    )


def _extracted(part: Part, policy: Policy, on: date, keys: Collection[str]) -> dict[str, Stated]:
    """What the extractor is certain of."""
    from ingestion import facts

    found = facts.extract_text(part.text, policy, on).facts
    return {
        key: Stated(key, fact.interval)
        for key, fact in found.items()
        if key in keys and fact.interval.exact and not fact.conflict
    }


def _stated(part: Part, policy: Policy, topics: Topics, keys: Collection[str]) -> dict[str, Stated]:
    figures: dict[str, list[tuple[Quantity, bool]]] = {}
    for quantity in part.quantities:
        key = _subject_of(quantity, part, policy, topics, keys)
        if key:
            figures.setdefault(key, []).append((quantity, _counts(quantity, part)))
    return {key: _sum(key, found, part.text) for key, found in figures.items()}


def _sum(key: str, found: Sequence[tuple[Quantity, bool]], text: str) -> Stated:
    low, high, pieces, out = 0, 0, 0, 0
    for quantity, counts in found:
        if not counts:
            out += 1
            continue
        pieces += 1
        if _NONE_AFTER.match(text, quantity.span.end) and quantity.interval.low <= 1:
            continue
        low += quantity.interval.low
        high = high + (quantity.interval.high if quantity.interval.high is not None else quantity.interval.low)
    return Stated(key, Interval(low, high), pieces, out)


def _counts(quantity: Quantity, part: Part) -> bool:
    """Whether nothing in the figure's own clause says that it does not count."""
    start, end = _clause(part.text, quantity.span.start)
    return not any(start <= span.start < end for name in _UNSURE for span in part.spans(name))


def _clause(text: str, place: int) -> tuple[int, int]:
    ends = [match.start() for match in re.finditer(r"[，,；;。？?！!、]", text)]
    start = max((one + 1 for one in ends if one < place), default=0)
    return start, min((one for one in ends if one >= place), default=len(text))


def _subject_of(quantity: Quantity, part: Part, policy: Policy, topics: Topics, keys: Collection[str]) -> str:
    best, key = _FARTHEST + 1, ""
    for name, words in part.found.items():
        fact = topics.subjects[name].fact
        if fact not in keys or not _fits(quantity, fact, policy):
            continue
        for word in words:
            distance = _distance(quantity, word.span.start, word.span.end, part.text)
            if distance < best:
                best, key = distance, fact
    return key


def _distance(quantity: Quantity, start: int, end: int, text: str) -> int:
    if start < quantity.span.end and quantity.span.start < end:
        return 0
    between = text[quantity.span.end : start] if start >= quantity.span.end else text[end : quantity.span.start]
    return len(between) + _BREAK_COSTS * len(_BREAK.findall(between)) + _PAUSE_COSTS * len(_PAUSE.findall(between))


def _fits(quantity: Quantity, fact: str, policy: Policy) -> bool:
    spec = policy.facts.facts.get(fact)
    if spec is None or quantity.measure == "time":
        return False
    if spec.kind == "money":
        bare = quantity.measure == "" and quantity.interval.low >= _LEAST_MONEY
        return (quantity.measure == "money" and quantity.currency in ("", "CNY")) or bare
    return quantity.measure in spec.measures or quantity.measure in _LOOSE


def amount(interval: Interval, wording_unit: str, *, money: bool) -> str:
    """An interval as a question would put it: 11户, 210万元."""
    low = interval.low
    if money:
        return f"{low / 10_000:,.4f}".rstrip("0").rstrip(".") + "万元"
    return f"{low}{wording_unit}" if interval.exact else f"{low}–{interval.high}{wording_unit}"


def by_fact(comparisons: Sequence[Comparison]) -> Mapping[str, Comparison]:
    return {one.stated.fact: one for one in comparisons}
