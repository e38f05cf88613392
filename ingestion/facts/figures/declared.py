"""Declared figures: what the figures that state a fact come to together, and explicit nones."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from ingestion.domain import Interval, Span
from ingestion.facts.claims.assertions import Assertion, Claims, Findings, add, overlapping, subtract
from ingestion.facts.figures.changes import (
    actual,
    adds,
    lost_since,
    lowered,
    named_lost,
    of_the_one_before,
    restated,
    stock,
)
from ingestion.facts.figures.matching import Match, match_figure, matched_parent
from ingestion.facts.figures.nones import explicit_none
from ingestion.facts.figures.relations import beside_the_first, classed, kinds_counted, nested, said_disjoint, set_apart
from ingestion.facts.figures.times import (
    dated_behind,
    dated_years,
    follows,
    group_period,
    of_an_earlier_day,
    same_clause,
    single_year,
)
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.dating import bound, one_by_one, section_period
from ingestion.facts.prose.phrases import clause_span, located, residue, untitled
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.numbers.periods import Cover, Period, PeriodKind, Window


class Sum(Struct, frozen=True):
    """What figures come to together; `points` are those that contradict each other."""

    value: Interval
    points: tuple[int, ...] = ()
    kinds: frozenset[str] = frozenset()
    period: Period | None = None
    nouns: tuple[str, ...] = ()


def declared(book: FactBook, spec: FactSpec, analysis: Analysis, window: Window, claims: Claims) -> None:
    """Add what one sentence declares of one fact to its claims."""
    if spec.kinds is not None and spec.kinds.overlap:
        _how_kinds_lie(book, spec, analysis, claims)
    matches: list[Match] = []
    counted = analysis.counts(spec.measures)  # else no figure can match
    for figure in analysis.figures if counted else ():
        match = match_figure(book, spec, analysis, figure, matches, claims)
        if match is not None and _part_of_something_else(book, spec, analysis, figure, claims):
            claims.exclude(analysis.sentence.document, clause_span(analysis, figure), "definition")
        elif match is not None and _translated(analysis, match, matches):
            claims.exclude(analysis.sentence.document, clause_span(analysis, figure), "duplicate")
        elif match is not None:
            matches.append(match)
    explicit_none(book, spec, analysis, claims)
    if counted:
        lost_since(book, spec, analysis, matches, claims)
        restated(spec, analysis, matches, claims)
        _stated(book, spec, analysis, of_the_one_before(analysis, matches, claims), window, claims)
    named_lost(book, spec, analysis, claims)


def _translated(analysis: Analysis, match: Match, earlier: list[Match]) -> bool:
    """论文21篇，Twenty-one papers were published; 专职2人 two full-time officers: the other language says it again."""
    def chinese(figure: Figure, other: Figure) -> bool:
        return _chinese(figure.own if figure.clause == other.clause else analysis.clause_text(figure.clause))

    return match.role == "figure" and any(
        before.role == "figure" and before.value == match.value
        and chinese(match.figure, before.figure) != chinese(before.figure, match.figure)
        for before in earlier
    )


def _part_of_something_else(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, claims: Claims
) -> bool:
    """实验室承担项目9项。其中国家级3项: a part, which names nothing itself, of what the sentence before it counts."""
    whole, before = figure.parent if figure.part else None, analysis.sentence.previous
    if whole is None or whole.sentence is not before or book.pattern(spec.heads).search(untitled(figure.own)):
        return False
    named, against = book.pattern(spec.heads).search(whole.own), book.pattern(spec.exclude).search(whole.own)
    return not claims.stated_in(before) and (named is None or against is not None)


def _chinese(text: str) -> bool:
    """Whether most of a clause's letters are Chinese."""
    return len(_HAN.findall(text)) * 2 > len(_LATIN_WORD.findall(text))


_HAN = re.compile(r"[\u4e00-\u9fff]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")


def _how_kinds_lie(book: FactBook, spec: FactSpec, analysis: Analysis, claims: Claims) -> None:
    """Whether a sentence says that kinds which may overlap do not, or that one lies within the other."""
    names = spec.kinds.names.values() if spec.kinds is not None else ()
    if not analysis.figures and analysis.sentence.holds(words("disjoint")):
        both = sum(analysis.sentence.holds(book.pattern(kind)) for kind in names) > 1
        claims.disjoint = claims.disjoint or both
    claims.disjoint = claims.disjoint or said_disjoint(spec, analysis)
    claims.nested = claims.nested or nested(book, spec, analysis)
    claims.disjoint = claims.disjoint or any(set_apart(book, spec, analysis, figure) for figure in analysis.figures)


def _stated(
    book: FactBook, spec: FactSpec, analysis: Analysis, matches: list[Match], window: Window, claims: Claims
) -> None:
    if any(m.role == "figure" for m in matches):
        _combine(book, spec, analysis, matches, window, claims)
    elif twice := [m.value for m in matches if m.role == "twice"]:
        claims.twice = add(twice)


def _combine(
    book: FactBook, spec: FactSpec, analysis: Analysis, matches: list[Match], window: Window, claims: Claims
) -> None:
    """The figures that state a fact in one sentence, put together under their totals."""
    figures = [m for m in matches if m.role == "figure"]
    tops = stock(spec, analysis, actual([m for m in figures if not _is_part(spec, analysis, m, figures, window)]))
    known = {id(m.figure) for m in matches}
    sums: dict[int, Sum] = {}
    disjoint, lost = analysis.sentence.holds(words("disjoint")), _rest_lost(book, spec, analysis)
    for top in tops:
        others = [f for f in analysis.figures if f.bracketed and f.parent is top.figure and id(f) not in known]
        counting = [m.value for m in figures if m.figure.bracketed and m.figure.parent is top.figure]
        not_so = book.pattern([*spec.subtract, *spec.exclude_clause])
        left_out = bool(others) and all(not_so.search(f.own) for f in others)
        if left_out and counting and add([*counting, *(f.quantity.interval for f in others)]) == top.value:
            sums[id(top)] = Sum(add(counting))  # 12项：境外引进5项，向境外输出2项，市内之间5项
            continue
        sums[id(top)] = _with_parts(top, matches, spec, disjoint, lost, fills=not others, alone=len(tops) == 1)
    twice = [m for m in matches if m.role == "twice"]
    classes = classed(book, spec, analysis)
    groups = _groups(analysis, tops)
    if twice and len(groups) > 1:
        claims.twice = add(m.value for m in twice)
    _account_for(analysis, matches, tops, claims)
    for group in groups:
        whole = bool(group) and all(any(m.figure is f for f in classes) for m in group)
        _assert_group(book, spec, analysis, group, sums, twice, window, claims, whole)


def _account_for(analysis: Analysis, matches: list[Match], tops: list[Match], claims: Claims) -> None:
    """Figures of the fact that add nothing to what stands: parts of a total, what was counted twice, former levels;
    those that stand in a clause of their own are said as such."""
    standing = {m.figure.clause for m in tops}
    reasons = {"twice": "duplicate", "figure": "expired"}
    for match in matches:
        if any(match is top for top in tops) or match.figure.clause in standing or match.role not in reasons:
            continue
        part = match.role == "figure" and match.figure.part
        span = located(analysis.sentence, analysis.clauses[match.figure.clause].span)
        claims.exclude(analysis.sentence.document, span, "part_of_total" if part else reasons[match.role])


def _is_part(
    spec: FactSpec, analysis: Analysis, match: Match, figures: list[Match], window: Window
) -> bool:
    """A part of a figure that counts, too; one for a period of its own (近五年88篇，其中近三年51篇) stands for itself,
    and so does the applicant's part of what the body above it has (学校850篇，其中本中心48篇)."""
    parent = matched_parent(match.figure, figures) if match.figure.part else None
    if parent is None:
        return False
    if analysis.clauses[parent.figure.clause].larger and words("others_own").search(match.figure.left):
        return False
    own, whole = match.figure.period, parent.figure.period
    if spec.time != "window" or not match.figure.own_period or own is None:
        return True
    if own.kind is PeriodKind.RECENT:
        return whole is not None and own.start == whole.start
    wider = whole is not None and whole.cover(window) is Cover.WIDER
    return not (wider and own.cover(window) in (Cover.WINDOW, Cover.NARROWER))  # 近五年90篇，其中2022—2023年44篇


def _rest_lost(book: FactBook, spec: FactSpec, analysis: Analysis) -> bool:
    """7人，其中常驻4人，其余短期往来: a clause without a figure says that the rest does not count."""
    if not spec.subtract or not analysis.sentence.may(words("rest")):
        return False
    counted = {f.clause for f in analysis.figures}
    clauses = (analysis.clause_text(i) for i in range(len(analysis.clauses)) if i not in counted)
    return any(words("rest").match(text.lstrip()) and book.pattern(spec.subtract).search(text) for text in clauses)


def _with_parts(
    top: Match, matches: list[Match], spec: FactSpec, disjoint: bool, rest_lost: bool, *, fills: bool, alone: bool
) -> Sum:
    """A figure less its parts that do not count, and the figures that contradict each other where a complete
    breakdown differs from its total. `fills`: no part in its brackets is of something else; `alone`: no other figure of
    the fact stands beside it that the parts may be of, too."""
    value = top.value
    parts = [m for m in matches if m.role == "figure" and m.figure.part and _under(m.figure, top.figure)]
    for match in matches:
        if match.role == "rest" and _under(match.figure, top.figure):
            return Sum(match.value)
        if match.role == "less" and _under(match.figure, top.figure):
            value = subtract(value, match.value)
    complete = [m for m in parts if fills and m.figure.bracketed and m.figure.parent is top.figure]
    if (
        disjoint
        and spec.kinds
        and parts
        and frozenset().union(*(m.kinds for m in parts)) == frozenset(spec.kinds.names)
    ):
        complete = parts  # every kind, and said not to overlap
    if parts and rest_lost:
        return Sum(add(m.value for m in parts))
    if not complete and alone and len(parts) > 1 and _fill(top, parts):
        complete = parts
    restates = len(complete) > 1 or any(words("restates").search(m.figure.left) for m in complete)
    if restates and len(complete) == len(parts):  # 6人（当地雇员4人） has a part only
        total = add(m.value for m in complete)
        both = [m.value for m in matches if m.role == "twice"]
        if both and subtract(total, add(both)) == top.value:
            return Sum(lowered(value, parts))  # 31篇（SCI 22篇、EI 13篇，其中4篇同时被两库收录）
        if total.exact and top.value.exact and total != top.value:
            same_kind = len(complete) == 1 and complete[0].kinds
            less = any(m.role == "less" and _under(m.figure, top.figure) for m in matches)
            if not same_kind and not less:
                return _either(total, value)
    return Sum(lowered(value, parts))


def _either(one: Interval, other: Interval, points: tuple[int, ...] = ()) -> Sum:
    """Two exact figures for the same: the one or the other."""
    low, high = sorted((one.low, other.low))
    return Sum(Interval(low, high), (*points, one.low, other.low))


def _fill(top: Match, parts: list[Match]) -> bool:
    """35篇，其中2021年9篇、2022年13篇、…: whether parts by year fill the whole of the total's time."""
    periods = [m.figure.period for m in parts if m.figure.own_period and m.figure.period is not None]
    whole = top.figure.period
    if len(periods) < len(parts) or whole is None or whole.start is None:
        return False
    first, last = periods[0].start, periods[-1].end
    follow = all(follows(a, b) for a, b in pairwise(periods))
    return follow and first is not None and first <= whole.start and last >= whole.end - timedelta(days=92)


def _under(figure: Figure, top: Figure) -> bool:
    """Whether a figure is a part of another one, or of a part of it."""
    node = figure.parent if figure.part else None
    while node is not None and node is not top:
        node = node.parent if node.part else None
    return node is top


def _groups(analysis: Analysis, tops: list[Match]) -> list[list[Match]]:
    """Figures that belong together: those of one period, and single years in a row."""
    groups: list[list[Match]] = []
    for top in tops:
        if groups and _together(analysis, groups[-1], top):
            groups[-1].append(top)
        else:
            groups.append([top])
    return groups


def _together(analysis: Analysis, group: list[Match], top: Match) -> bool:
    """Whether a figure and those before it are of one statement: the same body, the same kind of period."""
    if analysis.clauses[group[-1].figure.clause].larger != analysis.clauses[top.figure.clause].larger:
        return False
    first, period = group[-1].figure.period, top.figure.period
    if words("since_then").search(top.figure.left):
        return False  # 2018—2020年44篇，此后又发表31篇
    if first is not None and period is None and words("now").search(top.figure.left):
        return False  # 累计引进5支，目前在园共1支
    if top.figure.total and not top.figure.own_period:
        return True
    cumulative = [p is not None and p.kind is PeriodKind.CUMULATIVE for p in (first, period)]
    if cumulative[0] != cumulative[1]:
        return False
    if first is None or period is None:
        return first is None or not group[-1].figure.own_period or period is None
    if first.span == period.span or (first.start, first.end) == (period.start, period.end):
        return True
    if follows(first, period) and top.figure.own_period:
        return True
    return single_year(first) and single_year(period) and group[-1].figure.own_period and top.figure.own_period


def _assert_group(
    book: FactBook,
    spec: FactSpec,
    analysis: Analysis,
    group: list[Match],
    sums: dict[int, Sum],
    twice: list[Match],
    window: Window,
    claims: Claims,
    classes: bool,
) -> None:
    """`classes`: the figures are for the classes of one whole."""
    intervals = [sums[id(m)].value for m in group]
    points = tuple(p for m in group for p in sums[id(m)].points)
    kinds = frozenset().union(*(m.kinds for m in group)) if len(group) > 1 else group[0].kinds
    period = group_period(analysis, group)
    text = analysis.sentence.folded
    totals = [m for m in group if m.figure.total]
    if len(group) > 1 and totals and totals[-1] is group[-1] and _mixed(analysis, spec, group):
        group, intervals, totals = group[:-1], intervals[:-1], []  # 专职3名、兼职2名，共5名
    if (
        len(group) > 1
        and totals
        and group.index(totals[-1]) == len(group) - 1
        and not any(m.figure.total for m in group[:-1])
    ):
        value, rest = intervals[-1], intervals[:-1]
        summed = add(rest)
        if (
            len(rest) > 1
            and summed.exact
            and value.exact
            and summed != value
            and not (spec.kinds and spec.kinds.overlap and len({m.kinds for m in group[:-1]}) > 1)
        ):
            both = _either(summed, value, points)
            value, points = both.value, both.points
        kinds = group[-1].kinds
    elif len(group) > 1 and not beside_the_first(analysis, group[1].figure) and _breakdown(
        book.pattern(spec.heads), spec, group, intervals
    ):
        value, kinds = intervals[0], group[0].kinds
    elif len(group) == 1:
        value = intervals[0]
    elif spec.kinds and spec.kinds.overlap and all(m.kinds for m in group) and len({m.kinds for m in group}) > 1:
        if claims.disjoint or words("disjoint").search(text):
            value = add(intervals)
        elif twice:
            value = subtract(add(intervals), add(m.value for m in twice))
        else:
            value = overlapping(intervals, nested=claims.nested)
        kinds = frozenset()
    elif (
        _alike(group)
        or _series(group)
        or spec.joined
        or classes
        or dated_years(group)
        or len({m.kinds for m in group}) == len(group)
    ):
        value = add(intervals)
    else:
        for match in group:
            own = replace(sums[id(match)], kinds=match.kinds, period=match.figure.period)
            _assert(spec, analysis, [match], own, window, claims)
        return
    nouns = kinds_counted(book, spec, [m.figure.own for m in group])
    _assert(spec, analysis, group, Sum(value, points, kinds, period, nouns), window, claims)


def _mixed(analysis: Analysis, spec: FactSpec, group: list[Match]) -> bool:
    """Whether a total stands behind figures that count and figures that do not."""
    first, last = group[0].figure.quantity.span.start, group[-1].figure.quantity.span.start
    counted = {id(m.figure) for m in group}
    return any(
        id(f) not in counted and not f.part and f.quantity.measure in spec.measures and residue(f.own)
        for f in analysis.figures
        if first < f.quantity.span.start < last
    )


def _alike(group: list[Match]) -> bool:
    """Figures of one kind in one clause, each for another thing (EI期刊论文13篇、EI会议论文9篇), add up."""
    return (
        len({m.kinds for m in group}) == 1
        and bool(group[0].kinds)
        and len({m.figure.clause for m in group}) == 1
        and len({residue(m.figure.own) for m in group}) == len(group)
    )


def _series(group: list[Match]) -> bool:
    """年度分布为：9篇、12篇、14篇: bare figures joined to the first."""
    bare = all(not residue(m.figure.own) and words("joint").match(m.figure.left.lstrip()) for m in group[1:])
    return bare and len({m.figure.clause for m in group}) == 1


def _breakdown(heads: re.Pattern[str], spec: FactSpec, group: list[Match], intervals: list[Interval]) -> bool:
    """A total followed by its kinds without 其中: 专利24件，发明8件，实用新型16件."""
    first, rest = intervals[0], intervals[1:]
    if group[0].figure.clause == group[1].figure.clause:
        return False
    if not first.exact or not all(i.exact for i in rest) or words("additional").search(group[1].figure.left):
        return False
    names = spec.kinds.within if spec.kinds else {}
    within = [set(kinds) for word, kinds in names.items() if word in group[0].figure.own]
    if within and not set().union(*(m.kinds for m in group[1:])) <= set().union(*within):
        return False  # 授权专利12件，软件著作权5件: a copyright is no patent
    bare = not any(heads.search(m.figure.own) for m in group[1:])
    if bare and len(rest) > 1 and add(rest) == first and heads.search(group[0].figure.own):
        return True  # 境外授权专利5件，美国3件，欧洲2件
    if words("graded").search(group[0].figure.own):
        return False  # 二等奖2项，一等奖1项、三等奖1项: no total
    if add(rest).low == first.low and len(rest) > 1 and not group[0].kinds:
        return True
    return not group[0].kinds and all(m.kinds for m in group[1:]) and add(rest).low <= first.low


def _assert(
    spec: FactSpec, analysis: Analysis, group: list[Match], made: Sum, window: Window, claims: Claims
) -> None:
    """Says the value of a group of figures, or why it does not count."""
    period, value = made.period, made.value
    if (
        spec.time == "state"
        and period is not None
        and not any(m.figure.own_period for m in group)
        and not same_clause(analysis, group, period)
    ):
        longer = period.kind is PeriodKind.RECENT and period.years > window.years  # 十年来，累计引进
        in_all = (p for p in analysis.periods if p.kind is PeriodKind.CUMULATIVE)
        period = next(in_all, None) if longer else None
    elif spec.time == "state" and period and period.kind is PeriodKind.RECENT and period.years > window.years:
        period = next((p for p in analysis.periods if p.kind is PeriodKind.CUMULATIVE), period)  # 十年来累计引进
    if spec.time == "open" and period is not None and all(dated_behind(m.figure) for m in group):
        period = None  # 二等奖1项（2021年）, 2021年度二等奖1项: which one it is, not what the count is limited to
    titled = analysis.sentence.synthetic and period is not None and period.kind is PeriodKind.DATED
    if period is None or period.kind is PeriodKind.STATE or titled:
        inherited = (analysis.inherited if period is None else None) or section_period(analysis.sentence, window)
        if titled and inherited is not None and inherited.kind is not PeriodKind.RECENT:
            inherited = None
        if inherited is not None and (spec.time != "state"):
            period = inherited
    if period is None and spec.time == "window":
        period = one_by_one(analysis.sentence, window)
    span = _evidence_span(analysis, group, period)
    shown = made.points or tuple(p for p in (value.low, value.high) if p is not None)
    larger = any(analysis.clauses[m.figure.clause].larger for m in group)
    entry = Assertion(
        value,
        analysis.sentence.document,
        span,
        points=shown,
        kinds=made.kinds,
        conflict=bool(made.points),
        larger=larger,
        open=all(m.open for m in group),
        beside=any(words("additional").match(m.figure.left.lstrip()) for m in group),
        nouns=made.nouns,
        named="|".join(m.figure.own.replace("|", "") for m in group),
        inferred=min(m.inferred for m in group),
        rule="heads",
    )
    if spec.time == "state" and of_an_earlier_day(analysis, group, period):
        claims.exclude(entry.document, entry.span, "outside_window")
        return
    if adds(spec, analysis, group, entry, claims):
        return
    if not entry.conflict:
        claims.stated.append((analysis.sentence, entry))
    if entry.kinds:
        claims.kinded.append((analysis.sentence, entry.kinds))
    claims.later(partial(_settle, spec, entry, period))


def _settle(spec: FactSpec, entry: Assertion, period: Period | None, window: Window, findings: Findings) -> None:
    """What a figure comes to under a window; one for another time is left out."""
    bounded = bound(spec, entry.interval, period, window)
    if bounded is not None:
        findings.assertions.append(replace(entry, interval=bounded))
        return
    outside = period is not None and period.cover(window) is Cover.OUTSIDE
    findings.exclude(entry.document, entry.span, "outside_window" if outside else "partial_window")


def _evidence_span(analysis: Analysis, group: list[Match], period: Period | None) -> Span:
    """From the first clause of a group to its last, with its period."""
    sentence = analysis.sentence
    starts, ends = [], []
    for match in group:
        index = match.figure.clause
        while analysis.clauses[index].outer >= 0:
            index = analysis.clauses[index].outer
        starts.append(analysis.clauses[index].span.start)
        ends.append(analysis.clauses[index].span.end)
    start = min(starts)
    if period is not None and any(p is period for p in analysis.periods) and period.span.start < start:
        start = period.span.start
    return located(sentence, Span(start, max(ends)))
