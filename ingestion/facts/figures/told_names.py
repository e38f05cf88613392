"""Things told one by one where a number would stand: 专职从事国际合作的，有王琳、何佳和段雪 are three."""

from __future__ import annotations

from ingestion.domain import Interval, Span
from ingestion.facts.lexicon import words
from ingestion.language import load
from ingestion.numbers.numerals import Quantity


def told_by_name(text: str) -> list[Quantity]:
    """The persons or titles in quotation marks that a sentence without a figure ends with, as one quantity."""
    told = words("names_next").search(text)
    if told is None:
        return []
    members = [member.strip() for member in words("joint").split(text[told.end() :].rstrip("。； "))]
    for kind, unit in load("discourse")["named_units"].items():
        if len(members) > 1 and all(words(kind).fullmatch(member) for member in members):
            span = Span(told.end(), len(text.rstrip("。； ")))
            return [Quantity(span, span, Interval(len(members), len(members)), *unit)]
    return []
