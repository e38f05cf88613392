"""When the figures of one statement were so: each one's period, that of several together, a level of an earlier day."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from ingestion.facts.figures.matching import Match
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.numbers.periods import Period, PeriodKind

OLD = 366  # days after which a level is of an earlier day


def follows(first: Period, period: Period) -> bool:
    """2021至2023年, 2024年1—9月: one period begins the day after the other ends."""
    dated = first.kind is period.kind is PeriodKind.DATED and first.start is not None and period.start is not None
    return dated and period.start == first.end + timedelta(days=1)


def single_year(period: Period) -> bool:
    return period.kind is PeriodKind.DATED and period.start is not None and (period.end - period.start).days <= 366


def dated_years(group: list[Match]) -> bool:
    return all(m.figure.period is not None and m.figure.own_period and single_year(m.figure.period) for m in group)


def _period_of(figure: Figure) -> Period | None:
    node: Figure | None = figure
    while node is not None:
        if node.period is not None:
            return node.period
        node = node.parent if node.part else None
    return None


def group_period(analysis: Analysis, group: list[Match]) -> Period | None:
    """The period of several figures together; None where they have none in common."""
    dated = [
        m.figure.period
        for m in group
        if m.figure.period is not None and m.figure.own_period and single_year(m.figure.period)
    ]
    titled = _title_period(analysis, group, dated)
    if titled is not None:
        return titled
    last = group[-1].figure
    spans = list(dict.fromkeys((p.start, p.end) for m in group if (p := m.figure.period) is not None))
    if len(spans) > 1 and all(p is not None for p in (m.figure.period for m in group)):
        chain = [p for m in group if (p := m.figure.period) is not None]
        if all(follows(a, b) or (a.start, a.end) == (b.start, b.end) for a, b in pairwise(chain)):
            return Period(chain[0].span, PeriodKind.DATED, chain[0].start, chain[-1].end)
    recent = [p for m in group if (p := _period_of(m.figure)) is not None and p.kind is PeriodKind.RECENT]
    if recent:
        return recent[-1]
    if len(dated) > 1 and (len(dated) == len(group) or (last.total and not last.own_period)):
        starts = [p.start for p in dated if p.start is not None]
        return Period(dated[0].span, PeriodKind.DATED, min(starts), max(p.end for p in dated))
    return _period_of(last) or _period_of(group[0].figure)


def _title_period(analysis: Analysis, group: list[Match], dated: list[Period]) -> Period | None:
    """近三年论文：2021年8篇、2022年9篇: the title's period, where the years behind it begin with it (reading 29)."""
    colon = analysis.sentence.folded.rfind("：", 0, group[0].figure.quantity.span.start)
    titles = [p for p in analysis.periods if p.kind is PeriodKind.RECENT and p.span.end <= colon]
    whole = len(dated) == len(group) > 1 and bool(titles)
    return titles[-1] if whole and dated[0].start == titles[-1].start else None


def dated_behind(figure: Figure) -> bool:
    period = figure.period
    if figure.quantity.interval.low != 1 or period is None or not single_year(period):
        return False
    named = figure.sentence.folded[period.span.start : period.span.end + 2]  # 2022年度重庆市自然科学奖三等奖1项
    return period.span.start >= figure.quantity.span.end or (named.find("年度") > 0 and not figure.sentence.synthetic)


def of_an_earlier_day(analysis: Analysis, group: list[Match], period: Period | None) -> bool:
    """2023年底9家, in an application of the middle of 2025: a level of long ago says nothing of today (reading 36); nor
    does one that another is held against (上年同期8人, 期初 beside 期末)."""
    if any(words("flow").search(m.figure.own) for m in group):
        return False
    label, colon, _ = analysis.sentence.folded.partition("：")
    if any(words("compared_level").search(said) for said in [label if colon else "", *(m.figure.left for m in group)]):
        return True
    dated = period is not None and period.kind in (PeriodKind.DATED, PeriodKind.STATE) and all(
        m.figure.own_period for m in group)
    return period is not None and dated and (analysis.today - period.end).days > OLD


def same_clause(analysis: Analysis, group: list[Match], period: Period) -> bool:
    return any(
        analysis.clauses[m.figure.clause].span.start <= period.span.start < analysis.clauses[m.figure.clause].span.end
        for m in group
    )
