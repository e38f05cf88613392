"""Which of several figures of one thing stands: what is real, left, valid or so today, for those before it."""

from __future__ import annotations

from ingestion.facts.figures import residue
from ingestion.facts.lexicon import words
from ingestion.facts.matching import Match
from ingestion.facts.records import Analysis
from ingestion.facts.schema import FactSpec
from ingestion.periods import PeriodKind


def actual(tops: list[Match]) -> list[Match]:
    """与4支团队签约，已有2支实际入驻: what is said to be real stands for the figures before it."""
    for place in range(len(tops) - 1, 0, -1):
        own, before = tops[place], tops[place - 1]
        same = own.figure.quantity.measure == before.figure.quantity.measure
        real = [words("actual").search(m.figure.own) is not None for m in (before, own)]
        real[1] = real[1] or _remains(own) or _stands_now(before, own)
        if same and (not before.kinds or own.kinds in (frozenset(), before.kinds)) and real == [False, True]:
            return tops[place:]
    return tops


def _stands_now(before: Match, own: Match) -> bool:
    """合计34家，剔除重叠的6家后为28家; 原有5个，现存4个; 2024年底18家，现有21家: what is so now, or net."""
    if words("net").search(own.figure.left):
        return True
    if words("signed").search(before.figure.left) and words("now_begun").search(own.figure.left):
        return True  # 新签7项，已启动5项
    between = own.figure.sentence.folded[before.figure.quantity.span.end : own.figure.left_start]
    if words("deducted").search(between) and not residue(own.figure.left):
        return True  # 共20家，剔除分公司2家，为18家
    today = words("now").sub("", own.figure.own)
    if today != own.figure.own and not residue(today) and before.figure.clause != own.figure.clause:
        return not own.figure.part and own.figure.period is None  # 扩充到6人，离职1人，现有5人
    in_force = words("in_force").sub("", own.figure.left)
    if in_force != own.figure.left and not residue(in_force + own.figure.right):
        return own.value.low <= before.value.low  # 共6份，现行有效5份
    former, period = words("former").search(before.figure.left), before.figure.period
    dated = period is not None and before.figure.own_period and period.kind in (PeriodKind.STATE, PeriodKind.DATED)
    return bool(former or dated) and words("now").search(own.figure.left) is not None


def _remains(match: Match) -> bool:
    """高企21家，但到2024年5月底只有18家: a figure of which only is said that so many are left."""
    left = match.figure.left
    if words("remain_now").search(left):
        return True
    return words("remain").search(left) is not None and len(residue(words("remain").sub("", left))) <= 2


def stock(spec: FactSpec, analysis: Analysis, tops: list[Match]) -> list[Match]:
    """Of the present state: 已有14家，今年新增2家 holds the new ones; 2023年14家、2024年18家 without a word of what
    came in are levels, of which the last stands."""
    if spec.time != "state" or len(tops) < 2:
        return tops
    held = [m for m in tops if words("newly").search(m.figure.own) is None]
    if held and len(held) < len(tops):
        return held
    years = [m.figure.period for m in tops if m.figure.own_period and m.figure.period is not None]
    single = [p for p in years if p.start is not None and p.kind is PeriodKind.DATED and (p.end - p.start).days <= 366]
    ends = [p.end for p in single]
    levels = len(single) == len(tops) and ends == sorted(set(ends)) and len({m.kinds for m in tops}) == 1
    if not levels or words("flow").search(analysis.sentence.folded + analysis.sentence.section.text):
        return tops
    return tops[-1:]
