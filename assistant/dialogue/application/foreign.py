"""Money of another currency that the documents state beside what was found for a fact, and that nobody converted."""
from __future__ import annotations

import re
from decimal import Decimal

from msgspec import Struct

from assistant.dialogue.application.case import COUNTED, Case
from ingestion.domain import Citation
from ingestion.language import fold
from ingestion.numbers import numerals
from ingestion.numbers.numerals import Quantity

_HOME = ("", "CNY")
_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")
UNCONVERTED = "foreign_currency"      # the reason by which a policy folder leaves a foreign sum out


class ForeignSum(Struct, frozen=True):
    """A sum in its own currency ("" where a table does not name it); `home` is what stands beside it in yuan."""

    amount: Decimal
    currency: str
    words: str
    place: Citation
    home: int = 0


def foreign_sums(case: Case, key: str) -> list[ForeignSum]:
    """The total that the documents state, or the amounts of their rows, or what the sentences of the evidence say
    besides."""
    stated, listed = [], []
    for row in case.rows_of([key]):
        folded = fold(row.quote)
        money = [one for one in numerals.quantities(folded) if one.measure == "money"]
        foreign = [one for one in money if one.currency not in _HOME]
        if foreign:
            home = sum(one.interval.low for one in money if one.currency in _HOME and one.unit)
            stated.append(_sum(foreign[-1], folded, row.citation, home))
        elif row.reason == UNCONVERTED and (figures := _FIGURE.findall(row.cells[-1])):
            listed.append(ForeignSum(Decimal(figures[-1].replace(",", "")), "", figures[-1], row.citation))
    if stated:
        return [max(stated, key=lambda one: one.amount)]
    if listed:
        return listed
    places = [(row.document, row.span) for row in case.rows_of([key], COUNTED)]
    lines = [line for line in case.lines if any(line.holds(*place) for place in places)]
    return [_sum(one, line.folded, line.citation, 0) for line in lines for one in line.quantities
            if one.measure == "money" and one.currency not in _HOME]


def _sum(one: Quantity, text: str, place: Citation, home: int) -> ForeignSum:
    return ForeignSum(Decimal(one.interval.low), one.currency, text[one.span.start:one.span.end], place, home)
