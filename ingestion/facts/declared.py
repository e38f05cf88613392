"""Declared figures: which of a sentence's figures state a fact, and what they come to together.

A figure states a fact when its unit can count it, its own phrase (or what that phrase continues) names the fact's head,
every need is met within its reach, and nothing in its phrase says that it counts something else.
"""
from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ingestion import organisations
from ingestion.domain import Interval, Span
from ingestion.facts.assertions import Assertion, Findings, add, overlapping, subtract
from ingestion.facts.figures import Analysis, Figure, load_additional, residue, section_block, words
from ingestion.facts.schema import FactBook, FactSpec, Need
from ingestion.facts.scan import Sentence
from ingestion.organisations import Origin, mentions
from ingestion.periods import Cover, Period, PeriodKind, Window, periods

ABROAD = "$countries"   # in a word list: any country, place or organisation abroad


@dataclass(slots=True)
class Match:
    figure: Figure
    kinds: frozenset[str]
    role: str              # "figure", "less" (a part that does not count), "twice" (a part counted twice)


def declared(book: FactBook, spec: FactSpec, analysis: Analysis, window: Window, findings: Findings) -> None:
    """Add what one sentence declares of one fact to its findings."""
    if spec.kinds and spec.kinds.overlap and not analysis.figures and words("disjoint").search(analysis.sentence.folded):
        findings.disjoint = findings.disjoint or sum(book.pattern(n).search(analysis.sentence.folded) is not None for n in spec.kinds.names.values()) > 1
    matches = []
    for figure in analysis.figures:
        match = _match(book, spec, analysis, figure, matches, findings)
        if match is not None:
            matches.append(match)
    _none(book, spec, analysis, window, findings)
    figures = [m for m in matches if m.role == "figure"]
    if figures:
        _combine(book, spec, analysis, matches, window, findings)


def quoted(analysis: Analysis, span: Span) -> bool:
    """Whether a place of a sentence lies in a verbatim quotation of the policy."""
    base = analysis.sentence.span.start
    return not analysis.sentence.synthetic and any(s.start <= base + span.start and base + span.end <= s.end for s in analysis.sentence.quotations)


def abroad(text: str) -> bool:
    return any(origin in (Origin.FOREIGN, Origin.GREATER_CHINA) for _, _, origin in mentions(text))


def found(book: FactBook, words_: list[str], text: str) -> bool:
    return book.pattern([w for w in words_ if w != ABROAD]).search(text) is not None or (ABROAD in words_ and abroad(text))


def _match(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, earlier: list[Match], findings: Findings) -> Match | None:
    measure = figure.quantity.measure
    parent = _matched_parent(figure, earlier)
    if analysis.sentence.synthetic and earlier and spec.overlap_pattern(book).search(figure.own):
        return Match(figure, frozenset(), "twice")
    if parent is not None and (measure in spec.measures or not measure):
        text = figure.own + _status_after(analysis, figure)
        if spec.overlap_pattern(book).search(figure.own) and figure.part:
            return Match(figure, frozenset(), "twice")
        if book.pattern(spec.subtract).search(text) and figure.part and not figure.blocked.startswith(("quotation", "template")):
            findings.exclude(analysis.sentence.document, _clause_span(analysis, figure), "expired" if not spec.needs else "definition")
            return Match(figure, frozenset(), "less")
    if quoted(analysis, figure.quantity.span):
        if measure in spec.measures and book.pattern(spec.heads).search(figure.own):
            findings.exclude(analysis.sentence.document, _clause_span(analysis, figure), "quotation")
        return None
    if measure not in spec.measures and not (measure == "" and figure.plain and spec.kind == "count"):
        return None
    context = _heads(book, spec, analysis, figure)
    if context is None:
        return None
    named = figure.own if book.pattern(spec.heads).search(figure.own) else context
    if any(found(book, need.words, figure.own) for need in spec.needs):
        named = figure.own
    if book.pattern(spec.exclude).search(named if figure.part else figure.own) or (
            spec.exclude_clause and book.pattern(spec.exclude_clause).search(_clause_words(analysis, figure))) or (
            spec.exclude_sentence and book.pattern(spec.exclude_sentence).search(analysis.sentence.folded)):
        return None
    unmet = [need for need in spec.needs if not _need(book, need, analysis, figure, context) and not _complement(book, spec, need, analysis, figure)]
    if any(not (need.open and found(book, need.open, figure.own)) for need in unmet):
        return None
    if figure.blocked:
        findings.exclude(analysis.sentence.document, _clause_span(analysis, figure), figure.blocked)
        return None
    if book.pattern(spec.subtract).search(figure.own + _status_after(analysis, figure)) and spec.subtract:
        findings.exclude(analysis.sentence.document, _clause_span(analysis, figure), "definition")
        return None
    if spec.home_only and _elsewhere(book, _clause_words(analysis, figure)):
        findings.exclude(analysis.sentence.document, _clause_span(analysis, figure), "direction")
        return None
    if unmet or (spec.doubtful_origin and _greater_china_only(figure.own)):
        interval = figure.quantity.interval
        figure.quantity = replace(figure.quantity, interval=Interval(0, interval.high))
    kinds = frozenset(name for name, names in (spec.kinds.names if spec.kinds else {}).items() if book.pattern(names).search(figure.own))
    if spec.kinds and kinds == frozenset(spec.kinds.names):
        kinds = frozenset()
    return Match(figure, kinds, "figure")


def _elsewhere(book: FactBook, text: str) -> bool:
    """A mainland place that is not the policy's region stands in the text, and none of the region's names does."""
    places = [m for m in organisations.scan(text) if m.origin is Origin.DOMESTIC and m.kind is organisations.Kind.PLACE]
    return bool(places) and not book.pattern(book.home.names).search(text)


def _greater_china_only(own: str) -> bool:
    origins = {origin for _, _, origin in organisations.mentions(own)}
    return Origin.GREATER_CHINA in origins and Origin.FOREIGN not in origins


def _matched_parent(figure: Figure, earlier: list[Match]) -> Match | None:
    node = figure.parent
    while node is not None:
        for match in earlier:
            if match.figure is node and match.role == "figure":
                return match
        node = node.parent
    return None


def _heads(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str | None:
    """The text that names what is counted: the figure's own phrase, with the phrase that it continues; None if neither does."""
    heads = book.pattern(spec.heads)
    if heads.search(_untitled(figure.own)):
        return figure.own + (_ancestors(figure) if figure.part else "")
    if figure.part and figure.parent is not None:
        above = _ancestors(figure)
        if heads.search(above):
            return figure.own + above
        return None
    colon = analysis.sentence.folded.rfind("：", 0, figure.left_start + 1)
    if colon > 0 and heads.search(analysis.sentence.folded, 0, colon) and not any(
            f.quantity.span.end <= colon for f in analysis.figures) and not analysis.sentence.pair:
        return figure.own + "|" + analysis.sentence.folded[:colon]
    later = _shared_head(analysis, figure)
    if later and heads.search(later):
        return figure.own + "|" + later
    rest = residue(figure.own)
    for need in spec.needs:
        rest = book.pattern([w for w in need.words if w != ABROAD]).sub("", rest)
    rest = words("additional").sub("", words("own_body").sub("", rest))
    for names in [*(spec.kinds.names.values() if spec.kinds else []), spec.spent, spec.received, spec.not_spent]:
        rest = book.pattern(names).sub("", rest)
    if len(rest) > 2:
        return None
    before = analysis.sentence.folded[:figure.left_start]
    previous = analysis.sentence.previous
    if previous is not None and previous.folded.endswith("；") and not residue(before):
        before = previous.folded + before
    if heads.search(before):
        return figure.own + before
    if figure.plain and not analysis.sentence.synthetic:
        return None
    if not residue(before) or analysis.sentence.pair or analysis.sentence.listed or analysis.sentence.synthetic:
        above = analysis.sentence.section.text
        if heads.search(above):
            return figure.own + above
    return None


def _untitled(own: str) -> str:
    """Titles of works in 《》 name nothing that the figure counts."""
    return re.sub(r"《[^》]*》", "", own)


def _shared_head(analysis: Analysis, figure: Figure) -> str:
    """国家级1个、市级2个创新平台: the head behind the last of figures joined by 、 is theirs together."""
    place = analysis.figures.index(figure)
    text = analysis.sentence.folded
    while place + 1 < len(analysis.figures):
        this, following = analysis.figures[place], analysis.figures[place + 1]
        between = text[this.quantity.span.end:following.left_start + 1]
        if following.clause != figure.clause or not between.lstrip().startswith(("、", "和", "及")) or len(residue(this.right)) > 1:
            return ""
        place += 1
    return analysis.figures[place].right if analysis.figures[place] is not figure else ""


def _ancestors(figure: Figure) -> str:
    text, node = "", figure.parent
    while node is not None:
        text += "|" + node.own + "|" + node.sentence.folded[:node.left_start]
        node = node.parent
    return text


def _need(book: FactBook, need: Need, analysis: Analysis, figure: Figure, context: str) -> bool:
    if need.coordinate and _coordinated(book, need, analysis, figure):
        return True
    if found(book, need.words, context) or (need.unless and found(book, need.unless, figure.own)):
        return True
    if need.reach == "own":
        return False
    if found(book, need.words, _clause_words(analysis, figure)):
        return True
    if need.reach == "clause":
        return False
    if found(book, need.words, analysis.sentence.folded):
        return True
    if need.reach == "sentence":
        return False
    previous = analysis.sentence.previous
    return found(book, need.words, analysis.sentence.section.text) or (previous is not None and found(book, need.words, previous.folded))


def _complement(book: FactBook, spec: FactSpec, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """平台9个，其中区级4个: a total that does not say what it must is met by what is left of it (reading 5)."""
    if not need.complement or figure.part:
        return False
    less = [f for f in analysis.figures if f.parent is figure and book.pattern(spec.subtract).search(f.own)]
    return bool(less) and all(f in less or found(book, need.words, f.own) for f in analysis.figures if f.parent is figure)


def _coordinated(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """被EI收录的会议论文9篇、期刊论文7篇: what stands before the first of joined figures holds for the next."""
    place = analysis.figures.index(figure)
    if not place or analysis.figures[place - 1].clause != figure.clause or not figure.left.startswith(("、", "和", "及")):
        return False
    first = analysis.figures[place - 1]
    match = book.pattern(need.words).search(first.left)
    if match is None:
        return False
    grade = re.sub(r"[特一二三四1-4]等", "", figure.left)
    return "的" in first.left[match.end():] or not residue(grade.replace("奖", ""))


def _clause_words(analysis: Analysis, figure: Figure) -> str:
    """The clause with the contents of its brackets blanked, and the clause that its own bracket hangs on."""
    index = figure.clause
    text = _blank_inner(analysis, index)
    outer = analysis.clauses[index].outer
    return text if outer < 0 else text + "|" + _blank_inner(analysis, outer)


def _blank_inner(analysis: Analysis, index: int) -> str:
    clause = analysis.clauses[index]
    text = analysis.sentence.folded[clause.span.start:clause.span.end]
    depth, out = 0, []
    for char in text:
        if char == "（":
            depth += 1
        out.append(" " if depth else char)
        if char == "）":
            depth = max(0, depth - 1)
    return "".join(out)


def _status_after(analysis: Analysis, figure: Figure) -> str:
    """Clauses behind a figure that hold no figure and only say its status, and the bracket right behind it."""
    text = analysis.sentence.folded
    found_text = ""
    for index, clause in enumerate(analysis.clauses):
        if clause.span.start < figure.quantity.span.end:
            continue
        if any(f.clause == index for f in analysis.figures):
            if clause.depth == figure.depth:
                break
            continue
        if clause.depth > figure.depth and clause.outer == figure.clause and text[figure.quantity.span.end:clause.span.start - 1].strip() == figure.right.strip():
            found_text += "|" + analysis.clause_text(index)
        elif clause.depth == figure.depth and words("status_only").match(analysis.clause_text(index).strip()):
            found_text += "|" + analysis.clause_text(index)
    return found_text


def _clause_span(analysis: Analysis, figure: Figure) -> Span:
    index = figure.clause
    while analysis.clauses[index].outer >= 0:
        index = analysis.clauses[index].outer
    return _trim(analysis.sentence, analysis.clauses[index].span)


def _trim(sentence: Sentence, span: Span) -> Span:
    if sentence.synthetic:
        return sentence.span
    text = sentence.folded[span.start:span.end]
    start = span.start + len(text) - len(text.lstrip(" ，、：\n"))
    end = span.start + len(text.rstrip(" ，、：\n"))
    return Span(sentence.span.start + start, sentence.span.start + max(start, end))


def _combine(book: FactBook, spec: FactSpec, analysis: Analysis, matches: list[Match], window: Window, findings: Findings) -> None:
    figures = [m for m in matches if m.role == "figure"]
    own = {id(m.figure) for m in figures}
    tops = [m for m in figures if not (m.figure.part and _matched_parent(m.figure, figures) is not None)]
    values: dict[int, Interval] = {}
    clashes: dict[int, tuple[int, ...]] = {}
    for top in tops:
        values[id(top)], clashes[id(top)] = _with_parts(top, matches, own)
    twice = [m for m in matches if m.role == "twice"]
    for group in _groups(spec, tops):
        _assert_group(book, spec, analysis, group, values, clashes, twice, window, findings)


def _with_parts(top: Match, matches: list[Match], own: set[int]) -> tuple[Interval, tuple[int, ...]]:
    """A figure less its parts that do not count; the figures that contradict each other, if its breakdown is complete and differs."""
    value = top.figure.quantity.interval
    del own
    parts = [m for m in matches if m.role == "figure" and m.figure.part and _root(m.figure) is top.figure]
    for match in matches:
        if match.role == "less" and _root(match.figure) is top.figure:
            value = subtract(value, match.figure.quantity.interval)
    complete = [m for m in parts if m.figure.bracketed and m.figure.parent is top.figure]
    if complete and len(complete) == len(parts):
        total = add(m.figure.quantity.interval for m in complete)
        if total.exact and top.figure.quantity.interval.exact and total != top.figure.quantity.interval:
            same_kind = len(complete) == 1 and complete[0].kinds
            less = any(m.role == "less" and _root(m.figure) is top.figure for m in matches)
            if not same_kind and not less:
                return Interval(min(total.low, value.low), max(total.low, value.low)), (total.low, value.low)
    return value, ()


def _root(figure: Figure) -> Figure:
    while figure.part and figure.parent is not None:
        figure = figure.parent
    return figure


def _groups(spec: FactSpec, tops: list[Match]) -> list[list[Match]]:
    """Figures that belong together: those of one period, and single years in a row."""
    groups: list[list[Match]] = []
    for top in tops:
        if groups and _together(groups[-1], top, spec):
            groups[-1].append(top)
        else:
            groups.append([top])
    return groups


def _together(group: list[Match], top: Match, spec: FactSpec) -> bool:
    first, period = group[-1].figure.period, top.figure.period
    del spec
    if top.figure.total and not top.figure.own_period:
        return True
    if first is None or period is None:
        return first is None or not group[-1].figure.own_period or period is None
    if first.span == period.span or (first.start, first.end) == (period.start, period.end):
        return True
    return _single(first) and _single(period) and group[-1].figure.own_period and top.figure.own_period


def _single(period: Period) -> bool:
    return period.kind is PeriodKind.DATED and period.start is not None and (period.end - period.start).days <= 366


def _assert_group(book: FactBook, spec: FactSpec, analysis: Analysis, group: list[Match], values: dict[int, Interval],
                  clashes: dict[int, tuple[int, ...]], twice: list[Match], window: Window, findings: Findings) -> None:
    intervals = [values[id(m)] for m in group]
    points = tuple(p for m in group for p in clashes[id(m)])
    kinds = frozenset().union(*(m.kinds for m in group)) if len(group) > 1 else group[0].kinds
    period = _group_period(group)
    text = analysis.sentence.folded
    totals = [m for m in group if m.figure.total]
    if len(group) > 1 and totals and group.index(totals[-1]) == len(group) - 1 and not any(m.figure.total for m in group[:-1]):
        value, rest = intervals[-1], intervals[:-1]
        summed = add(rest)
        if len(rest) > 1 and summed.exact and value.exact and summed != value and not (spec.kinds and spec.kinds.overlap):
            points += (summed.low, value.low)
            value = Interval(min(summed.low, value.low), max(summed.low, value.low))
        kinds = group[-1].kinds
    elif len(group) > 1 and _breakdown(group, intervals):
        value, kinds = intervals[0], group[0].kinds
    elif len(group) == 1:
        value = intervals[0]
    elif spec.kinds and spec.kinds.overlap and all(m.kinds for m in group) and len({m.kinds for m in group}) > 1:
        if words("disjoint").search(text):
            value = add(intervals)
        elif twice:
            value = subtract(add(intervals), add(m.figure.quantity.interval for m in twice))
        else:
            value = overlapping(intervals)
        kinds = frozenset()
    elif spec.joined or _dated_years(group) or len({m.kinds for m in group}) == len(group):
        value = add(intervals)
    else:
        for match in group:
            _assert(book, spec, analysis, [match], values[id(match)], clashes[id(match)], match.kinds, match.figure.period, window, findings)
        return
    _assert(book, spec, analysis, group, value, points, kinds, period, window, findings)


def _breakdown(group: list[Match], intervals: list[Interval]) -> bool:
    """A total followed by its kinds without 其中: 专利24件，发明8件，实用新型16件."""
    first, rest = intervals[0], intervals[1:]
    if group[0].figure.clause == group[1].figure.clause:
        return False
    if not first.exact or not all(i.exact for i in rest) or load_additional().search(group[1].figure.left):
        return False
    if add(rest).low == first.low and len(rest) > 1 and not group[0].kinds:
        return True
    return not group[0].kinds and all(m.kinds for m in group[1:]) and add(rest).low <= first.low


def _dated_years(group: list[Match]) -> bool:
    return all(m.figure.period is not None and m.figure.own_period and _single(m.figure.period) for m in group)


def _period_of(figure: Figure) -> Period | None:
    node: Figure | None = figure
    while node is not None:
        if node.period is not None:
            return node.period
        node = node.parent if node.part else None
    return None


def _group_period(group: list[Match]) -> Period | None:
    dated = [m.figure.period for m in group if m.figure.period is not None and m.figure.own_period and _single(m.figure.period)]
    last = group[-1].figure
    recent = [p for m in group if (p := _period_of(m.figure)) is not None and p.kind is PeriodKind.RECENT]
    if recent:
        return recent[-1]
    if len(dated) > 1 and (len(dated) == len(group) or (last.total and not last.own_period)):
        starts = [p.start for p in dated if p.start is not None]
        return Period(dated[0].span, PeriodKind.DATED, min(starts), max(p.end for p in dated))
    return _period_of(last) or _period_of(group[0].figure)


def section_period(sentence: Sentence, window: Window) -> Period | None:
    """The period that a lead-in or a heading gives to what stands below it; a single date in a title is none."""
    above = sentence.section.lead
    if not (sentence.listed or sentence.synthetic or not sentence.folded or above.rstrip().endswith("：")):
        above = ""   # the paragraph before gives running text no period
    for text in (above, *reversed(sentence.section.headings)):
        for period in reversed(periods(text, window)):
            if period.kind is PeriodKind.RECENT or (period.kind is PeriodKind.DATED and period.start is not None and (period.end - period.start).days > 320):
                return period
    return None


def _assert(book: FactBook, spec: FactSpec, analysis: Analysis, group: list[Match], value: Interval, points: tuple[int, ...],
            kinds: frozenset[str], period: Period | None, window: Window, findings: Findings) -> None:
    del book
    if spec.time == "state" and period is not None and not any(m.figure.own_period for m in group) and not _same_clause(analysis, group, period):
        period = None
    titled = analysis.sentence.synthetic and period is not None and period.kind is PeriodKind.DATED
    if period is None or period.kind is PeriodKind.STATE or titled:
        inherited = section_period(analysis.sentence, window)
        if titled and inherited is not None and inherited.kind is not PeriodKind.RECENT:
            inherited = None
        if inherited is not None and (spec.time != "state"):
            period = inherited
    bounded = bound(spec, value, period, window)
    span = _evidence_span(analysis, group, period)
    if bounded is None:
        findings.exclude(analysis.sentence.document, span, "outside_window" if period and period.cover(window) is Cover.OUTSIDE else "partial_window")
        return
    shown = tuple(points) or tuple(p for p in (value.low, value.high) if p is not None)
    larger = any(analysis.clauses[m.figure.clause].larger for m in group)
    findings.assertions.append(Assertion(bounded, analysis.sentence.document, span, points=shown, kinds=kinds, conflict=bool(points), larger=larger))


def _same_clause(analysis: Analysis, group: list[Match], period: Period) -> bool:
    return any(analysis.clauses[m.figure.clause].span.start <= period.span.start < analysis.clauses[m.figure.clause].span.end for m in group)


def bound(spec: FactSpec, value: Interval, period: Period | None, window: Window) -> Interval | None:
    """What a figure settles once its period is held against the fact's time (readings 6 to 9); None: nothing."""
    if spec.time == "window":
        if period is None or period.kind in (PeriodKind.CUMULATIVE, PeriodKind.STATE):
            return Interval(0, value.high)
        cover = period.cover(window)
        return {Cover.WINDOW: value, Cover.WIDER: Interval(0, value.high), Cover.NARROWER: Interval(value.low, None)}.get(cover)
    if spec.time == "open":
        if period is None or period.kind in (PeriodKind.CUMULATIVE, PeriodKind.STATE):
            return value
        return Interval(value.low, None)
    if period is not None and period.kind is PeriodKind.CUMULATIVE:
        return Interval(0, value.high)
    if period is not None and period.kind is PeriodKind.RECENT:
        return Interval(value.low, None)
    return value


def _evidence_span(analysis: Analysis, group: list[Match], period: Period | None) -> Span:
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
    return _trim(sentence, Span(start, max(ends)))


def _none(book: FactBook, spec: FactSpec, analysis: Analysis, window: Window, findings: Findings) -> None:
    """An explicit none is 0 (reading 15): a negation that governs the fact's words in one clause without a figure."""
    if not spec.none_words or not analysis.holds(words("zero")):
        return
    nothing = book.pattern(spec.none_words)
    if not analysis.holds(nothing):
        return
    for index, clause in enumerate(analysis.clauses):
        body = analysis.clause_text(index)
        if any(f.clause == index for f in analysis.figures):
            continue
        match = nothing.search(body)
        if match is None:
            continue
        zero = words("zero").search(body, 0, match.start())
        answered = re.fullmatch(r"[\u4e00-\u9fff]{0,3}[（）数量情况]*：\s*(?:无|没有|暂无|尚无|0|零|/|-|none)\s*[。；]?\s*", body[match.end():], re.IGNORECASE)
        if not answered and (zero is None or match.start() - zero.end() > 16 or words("negation").search(body, 0, zero.start())):
            continue
        if analysis.clause_blocks.get(index) or section_block(analysis.sentence.section):
            continue
        if words("additional").search(body, 0, match.start()) or words("except").search(analysis.sentence.folded):
            continue
        span = _trim(analysis.sentence, clause.span)
        findings.assertions.append(Assertion(Interval(0, 0), analysis.sentence.document, span, points=(0,)))
    del window
