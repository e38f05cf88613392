"""Losses that a question tells without a figure: 老周下个月回国, 那家断了没续, one buyer has not taken delivery."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from assistant.dialogue.asker import counting
from assistant.dialogue.asker.roles import Role, Term
from assistant.questions.dialogue_patterns import pattern, says
from ingestion.domain import Interval, Span
from ingestion.numbers import numerals
from ingestion.policies.policy import Policy

_CLAUSE = re.compile(r"[^，,；;。？?！!：:\n]+")


def unnumbered(text: str, terms: Sequence[Term], policy: Policy) -> Iterator[Term]:
    """One of what somebody has for each that a clause without a figure says is gone, not yet there, or does not
    count."""
    seen: set[str] = set()
    for clause in _CLAUSE.finditer(text):
        held = [one for one in terms if one.role is Role.HAVE and one.span.end <= clause.start()]
        figures = any(clause.start() <= one.span.start < clause.end() for one in terms)
        if not held or figures:
            continue
        half = pattern("roles", "half").search(text, clause.start(), clause.end())
        unsure = says("roles", "unsure", clause[0])
        if half and held[-1].interval.exact and (unsure or counting.not_counting(clause[0], held[-1].fact, policy)[0]):
            some = held[-1].interval.low
            role = Role.UNCERTAIN if unsure else Role.LOST
            yield Term(clause[0], Span(*half.span()), Interval(some // 2, some - some // 2), role, held[-1].fact,
                       held[-1].unit)
            continue
        for one in _named(clause):
            fact = next((term.fact for term in reversed(held) if _of_measure(one, term.fact, policy)), "")
            if fact and one[0] not in seen and counting.not_counting(clause[0], fact, policy)[0]:
                seen.add(one[0])
                unit = next(term.unit for term in held if term.fact == fact)
                yield Term(clause[0], Span(*one.span()), Interval(1, 1), Role.LOST, fact, unit)


def _named(clause: re.Match[str]) -> Iterator[re.Match[str]]:
    """Each person, or else the one thing, that a clause speaks of."""
    for name in ("person", "single"):
        found = list(pattern("roles", name).finditer(clause.string, clause.start(), clause.end()))
        if found:
            yield from found if name == "person" else found[:1]
            return


def _of_measure(one: re.Match[str], fact: str, policy: Policy) -> bool:
    measures = policy.facts.facts[fact].measures
    unit = one.groupdict().get("unit")
    if unit is None:
        return "person" in measures or ("single" in one.groupdict() and bool(measures))
    return any(each.measure in measures for each in numerals.quantities("1" + unit))
