"""The figures of a sentence: each quantity with its own phrase, its clause and its place among totals and parts."""

from __future__ import annotations

import itertools
import math
import re

from msgspec.structs import replace

from ingestion.domain import Interval
from ingestion.facts.figures.relations import (
    completed,
    fill,
    is_the_new_part,
    nothing,
    of_nothing_stated,
    pair_names,
    summed,
)
from ingestion.facts.figures.told_names import told_by_name
from ingestion.facts.figures.topics import front
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Clause, Figure, Names
from ingestion.facts.prose.clauses import assign_subjects, clause_of, split
from ingestion.facts.prose.dating import assign_period, distribute, pair_up, stated_behind, stated_for_all
from ingestion.facts.prose.modality import clause_blocks, figure_block, planned_before
from ingestion.facts.prose.phrases import residue
from ingestion.facts.scanning import marks
from ingestion.facts.scanning.forms import labelled
from ingestion.facts.sentences import Sentence
from ingestion.language import load
from ingestion.numbers.numerals import Quantity, classifiers, parse_decimal, parse_number, quantities
from ingestion.numbers.periods import Period, PeriodKind, Window, periods, reported_year


def analyse(sentence: Sentence, window: Window, names: Names, before: Analysis | None = None) -> Analysis:
    """`before` is the analysis of the previous sentence in the same paragraph: 其中 may continue it."""
    text = sentence.folded
    section = sentence.section
    said = sentence.previous.folded if sentence.previous is not None else ""
    year = reported_year(text, said, section.lead, *reversed(section.headings), sentence.document.name)
    found_periods = periods(text, window, year)
    analysis = Analysis(sentence, [], found_periods, window.end, names, _clauses, clause_blocks)
    if before is not None and sentence.continues and before.clauses:
        analysis.planned = planned_before(before, len(before.clauses) - 1)
        last = max((n for n in range(len(before.clauses)) if before.clause_text(n).strip("；。 ")), default=0)
        analysis.quoting = before.clause_blocks.get(last) == "quotation"
        of_parts = [f.period for f in before.figures if f.part and f.own_period]
        named = (p for p in reversed(before.periods) if _goes_on_for(before, p) and p not in of_parts)
        inherited = next(named, before.inherited)
        analysis.inherited = None if inherited and _behind_a_label(before, inherited, text) else inherited
    analysis.inherited = analysis.inherited or stated_for_all(sentence, window) or stated_behind(sentence, window)
    taken = [p.span for p in found_periods if p.kind not in (PeriodKind.MEAN, PeriodKind.CUMULATIVE)]
    for quantity in _units_shared(text, nothing(text, summed(text, quantities(text, taken)))) or told_by_name(text):
        whole = None
        before_it = not quantity.unit and words("of_which").search(text, 0, quantity.span.start)
        if words("of_them").match(text, quantity.span.end) or before_it:
            above = analysis.figures or (before.figures if before else [])
            whole = above[-1] if above else None
        if whole is not None:
            quantity = replace(quantity, measure=whole.quantity.measure, unit=whole.quantity.unit)
        figure = _figure(sentence, analysis.clauses, quantity, analysis.figures)
        if figure.depth and words("counted_once").search(analysis.clause_text(figure.clause)):
            continue  # 12户（一家两块牌子的按一户计）: how it was counted
        figure.whole = whole
        _take_unit_of_label(figure)
        analysis.figures.append(figure)
    if not analysis.figures:
        return analysis
    _trim_right(analysis)
    _share_tail(analysis)
    for position, figure in enumerate(analysis.figures):
        _relate(analysis, position, before)
        _made_plain_like(figure, analysis.figures[position - 1] if position and figure.total else figure.parent)
        assign_period(analysis, figure)
        distribute(analysis, figure)
    fill(analysis.figures)
    pair_up(analysis)
    pair_names(analysis)
    front(analysis)
    for figure in analysis.figures:
        figure.blocked = figure_block(analysis, figure)
    return analysis


def _clauses(analysis: Analysis) -> list[Clause]:
    clauses = split(analysis.sentence.folded)
    assign_subjects(analysis.sentence.folded, clauses, analysis.names)
    return clauses


_YEAR_BEFORE = re.compile(r"(?:19|20)\d\d年度?[：\s]*\Z")
_NAME_BEFORE = re.compile(r"[\u4e00-\u9fff]{2}\s*\Z")
_SERIES = re.compile(r"[^，。；：]{2,24}：[^，。；：]{2,10}\d+[、，]")  # 授权：发明 14、实用新型 21
_OF_WHAT = re.compile(r"占([^，。；：（）\d]{2,16}(?:总数|总量|总额))（\Z")


def _goes_on_for(before: Analysis, period: Period) -> bool:
    """近三年…；, and 2022—2024年：…；: a period that holds behind the semicolon, too."""
    behind = before.sentence.folded[period.span.end :].lstrip()
    return bool(period.years) or (
        behind.startswith("：") and period.start is not None and (period.end - period.start).days > 366
    )


_LABEL = re.compile(r"\s*[^，。；：\d]{2,8}：")


def _behind_a_label(before: Analysis, period: Period, text: str) -> bool:
    """论文：近三年SCI 20篇；专利：15件: what was said behind one label does not hold behind the next."""
    label = _LABEL.match(before.sentence.folded)
    return label is not None and label.end() <= period.span.start and _LABEL.match(text) is not None


_POWER = re.compile(r"[十百千万亿]+")
_BRACKET, _AND = re.compile(r"（[^（）]*）"), re.compile(r"\band\b")


def _units_shared(text: str, found: list[Quantity]) -> list[Quantity]:
    """50万、68万、90万元; 9、12和10篇: figures joined to one with a unit have its unit, and its 万."""
    shared, power = list(found), ""
    for place in range(len(found) - 2, -1, -1):
        this, following = shared[place], shared[place + 1]
        between = text[this.span.end : following.span.start]
        if this.unit or not following.unit or not words("joint_only").match(between):
            continue
        if following is found[place + 1]:
            behind = _POWER.match(text, following.number.end)
            power = behind[0] if behind else ""
        number = parse_decimal(text[this.number.start : this.number.end])
        if following.measure == "money" and number is not None and this.span.end == this.number.end and power:
            scaled = parse_number(f"{number}{power}") or 0
            this = replace(this, interval=Interval(math.ceil(scaled), math.floor(scaled)))
        shared[place] = replace(this, measure=following.measure, unit=following.unit, currency=following.currency)
    return shared


def _figure(sentence: Sentence, clauses: list[Clause], quantity: Quantity, earlier: list[Figure]) -> Figure:
    """A quantity with its own phrase on both sides, at its depth of brackets."""
    text = sentence.folded
    clause = clause_of(clauses, quantity.span.start)
    depth = clauses[clause].depth
    start = quantity.span.start
    level = 0
    floor = clauses[clause].span.start
    place = start - 1
    stop = floor
    ends = {
        f.quantity.span.end for f in earlier if f.depth == depth and f.quantity.measure not in ("countries", "time")
    }
    while place >= floor:
        char = text[place]
        if char == "）":
            level += 1
        elif char == "（":
            level -= 1
        elif level == 0 and place + 1 in ends:
            stop = place + 1
            break
        place -= 1
    note = _BRACKET.match(text[stop:start]) if stop > floor else None
    if note is not None:
        stop += note.end()  # it explains the figure before it
    right_end = quantity.span.end
    while right_end < clauses[clause].span.end and text[right_end] not in "，,。；：！？（）":
        right_end += 1
    if text[right_end : right_end + 1] == "：" and (label := text.rfind(" ", quantity.span.end, right_end)) >= 0:
        right_end = label  # 专职人数：3人 兼职人数：2人: the next figure's label
    joint = _AND.search(text[quantity.span.end : right_end])
    if joint is not None and text[quantity.span.end : right_end].isascii():
        right_end = quantity.span.end + joint.start()
    if sentence.synthetic and not sentence.row and "、" in text and "，" not in text:
        right_end = quantity.span.end  # a table's cell is named by what stands before it
    if text[stop:start].isascii() and (last := text.rfind(" and ", stop, start)) >= 0:
        stop = last + 1
    if depth and (of_what := _OF_WHAT.search(text, 0, floor)) is not None:
        stop = of_what.start(1)  # 占SCI论文总数（31篇）的42%
    colon = text.rfind("：", stop, start)
    english = stop > floor and text[stop:colon].isascii()  # 7 overseas partners: 4 universities
    if colon >= 0 and (residue(text[colon + 1 : start]) or english):
        stop = colon + 1
    figure = Figure(quantity, sentence, clause, depth, text[stop:start], text[quantity.span.end : right_end], stop)
    if colon >= 0 and stop == colon + 1:
        figure.label = text[max(clauses[clause].span.start, colon - 10) : colon]
    else:
        figure.label = _label(text, start if clause else 0, stop)
    figure.plain = _plain(sentence, figure)
    return figure


def _label(text: str, start: int, stop: int) -> str:
    """What a list begins with: 合作外方中，高校6所、企业3家; 市级：甲研究院1个，乙工作站1个."""
    lead = words("among_lead").match(text, 0, start)
    if lead is not None:
        return lead[1]
    if "：" in text[stop + 1 : start] and not labelled(text.partition("：")[2].split("；")[0]):
        return ""  # its own; but 平台：孵化器：1；工作站：2 has one for all
    return _list_label(text[: stop + 1]) if "：" in text[: stop + 1] else ""


def _plain(sentence: Sentence, figure: Figure) -> bool:
    """Whether a figure without a unit is that of a label, or of a series behind one."""
    text, quantity, start = sentence.folded, figure.quantity, figure.quantity.span.start
    if quantity.unit:
        return False
    if sentence.synthetic and "，" not in text:
        return True
    behind = text[quantity.span.end :]
    if behind.strip(" 。；.）") and behind.lstrip()[:1] not in "，（、；。":
        return _NOTED.match(behind) is not None and marks.counts(text, start)
    return bool(
        "：" in figure.left
        or (_YEAR_BEFORE.search(text, 0, start) and "：" in text[:start])
        or (_NAME_BEFORE.search(text, 0, start) and _SERIES.match(text))
        or sentence.pair
        or figure.left.rstrip().endswith(tuple(load("discourse")["counted_label"]))
        or text[quantity.number.end : quantity.span.end].endswith(tuple(load("numbers")["inside"]["surplus"]))
        or marks.counts(text, start)
    )


_NOTED = re.compile(r"\s*[/｜|+]|\s+[\u4e00-\u9fffA-Za-z]")  # 引进6 输出2; 中方2＋当地4
_UNIT_OF_LABEL = re.compile(r"（([^（）\d]{1,3})）[\s：:|]*$")


def _take_unit_of_label(figure: Figure) -> None:
    """有效协议（份）：3: a bare figure counts in the unit that its label states."""
    match = _UNIT_OF_LABEL.search(figure.left) if figure.plain else None
    measure = classifiers().get(match[1].strip()) if match else None
    if measure is not None and match is not None:
        figure.quantity = replace(figure.quantity, measure=measure, unit=match[1].strip())


def _trim_right(analysis: Analysis) -> None:
    """Words between two figures without punctuation belong to the second one, unless the first has none before it."""
    counted = [f for f in analysis.figures if f.quantity.measure not in ("time", "percent")]
    for first, second in itertools.pairwise(counted):
        stop = first.quantity.span.end + len(first.right)
        noted = analysis.sentence.folded[stop : stop + 1] == "（" and stop < second.quantity.span.start
        if noted and first.clause == second.clause:
            pauses = _pauses(first.right, named=True)
            first.right = first.right[: pauses[-1].start()] if pauses else first.right  # 7篇、2024年（截至6月）3篇
            continue
        limit = second.quantity.span.start - first.quantity.span.end
        if not limit and first.quantity.measure == "countries":
            continue  # 与5国7所大学签订: what stands before the countries is said of the second figure
        if first.clause == second.clause and limit < len(first.right) + 1:
            lead = residue(_without_having(first.left))
            named = bool(lead) and words("with").fullmatch(lead) is None  # 由2名专职干部和4名联络员组成
            pauses = _pauses(first.right[: max(0, limit)], named)
            if pauses:
                cut = pauses[-1].start()
                second.left = first.right[cut:limit] if second.left_start <= first.quantity.span.end else second.left
                first.right = first.right[:cut]
                continue
            joint = _AND.search(first.right[: max(0, limit)])
            if joint:
                second.left = first.right[joint.start() : limit]
                first.right = first.right[: joint.start()]
            elif among := words("among_things").match(first.right[: max(0, limit)]):
                first.right, second.left = among[0], first.right[among.end() : limit]  # 所列12家高企中有2家
            elif named and not words("attributive").match(first.right):
                first.right = ""
            else:
                first.right = first.right[: max(0, limit)]
                if not words("attributive").match(first.right) and second.left_start < second.quantity.span.start:
                    second.left = ""


_JOINED = re.compile(r"\s*(?:and|plus|&)\s+(?:[A-Z]{3}|[€$£¥])?\s*")


def _share_tail(analysis: Analysis) -> None:
    """spent EUR 250,000 and RMB 1,300,000 on…: what stands behind joined amounts is said of each of them."""
    for first, second in itertools.pairwise(analysis.figures):
        between = analysis.sentence.folded[first.quantity.span.end : second.quantity.span.start]
        if first.quantity.measure == second.quantity.measure and _JOINED.fullmatch(between):
            first.right = second.right


def _without_having(left: str) -> str:
    """园区建有1个国家级平台和3个市级平台: who has it names nothing of the first figure."""
    rest = words("having").sub("", left)
    return words("own_body").sub("", words("host_words").sub("", rest)) if rest != left else left


def _list_label(before: str) -> str:
    """市级：甲研究院1个，乙工作站1个: the label holds for what follows in its sentence."""
    label = before[: before.find("：")]
    if words("speech_label").search(label):
        return ""  # 会议确认：…
    return label if len(label) <= 12 and not re.search(r"[，。；\d]", label) else ""


def _pauses(text: str, named: bool) -> list[re.Match[str]]:
    """Joints between figures: 、 anywhere, 和, 及 and 与 only behind the end of a name, or right before the second
    figure where the first is not `named` by what stands before it (1个国家级孵化器和2个市级众创空间)."""
    mark = load("discourse")["pause"]
    return [
        m
        for m in words("joint").finditer(text)
        if m.group() == mark
        or not m.start()
        or (not named and m.end() == len(text))
        or words("joint_names").search(text[max(0, m.start() - 3) : m.start()])
    ]


def _relate(analysis: Analysis, position: int, before: Analysis | None) -> None:
    """Find out if a figure is a part of another one, and whether it states a total."""
    figure = analysis.figures[position]
    text = analysis.sentence.folded
    lead = text[figure.left_start : figure.quantity.span.start]
    figure.total = bool(words("total_before").search(lead))
    earlier = [f for f in analysis.figures[:position] if _comparable(f, figure)]
    figure.total = figure.total or _comes_to(figure, earlier)
    part = words("part").search(lead)
    if figure.whole is not None:
        figure.part, figure.parent = True, figure.whole
        return
    named = figure.left_start < analysis.clauses[figure.clause].span.start
    if figure.depth and not named and _in_bracket(figure, earlier, part is not None):
        return
    if earlier and is_the_new_part(figure, earlier):
        figure.part, figure.parent = True, earlier[-1]
        return
    if earlier and words("latter").search(lead):
        figure.part, figure.parent = True, earlier[-1]  # 机构4家、团队3支，后者中1支已撤离
        return
    if earlier and (
        words("among").search(text[earlier[-1].quantity.span.end : figure.left_start])
        or words("among").search(figure.left)
    ):
        figure.part, figure.parent = True, earlier[-1]  # 6家海外研发机构中，2家已撤离
        return
    rest = words("rest").search(lead)
    if not part and not earlier and before is not None and before.figures and (rest or _additional(lead)):
        told = [f for f in before.figures if _comparable(f, figure)]
        earlier = told if rest or (told and told[-1].part and _completes(figure, told[-1], told)) else []
    if part is None and earlier and rest:
        whole = completed(figure, earlier)
        if whole is not None:
            figure.part, figure.parent = True, whole
        if whole is not None or of_nothing_stated(earlier):
            return
        part = rest
    if part is None and earlier and not residue(figure.left) and words("anaphor").match(figure.right):
        figure.total = True
    if part:
        figure.part, figure.parent = True, _whole_of(figure, earlier, before, lead[: part.start()])
    elif earlier:
        _relate_to(analysis, figure, earlier, lead)


LEAST_SUM = 20  # what small figures come to may be another one by chance


def _comes_to(figure: Figure, earlier: list[Figure]) -> bool:
    """2022年95万元、2023年120万元、2024年138万元，…353万元: what the figures before it come to is their total."""
    members = [f for f in earlier if not f.part and f.depth == figure.depth]
    exact = all(f.quantity.interval.exact for f in (*members, figure))
    value = figure.quantity.interval.low
    return len(members) > 1 and exact and value >= LEAST_SUM and (
        sum(f.quantity.interval.low for f in members) == value)


def _whole_of(figure: Figure, earlier: list[Figure], before: Analysis | None, lead: str) -> Figure | None:
    """What a figure behind 其中 or 其余 is a part of; `lead` is what stands before that word."""
    pool = [f for f in earlier if f.depth <= figure.depth]
    last = pool[-1] if pool else None
    if last is not None and last.part and (figure.depth > last.depth or _of_the_part(figure, last)):
        return last
    parent = next((f for f in reversed(pool) if not f.part), None) or (pool[-1] if pool else None)
    if parent is None and before is not None and before.figures and not residue(lead):
        parent = next((f for f in before.figures if _comparable(f, figure) and not f.part), None)
    return parent


def _of_the_part(figure: Figure, last: Figure) -> bool:
    """268户，其中高企12户，其中2户已过期: a second 其中 with nothing named is of the part before it."""
    high = last.quantity.interval.high
    bare = words("part").match(figure.left.lstrip("，、 ")) is not None and not residue(figure.left)
    return bare and last.clause != figure.clause and (high is None or figure.quantity.interval.low < high)


def _relate_to(analysis: Analysis, figure: Figure, earlier: list[Figure], lead: str) -> None:
    """A figure without 其中 that is nevertheless a part of what stands before it."""
    text, last = analysis.sentence.folded, earlier[-1]
    root = last.parent if last.part else last
    if words("except_before").search(lead) or words("taken_off").search(lead):
        figure.part, figure.parent = True, root  # 合作伙伴13家，除2家为境内机构外均来自欧洲
    elif _additional(lead):
        if last.part and _completes(figure, last, earlier):
            figure.part, figure.parent = True, root
    elif last.depth == figure.depth and (_lost(figure) or _progress(figure, last)):
        figure.part, figure.parent = True, root
    elif last.part and not last.bracketed and last.depth == figure.depth and not figure.total:
        figure.part, figure.parent = True, last.parent
    elif not last.part and _told_of(figure, last):
        figure.part, figure.parent = True, last
    elif words("by_year").match(lead.lstrip()) and residue(lead) != residue(last.own):
        figure.part, figure.parent = True, root  # 按年度为2021年6篇、…: the same things once more
    elif not last.part and words("breaks_down").match(lead):
        figure.part, figure.bracketed, figure.parent = True, True, last  # 平台12个，分别为孵化器3个、…
    elif (
        "：" in text[last.quantity.span.end : figure.left_start + 1]
        or (text[last.quantity.span.end : last.quantity.span.end + 1] == "：")
        or (last.bracketed and last.depth == figure.depth)
    ):
        figure.part, figure.bracketed, figure.parent = True, True, root


def _made_plain_like(figure: Figure, other: Figure | None) -> None:
    """2022年：9；2023年：12；合计21，其中与外方合著7: a bare total, or a part, counts what the bare figures count."""
    if other is not None and other.plain and not figure.quantity.unit:
        figure.plain = True


def _told_of(figure: Figure, last: Figure) -> bool:
    """协议2份，一份与甲大学签订，一份与…: figures without words of their own, of which something is said."""
    alike = figure.quantity.measure == last.quantity.measure and figure.clause != last.clause
    bare = alike and figure.depth == last.depth and not figure.left.strip("，、； ")
    return bare and words("said_of_part").match(figure.right) is not None


def _additional(lead: str) -> bool:
    """另有5家 adds to what stands before it; 引进并落地 does not: one character joins only at the beginning."""
    return any(len(m.group()) > 1 or not residue(lead[: m.start()]) for m in words("additional").finditer(lead))


def _completes(figure: Figure, last: Figure, earlier: list[Figure]) -> bool:
    """6人，其中常驻4人，另2人往返: what is added to a part is a part, too, where both make up the total."""
    whole = last.parent.quantity.interval if last.parent is not None else None
    alike = (f for f in earlier if f.part and f.parent is last.parent and f.quantity.unit == figure.quantity.unit)
    parts = sum(f.quantity.interval.low for f in alike)
    return whole is not None and whole.exact and parts + figure.quantity.interval.low == whole.low


def _lost(figure: Figure) -> bool:
    """协议5份，2份已到期: a bare figure of which only its loss is said is a part of the one before."""
    return (
        not residue(figure.left)
        and words("status_only").match(figure.right) is not None
        and words("dropped_status").search(figure.right) is not None
    ) or (not residue(figure.left) and words("lost").match(figure.right) is not None)


def _progress(figure: Figure, last: Figure) -> bool:
    """项目11项，已完成7项: a smaller figure of which only is said how far it is, behind one of which nothing is."""
    how_far = words("progress")
    bare, behind = how_far.sub("", figure.left), how_far.sub("", figure.right)
    high = last.quantity.interval.high
    smaller = high is None or figure.quantity.interval.low < high
    alike = last.quantity.measure == figure.quantity.measure and not last.part and not figure.total
    said = how_far.search(last.own) or words("signed").search(last.left)
    stated = bare != figure.left or behind != figure.right  # 已完成7项, 7项已完成
    return stated and smaller and alike and not said and not residue(bare + behind)


def _in_bracket(figure: Figure, earlier: list[Figure], part: bool) -> bool:
    """A figure in brackets is a part of the one that they hang on, or of that of the figure before it there; one that
    the bracket adds or leaves out (另有兼职2名, 不含外聘3人) is not."""
    if words("beside_total").match(figure.left.lstrip()) or words("net_in_bracket").match(figure.left.lstrip()):
        return False
    outer = [f for f in earlier if f.depth < figure.depth]
    if outer:
        figure.part, figure.bracketed, figure.parent = True, not part, outer[-1]
        return True
    inner = [f for f in earlier if f.depth == figure.depth and f.part]
    if inner and inner[-1].parent:
        figure.part, figure.bracketed, figure.parent = True, inner[-1].bracketed, inner[-1].parent
        return True
    return False


def _comparable(first: Figure, second: Figure) -> bool:
    a, b = first.quantity, second.quantity
    if a.measure == b.measure:
        return True
    loose = {"organisation", "thing", "team", "project", "piece", "event", ""}
    return a.measure in loose and b.measure in loose
