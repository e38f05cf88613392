"""The period of a figure, and what the figure settles once its period is held against the window."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise

from msgspec.structs import replace

from ingestion.domain import Interval
from ingestion.facts.claims.assertions import add
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.clauses import clause_of
from ingestion.facts.schema import FactSpec
from ingestion.facts.sentences import Sentence
from ingestion.language import fold, load
from ingestion.names import organisations
from ingestion.numbers.periods import Cover, Period, PeriodKind, Window, periods

SHORTEST_KIND = 4  # characters
LONGEST_TOLD = 600  # characters of things told one by one
LONGEST_NOTE = 80  # characters
_GLOSS_LEAD, _GLOSS_TAIL = "即 指自从", "，, 期间止下同以称“”报告期"  # around the years that say what 近三年 is
SENTENCES_BACK = 6  # how far behind the sentence that states a period for all it holds


def distribute(analysis: Analysis, figure: Figure) -> None:
    """各 gives its figure to each member named before it (reading 19): 与德国、以色列各2家 is 4."""
    text = analysis.sentence.folded
    lead = text[figure.left_start : figure.quantity.span.start]
    if _of_each_counted(analysis, figure, lead):
        return
    found = list(words("each").finditer(lead))
    each = found[-1] if found else None
    if each is None or len(lead) - each.end() > 16:
        return
    members = _members(_companions(_behind_noun(analysis, figure, lead[: each.start()])))
    fronted = _fronted(analysis, figure, lead[: each.start()])
    members = fronted or members
    alone = figure.left_start and not lead[: each.start()].strip() and analysis.clauses[figure.clause].span.start
    if alone and not fronted:
        return
    if len(members) < 2:
        return
    interval = figure.quantity.interval
    high = None if interval.high is None else interval.high * len(members)
    figure.quantity = replace(figure.quantity, interval=Interval(interval.low * len(members), high))
    named = [
        p
        for p in analysis.periods
        if figure.left_start <= p.span.start < figure.left_start + each.start() and p.start is not None
    ]
    if len(named) == len(members):
        figure.period = Period(
            named[0].span, PeriodKind.DATED, min(p.start for p in named if p.start), max(p.end for p in named)
        )
        figure.own_period = True


def _fronted(analysis: Analysis, figure: Figure, lead: str) -> list[str]:
    """孵化器、示范机构、研发机构，园区各有一家: the members as the clause before names them, which has no figure."""
    if figure.clause == 0 or words("own_body").sub("", lead).strip(" ，"):
        return []
    counted = any(f.clause == figure.clause - 1 for f in analysis.figures)
    return [] if counted else _members(analysis.clause_text(figure.clause - 1))


def _behind_noun(analysis: Analysis, figure: Figure, lead: str) -> str:
    """荷兰1所大学以及德国、法国各2家: without the noun of the figure before, where it stands in the same clause."""
    place = analysis.figures.index(figure)
    before = analysis.figures[place - 1] if place else None
    joint = words("joint").search(lead)
    if before is None or joint is None or before.quantity.span.end != figure.left_start:
        return lead
    return lead[joint.end() :]


def _of_each_counted(analysis: Analysis, figure: Figure, lead: str) -> bool:
    """与驻在国3所高校各签订协议1份: one for each of what is counted right before; the figure is multiplied."""
    place = analysis.figures.index(figure)
    before = analysis.figures[place - 1] if place else None
    each = words("each_of_them").match(lead)
    if before is not None and before.clause < figure.clause and each is not None and not lead[: each.start()].strip():
        return _of_each_before(figure, before)
    if before is None or before.clause != figure.clause or before.quantity.measure != "organisation":
        return False
    joined = [before]  # 两所大学、一家研究所各签一份
    while (above := analysis.figures[place - len(joined) - 1] if place > len(joined) else None) is not None:
        alike = above.clause == figure.clause and above.quantity.measure == "organisation"
        if not alike or words("joint").match(joined[-1].left.lstrip()) is None:
            break
        joined.append(above)
    count, value = add(f.quantity.interval for f in joined), figure.quantity.interval
    if each is None or not count.exact or figure.quantity.measure in ("time", "organisation"):
        return False
    high = None if value.high is None else value.high * count.low
    figure.quantity = replace(figure.quantity, interval=Interval(value.low * count.low, high))
    return True


def _of_each_before(figure: Figure, before: Figure) -> bool:
    """处内分联络、项目两个组，各有专职人员2名: of each of what the clause before counts."""
    count, value = before.quantity.interval, figure.quantity.interval
    bodies = before.quantity.measure in ("organisation", "team", "thing")
    if not (bodies and count.exact and figure.quantity.measure == "person"):
        return False
    high = None if value.high is None else value.high * count.low
    figure.quantity = replace(figure.quantity, interval=Interval(value.low * count.low, high))
    return True


def _companions(lead: str) -> str:
    """The members without whom they stand beside: 中心与荷兰、德国 are two."""
    lead = lead.lstrip("".join(load("discourse")["case_words"]))
    pause = lead.find(load("discourse")["pause"])
    own = words("own").match(lead)
    beside = words("beside").search(lead, own.end() if own else 0, pause if pause > 0 else len(lead))
    if beside is not None and (pause > 0 or (own is not None and beside.start() - own.end() <= 1)):
        return lead[beside.end() :]
    return lead


def _members(text: str) -> list[str]:
    """The members of an enumeration; 和 and 与 join only behind the end of a name, not inside one (技术与经济大学)."""
    members, start = [], 0
    for joint in words("joint").finditer(text):
        pause = joint.group() == load("discourse")["pause"]
        whole = (
            words("joint_names").search(text[max(0, joint.start() - 3) : joint.start()]) or joint.start() - start <= 3
        )
        if pause or whole:
            members.append(text[start : joint.start()])
            start = joint.end()
    members = [m for m in [*members, text[start:]] if m.strip()]
    return members if len(members) != 1 else _two_kinds(text) or members


def _two_kinds(text: str) -> list[str]:
    """联合研发与技术转移转化项目各3项: two kinds joined by one word, no body with whom something is done."""
    parts = words("joint").split(text)
    whole = len(parts) == 2 and min(len(p.strip()) for p in parts) >= SHORTEST_KIND
    return parts if whole and not words("own").search(parts[0]) and not organisations.scan(parts[1]) else []


def pair_up(analysis: Analysis) -> None:
    """分别 pairs figures with the periods listed before them (reading 19): 2021、2022、2023年分别为9、12、10篇."""
    text = analysis.sentence.folded
    match = words("respectively").search(text)
    if match is None:
        return
    after = [f for f in analysis.figures if f.quantity.span.start >= match.end()]
    after = [f for f in after if f.clause == after[0].clause]
    listed = [p for p in analysis.periods if p.span.end <= match.start() and p.start and (p.end - p.start).days <= 366]
    if len(listed) < 2 or len(after) != len(listed):
        return
    measure = after[-1].quantity
    for figure, period in zip(after, listed, strict=True):
        if not figure.quantity.measure:
            figure.quantity = replace(figure.quantity, measure=measure.measure, unit=measure.unit)
        figure.period, figure.own_period = period, True


def assign_period(analysis: Analysis, figure: Figure) -> None:
    """The period of a figure: in its own phrase, then before it in the sentence; a gloss in brackets overrides."""
    text = analysis.sentence.folded
    candidates = _candidates(analysis, figure)
    if figure.total and any(words("had_before").search(f.left) for f in analysis.figures if f is not figure):
        figure.period = Period(figure.quantity.span, PeriodKind.CUMULATIVE, None, analysis.today)
        return  # 去年又拿一项，加上之前的两项，一共三项: of all times
    if not candidates:
        labelled = (p for p in analysis.periods if _labelled(text, p) or _closes(text, p, analysis))
        told = (p for p in analysis.periods if _sums(analysis, p))
        figure.period = _noted_before(analysis, figure) or next(labelled, None) or next(told, None)
        return
    dated = [p for p in candidates if p.kind is not PeriodKind.CUMULATIVE]
    recent = any(p.kind is PeriodKind.RECENT for p in dated)
    if not recent and candidates[-1].span.start < figure.left_start and words("now").search(figure.left):
        return  # 累计引进9支，目前在园6支; 2024年获批1个，目前共6个: the second figure is of today
    said = next((p for p in analysis.periods if _labelled(text, p)), None)
    if said is not None and all(p.start == p.end and p.span.start < figure.left_start for p in candidates):
        figure.period = said  # 9月2日出具报告（检索时段2022-01-01至2025-08-31）：…
        return
    since = words("since_then").search(figure.left)
    if since and candidates[-1].kind is PeriodKind.DATED and candidates[-1].span.start < figure.left_start:
        start = candidates[-1].end + timedelta(days=1)  # 2018—2020年44篇，此后又发表31篇
        figure.period = Period(candidates[-1].span, PeriodKind.DATED, start, max(start, analysis.today))
        figure.own_period = True
        return
    if _in_all(analysis, figure, candidates):
        figure.period, figure.own_period = candidates[-1], True
        return
    own = [p for p in dated if p.span.start >= figure.left_start]
    started = [p for p in own if words("begun").match(text, p.span.end)]
    if started and len(started) < len(own):
        own = started  # 2019年启动、2022年结题的项目
    if own:
        # "2022年…项目，2023年": the nearest; but a window word before a gloss or a year keeps its gloss
        figure.period, figure.own_period = _joined_years(text, own) or _nearest(own), True
    elif dated and _of_whole(figure) is not None:
        figure.period = _of_whole(figure)
    elif dated:
        figure.period = (_years_before(analysis, figure) if figure.total else None) or _nearest(dated)
    else:
        figure.period = candidates[-1]
        figure.own_period = figure.period.span.start >= figure.left_start


def _of_whole(figure: Figure) -> Period | None:
    """The period of what a figure is a part of, in one sentence."""
    whole = figure.parent
    return whole.period if whole is not None and whole.sentence is figure.sentence else None


def _noted_before(analysis: Analysis, figure: Figure) -> Period | None:
    """SCI论文33篇（近三年），中外合著9篇: the period in the bracket behind the first of figures of one measure."""
    first = next((f for f in analysis.figures if f.quantity.measure == figure.quantity.measure), figure)
    period = first.period
    if period is None or period.kind is not PeriodKind.RECENT or period.span.start < first.quantity.span.end:
        return None
    return period if _gloss(analysis.sentence.folded, period) else None


def _in_all(analysis: Analysis, figure: Figure, candidates: list[Period]) -> bool:
    """近三年新增授权专利22件，累计拥有58件: 累计 against a figure of the same kind for a time of its own."""
    last, place = candidates[-1], analysis.figures.index(figure)
    before = analysis.figures[place - 1] if place else None
    if last.kind is not PeriodKind.CUMULATIVE or last.span.start < figure.left_start or before is None or figure.part:
        return False
    alike = before.quantity.measure == figure.quantity.measure and before.clause != figure.clause and not before.mean
    recent = before.own_period and before.period is not None and before.period.kind is PeriodKind.RECENT
    return alike and recent


def _candidates(analysis: Analysis, figure: Figure) -> list[Period]:
    """The periods of a sentence that may be a figure's, in their order; notes that the figure is a yearly mean."""
    text = analysis.sentence.folded
    found: list[Period] = []
    for period in analysis.periods:
        if period.kind is PeriodKind.MEAN:
            before = figure.left_start <= period.span.start < figure.quantity.span.start
            figure.mean = figure.mean or before or figure.quantity.span.end == period.span.start
        elif _explains(analysis, figure, period) and _reaches(text, figure, period, found):
            found.append(period)
    cell = analysis.sentence.synthetic and "，" not in text  # a cell's row and column are its own
    if cell:
        return [p for p in found if p.span.start >= figure.left_start]
    if _outgrown_before(analysis, figure):  # 由2021年的6件增加到17件
        return [p for p in found if p.span.start >= figure.left_start or p.kind is PeriodKind.RECENT]
    return found


def _explains(analysis: Analysis, figure: Figure, period: Period) -> bool:
    """Whether the brackets around a period, if any, let it speak of the figure."""
    text = analysis.sentence.folded
    clause = analysis.clauses[clause_of(analysis.clauses, period.span.start)]
    if clause.depth == figure.depth:
        return not clause.depth or clause.outer == analysis.clauses[figure.clause].outer
    if clause.depth < figure.depth:
        return True
    if not _gloss(text, period):
        return False
    return (  # otherwise it explains the figure before it that its bracket hangs on
        period.span.end > figure.quantity.span.start
        or _glosses_period(text, period, analysis)
        or _heads_list(text, period, analysis)
        or _of_label(text, period, figure)
    )


def _reaches(text: str, figure: Figure, period: Period, found: list[Period]) -> bool:
    """Whether a period stands before the figure, in the words behind it, or in the bracket right behind those."""
    start, end = figure.quantity.span.start, figure.quantity.span.end
    behind = end + len(figure.right)
    if period.span.end <= start or end <= period.span.start < behind:
        return True
    return (
        period.span.start <= behind + 1
        and not any(p.span.end <= start for p in found)
        and not text[behind : period.span.start].strip("（ ")
        and _gloss(text, period)
    )


def _joined_years(text: str, own: list[Period]) -> Period | None:
    """2021、2022、2023年: years joined to one another are one period."""
    starts = [p.start for p in own if p.start is not None and (p.end - p.start).days <= 366]
    joined = all(words("joint_only").match(text[a.span.end : b.span.start]) for a, b in pairwise(own))
    if len(own) < 2 or len(starts) < len(own) or not joined:
        return None
    return Period(own[0].span, PeriodKind.DATED, min(starts), max(p.end for p in own))


def _years_before(analysis: Analysis, figure: Figure) -> Period | None:
    """2022年8篇、2023年7篇、2024年9篇，共24篇: a total is of all the years before it."""
    measure = figure.quantity.measure
    before = [f for f in analysis.figures[: analysis.figures.index(figure)] if f.quantity.measure == measure]
    years = [f.period for f in before if f.own_period and f.period is not None and f.period.kind is PeriodKind.DATED]
    starts = [p.start for p in years if p.start is not None and (p.end - p.start).days <= 366]
    if len(starts) < 2 or len(starts) < len(before):
        return None
    return Period(years[0].span, PeriodKind.DATED, min(starts), max(p.end for p in years))


def _outgrown_before(analysis: Analysis, figure: Figure) -> bool:
    place = analysis.figures.index(figure)
    before = analysis.figures[place - 1] if place else None
    text = analysis.sentence.folded
    return before is not None and words("outgrown").match(text, before.quantity.span.end) is not None


def _labelled(text: str, period: Period) -> bool:
    """统计时间：2021.01—2024.05: a period that a label gives to the whole sentence, wherever it stands."""
    return words("period_label").search(text, max(0, period.span.start - 14), period.span.start) is not None


def _sums(analysis: Analysis, period: Period) -> bool:
    """26篇，是中心近三年SCI论文的总数; 28篇，时间均在近三年内: a period in what is said of the figures before it."""
    clause = analysis.clauses[clause_of(analysis.clauses, period.span.start)]
    first = analysis.figures[0].quantity.span
    if words("its_time").match(analysis.sentence.folded, clause.span.start) is not None:
        return True
    return first.start == 0 and words("its_sum").match(analysis.sentence.folded, clause.span.start) is not None


def stated_for_all(sentence: Sentence, window: Window) -> Period | None:
    """统计口径：2022.1.1—2024.12.31。: a sentence before that only says what period all figures are of."""
    before, says_only_that = sentence.previous, words("period_sentence")
    for _ in range(SENTENCES_BACK):
        if before is None:
            return None
        if before.holds(says_only_that):
            return next((p for p in periods(before.folded, window) if _labelled(before.folded, p)), None)
        before = before.previous
    return None


def stated_behind(sentence: Sentence, window: Window) -> Period | None:
    """…去重后27篇。检索区间：2022年1月1日至2025年5月31日。: the next sentence, if it only says that."""
    end = sentence.span.end
    line = sentence.document.text[end : end + LONGEST_NOTE].split("\n", 1)[0]
    following = fold(line).lstrip("。； ").split("。", 1)[0] if line else ""
    if not words("period_sentence").match(following):
        return None
    return next((p for p in periods(following, window) if _labelled(following, p)), None)


def one_by_one(sentence: Sentence, window: Window) -> Period | None:
    """两项：其一，…2023年9月启动；其二，…2024年5月启动: each thing with a date inside the window; the window then."""
    if words("each_told").search(sentence.folded) is None:
        return None
    told = fold(sentence.document.text[sentence.span.start : sentence.span.start + LONGEST_TOLD].split("\n", 1)[0])
    begun = []
    for piece in words("each_told").split(told)[1:]:
        dates_ = (p.start for p in periods(piece, window) if p.kind is PeriodKind.DATED and p.start is not None)
        begun.append(next(dates_, None))
    inside = all(day is not None and window.start <= day <= window.end for day in begun)
    return Period(sentence.span, PeriodKind.DATED, window.start, window.end) if begun and inside else None


def _nearest(found: list[Period]) -> Period:
    last = found[-1]
    if last.kind is PeriodKind.STATE:
        others = [p for p in found if p.kind is PeriodKind.RECENT]
        return others[-1] if others else last
    return last


def _gloss(text: str, period: Period) -> bool:
    """A period in brackets that explains the period before the bracket: 近三年（2021—2023年）."""
    opened = text.rfind("（", 0, period.span.start)
    lead = text[opened + 1 : period.span.start]
    if opened < 0 or (lead.strip(_GLOSS_LEAD) and not words("gloss_unit").fullmatch(lead)):
        return False
    closed = text.find("）", period.span.end)
    tail = text[period.span.end : closed]
    return closed < 0 or not tail.strip(_GLOSS_TAIL) or _told(period, tail)


def _told(period: Period, tail: str) -> bool:
    """近三年启动, 近三年SCI/EI: a term of years with a word of what it counts behind it."""
    return bool(period.years) and words("gloss_told").fullmatch(tail) is not None


def _heads_list(text: str, period: Period, analysis: Analysis) -> bool:
    """论文统计（2022—2024年）：SCI 17篇，EI 8篇: a bracket before the colon holds for all figures behind it."""
    closed = text.find("）", period.span.end)
    return (
        closed >= 0
        and text[closed + 1 : closed + 2] == "："
        and all(f.quantity.span.start > closed for f in analysis.figures)
    )


_NO_WORD = re.compile(r"[\W\d]")


def _of_label(text: str, period: Period, figure: Figure) -> bool:
    """SCI论文（近三年）：34: a bracket behind the words that name what the figure counts."""
    opened, closed = text.rfind("（", 0, period.span.start), text.find("）", period.span.end)
    if opened < figure.left_start or not 0 <= closed < figure.quantity.span.start or not _gloss(text, period):
        return False
    named = _NO_WORD.sub("", text[figure.left_start : opened])
    between = words("fillers").sub("", text[closed : figure.quantity.span.start])
    return len(named) >= 2 and not _NO_WORD.sub("", between)


def _closes(text: str, period: Period, analysis: Analysis) -> bool:
    """…支出218.4万元，结余41.6万元（2021年1月—2024年9月）。: the only period, in a bracket that ends the sentence."""
    closed = text.find("）", period.span.end)
    long = period.start is not None and (period.end - period.start).days > 366
    return len(analysis.periods) == 1 and long and _gloss(text, period) and not text[closed + 1 :].strip("。； ")


def _glosses_period(text: str, period: Period, analysis: Analysis) -> bool:
    opened = text.rfind("（", 0, period.span.start)
    if words("period_noun").search(text, max(0, opened - 8), opened):
        return True
    return any(opened - 1 <= p.span.end <= opened for p in analysis.periods)


_SENTENCE = re.compile(r"[^。]*。?")


def section_period(sentence: Sentence, window: Window) -> Period | None:
    """The period that a lead-in or a heading gives to what stands below it; a single date in a title is none."""
    above = sentence.section.lead
    told = sentence.listed or sentence.synthetic or sentence.pair or not sentence.folded
    if not (told or above.rstrip().endswith("：")):
        above = ""  # the paragraph before gives running text no period
    if above.rstrip().endswith("。"):  # nor does a sentence that leads to nothing below it
        above = "".join(said for said in _SENTENCE.findall(above) if words("refers_below").search(said))
    titles = (_period_of_title(text, window) for text in (above, *reversed(sentence.section.headings)) if text)
    return next((period for period in titles if period is not None), None)


@lru_cache(maxsize=4096)
def _period_of_title(text: str, window: Window) -> Period | None:
    for period in reversed(periods(text, window)):
        if period.kind is PeriodKind.RECENT or (
            period.kind is PeriodKind.DATED and period.start is not None and (period.end - period.start).days > 320
        ):
            return period
    return None


def bound(spec: FactSpec, value: Interval, period: Period | None, window: Window) -> Interval | None:
    """What a figure settles once its period is held against the fact's time (readings 6 to 9); None: nothing."""
    if spec.time == "window":
        if period is not None and period.kind is PeriodKind.STATE and period.end < window.start:
            return None
        if period is None or period.of_all_times:
            return Interval(0, value.high)
        cover = period.cover(window)
        if cover is Cover.WIDER:
            return Interval(0, value.high)
        if cover is Cover.NARROWER:
            return Interval(value.low, None)
        return value if cover is Cover.WINDOW else None
    if spec.time == "open":
        if period is None or period.of_all_times:
            return value
        return Interval(value.low, None)
    if period is not None and period.kind is PeriodKind.CUMULATIVE:
        return Interval(0, value.high)
    if period is not None and period.kind is PeriodKind.RECENT:
        return Interval(value.low, None)
    return value
