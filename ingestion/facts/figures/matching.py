"""Which of a sentence's figures state a fact.

A figure states a fact when its unit can count it, its own phrase (or what that phrase continues) names the fact's head,
every need is met within its reach, and nothing in its phrase says that it counts something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from ingestion.domain import Interval
from ingestion.facts.claims.assertions import Claims
from ingestion.facts.figures.heads import named_by, unexplained
from ingestion.facts.figures.needs import answers_requirement, clause_about_all_or_owner, met
from ingestion.facts.figures.relations import classed, without_apart
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.modality import dropped
from ingestion.facts.prose.phrases import (
    behind_note,
    clause_span,
    clause_words,
    elsewhere,
    greater_china_only,
    note_behind,
    quoted,
    residue,
    run_from_abroad,
    says_any,
    statement,
    status_after,
    untitled,
)
from ingestion.facts.scanning.columns import is_place
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.language import load
from ingestion.names import organisations

Role = Literal["figure", "rest", "less", "twice"]


class Match(Struct):
    """What a figure is to a fact: a "figure" of its own, the "rest" of a total (其余5家均在履行), a part that makes the
    total "less" because it does not count, or a part that is counted "twice"."""

    figure: Figure
    kinds: frozenset[str]
    role: Role
    value: Interval
    open: bool = False  # a need is unmet that leaves its lower bound open
    doubtful: bool = False  # it may not count by where its things are from
    inferred: int = 0  # how much of what makes it a figure of the fact stands elsewhere than beside it


def match_figure(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, earlier: list[Match], claims: Claims
) -> Match | None:
    """What a figure is to a fact, given the figures before it that were matched; None: it says nothing of it."""
    measure = figure.quantity.measure
    if not earlier and measure and measure not in spec.measures:
        return None
    _not_deducted(book, spec, analysis, figure, earlier)
    part = _as_part(book, spec, analysis, figure, earlier, claims)
    if part is not None:
        return part

    def leave_out(reason: str) -> None:
        claims.exclude(analysis.sentence.document, clause_span(analysis, figure), reason)

    context = _about(book, spec, analysis, figure, earlier, leave_out)
    if context is None:
        said = earlier or claims.stated_in(analysis.sentence) or claims.stated_in(analysis.sentence.previous)
        if reason := _beside_what_counts(book, spec, analysis, figure) if said else "":
            leave_out(reason)
        elif figure.blocked and _of_its_clause(book, spec, analysis, figure):
            leave_out(figure.blocked)
        return None
    unmet = [need for need in spec.needs if not met(book, need, analysis, figure, context)]
    if _of_something_else(book, spec, analysis, figure, context):
        _leave_undecided(book, spec, analysis, figure, claims, unmet=len(unmet))
        return None
    if any(not (need.open and says_any(book, need.open, figure.own)) for need in unmet) or (
        unmet and run_from_abroad(figure.left)  # 南洋理工大学在园区内运营联合实验室1个: somebody else's
    ):
        if len(unmet) < max(2, len(spec.needs)) or (figure.blocked and _of_its_clause(book, spec, analysis, figure)):
            leave_out(figure.blocked or "not_stated")
        return None
    kinds = kinds_in(book, spec, without_apart(book, spec, figure.paired or figure.own))
    kinds = kinds or kinds_in(book, spec, figure.label)
    reason = _against(book, spec, analysis, figure)
    if not reason and _held_by_another(book, spec, analysis, figure, kinds, earlier):
        reason = "part_of_total"
    if reason:
        leave_out(reason)
        return None
    if not kinds and spec.kinds and not book.pattern(spec.heads).search(figure.own) and not figure.total:
        kinds = kinds_in(book, spec, context)  # 申请发明专利70件，已授权33件
    doubtful = spec.doubtful_origin and greater_china_only(figure.own)
    value = _value(spec, figure, doubtful=doubtful or bool(unmet))
    return Match(figure, kinds, "figure", value, bool(unmet), doubtful,
                 _inferred(book, spec, analysis, figure, earlier))


def _about(
    book: FactBook,
    spec: FactSpec,
    analysis: Analysis,
    figure: Figure,
    earlier: list[Match],
    leave_out: Callable[[str], None],
) -> str | None:
    """What names the things that a figure counts, if it is in a unit of the fact and speaks of it by itself."""
    measure = figure.quantity.measure
    if quoted(analysis, figure.quantity.span):
        if measure in spec.measures and book.pattern(spec.heads).search(figure.own):
            leave_out("quotation")
        return None
    if measure not in spec.measures and not (measure == "" and figure.plain and spec.kind == "count"):
        return None
    if _refers_back(book, spec, analysis, figure) or _sums_others(analysis, figure, earlier):
        if _named(book, spec, figure):
            leave_out("part_of_total")
        return None  # 上述16项中，有1项已撤销: the figure of the sentence before it
    context = named_by(book, spec, analysis, figure)
    return f"{context}|{figure.label}" if context is not None and figure.label else context


def _beside_what_counts(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str:
    """Why a figure that does not name the fact's things itself and stands beside one of the fact does not count: 合作
    机构6家。另有2家尚在洽谈; 支出189万元，预算260万元; 专职3名。国际合作部计划增加到5人; 专职7名；兼职顾问21名."""
    if figure.quantity.measure not in spec.measures or not figure.quantity.unit:
        return ""
    clause = analysis.clause_text(figure.clause)
    needed = any(says_any(book, need.words, clause) for need in spec.needs)
    if figure.blocked and (needed or words("additional").match(figure.left.lstrip("，、 "))):
        return figure.blocked
    if spec.kind == "money" and book.pattern(spec.not_spent).search(figure.own):
        return "not_spent"
    return "definition" if spec.subtract and book.pattern(spec.subtract).search(figure.own) else ""


def _of_its_clause(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    """Whether a figure is in a unit of the fact in a clause that names the fact's things: where it is planned, quoted
    or somebody else's, that is said of it."""
    measured = figure.quantity.measure in spec.measures
    return measured and book.pattern(spec.heads).search(analysis.clause_text(figure.clause)) is not None


def _named(book: FactBook, spec: FactSpec, figure: Figure) -> bool:
    return book.pattern(spec.heads).search(untitled(figure.own)) is not None


def _leave_undecided(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, claims: Claims, *, unmet: int
) -> None:
    """A figure whose words speak against it counts something else, or is left open where they only describe what it
    counts."""
    document, span = analysis.sentence.document, clause_span(analysis, figure)
    if not unmet and not figure.blocked and _only_described(book, spec, figure):
        claims.unexplain(document, span, figure.quantity.interval, "unclear")
    elif unmet < max(2, len(spec.needs)):
        claims.exclude(document, span, figure.blocked or "definition")


def _inferred(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, earlier: list[Match]) -> int:
    """How much of what makes a figure one of the fact is not said by its sentence: what it counts (办法9项, and not the
    知识产权 that they are about), each need that only what stands above meets, a total that is of something else."""
    said = f"{figure.label}|{analysis.sentence.folded}"
    above = 0 if answers_requirement(analysis) else sum(not says_any(book, need.words, said) for need in spec.needs)
    above += _OF_THESE.match(analysis.sentence.folded, figure.quantity.span.end) is not None
    if figure.part:
        own = _names_it(book, spec, analysis, figure)  # 论文31篇，其中中外联合署名9篇
        return above + (matched_parent(figure, earlier) is None and not own)
    return above + (not _names_it(book, spec, analysis, figure))


# 5项市级项目里有3项是…: of those that were told before
_OF_THESE = re.compile(r"[^，。；\d]{1,10}(?:里|中|当中|之中)(?:也|还|就)?有")


def _only_described(book: FactBook, spec: FactSpec, figure: Figure) -> bool:
    """开展工作的海外研发机构2个: what speaks against a figure describes the fact's things, and does not name others."""
    against = book.pattern([*spec.exclude, *spec.exclude_clause]).search(figure.left)
    if against is None or figure.part:
        return False
    behind = words("attributive").search(figure.left, against.end())
    return behind is not None and book.pattern(spec.heads).search(figure.left, behind.end()) is not None


def _names_it(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    """Whether the word right before or behind a figure says that it counts the fact's things."""
    heads = book.pattern(spec.heads)
    if heads.search(f"{figure.paired}|{figure.label}|{note_behind(analysis, figure)}"):
        return True
    if analysis.sentence.synthetic and figure is analysis.figures[0] and not figure.own.strip():
        return heads.search(analysis.sentence.folded[: figure.left_start]) is not None  # 入驻高企，11户
    if figure.quantity.unit and heads.search(figure.own[len(figure.left) :]):
        return True  # 3家企业, 12 SCI papers
    ends = [match.end() for match in heads.finditer(figure.left)]
    if not ends or words("to_others").search(figure.left, ends[-1]):
        return False  # 实验室向17家企业提供测试
    return len(unexplained(book, spec, words("counted_nouns").sub("", figure.left[ends[-1] :]))) < 2


def _refers_back(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    """上述16项中，有1项已撤销: the figure of the sentence before it; not where its own sentence names the things
    that it counts (引进的甲技术、输出的乙技术，上述两项国际技术转移均已完成)."""
    text = analysis.sentence.folded
    back = words("refers_back").search(text, figure.left_start, figure.quantity.span.start)
    if back is None:
        return False
    before = text[: back.start()].rstrip("，、 ")
    counted = any(f.quantity.measure == figure.quantity.measure for f in analysis.figures if f is not figure)
    named = words("joint").search(before) is not None and "，" not in before
    return counted or not named or book.pattern(spec.heads).search(figure.own) is None


def _sums_others(analysis: Analysis, figure: Figure, earlier: list[Match]) -> bool:
    """派驻2人，外籍全职3人，合计5人: a bare total of figures none of which is of the fact."""
    before = [
        f
        for f in analysis.figures[: analysis.figures.index(figure)]
        if f.quantity.measure == figure.quantity.measure and not f.part and f.depth == figure.depth
    ]
    none = len(before) > 1 and not any(m.figure in before for m in earlier)
    return none and figure.total and not residue(words("now").sub("", figure.own))


def _others_of_pair(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    """高企、规上企业分别为15家、22家: the head stands in another member of the pair, and not behind them all."""
    heads = book.pattern(spec.heads)
    members = [f.paired for f in analysis.figures if f.clause == figure.clause and f.paired]
    own = heads.search(figure.paired) is not None or kinds_in(book, spec, figure.paired)
    return bool(heads.search(members[0])) and not own


def _against(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str:
    """Why a figure of the fact's things does not count; "" where it does."""
    said, own_status = status_after(analysis, figure), _own_status(book, spec, analysis, figure)
    of_another = figure.blocked == "dropped_status" and said != own_status and not dropped(own_status)
    mine = figure.blocked == "other_body" and _for_applicant(book, spec, analysis, figure)
    if figure.blocked and not (mine or of_another):
        return figure.blocked
    of_all = clause_about_all_or_owner(analysis, figure)  # 众创空间3个，级别均为区级
    behind = analysis.figures[analysis.figures.index(figure) + 1 :]
    of_others = any(words("additional").match(one.left.lstrip("，、 ")) for one in behind)  # 专职5人，另外4人均系兼职
    said = f"{figure.label}|{figure.paired or figure.own}{own_status}{'' if of_others else of_all}"
    if spec.subtract and book.pattern(spec.subtract).search(said):
        return "definition"
    places = spec.home_only and any(
        elsewhere(book, said) for said in (clause_words(analysis, figure), of_all)
    )
    if places:
        return "direction"
    elsewhere_ = spec.listing is not None and spec.listing.host_only and _of_another_country(analysis, figure)
    return "other_country" if elsewhere_ else ""


def _own_status(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str:
    """What is said of a figure behind it; not a plan for another thing (工作站1个，正在筹建市级重点实验室)."""
    heads = book.pattern(spec.heads)
    pieces = status_after(analysis, figure).split("|")
    plans = ((piece, words("plan_forward").search(piece) or words("plan").search(piece)) for piece in pieces)
    return "|".join(piece for piece, plan in plans if plan is None or heads.search(piece, plan.end()) is None)


def _held_by_another(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, kinds: frozenset[str], earlier: list[Match]
) -> bool:
    """高企9家、“专精特新”企业4家（均为高企）: a figure whose note says that all of it was counted as another kind."""
    if not (spec.kinds and spec.kinds.overlap):
        return False
    note = note_behind(analysis, figure).lstrip()
    if words("said_of_all").match(note) is None:
        return False
    others = kinds_in(book, spec, note) - kinds
    return bool(others) and any(m.role == "figure" and m.kinds and m.kinds <= others for m in earlier)


def _value(spec: FactSpec, figure: Figure, *, doubtful: bool) -> Interval:
    value = figure.quantity.interval
    if doubtful:
        value = Interval(0, value.high)
    newly = spec.time == "state" and words("newly").search(figure.own) is not None  # 今年新增高企4家
    rest = figure.parent is None and not figure.part and words("rest").search(figure.left)  # 剩下的两位…
    some = newly or rest or words("sample").search(figure.own) or _some_of_them(figure)
    return Interval(value.low, None) if some else value  # 代表性论文5篇


def _some_of_them(figure: Figure) -> bool:
    """国家级任务里有一项是…; “甲”也是一个平台; 聘用的两位雇员分别负责…; 一人管外派，一人管会务: some of the things are
    spoken of, and not how many there are."""
    text, span = figure.sentence.folded, figure.quantity.number
    if figure.left.rstrip().endswith("的") and words("acting").match(figure.right):
        return True
    if figure.quantity.interval == Interval(1, 1) and not figure.left.strip() and words("task").match(figure.right):
        return True
    one = text[span.start : span.end] == load("numbers")["article"]
    return one and (is_place(figure.left.strip()) or words("one_of_them").search(text, 0, span.start) is not None)


def kinds_in(book: FactBook, spec: FactSpec, text: str) -> frozenset[str]:
    """The alternatives that a text names; all of them together are the fact as a whole: none."""
    names = spec.kinds.names if spec.kinds else {}
    kinds = frozenset(name for name, words_ in names.items() if book.pattern(words_).search(text))
    return frozenset() if kinds == frozenset(names) else kinds


def _as_part(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, earlier: list[Match], claims: Claims
) -> Match | None:
    """A part of a matched figure that is counted twice (其中4家同时…), or that does not count (其中2家已过期)."""
    value = figure.quantity.interval
    end = analysis.clauses[figure.clause].span.end
    behind = analysis.sentence.folded[figure.quantity.span.end : end] if figure.part else ""
    twice = spec.overlap_pattern(book).search(figure.own + behind) is not None
    if twice and earlier and (analysis.sentence.synthetic or _of_both(spec, figure, earlier)):
        return Match(figure, frozenset(), "twice", value)
    if twice and not earlier and _of_those_above(analysis, figure, claims):
        return Match(figure, frozenset(), "twice", value)
    counted = figure.quantity.measure in spec.measures or not figure.quantity.measure
    if not figure.part or not counted or matched_parent(figure, earlier) is None:
        return None
    if twice or _of_another_kind(book, spec, figure, earlier):
        return Match(figure, frozenset(), "twice", value)
    text = figure.own + behind_note(analysis, figure) + status_after(analysis, figure)
    if spec.listing is not None and spec.listing.host_only and _of_another_country(analysis, figure):
        claims.exclude(analysis.sentence.document, clause_span(analysis, figure), "other_country")
        return Match(figure, frozenset(), "less", value)
    if spec.home_only and elsewhere(book, figure.own):
        claims.exclude(analysis.sentence.document, clause_span(analysis, figure), "direction")
        return Match(figure, frozenset(), "less", value)
    if spec.time == "state" and words("in_force").search(figure.own):
        return Match(figure, frozenset(), "rest", value)  # 28家，其中有效期内的21家
    if _decided(book, spec, analysis, figure):
        return Match(figure, frozenset(), "rest", value)
    counted_beside = any(m.role == "figure" and m.figure.part and m.figure.parent is figure.parent for m in earlier)
    rest = words("rest").search(figure.left) is not None and not counted_beside
    if rest and not book.pattern(spec.subtract).search(figure.own):
        return Match(figure, frozenset(), "rest", value)
    lost = _struck(analysis, figure) or any(
        found_ is not None
        for found_ in (
            book.pattern(spec.subtract).search(text),
            words("awaited").search(figure.own),
            words("taken_off").search(figure.left),
        )
    )
    if lost and not figure.blocked.startswith(("quotation", "template")):
        reason = "definition" if spec.needs else "expired"
        claims.exclude(analysis.sentence.document, clause_span(analysis, figure), reason)
        return Match(figure, frozenset(), "less", value)
    return None


def _struck(analysis: Analysis, figure: Figure) -> bool:
    """12家中有2家证书过期、1家已搬走，应予剔除: a clause behind the parts that leaves them all out."""
    return any(
        clause.span.start > figure.quantity.span.end and words("struck").match(analysis.clause_text(index))
        for index, clause in enumerate(analysis.clauses)
    )


def _decided(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    """与22家机构合作，其中长期稳定合作14家: only the part says what its total must."""
    fulfilled = book.pattern(spec.fulfilled)
    said = fulfilled.search(figure.own) is not None and book.pattern(spec.subtract).search(figure.own) is None
    if not spec.fulfilled or figure.parent is None or not said:
        return False
    own = figure.parent.sentence is analysis.sentence
    return not fulfilled.search(clause_words(analysis, figure.parent) if own else figure.parent.sentence.folded)


def _of_another_kind(book: FactBook, spec: FactSpec, figure: Figure, earlier: list[Match]) -> bool:
    """高企8家，科技型中小企业17家（其中高企8家）: a part of one kind that is of the other was counted there."""
    parent = matched_parent(figure, earlier)
    kinds = kinds_in(book, spec, figure.own)
    if parent is None or not (spec.kinds and spec.kinds.overlap and kinds and parent.kinds) or kinds & parent.kinds:
        return False
    return any(m.role == "figure" and m.kinds == kinds for m in earlier)


def _not_deducted(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, earlier: list[Match]
) -> None:
    """共计11户，去年迁出1户，尚未扣除; 登记5人，2人在总部远程参与: what was lost is a part of what still holds it."""
    if figure.part or not earlier or not spec.subtract:
        return
    whole, value = earlier[-1].figure.quantity, figure.quantity
    bare = not figure.left.strip("，、； ") and value.measure == whole.measure
    if bare and earlier[-1].figure.clause != figure.clause and value.interval.low < whole.interval.low:
        figure.part = book.pattern(spec.subtract).search(figure.right) is not None
        figure.parent = earlier[-1].figure if figure.part else None
    if figure.part or not analysis.sentence.holds(words("not_deducted")):
        return
    if book.pattern(spec.subtract).search(figure.own) and not book.pattern(spec.heads).search(figure.own):
        figure.part, figure.parent = True, earlier[-1].figure


def _for_applicant(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    above = figure.parent if figure.part else None
    whole = clause_words(analysis, above) if above is not None and above.sentence is analysis.sentence else ""
    said = clause_words(analysis, figure) + "|" + whole
    return bool(spec.applicant) and book.pattern(spec.applicant).search(said) is not None


def _of_those_above(analysis: Analysis, figure: Figure, claims: Claims) -> bool:
    """SCI：19篇 / EI：6篇 / 同时被SCI和EI收录：4篇: line by line, what is counted twice is of the figures above it."""
    if analysis.sentence.synthetic:
        return False
    within = figure.part and figure.parent is not None and figure.parent.sentence is not analysis.sentence
    return within or len(claims.kinds_above(analysis.sentence)) > 1


def _of_both(spec: FactSpec, figure: Figure, earlier: list[Match]) -> bool:
    """SCI 19篇、EI 7篇，二者重复2篇: behind figures of more than one kind, what is counted twice is of both."""
    kinds = frozenset().union(*(m.kinds for m in earlier if m.role == "figure"))
    return len(kinds) > 1 and figure.quantity.measure in spec.measures


def _of_another_country(analysis: Analysis, figure: Figure) -> bool:
    codes = organisations.countries_in(figure.own)
    return bool(analysis.names.host and codes) and analysis.names.host not in codes


def _of_something_else(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, context: str) -> bool:
    """Words in a figure's phrase, its clause or its sentence that make it count something else."""
    named = f"{figure.own}|{figure.label}" if figure.label else figure.own
    if figure.part and not book.pattern(spec.heads).search(figure.own):
        settled = bool(spec.fulfilled) and book.pattern(spec.fulfilled).search(figure.own) is not None
        named = figure.own if settled else context  # its head is its total's, and so is what that total counts
    if any(says_any(book, need.words, figure.own) for need in spec.needs):
        named = _subject(book, spec, figure)
    if analysis.sentence.synthetic and "，" in analysis.sentence.folded and not residue(figure.own):
        named = context  # 履行中的技术转移合同，6项: a row's cells before the figure name what it counts
    topic = analysis.clause_text(figure.topic).rstrip() if figure.topic >= 0 and not figure.label else ""
    if any(match.end() == len(topic) for match in book.pattern(spec.heads).finditer(topic)):
        named += "|" + topic  # 与外方联合署名的论文，近三年SCI期刊上见刊7篇
    if figure.depth and not residue(figure.own):
        named += "|" + analysis.sentence.folded[: figure.left_start]  # 申请未授权（13件）
    if figure in classed(book, spec, analysis):
        named = book.pattern(spec.class_words).sub("", named)
    if figure.paired:
        named = figure.paired
        if _others_of_pair(book, spec, analysis, figure) or book.pattern(spec.subtract).search(named):
            return True
    if book.pattern(spec.exclude).search(named):
        return True
    within = clause_words(analysis, figure) + "|" + figure.label
    if spec.exclude_clause and book.pattern(spec.exclude_clause).search(within):
        return True
    if not spec.exclude_sentence:
        return False
    if analysis.sentence.synthetic and not analysis.sentence.row and "，" not in analysis.sentence.folded:
        return book.pattern(spec.exclude_sentence).search(figure.own) is not None  # each cell is of its own thing
    if "；" in analysis.sentence.folded:
        return book.pattern(spec.exclude_sentence).search(statement(analysis, figure)) is not None
    return analysis.sentence.holds(book.pattern(spec.exclude_sentence))


def _subject(book: FactBook, spec: FactSpec, figure: Figure) -> str:
    """A figure's phrase without the predicate behind it (三篇SCI文章都是与…合写的), where it names the fact alone."""
    said = words("predicate").search(figure.right)
    if said is None:
        return figure.own
    own = figure.own[: len(figure.own) - len(figure.right) + said.start()]
    named = book.pattern(spec.heads).search(own) and all(says_any(book, need.words, own) for need in spec.needs)
    return own if named else figure.own


def matched_parent(figure: Figure, earlier: list[Match]) -> Match | None:
    node = figure.parent
    while node is not None:
        for match in earlier:
            if match.figure is node and match.role == "figure":
                return match
        node = node.parent
    return None
