"""The figures of a sentence: each quantity with its own phrase, its clause, its place among totals and parts, its period,
and what takes it away (plans, other bodies, quotations, negated or dropped status)."""
from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from ingestion.domain import Interval, Span
from ingestion import organisations
from ingestion.facts.scan import Section, Sentence
from ingestion.language import load, pattern
from ingestion.numerals import Quantity, quantities
from ingestion.periods import Period, PeriodKind, Window, periods

_CUTS = frozenset("，,。；！？")


@cache
def words(name: str) -> re.Pattern[str]:
    """One of the lists of discourse.yaml, compiled."""
    data = load("discourse")[name]
    flat: list[str] = []
    for entry in data:
        flat += entry if isinstance(entry, list) else [entry]
    return pattern(tuple(flat))


@dataclass(slots=True)
class Clause:
    """A stretch between commas at one depth of brackets; offsets are the sentence's."""

    span: Span
    depth: int
    outer: int        # index of the clause that its bracket hangs on, -1 for none
    larger: bool = False   # the body that the applicant is a part of speaks (学校, against 中心)
    subject: str = ""   # "own", "other" or "" where the clause names none


@dataclass(slots=True)
class Figure:
    quantity: Quantity
    sentence: Sentence
    clause: int
    depth: int
    left: str
    right: str
    left_start: int
    part: bool = False
    bracketed: bool = False          # a part that stands in brackets or after a colon
    parent: Figure | None = None
    total: bool = False              # 共, 合计 in its own phrase
    plain: bool = False              # the figure of a "label: figure" pair
    whole: Figure | None = None      # 9 of them: the figure that "them" stands for
    blocked: str = ""                # why it does not count at all: a reason code
    period: Period | None = None
    own_period: bool = False         # the period stands in the figure's own phrase
    mean: bool = False

    @property
    def own(self) -> str:
        unit = self.quantity.unit if self.quantity.unit.isascii() else ""
        return f"{self.left}|{unit}{self.right}" if self.right or unit else self.left


@dataclass(slots=True)
class Analysis:
    sentence: Sentence
    clauses: list[Clause]
    figures: list[Figure]
    periods: list[Period]
    clause_blocks: dict[int, str] = field(default_factory=dict)
    seen: dict[int, bool] = field(default_factory=dict)

    def holds(self, searched: re.Pattern[str]) -> bool:
        """Whether the sentence matches a pattern anywhere; asked once."""
        key = id(searched)
        if key not in self.seen:
            self.seen[key] = searched.search(self.sentence.folded) is not None
        return self.seen[key]

    def clause_text(self, index: int) -> str:
        span = self.clauses[index].span
        return self.sentence.folded[span.start:span.end]


@dataclass(frozen=True)
class Names:
    """Who applies: names found in the documents' forms, and short names given to them."""

    own: frozenset[str] = frozenset()
    home: tuple[str, ...] = ()


def analyse(sentence: Sentence, window: Window, names: Names, before: Analysis | None = None) -> Analysis:
    """`before` is the analysis of the previous sentence in the same paragraph: 其中 may continue it."""
    text = sentence.folded
    found_periods = periods(text, window)
    clauses = _clauses(text)
    _subjects(text, clauses, names, before)
    analysis = Analysis(sentence, clauses, [], found_periods)
    taken = [p.span for p in found_periods if p.kind not in (PeriodKind.MEAN, PeriodKind.CUMULATIVE)]
    for quantity in quantities(text, taken):
        whole = None
        if not quantity.measure and words("of_them").match(text, quantity.span.end):
            whole = (analysis.figures or (before.figures if before else []) or [None])[-1]
        if whole is not None:
            quantity = replace(quantity, measure=whole.quantity.measure, unit=whole.quantity.unit)  # noqa: PLW2901
        figure = _figure(sentence, clauses, quantity, analysis.figures)
        figure.whole = whole
        analysis.figures.append(figure)
    _trim_right(analysis)
    for position, figure in enumerate(analysis.figures):
        _relate(analysis, position, before)
        _date(analysis, figure)
        _distribute(analysis, figure)
    _pair_up(analysis)
    for index in range(len(clauses)):
        reason = _clause_block(analysis, index)
        if reason:
            analysis.clause_blocks[index] = reason
    for figure in analysis.figures:
        figure.blocked = _figure_block(analysis, figure)
    return analysis


def section_block(section: Section) -> str:
    """A reason that the headings or the lead-in give against every figure below them."""
    return _section_block(section.headings, section.lead)


@lru_cache(maxsize=4096)
def _section_block(headings: tuple[str, ...], lead: str) -> str:
    for heading in headings:
        if words("quotation_heading").search(heading):
            return "quotation"
        if words("template_heading").search(heading):
            return "template"
        if words("plan_heading").search(heading) and not words("plan_heading_exempt").search(heading) and not words("done").search(heading):
            return "planned"
    if lead and len(lead) <= 60:
        if words("quotation_heading").search(lead):
            return "quotation"
        caption = lead.strip().split("\n")[-1]
        if len(caption) <= 20 and not caption.endswith("。") and words("plan_heading").search(caption) and not words("plan_heading_exempt").search(caption) and not words("done").search(caption):
            return "planned"
        if lead.rstrip().endswith("：") and words("plan_forward").search(lead) and not words("done").search(lead):
            return "planned"
    return ""


def _clauses(text: str) -> list[Clause]:
    clauses: list[Clause] = []
    stack: list[tuple[int, int]] = []      # (start of the clause that the bracket interrupts, its index)
    start, depth, current_outer = 0, 0, -1
    pending: list[Clause] = []

    def close(end: int) -> int:
        clause = Clause(Span(start, end), depth, current_outer)
        clauses.append(clause)
        return len(clauses) - 1

    open_starts: list[tuple[int, int]] = []
    for place, char in enumerate(text):
        if char == "（":
            open_starts.append((start, current_outer))
            depth += 1
            start = place + 1
            current_outer = -2 - len(pending)
            pending.append(Clause(Span(place, place), depth, -1))
        elif char == "）" and depth:
            close(place)
            depth -= 1
            start, current_outer = open_starts.pop()
        elif char in _CUTS and not (char == "," and text[place - 1:place].isdigit() and text[place + 1:place + 2].isdigit()):
            close(place)
            start = place + 1
    while depth:
        close(len(text))
        depth -= 1
        start, current_outer = open_starts.pop()
    close(len(text))
    clauses.sort(key=lambda c: (c.span.start, -c.span.end))
    for index, clause in enumerate(clauses):
        clause.outer = -1
        if clause.depth:
            for candidate in range(len(clauses) - 1, -1, -1):
                other = clauses[candidate]
                if candidate != index and other.depth == clause.depth - 1 and other.span.start <= clause.span.start and clause.span.end <= other.span.end:
                    clause.outer = candidate
                    break
    del stack
    return clauses


def _clause_of(clauses: list[Clause], place: int) -> int:
    best = 0
    for index, clause in enumerate(clauses):
        if clause.span.start <= place < max(clause.span.end, clause.span.start + 1) and clause.depth >= clauses[best].depth:
            best = index
    return best


def _subjects(text: str, clauses: list[Clause], names: Names, before: Analysis | None) -> None:
    """Whose figures a clause gives. A subject holds until another one is named; 其中本中心 brings it home."""
    current = ""
    if before is not None and before.clauses:
        current = ""
    for clause in clauses:
        body = text[clause.span.start:clause.span.end]
        other = _other(body) or _foreign_subject(body, names)
        if words("others_own").search(body):
            clause.subject = current = "own"
        elif _elsewhere(body, names) and not words("own").search(body):
            clause.subject = "other"
            current = "other" if clause.depth == 0 else current
        elif other and words("whole_body").match(other.group()):
            clause.subject = "whole"   # of a whole city or school; the next clause may be the applicant's again
        elif other:
            mine = words("own").match(body.lstrip())
            if mine and other.start() > mine.end() and not _foreign_subject(body, names):
                clause.subject = current = "other" if other.start() - mine.end() <= 4 or words("whole_body").match(other.group()) else "own"
            else:
                clause.subject = "other"
                if clause.depth == 0:
                    current = "other"
        elif words("own").match(body.lstrip()):
            clause.larger = words("larger").match(body.lstrip()) is not None
            clause.subject = "own"
            if clause.depth == 0:
                current = "own"
        else:
            clause.subject = current


def _elsewhere(body: str, names: Names) -> bool:
    """A clause that begins with a mainland place outside the policy's region speaks of a body there."""
    head = body.strip()[:14]
    if not names.home or not re.match(r"[\u4e00-\u9fff]", head) or any(name in head for name in names.home):
        return False
    first = next(iter(organisations.scan(head)), None)
    return first is not None and first.start == 0 and first.origin is organisations.Origin.DOMESTIC and first.kind is organisations.Kind.PLACE


def _other(body: str) -> re.Match[str] | None:
    """Somebody else as the one who has the figures, not as the one with whom something is done."""
    for match in words("others").finditer(body):
        if not words("with").search(body, max(0, match.start() - 6), match.start()):
            return match
    return None


@lru_cache(maxsize=1)
def _organisation_subject() -> re.Pattern[str]:
    return re.compile(r"^(?:其中|而|另外|此外|同时)?([\u4e00-\u9fff（）]{2,18}?(?:有限公司|公司|大学|学院|研究院|研究所|医院|集团|协会|联盟))"
                      r"(?=近|累计|现有|拥有|共有|发表|获得|获授权|完成|承担|建有|持有|取得)")


def _foreign_subject(body: str, names: Names) -> re.Match[str] | None:
    if not names.own:
        return None
    match = _organisation_subject().match(body.lstrip())
    if match is None:
        return None
    name = match[1]
    if any(name in own or own in name for own in names.own) or words("own").fullmatch(name):
        return None
    return match


def _figure(sentence: Sentence, clauses: list[Clause], quantity: Quantity, earlier: list[Figure]) -> Figure:
    text = sentence.folded
    clause = _clause_of(clauses, quantity.span.start)
    depth = clauses[clause].depth
    start = quantity.span.start
    level = 0
    floor = clauses[clause].span.start
    place = start - 1
    stop = floor
    ends = {f.quantity.span.end for f in earlier if f.depth == depth and f.quantity.measure not in ("countries", "time")}
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
    right_end = quantity.span.end
    while right_end < clauses[clause].span.end and text[right_end] not in "，,。；：！？（）":
        right_end += 1
    joint = re.search(r"\band\b", text[quantity.span.end:right_end])
    if joint is not None and text[quantity.span.end:right_end].isascii():
        right_end = quantity.span.end + joint.start()
    if sentence.synthetic and not sentence.row and "、" in text:
        right_end = quantity.span.end   # a table's cell is named by what stands before it
    if text[stop:start].isascii() and (last := text.rfind(" and ", stop, start)) >= 0:
        stop = last + 1
    colon = text.rfind("：", stop, start)
    if colon >= 0 and residue(text[colon + 1:start]):
        stop = colon + 1
    figure = Figure(quantity, sentence, clause, depth, text[stop:start], text[quantity.span.end:right_end], stop)
    tail = text[quantity.span.end:].strip(" 。；.）")
    figure.plain = not quantity.unit and ("：" in figure.left or sentence.pair or figure.left.rstrip().endswith(("为", "数", "有", "达"))) and (
        not tail or tail[:1] in "，（、；")
    figure.plain = figure.plain or (sentence.synthetic and not quantity.unit and "，" not in sentence.folded)
    return figure


def _trim_right(analysis: Analysis) -> None:
    """Words between two figures without punctuation belong to the second one, unless the first has none before it."""
    counted = [f for f in analysis.figures if f.quantity.measure not in ("time", "percent")]
    for first, second in zip(counted, counted[1:], strict=False):
        limit = second.quantity.span.start - first.quantity.span.end
        if first.clause == second.clause and limit < len(first.right) + 1:
            named = bool(residue(first.left))
            pauses = list(re.finditer(r"、|以及|[及和与]", first.right[:max(0, limit)]))
            if pauses:
                cut = pauses[-1].start()
                second.left = first.right[cut:limit] if second.left_start <= first.quantity.span.end else second.left
                first.right = first.right[:cut]
                continue
            joint = re.search(r"\band\b", first.right[:max(0, limit)])
            if joint:
                second.left = first.right[joint.start():limit]
                first.right = first.right[:joint.start()]
            elif named and not first.right.startswith("的"):
                first.right = ""
            else:
                first.right = first.right[:max(0, limit)]
                if not first.right.startswith("的") and second.left_start < second.quantity.span.start:
                    second.left = ""


def residue(phrase: str) -> str:
    """What a phrase names once fillers, totals, periods' years and punctuation are taken away."""
    rest = words("fillers").sub("", re.sub(r"(?:19|20)\d\d年?(?:度)?", "", phrase))
    return re.sub(r"[\s（）“”‘’\"'《》|/]", "", rest)


def _relate(analysis: Analysis, position: int, before: Analysis | None) -> None:
    """Find out if a figure is a part of another one, and whether it states a total."""
    figure = analysis.figures[position]
    text = analysis.sentence.folded
    lead = text[figure.left_start:figure.quantity.span.start]
    figure.total = bool(words("total_before").search(lead))
    earlier = [f for f in analysis.figures[:position] if _comparable(f, figure)]
    if figure.whole is not None:
        figure.part, figure.parent = True, figure.whole
        return
    part = words("part").search(lead)
    if figure.depth:
        outer = [f for f in earlier if f.depth < figure.depth]
        if outer:
            figure.part, figure.bracketed, figure.parent = True, not part, outer[-1]
            return
        inner = [f for f in earlier if f.depth == figure.depth and f.part]
        if inner and inner[-1].parent:
            figure.part, figure.bracketed, figure.parent = True, inner[-1].bracketed, inner[-1].parent
            return
    additional = bool(load_additional().search(lead))
    if part:
        pool = [f for f in earlier if f.depth <= figure.depth]
        parent = next((f for f in reversed(pool) if not f.part), None) or (pool[-1] if pool else None)
        if pool and pool[-1].part and _nested(analysis, pool[-1], figure):
            parent = pool[-1]
        if parent is None and before is not None and before.figures and not residue(lead[:part.start()]):
            candidates = [f for f in before.figures if _comparable(f, figure)]
            parent = next((f for f in candidates if not f.part), None)
        figure.part, figure.parent = True, parent
        return
    if earlier and not additional:
        last = earlier[-1]
        if last.part and not last.bracketed and last.depth == figure.depth and not figure.total:
            figure.part, figure.parent = True, last.parent
        elif "：" in text[last.quantity.span.end:figure.left_start + 1] or (
                text[last.quantity.span.end:last.quantity.span.end + 1] == "：") or (last.bracketed and last.depth == figure.depth):
            root = last.parent if last.part else last
            figure.part, figure.bracketed, figure.parent = True, True, root


def _nested(analysis: Analysis, last: Figure, figure: Figure) -> bool:
    """其中 right after a part, in the next clause, is a part of that part only when it says so again at greater depth."""
    return figure.depth > last.depth


@lru_cache(maxsize=1)
def load_additional() -> re.Pattern[str]:
    data: list[str] = load("discourse")["additional"]
    return pattern(tuple(data))


def _comparable(first: Figure, second: Figure) -> bool:
    a, b = first.quantity, second.quantity
    if a.measure == b.measure:
        return True
    loose = {"organisation", "thing", "team", "project", "piece", "event", ""}
    return a.measure in loose and b.measure in loose


def _distribute(analysis: Analysis, figure: Figure) -> None:
    """各 gives its figure to each member named before it (reading 19): 与德国、以色列各2家 is 4."""
    text = analysis.sentence.folded
    lead = text[figure.left_start:figure.quantity.span.start]
    each = None
    for each in words("each").finditer(lead):
        pass
    if each is None or len(lead) - each.end() > 16:
        return
    members = [m for m in re.split(r"[、和及]|以及|与(?=.{2,}$)", lead[:each.start()].lstrip("与和在向对")) if m.strip()]
    if figure.left_start and not lead[:each.start()].strip() and analysis.clauses[figure.clause].span.start:
        return
    if len(members) < 2:
        return
    interval = figure.quantity.interval
    high = None if interval.high is None else interval.high * len(members)
    figure.quantity = replace(figure.quantity, interval=Interval(interval.low * len(members), high))
    named = [p for p in analysis.periods if figure.left_start <= p.span.start < figure.left_start + each.start() and p.start is not None]
    if len(named) == len(members):
        figure.period = Period(named[0].span, PeriodKind.DATED, min(p.start for p in named if p.start), max(p.end for p in named))
        figure.own_period = True


def _pair_up(analysis: Analysis) -> None:
    """分别 pairs figures with the periods listed before them (reading 19): 2021、2022、2023年分别为9、12、10篇."""
    text = analysis.sentence.folded
    match = words("respectively").search(text)
    if match is None:
        return
    after = [f for f in analysis.figures if f.quantity.span.start >= match.end()]
    listed = [p for p in analysis.periods if p.span.end <= match.start() and p.start and (p.end - p.start).days <= 366]
    if len(listed) < 2 or len(after) != len(listed):
        return
    measure = after[-1].quantity
    for figure, period in zip(after, listed, strict=True):
        if not figure.quantity.measure:
            figure.quantity = replace(figure.quantity, measure=measure.measure, unit=measure.unit)
        figure.period, figure.own_period = period, True


def _date(analysis: Analysis, figure: Figure) -> None:
    """The period of a figure: in its own phrase, then before it in the sentence; a gloss in brackets overrides the word."""
    text = analysis.sentence.folded
    start = figure.quantity.span.start
    candidates: list[Period] = []
    for period in analysis.periods:
        if period.kind is PeriodKind.MEAN:
            if figure.left_start <= period.span.start < start or figure.quantity.span.end == period.span.start:
                figure.mean = True
            continue
        depth = analysis.clauses[_clause_of(analysis.clauses, period.span.start)].depth
        if depth > figure.depth and not _gloss(text, period, analysis):
            continue
        if depth > figure.depth and period.span.end <= start and not _glosses_period(text, period, analysis):
            continue   # it explains the figure that its bracket hangs on
        if depth == figure.depth and depth and analysis.clauses[_clause_of(analysis.clauses, period.span.start)].outer != analysis.clauses[figure.clause].outer:
            continue
        if period.span.end <= start:
            candidates.append(period)
        elif (period.span.start >= figure.quantity.span.end and period.span.start < figure.quantity.span.end + len(figure.right)) or (
                period.span.start <= figure.quantity.span.end + 1 + len(figure.right) and not any(c.span.end <= start for c in candidates)
                and text[figure.quantity.span.end + len(figure.right):period.span.start].strip("（ ") == "" and _gloss(text, period, analysis)):
            candidates.append(period)
    if not candidates:
        return
    dated = [p for p in candidates if p.kind is not PeriodKind.CUMULATIVE]
    own = [p for p in dated if p.span.start >= figure.left_start]
    if len(own) > 1 and all(p.start and (p.end - p.start).days <= 366 for p in own) and all(
            re.fullmatch(r"[、和及与\s]+|以及", text[a.span.end:b.span.start]) for a, b in pairwise(own)):
        figure.period = Period(own[0].span, PeriodKind.DATED, min(p.start for p in own if p.start), max(p.end for p in own))
        figure.own_period = True
        return
    if own:
        # "2022年…项目，2023年": the nearest; but a window word before a gloss or a year keeps its gloss
        figure.period, figure.own_period = _nearest(own), True
        return
    if dated:
        figure.period = _nearest(dated)
        return
    figure.period = candidates[-1]
    figure.own_period = figure.period.span.start >= figure.left_start


def _nearest(found: list[Period]) -> Period:
    last = found[-1]
    if last.kind is PeriodKind.STATE:
        others = [p for p in found if p.kind is PeriodKind.RECENT]
        return others[-1] if others else last
    return last


def _gloss(text: str, period: Period, analysis: Analysis) -> bool:
    """A period in brackets that explains the period before the bracket: 近三年（2021—2023年）."""
    opened = text.rfind("（", 0, period.span.start)
    if opened < 0 or text[opened + 1:period.span.start].strip("即 指自从"):
        return False
    closed = text.find("）", period.span.end)
    if closed >= 0 and text[period.span.end:closed].strip("，, 期间止下同以称“”报告期"):
        return False
    return True


def _glosses_period(text: str, period: Period, analysis: Analysis) -> bool:
    opened = text.rfind("（", 0, period.span.start)
    return any(opened - 1 <= p.span.end <= opened for p in analysis.periods)


def _clause_block(analysis: Analysis, index: int) -> str:
    """Why nothing in a clause counts: a quotation, a template, somebody else's, a plan that began before it."""
    sentence = analysis.sentence
    if reason := section_block(sentence.section):
        return reason
    if sentence.synthetic and not sentence.row:
        return ""   # each figure of a table speaks for itself
    text = sentence.folded
    if words("template").search(text) or (not analysis.figures and words("template_blank").search(text)):
        return "template"
    if (words("quotation").search(text) and _quoting(text)):
        return "quotation"
    if analysis.clauses[index].subject == "other":
        return "other_body"
    return "planned" if _planned_before(analysis, index) else ""


def _quoting(text: str) -> bool:
    quoted = words("quotation").search(text)
    if quoted is None:
        return False
    done = words("quotation_done").search(text, quoted.end())
    return done is None


def _planned_before(analysis: Analysis, index: int) -> bool:
    """A word that starts a plan holds for the following clauses until a word of what is done."""
    planned = False
    for place, clause in enumerate(analysis.clauses):
        if clause.depth and place != index:
            continue
        if place > index:
            break
        body = _exempted(analysis.clause_text(place))
        forward = words("plan_forward").search(body)
        future = any(p.kind is PeriodKind.FUTURE and p.span.start >= clause.span.start and p.span.end <= clause.span.end
                     and not _term(analysis.sentence.folded, p) for p in analysis.periods)
        done = words("done").search(body)
        if forward or future:
            planned = not (done and forward and done.start() > forward.end() and "的" in body[forward.end():done.start()])
            if forward and done and done.end() <= forward.start() and place == index:
                planned = True
        elif done:
            planned = False
    return planned


def _term(text: str, period: Period) -> bool:
    """The term of a contract or a project that is running is no plan."""
    return period.start is not None and words("terms").search(text, max(0, period.span.start - 12), min(len(text), period.span.end + 8)) is not None


def _exempted(body: str) -> str:
    return words("plan_exempt").sub(lambda m: "○" * len(m.group()), body)


def _figure_block(analysis: Analysis, figure: Figure) -> str:
    if reason := analysis.clause_blocks.get(figure.clause):
        return reason
    if analysis.clauses[figure.clause].subject == "whole":
        return "other_body"
    own = _exempted(figure.own)
    if words("plan").search(own):
        return "planned"
    if analysis.sentence.synthetic:
        future = figure.own_period and figure.period is not None and figure.period.kind is PeriodKind.FUTURE
        return "planned" if future or words("plan_forward").search(own) else "yearly_mean" if figure.mean else ""
    in_clause = [f for f in analysis.figures if f.clause == figure.clause]
    body = _exempted(analysis.clause_text(figure.clause))
    outside = _without_figures(body, analysis, figure.clause)
    if len(in_clause) == 1 and words("plan").search(outside):
        return "planned"
    if _dropped_after(analysis, figure):
        return "dropped_status"
    if figure.mean:
        return "yearly_mean"
    return ""


def _without_figures(body: str, analysis: Analysis, index: int) -> str:
    del analysis, index
    return body


def _dropped_after(analysis: Analysis, figure: Figure) -> bool:
    """A following clause, or a bracket, without a figure of its own that only says: in negotiation, expired, under review."""
    for index, clause in enumerate(analysis.clauses):
        body = analysis.clause_text(index)
        if any(f.clause == index for f in analysis.figures):
            if index > figure.clause and clause.depth == figure.depth and clause.span.start > figure.quantity.span.end:
                break
            continue
        if clause.span.start < figure.quantity.span.end:
            continue
        if clause.depth > figure.depth:
            opened = clause.span.start - 1
            between = analysis.sentence.folded[figure.quantity.span.end:opened]
            if clause.outer == figure.clause and not re.search(r"[，、；]", between) and _dropped(body):
                return True
            continue
        if clause.depth < figure.depth:
            continue
        if words("status_only").match(body.strip()) and _dropped(body):
            return True
    return False


def _dropped(body: str) -> bool:
    """A status that takes the figure away; 未过期 and 未终止 do not."""
    return any(m.group()[0] in "未尚" or body[max(0, m.start() - 1):m.start()] not in ("未", "不", "无") for m in words("dropped_status").finditer(body))
