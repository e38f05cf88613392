"""What takes a figure or a statement away: plans, quotations of the policy, templates, other bodies, dropped status."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from ingestion.facts.lexicon import listed, words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.clauses import clause_of
from ingestion.facts.prose.phrases import leaves_out
from ingestion.facts.prose.recitals import recited
from ingestion.facts.sentences import Section, Sentence
from ingestion.language import load, pattern
from ingestion.language.ngrams import may, search
from ingestion.numbers.periods import Period, PeriodKind

_UNDONE, _DENIES = "未尚", "未不无"  # 未履行 takes a figure away, and so does 过期 where no 未 denies it
HOUSED = ("organisation", "thing", "team", "")  # what a body counts of those whom it houses; their papers are theirs


def section_block(section: Section) -> str:
    """A reason that the headings or the lead-in give against every figure below them."""
    return _section_block(section.headings, section.lead)


@lru_cache(maxsize=4096)
def _section_block(headings: tuple[str, ...], lead: str) -> str:
    """Why nothing below these headings counts; "" where it may."""
    for heading in headings:
        if words("quotation_heading").search(heading) and not words("quotation_heading_exempt").search(heading):
            return "quotation"
        if words("template_heading").search(heading):
            return "template"
        if (
            words("plan_heading").search(heading)
            and not words("plan_heading_exempt").search(heading)
            and not words("done").search(heading)
        ):
            return "planned"
        if _of_another(heading):
            return "other_body"
    if lead and len(lead) <= 60:
        caption = lead.strip().split("\n")[-1]
        if not caption.endswith("。") and words("quotation_heading").search(lead):
            return "quotation"
        if any(_plans(line) for line in lead.strip().split("\n")):
            return "planned"
        if lead.rstrip().endswith("：") and words("plan_forward").search(lead) and not words("done").search(lead):
            return "planned"
    return ""


def _of_another(title: str) -> bool:
    """走马园（集团另一个园区）的消息: a title of what is told of somebody else."""
    return pattern(tuple(load("tables")["polarity"]["other_body"])).search(title) is not None


def _plans(caption: str) -> bool:
    """年度计划与考核指标: the title of what is planned."""
    short = len(caption) <= 20 and not caption.endswith("。") and words("plan_heading").search(caption) is not None
    return short and not words("plan_heading_exempt").search(caption) and not words("done").search(caption)


def clause_blocks(analysis: Analysis) -> dict[int, str]:
    """Why nothing in a clause counts, by its index: a quotation, a template, somebody else's, a plan that began before
    it."""
    sentence = analysis.sentence
    everywhere = sentence.blocked or section_block(sentence.section)
    if not everywhere and sentence.synthetic and not sentence.row:
        return {}  # each figure of a table speaks for itself
    everywhere = everywhere or _sentence_block(analysis)
    if everywhere:
        return dict.fromkeys(range(len(analysis.clauses)), everywhere)
    quoted = recited(analysis)
    blocks: dict[int, str] = {}
    for index, clause in enumerate(analysis.clauses):
        if index in quoted:
            blocks[index] = "quotation"
        elif clause.subject == "within":
            blocks[index] = "definition"
        elif clause.subject in ("other", "apart"):
            blocks[index] = "other_body"
        elif planned_before(analysis, index) or _is_an_aim(analysis, index):
            blocks[index] = "planned"
    for index in _disowned(analysis):
        blocks.setdefault(index, "other_body")
    return blocks


def _is_an_aim(analysis: Analysis, index: int) -> bool:
    """实现自收自支，是海外中心2028年的目标: what the next clause says to be a plan."""
    text, clauses = analysis.sentence.folded, analysis.clauses
    if clauses[index].depth or not text.may(words("says_aim")):
        return False
    following = next((n for n in range(index + 1, len(clauses)) if not clauses[n].depth), None)
    return following is not None and words("says_aim").match(analysis.clause_text(following).rstrip("。；")) is not None


def _disowned(analysis: Analysis) -> range:
    """某集团支出约900万元，都不是我们的数: the clauses before one that says of them that they are somebody else's. What
    speaks of the applicant stands, and all before it."""
    if not analysis.sentence.may(words("disowned")):
        return range(0)
    for index, clause in enumerate(analysis.clauses):
        if index and not clause.depth and words("disowned").search(analysis.clause_text(index).lstrip()):
            own = [n for n in range(index) if words("own_holder").match(analysis.clause_text(n).lstrip())]
            counted = [n for n in own if any(f.clause == n for f in analysis.figures)]
            return range(max(counted, default=-1) + 1, index)
    return range(0)


def _sentence_block(analysis: Analysis) -> str:
    """Why nothing in a sentence counts: it asks, it says so itself, or it is a form's instruction or example."""
    sentence = analysis.sentence
    if sentence.folded.endswith("？"):
        return "template"
    if words("not_counted").match(sentence.folded) or sentence.holds(words("irrelevant")):
        return "definition"
    if _labelled_plan(sentence):
        return "planned"
    blank = not analysis.figures and sentence.holds(words("template_blank"))
    return "template" if blank or sentence.holds(words("template")) else ""


def _labelled_plan(sentence: Sentence) -> bool:
    """考核指标：…论文25篇；获授权专利10件: the label holds for the whole statement."""
    label, colon, _ = (sentence.chain()[-1] if sentence.continues else sentence).folded.partition("：")
    return bool(colon) and _plans(label)


def planned_before(analysis: Analysis, index: int) -> bool:
    """A word that starts a plan holds for the following clauses until a word of what is done."""
    if not analysis.planned and not _may_plan(analysis):
        return False
    states = analysis.plans
    while len(states) < index:  # after each clause, brackets aside
        place = len(states)
        before = states[-1] if states else analysis.planned
        states.append(before if analysis.clauses[place].depth else _planned(analysis, place, before))
    before = states[index - 1] if index else analysis.planned
    return _planned(analysis, index, before, asked=True)


def _may_plan(analysis: Analysis) -> bool:
    """Whether anything in a sentence can start a plan."""
    future = any(p.kind is PeriodKind.FUTURE for p in analysis.periods)
    return future or analysis.sentence.may(words("plan_forward"))


def _planned(analysis: Analysis, place: int, before: bool, *, asked: bool = False) -> bool:
    """Whether a plan holds at the end of a clause; `asked`: for that clause itself."""
    clause = analysis.clauses[place]
    whole = analysis.sentence.folded
    body = _unplanned(analysis, place)
    forward = words("plan_forward").search(body) if whole.may(words("plan_forward")) else None
    done = words("done").search(body) if whole.may(words("done")) else None
    future = any(
        p.kind is PeriodKind.FUTURE
        and (p.start is None or p.start > analysis.today)
        and p.span.start >= clause.span.start
        and p.span.end <= clause.span.end
        and not _term(analysis.sentence.folded, p)
        and not _ends_a_term(analysis, p)
        for p in analysis.periods
    )
    if not forward and not future:
        return before and not done
    if forward is None or done is None:
        return True
    if done.end() <= forward.start() and asked:
        return True
    ended = words("attributive").search(body, forward.end(), done.start()) if done.start() > forward.end() else None
    return ended is None


def _term(text: str, period: Period) -> bool:
    """The term of a contract or a project that is running is no plan."""
    return (
        period.start is not None
        and words("terms").search(text, max(0, period.span.start - 12), min(len(text), period.span.end + 8)) is not None
    )


def _ends_a_term(analysis: Analysis, period: Period) -> bool:
    """（2019年签约，至2029年）: in brackets, a day to come that says nothing more, behind one at which it began."""
    clauses = analysis.clauses
    place = clause_of(clauses, period.span.start)
    own, before = clauses[place], clauses[place - 1]
    if not own.depth or (own.depth, own.outer) != (before.depth, before.outer):
        return False
    alone = analysis.clause_text(place).strip() == analysis.sentence.folded[period.span.start:period.span.end]
    begun = before.span
    return alone and any(p.kind is PeriodKind.DATED and begun.start <= p.span.start and p.span.end <= begun.end
                         for p in analysis.periods)


def _unplanned(analysis: Analysis, index: int) -> str:
    """A clause after `exempted`, made once."""
    if index not in analysis.exempt:
        analysis.exempt[index] = exempted(analysis.clause_text(index), analysis.today, analysis.sentence.folded)
    return analysis.exempt[index]


def exempted(body: str, today: date, whole: str = "") -> str:
    """A part of a `whole`; what looks like a plan and is none is blanked: names of programmes, 到2024年5月底."""
    whole = whole or body
    if may(words("plan_exempt"), whole):
        body = words("plan_exempt").sub(lambda m: "○" * len(m.group()), body)
    if may(words("until_month"), whole):
        body = words("until_month").sub(lambda m: _blanked_if_past(m, today), body)
    return body


def _blanked_if_past(until: re.Match[str], today: date) -> str:
    year, month = int(until[1]), int(until[2] or 12)
    return "○" * len(until.group()) if (year, month) <= (today.year, today.month) else until.group()


def figure_block(analysis: Analysis, figure: Figure) -> str:
    """Why a figure does not count, by its section, its clause, whose it is, or what became of it; "" where it does."""
    reason = analysis.sentence.blocked or section_block(analysis.sentence.section)
    if reason:
        return reason
    reason = analysis.clause_blocks.get(figure.clause, "")
    done = reason == "planned" and words("done_own").search(figure.left) and not _labelled_plan(analysis.sentence)
    if reason and not done:
        return reason
    if _of_others(analysis, figure):
        return "other_body"
    now = words("now").search(figure.left) or words("done_own").search(figure.left)
    if analysis.planned and analysis.sentence.counts_on and not now:
        return "planned"  # 计划引进海外团队。共有3支
    text = analysis.sentence.folded
    if may(words("outgrown"), text) and _outgrown(analysis, figure):
        return "dropped_status"
    if search(words("mistaken_before"), text, figure.left_start, figure.quantity.span.start):
        return "dropped_status"
    if search(words("increase"), text, figure.left_start, figure.quantity.span.start):
        return "definition"
    own = figure.own
    if own.may(words("plan")) and words("plan").search(exempted(own, analysis.today)):
        return "planned"
    if analysis.sentence.synthetic:
        return _cell_block(analysis, figure, exempted(own, analysis.today))
    in_clause = [f for f in analysis.figures if f.clause == figure.clause]
    if len(in_clause) == 1 and text.may(words("plan")):
        body = exempted(analysis.outer_text(figure.clause), analysis.today, text)
        if words("plan").search(body):
            return "planned"
    if _dropped_after(analysis, figure):
        return "dropped_status"
    if figure.mean:
        return "yearly_mean"
    return ""


def _of_others(analysis: Analysis, figure: Figure) -> bool:
    """Whether a clause gives a figure of a whole city or school, or of those whom the applicant houses."""
    subject = analysis.clauses[figure.clause].subject
    if figure.topic >= 0 and not subject:
        subject = analysis.clauses[figure.topic].subject  # 全校的SCI论文，近三年共计2600篇
    housed = subject == "housed" and figure.quantity.measure not in HOUSED
    if analysis.sentence.synthetic and figure.clause and not figure.depth:
        subject = analysis.clauses[0].subject if analysis.clauses[0].subject == "whole" else subject  # 全区高企，312户
    return subject == "whole" or housed or words("wider_scope").match(figure.right) is not None


def _cell_block(analysis: Analysis, figure: Figure, own: str) -> str:
    """Why a figure of a table does not count; `own`: its phrase without what looks like a plan and is none."""
    future = figure.own_period and figure.period is not None and figure.period.kind is PeriodKind.FUTURE
    if future or words("plan_forward").search(own):
        return "planned"
    if "，" in analysis.sentence.folded and _dropped_after(analysis, figure):
        return "dropped_status"
    return "yearly_mean" if figure.mean else ""


def _outgrown(analysis: Analysis, figure: Figure) -> bool:
    """由8家增至15家: a figure of the past; and those joined to one (从2021年12家、2022年15家增至19家)."""
    text, end = analysis.sentence.folded, figure.quantity.span.end
    if words("outgrown").match(text, end):
        return True
    following = next((f for f in analysis.figures if f.quantity.span.start >= end), None)
    if following is None or following.clause != figure.clause or words("joint").match(text, end) is None:
        return False
    return following.quantity.measure == figure.quantity.measure and _outgrown(analysis, following)


def _dropped_after(analysis: Analysis, figure: Figure) -> bool:
    """A later clause, or a bracket, without a figure that only says: in negotiation, expired, under review."""
    counted = {f.clause for f in analysis.figures}
    for index, clause in enumerate(analysis.clauses):
        body = analysis.clause_text(index)
        if index in counted:
            if index > figure.clause and clause.depth == figure.depth and clause.span.start > figure.quantity.span.end:
                break
            continue
        if clause.span.start < figure.quantity.span.end:
            if 0 <= figure.topic < index and words("status_only").match(body.strip()) and dropped(body):
                return True  # 与外方的技术引进，目前还停留在意向阶段，共谈了3项
            continue
        if clause.depth > figure.depth:
            opened = clause.span.start - 1
            between = analysis.sentence.folded[figure.quantity.span.end : opened]
            if clause.outer == figure.clause and not re.search(r"[，、；]", between) and dropped(body):
                return True
            continue
        if clause.depth < figure.depth:
            continue
        if words("status_only").match(body.strip()) and dropped(body):
            return True
        if words("planned_status").match(body.strip()) and not words("settled_status").search(figure.own):
            return True  # 另有1家已签约，拟于年底入驻
    return False


def dropped(body: str) -> bool:
    """A status that takes the figure away; 未过期 and 未终止 do not, nor does what says that such things are not in it
    (证书过期的不在内)."""
    return not leaves_out(body) and any(
        m.group()[0] in _UNDONE or body[max(0, m.start() - 1) : m.start()] not in [*_DENIES]
        for m in words("dropped_status").finditer(body)
    )


LONGEST_TITLE = 40  # characters of a title that says of what kind all its rows are
_ASIDE = re.compile(
    r"（?(?:不含|不包括|不包含|除|剔除|扣除|已剔除|未含|含|包括|包含|兼)[^（），。；]*(?:）|外|$|(?=[，。；]))"
)


def polarity(title: str) -> str:
    """The reason that a table's own title gives against all that it lists; what it says to leave out is not its, and a
    sentence is no title."""
    said = _ASIDE.sub("", title.strip())
    if len(said) > LONGEST_TITLE or said.endswith("。"):
        return ""
    if listed("not_own").search(said):
        return "other_body"
    for reason, names in load("tables")["polarity"].items():
        if pattern(tuple(names)).search(said) and not listed("polarity_exempt").search(said):
            return str(reason)
    return ""
