"""Money facts in words: spent, contracted and received money, foreign currency with and without a stated rate."""

from __future__ import annotations

from ingestion.domain import Interval
from ingestion.facts.assertions import Findings
from ingestion.facts.declared import declared
from ingestion.facts.grids import unit_factor
from ingestion.facts.lexicon import words
from ingestion.facts.records import Analysis
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.numerals import Quantity, parse_decimal, stated_rate
from ingestion.periods import Window


def spent(book: FactBook, spec: FactSpec, analysis: Analysis, window: Window, findings: Findings) -> None:
    """Readings 14: a converted figure replaces the foreign one; contracted money is left out; received money bounds from
    above only; a foreign currency without a rate leaves the amount open."""
    for figure in analysis.figures:
        unit = unit_factor(figure.left) if not figure.quantity.measure and figure.plain else None
        number = (
            parse_decimal(analysis.sentence.folded[figure.quantity.number.start : figure.quantity.number.end])
            if unit
            else None
        )
        if unit and number is not None:  # 经费支出（万元）：312.5
            amount = int(number * unit[1])
            figure.quantity = Quantity(
                figure.quantity.span, figure.quantity.number, Interval(amount, amount), "money", unit[0], unit[0]
            )
    if not any(f.quantity.measure == "money" for f in analysis.figures):
        declared(book, spec, analysis, window, findings)
        return
    for figure in analysis.figures:
        if figure.quantity.measure != "money":
            continue
        own = figure.left
        if words("converted").search(own) and figure.quantity.currency == "CNY":
            earlier = [
                f
                for f in analysis.figures
                if f.quantity.span.end <= figure.quantity.span.start and f.quantity.currency not in ("", "CNY")
            ]
            if earlier:
                source = earlier[-1]
                source.quantity = Quantity(
                    source.quantity.span,
                    source.quantity.number,
                    figure.quantity.interval,
                    "money",
                    source.quantity.unit,
                    "CNY",
                )
                figure.blocked = "part_of_total"
                figure.quantity = Quantity(
                    figure.quantity.span,
                    figure.quantity.number,
                    figure.quantity.interval,
                    "equipment",
                    figure.quantity.unit,
                )
    for figure in analysis.figures:
        if figure.quantity.measure != "money" or figure.blocked:
            continue
        quantity = figure.quantity
        rate = stated_rate(analysis.sentence.folded, quantity.currency)
        if quantity.currency not in ("", "CNY") and rate is not None:
            low, high = quantity.interval
            converted = Interval(int((low or 0) * rate), None if high is None else int(high * rate))
            figure.quantity = Quantity(quantity.span, quantity.number, converted, "money", quantity.unit, "CNY")
        elif quantity.currency not in ("", "CNY"):
            figure.quantity = Quantity(
                quantity.span, quantity.number, Interval(0, None), "money", quantity.unit, quantity.currency
            )
        elif book.pattern(spec.not_spent).search(figure.own) and not _last(book, spec, figure.own):
            figure.blocked = "not_spent"
        elif book.pattern(spec.received).search(figure.own) and not book.pattern(spec.spent).search(figure.own):
            figure.quantity = Quantity(
                quantity.span, quantity.number, Interval(0, quantity.interval.high), "money", quantity.unit, "CNY"
            )
    usable = [f for f in analysis.figures if f.quantity.measure == "money" and not f.blocked]
    firm = [
        f for f in usable if book.pattern(spec.spent).search(f.own) and not book.pattern(spec.received).search(f.own)
    ]
    for figure in usable:
        if firm and figure not in firm and book.pattern(spec.received).search(figure.own):
            figure.blocked = "not_spent"
    declared(book, spec, analysis, window, findings)


def _last(book: FactBook, spec: FactSpec, own: str) -> bool:
    """Whether the word nearest to the figure says that the money was spent (合同执行中实际支出)."""
    spent_words = list(book.pattern(spec.spent).finditer(own))
    other = list(book.pattern(spec.not_spent).finditer(own))
    return bool(spent_words) and (not other or spent_words[-1].end() >= other[-1].end())
