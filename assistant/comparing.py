"""Figures in a question held against the policy's: what somebody has, or what somebody takes the bar to be.

What the extractor reads for certain is taken as it reads it. It is made for documents, though, and leaves shorthand
open (高企7家、创新型企业5家); there the figures are taken at their word, each for the subject that stands next to it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date

from msgspec import Struct

from assistant import manner, outcomes
from assistant.questions import Part
from assistant.topics import Topics
from ingestion.domain import Criterion, Fact, Interval, Outcome, Span
from ingestion.numerals import Quantity
from ingestion.policy import Policy

_BREAK = re.compile(r"[，,；;。？?！!：:]")
_PAUSE = re.compile(r"[、]|和|及|以及|and")
_NONE_AFTER = re.compile(r"\s*(?:都|也)?(?:没|无|不)")
_FARTHEST = 30  # characters between a figure and the subject that it is of
_BREAK_COSTS, _PAUSE_COSTS, _AFTER_COSTS = 12, 4, 6
_PART = re.compile(r"其中|包括|里面|里头|分别为|of which|including")
_LEAST_MONEY = 10_000  # a bare number below it is no sum of money
_LOOSE = frozenset({"", "thing", "piece", "organisation", "project"})
_UNSURE = ("unfinished", "low_rank")  # subjects that say that a figure beside them does not count


class Stated(Struct, frozen=True):
    """A figure of the question for a fact. `pieces` figures were added up; `counted_out` did not count."""

    fact: str
    interval: Interval
    pieces: int = 1
    counted_out: int = 0


class Comparison(Struct, frozen=True):
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
    candidates = [one for one in policy.criteria if policy.wordings[one.id].measure]
    candidates = [one for one in candidates if one.citation in refs or one.citation.split("（")[0] in refs]
    if types:
        allowed = {ref for one in types for ref in policy.base_type(one).articles}
        candidates = [one for one in candidates if one.citation.split("（")[0] in allowed]
    stated = _stated(part, policy, topics, {key for one in candidates for key in one.facts})
    if not stated:
        return ()
    claimed = part.polar and (manner.claims(part.text) or "confirm" in part.asks)
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
        if key and not (key in figures and _is_part(quantity, part.text)):
            figures.setdefault(key, []).append((quantity, _counts(quantity, part)))
    return {key: _sum(key, found, part.text) for key, found in figures.items()}


def _is_part(quantity: Quantity, text: str) -> bool:
    """Whether a figure is said to be a part of one before it: 4项，其中2项输出2项引进."""
    return _PART.search(text, 0, quantity.span.start) is not None


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
    """Whether no word that says that something does not count (在谈, 区级) belongs to this figure, the nearest one."""
    for name in _UNSURE:
        for span in part.spans(name):
            nearest = min(part.quantities, key=lambda one: _gap(one, span, part.text))
            if nearest is quantity:
                return False
    return True


def _gap(quantity: Quantity, span: Span, text: str) -> float:
    """How far a word is from a figure; one before it in the same clause is nearer than one after it."""
    before = quantity.span.end <= span.start
    between = text[quantity.span.end:span.start] if before else text[span.end:quantity.span.start]
    return len(between) + _BREAK_COSTS * len(_BREAK.findall(between)) + _PAUSE_COSTS * len(_PAUSE.findall(between)) \
        + (0 if before else _AFTER_COSTS)


def _subject_of(quantity: Quantity, part: Part, policy: Policy, topics: Topics, keys: Collection[str]) -> str:
    """The fact whose subject stands nearest to a figure; a mere unit (篇) is a subject only where there is no other."""
    for shortest in (2, 1):
        best, key = _FARTHEST + 1, ""
        for name, words in part.found.items():
            fact = topics.subjects[name].fact
            if fact not in keys or not _fits(quantity, fact, policy):
                continue
            for word in words:
                distance = _distance(quantity, word.span.start, word.span.end, part.text)
                if len(word.word) >= shortest and distance < best:
                    best, key = distance, fact
        if key:
            return key
    return ""


def _distance(quantity: Quantity, start: int, end: int, text: str) -> int:
    if start < quantity.span.end and quantity.span.start < end:
        return 0
    between = text[quantity.span.end:start] if start >= quantity.span.end else text[end:quantity.span.start]
    return len(between) + _BREAK_COSTS * len(_BREAK.findall(between)) + _PAUSE_COSTS * len(_PAUSE.findall(between))


def _fits(quantity: Quantity, fact: str, policy: Policy) -> bool:
    spec = policy.facts.facts.get(fact)
    if spec is None or quantity.measure == "time":
        return False
    if spec.kind == "money":
        bare = quantity.measure == "" and quantity.interval.low >= _LEAST_MONEY
        return (quantity.measure == "money" and quantity.currency in ("", "CNY")) or bare
    return quantity.measure in spec.measures or quantity.measure in _LOOSE
