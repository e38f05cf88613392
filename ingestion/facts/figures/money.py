"""Money facts in words: spent, contracted and received money, foreign currency with and without a stated rate."""

from __future__ import annotations

import re
from itertools import pairwise

from msgspec.structs import replace

from ingestion.domain import Interval
from ingestion.facts.claims.assertions import Claims
from ingestion.facts.figures.declared import declared
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.phrases import residue
from ingestion.facts.scanning.grids import unit_factor
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.numbers.numerals import Quantity, of_rate, parse_decimal, stated_rate
from ingestion.numbers.periods import Window

_POWER_ALONE = re.compile(r"\s*[万亿](?:余|多)?")


def spent(book: FactBook, spec: FactSpec, analysis: Analysis, window: Window, claims: Claims) -> None:
    """Readings 14: a converted figure replaces the foreign one; contracted money is left out; received money bounds
    from above only; a foreign currency without a rate leaves the amount open."""
    for figure in analysis.figures:
        _take_unit_of_label(analysis, figure)
        if figure.quantity.measure == "money":
            figure.quantity = replace(figure.quantity, currency=spec.counted_in(figure.quantity.currency))
        if figure.quantity.measure == "money" and of_rate(analysis.sentence.folded, figure.quantity.span):
            figure.quantity = replace(figure.quantity, measure="equipment", currency="")  # 1林吉特=1.60元
    for figure in analysis.figures:
        if figure.quantity.measure == "money":
            _give_to_converted(analysis, figure)
    for figure in analysis.figures:
        if figure.quantity.measure == "money" and not figure.blocked:
            _judge_figure(book, spec, analysis, figure)
    _leave_out_received(book, spec, analysis)
    _open_beside_foreign(book, spec, analysis)
    declared(book, spec, analysis, window, claims)


def _take_unit_of_label(analysis: Analysis, figure: Figure) -> None:
    """经费支出（万元）：312.5: a bare figure is money in the unit that its label states."""
    if figure.quantity.measure:
        return
    text = analysis.sentence.folded
    if _POWER_ALONE.fullmatch(text, figure.quantity.number.end, figure.quantity.span.end):
        figure.quantity = replace(figure.quantity, measure="money", unit="CNY", currency="CNY")  # 投入235万
    if figure.quantity.measure or not figure.plain:
        return
    unit = unit_factor(figure.left) or unit_factor(text[: text.find("：") + 1])
    if not unit:
        return
    quantity = figure.quantity
    number = parse_decimal(analysis.sentence.folded[quantity.number.start : quantity.number.end])
    if number is not None:
        amount = int(number * unit[1])
        figure.quantity = Quantity(
            quantity.span, quantity.number, Interval(amount, amount), "money", unit[0], unit[0]
        )


def _give_to_converted(analysis: Analysis, figure: Figure) -> None:
    """50万欧元（折合人民币390万元）: the foreign figure takes the converted amount, which itself counts no more."""
    quantity = figure.quantity
    if quantity.currency != "CNY" or words("converted").search(figure.left) is None:
        return
    foreign = [
        f
        for f in analysis.figures
        if f.quantity.span.end <= quantity.span.start and f.quantity.currency not in ("", "CNY")
    ]
    if foreign:
        foreign[-1].quantity = replace(
            foreign[-1].quantity, interval=quantity.interval, measure="money", currency="CNY"
        )
        figure.blocked = "part_of_total"
        figure.quantity = replace(quantity, measure="equipment", currency="")


def _judge_figure(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> None:
    """Yuan at the stated rate for foreign money, an open amount without one; what was not spent, or only received."""
    quantity = figure.quantity
    low, high = quantity.interval
    if quantity.currency not in ("", "CNY"):
        rate = stated_rate(analysis.sentence.folded, quantity.currency)
        if rate is None:
            figure.quantity = replace(quantity, interval=Interval(0, None))
        else:
            converted = Interval(int((low or 0) * rate), None if high is None else int(high * rate))
            figure.quantity = replace(quantity, interval=converted, currency="CNY")
    elif book.pattern(spec.not_spent).search(figure.own) and not _last(book, spec, figure.own):
        figure.blocked = "not_spent"
    elif book.pattern(spec.received).search(figure.own) and not book.pattern(spec.spent).search(figure.own):
        figure.quantity = replace(quantity, interval=Interval(0, high), currency="CNY")


def _leave_out_received(book: FactBook, spec: FactSpec, analysis: Analysis) -> None:
    """Where one figure says what was spent, those that say what was received count for nothing."""
    usable = [f for f in analysis.figures if f.quantity.measure == "money" and not f.blocked]
    received = [f for f in usable if book.pattern(spec.received).search(f.own)]
    if any(f not in received and book.pattern(spec.spent).search(f.own) for f in usable):
        for figure in received:
            figure.blocked = "not_spent"


def _open_beside_foreign(book: FactBook, spec: FactSpec, analysis: Analysis) -> None:
    """支出人民币150万元，另有12万欧元由境外账户支付: what was spent besides in foreign money leaves the sum open."""
    usable = [f for f in analysis.figures if f.quantity.measure == "money" and not f.blocked]
    for before, figure in pairwise(usable):
        added = words("additional").search(figure.left)
        named = figure.left[added.end() :].replace(figure.quantity.unit, "") if added else ""
        bare = added is not None and not residue(named)  # 支出168.4万元，另有9.2万欧元
        beside = added and (bare or book.pattern(spec.spent).search(figure.left + figure.right))
        if figure.quantity.currency in ("", "CNY") or not beside or before.quantity.currency not in ("", "CNY"):
            continue
        before.quantity = replace(before.quantity, interval=Interval(before.quantity.interval.low, None))


def _last(book: FactBook, spec: FactSpec, own: str) -> bool:
    """Whether the word nearest to the figure says that the money was spent (合同执行中实际支出)."""
    spent_words = list(book.pattern(spec.spent).finditer(own))
    other = list(book.pattern(spec.not_spent).finditer(own))
    return bool(spent_words) and (not other or spent_words[-1].end() >= other[-1].end())
