"""Parts of which it is doubtful that they count: 中外合著8篇，其中1篇只与香港大学合作 is 7 to 8 (reading 30)."""

from __future__ import annotations

from ingestion.domain import Interval
from ingestion.facts.assertions import Claims
from ingestion.facts.lexicon import words
from ingestion.facts.matching import Match
from ingestion.facts.records import Analysis


def lowered(value: Interval, parts: list[Match]) -> Interval:
    """A figure's interval once its parts that are in doubt are taken from its lower bound."""
    less = sum(m.figure.quantity.interval.high or 0 for m in parts if m.doubtful)
    if not less and value.low >= 0:
        return value
    return Interval(max(0, value.low - less), value.high)


def of_the_one_before(analysis: Analysis, matches: list[Match], claims: Claims) -> list[Match]:
    """…8篇；这8篇里有1篇只来自香港大学: such a part lowers the figure of the sentence before; the other matches."""
    stated = claims.stated_in(analysis.sentence.previous)
    if len(stated) != 1:
        return matches
    kept = []
    for match in matches:
        whole = match.figure.parent if match.figure.part else None
        text = analysis.sentence.folded
        back = whole is not None and words("refers_back").search(text, 0, whole.quantity.span.start) is not None
        if match.doubtful and back:
            stated[0].interval = lowered(stated[0].interval, [match])
        else:
            kept.append(match)
    return kept
