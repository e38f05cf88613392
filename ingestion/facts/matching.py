"""Which of a sentence's figures state a fact.

A figure states a fact when its unit can count it, its own phrase (or what that phrase continues) names the fact's head,
every need is met within its reach, and nothing in its phrase says that it counts something else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingestion import organisations
from ingestion.domain import Interval, Span
from ingestion.facts.assertions import Claims
from ingestion.facts.figures import residue
from ingestion.facts.lexicon import words
from ingestion.facts.records import Analysis, Figure
from ingestion.facts.scan import Sentence
from ingestion.facts.schema import FactBook, FactSpec, Need
from ingestion.organisations import Origin, mentions

ABROAD = "$countries"  # in a word list: any country, place or organisation abroad


@dataclass(slots=True)
class Match:
    """What a figure is to a fact: a "figure" of its own, the "rest" of a total (其余5家均在履行), a part that makes the
    total "less" because it does not count, or a part that is counted "twice"."""

    figure: Figure
    kinds: frozenset[str]
    role: str  # "figure", "rest", "less" or "twice"
    value: Interval
    open: bool = False  # a need is unmet that leaves its lower bound open


def match_figure(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, earlier: list[Match], claims: Claims
) -> Match | None:
    """What a figure is to a fact, given the figures before it that were matched; None: it says nothing of it."""
    measure = figure.quantity.measure
    _not_deducted(book, spec, analysis, figure, earlier)
    part = _as_part(book, spec, analysis, figure, earlier, claims)
    if part is not None:
        return part

    def leave_out(reason: str) -> None:
        claims.exclude(analysis.sentence.document, clause_span(analysis, figure), reason)

    if quoted(analysis, figure.quantity.span):
        if measure in spec.measures and book.pattern(spec.heads).search(figure.own):
            leave_out("quotation")
        return None
    if measure not in spec.measures and not (measure == "" and figure.plain and spec.kind == "count"):
        return None
    if words("refers_back").search(analysis.sentence.folded, figure.left_start, figure.quantity.span.start):
        return None  # 上述16项中，有1项已撤销: the figure of the sentence before it
    context = _heads(book, spec, analysis, figure)
    if context is not None and figure.label:
        context += "|" + figure.label
    if context is None or _of_something_else(book, spec, analysis, figure, context):
        return None
    unmet = [need for need in spec.needs if not _met(book, need, analysis, figure, context)]
    if any(not (need.open and found(book, need.open, figure.own)) for need in unmet):
        return None
    kinds = kinds_in(book, spec, figure.own)
    reason = _against(book, spec, analysis, figure)
    if not reason and _held_by_another(book, spec, analysis, figure, kinds, earlier):
        reason = "part_of_total"
    if reason:
        leave_out(reason)
        return None
    if not kinds and spec.kinds and not book.pattern(spec.heads).search(figure.own) and not figure.total:
        kinds = kinds_in(book, spec, context)  # 申请发明专利70件，已授权33件
    return Match(figure, kinds, "figure", _value(spec, figure, doubtful=bool(unmet)), bool(unmet))


def _against(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str:
    """Why a figure of the fact's things does not count; "" where it does."""
    if figure.blocked and not (figure.blocked == "other_body" and _for_applicant(book, spec, analysis, figure)):
        return figure.blocked
    if spec.subtract and book.pattern(spec.subtract).search(figure.own + status_after(analysis, figure)):
        return "definition"
    return "direction" if spec.home_only and _elsewhere(book, clause_words(analysis, figure)) else ""


def _held_by_another(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, kinds: frozenset[str], earlier: list[Match]
) -> bool:
    """高企9家、“专精特新”企业4家（均为高企）: a figure whose note says that all of it was counted as another kind."""
    if not (spec.kinds and spec.kinds.overlap):
        return False
    note = _note_behind(analysis, figure).lstrip()
    if words("said_of_all").match(note) is None:
        return False
    others = kinds_in(book, spec, note) - kinds
    return bool(others) and any(m.role == "figure" and m.kinds and m.kinds <= others for m in earlier)


def _value(spec: FactSpec, figure: Figure, *, doubtful: bool) -> Interval:
    value = figure.quantity.interval
    if doubtful or (spec.doubtful_origin and _greater_china_only(figure.own)):
        value = Interval(0, value.high)
    return Interval(value.low, None) if words("sample").search(figure.own) else value  # 代表性论文5篇


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
    counted = figure.quantity.measure in spec.measures or not figure.quantity.measure
    if not figure.part or not counted or matched_parent(figure, earlier) is None:
        return None
    if twice:
        return Match(figure, frozenset(), "twice", value)
    text = figure.own + status_after(analysis, figure)
    if spec.listing is not None and spec.listing.host_only and _of_another_country(analysis, figure):
        claims.exclude(analysis.sentence.document, clause_span(analysis, figure), "other_country")
        return Match(figure, frozenset(), "less", value)
    if spec.home_only and _elsewhere(book, figure.own):
        claims.exclude(analysis.sentence.document, clause_span(analysis, figure), "direction")
        return Match(figure, frozenset(), "less", value)
    if spec.time == "state" and words("in_force").search(figure.own):
        return Match(figure, frozenset(), "rest", value)  # 28家，其中有效期内的21家
    counted_beside = any(m.role == "figure" and m.figure.part and m.figure.parent is figure.parent for m in earlier)
    rest = words("rest").search(figure.left) is not None and not counted_beside
    if rest and not book.pattern(spec.subtract).search(figure.own):
        return Match(figure, frozenset(), "rest", value)
    if book.pattern(spec.subtract).search(text) and not figure.blocked.startswith(("quotation", "template")):
        reason = "definition" if spec.needs else "expired"
        claims.exclude(analysis.sentence.document, clause_span(analysis, figure), reason)
        return Match(figure, frozenset(), "less", value)
    return None


def _not_deducted(
    book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure, earlier: list[Match]
) -> None:
    """共计11户，去年迁出1户，尚未扣除: what was lost is a part of the figure that still holds it."""
    if figure.part or not earlier or not spec.subtract or not analysis.sentence.holds(words("not_deducted")):
        return
    if book.pattern(spec.subtract).search(figure.own) and not book.pattern(spec.heads).search(figure.own):
        figure.part, figure.parent = True, earlier[-1].figure


def _for_applicant(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    return bool(spec.applicant) and book.pattern(spec.applicant).search(clause_words(analysis, figure)) is not None


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
    if any(found(book, need.words, figure.own) for need in spec.needs):
        named = figure.own
    if figure.depth and not residue(figure.own):
        named += "|" + analysis.sentence.folded[: figure.left_start]  # 申请未授权（13件）
    if book.pattern(spec.exclude).search(named):
        return True
    if spec.exclude_clause and book.pattern(spec.exclude_clause).search(clause_words(analysis, figure)):
        return True
    return bool(spec.exclude_sentence) and analysis.sentence.holds(book.pattern(spec.exclude_sentence))


def _met(book: FactBook, need: Need, analysis: Analysis, figure: Figure, context: str) -> bool:
    return _need(book, need, analysis, figure, context) or _complement(book, need, analysis, figure)


def quoted(analysis: Analysis, span: Span) -> bool:
    """Whether a place of a sentence lies in a verbatim quotation of the policy."""
    base = analysis.sentence.span.start
    return not analysis.sentence.synthetic and any(
        s.start <= base + span.start and base + span.end <= s.end for s in analysis.sentence.quotations
    )


def abroad(text: str) -> bool:
    return any(origin in (Origin.FOREIGN, Origin.GREATER_CHINA) for _, _, origin in mentions(text))


def found(book: FactBook, words_: list[str], text: str) -> bool:
    return book.pattern([w for w in words_ if w != ABROAD]).search(text) is not None or (
        ABROAD in words_ and abroad(text)
    )


def _elsewhere(book: FactBook, text: str) -> bool:
    """A mainland place that is not the policy's region stands in the text, and none of the region's names does."""
    places = [m for m in organisations.scan(text) if m.origin is Origin.DOMESTIC and m.kind is organisations.Kind.PLACE]
    return bool(places) and not book.pattern(book.home.names).search(text)


def _greater_china_only(own: str) -> bool:
    origins = {origin for _, _, origin in organisations.mentions(own)}
    return Origin.GREATER_CHINA in origins and Origin.FOREIGN not in origins


def matched_parent(figure: Figure, earlier: list[Match]) -> Match | None:
    node = figure.parent
    while node is not None:
        for match in earlier:
            if match.figure is node and match.role == "figure":
                return match
        node = node.parent
    return None


def _heads(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str | None:
    """The text that names what is counted: the figure's own phrase, with what it continues; None if neither does."""
    heads = book.pattern(spec.heads)
    if heads.search(_untitled(figure.own)):
        return figure.own + (_ancestors(figure) if figure.part else "")
    note = _note_behind(analysis, figure)
    if note and not figure.part and heads.search(note):
        return figure.own + "|" + note  # 甲研究院1个（新型研发机构，2020年认定）
    behind = status_after(analysis, figure)
    if behind and not figure.part and heads.search(behind):
        return figure.own + behind  # 工作人员6名，全部专职从事国际合作事务
    if figure.part and figure.parent is not None:
        above = _ancestors(figure)
        return figure.own + above if heads.search(above) else None
    beside = _head_before_colon(heads, analysis, figure) or _shared_head(heads, analysis, figure)
    if beside:
        return figure.own + "|" + beside
    if len(_unexplained(book, spec, figure.own)) > 1:
        continued = _head_in_title(book, spec, analysis, figure)
    else:
        continued = _head_before(heads, analysis, figure)
    return None if continued is None else figure.own + continued


def _head_before_colon(heads: re.Pattern[str], analysis: Analysis, figure: Figure) -> str:
    """What stands before the colon that the figure follows, if it holds the head and no figure of its own."""
    sentence = analysis.sentence
    colon = sentence.folded.rfind("：", 0, figure.left_start + 1)
    if colon <= 0 or sentence.pair or heads.search(sentence.folded, 0, colon) is None:
        return ""
    if any(f.quantity.span.end <= colon for f in analysis.figures):
        return ""
    return sentence.folded[:colon]


def _unexplained(book: FactBook, spec: FactSpec, own: str) -> str:
    """What is left of a phrase without the words of the fact's needs, kinds and money: a thing of another name."""
    for name in ("remain", "in_force"):
        own = words(name).sub("", own)
    rest = residue(own)
    if any(ABROAD in need.words for need in spec.needs):
        for mention in reversed(organisations.scan(rest)):
            rest = rest[: mention.start] + rest[mention.end :]
    rest = words("each").sub("", rest)
    for need in spec.needs:
        rest = book.pattern([w for w in need.words if w != ABROAD]).sub("", rest)
    for name in ("own_body", "additional", "generic"):
        rest = words(name).sub("", rest)
    for names in [*(spec.kinds.names.values() if spec.kinds else []), spec.spent, spec.received, spec.not_spent]:
        rest = book.pattern(names).sub("", rest)
    return rest


def _head_in_title(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str | None:
    """The title of a table of figures, if it names the thing and the figure's cell only the kind."""
    sentence = analysis.sentence
    if not sentence.synthetic or sentence.row or "，" in sentence.folded:
        return None
    if not any(found(book, need.words, figure.own) for need in spec.needs):
        return None
    title = "\n".join(line for line in sentence.section.lead.split("\n") if not line.endswith("。"))
    if book.pattern(spec.heads).search(title) is None or _others_head(book, spec, figure.own):
        return None
    return title


def _head_before(heads: re.Pattern[str], analysis: Analysis, figure: Figure) -> str | None:
    """The text before the figure, with the item before it that it continues; else the headings and lead-in above."""
    sentence, previous = analysis.sentence, analysis.sentence.previous
    before = sentence.folded[: figure.left_start]
    if previous is not None and sentence.continues and not residue(before):
        part = words("part").search(previous.folded)
        before = previous.folded[: part.start() if part else None] + before
    if heads.search(before):
        return before
    if figure.plain and not sentence.synthetic:
        return None
    if residue(before) and not (sentence.pair or sentence.listed or sentence.synthetic):
        return None
    above = sentence.section.text
    return above if heads.search(above) else None


def _others_head(book: FactBook, spec: FactSpec, own: str) -> bool:
    """Whether a phrase names the things of another fact, with no head in common with this one's."""
    return any(
        book.pattern(other.heads).search(own)
        for other in book.facts.values()
        if other.heads and not set(other.heads) & set(spec.heads)
    )


def _note_behind(analysis: Analysis, figure: Figure) -> str:
    """What stands in the bracket right behind a figure, if it holds no figure of its own."""
    start = figure.quantity.span.end
    for index, clause in enumerate(analysis.clauses):
        if clause.span.start == start + 1 and clause.depth == figure.depth + 1:
            return "" if any(f.clause == index for f in analysis.figures) else analysis.clause_text(index)
    return ""


def _untitled(own: str) -> str:
    """Titles of works in 《》 name nothing that the figure counts."""
    return words("title_mark").sub("", own)


def _shared_head(heads: re.Pattern[str], analysis: Analysis, figure: Figure) -> str:
    """国家级1个、市级2个创新平台: the head behind the last of figures joined by 、 is theirs together."""
    place = analysis.figures.index(figure)
    text = analysis.sentence.folded
    while place + 1 < len(analysis.figures):
        this, following = analysis.figures[place], analysis.figures[place + 1]
        between = text[this.quantity.span.end : following.left_start + 1]
        if (
            following.clause != figure.clause
            or words("joint").match(between.lstrip()) is None
            or len(residue(this.right)) > 1
        ):
            return ""
        place += 1
    last = analysis.figures[place]
    return last.right if last is not figure and heads.search(last.right) else ""


def _ancestors(figure: Figure) -> str:
    text, node = "", figure.parent
    while node is not None:
        text += "|" + node.own + "|" + node.sentence.folded[: node.left_start]
        node = node.parent
    return text


def _need(book: FactBook, need: Need, analysis: Analysis, figure: Figure, context: str) -> bool:
    if need.coordinate and _coordinated(book, need, analysis, figure):
        return True
    context += "|" + _note_behind(analysis, figure) + _spread(analysis, figure) + _said_of_all(analysis, figure)
    if found(book, need.words, context) or (need.unless and found(book, need.unless, figure.own)):
        return True
    if need.reach == "own":
        return _sums_up(book, need, analysis, figure)
    if found(book, need.words, clause_words(analysis, figure)):
        return True
    if need.reach == "clause":
        return False
    lead = analysis.sentence.section.lead if analysis.sentence.listed else ""
    if found(book, need.words, analysis.sentence.folded) or (lead and found(book, need.words, lead)):
        return True
    if need.reach == "sentence":
        return False
    previous = analysis.sentence.previous
    return found(book, need.words, analysis.sentence.section.text) or (
        previous is not None and found(book, need.words, previous.folded)
    )


def _spread(analysis: Analysis, figure: Figure) -> str:
    """12 universities in 7 countries: the countries that a figure's things are spread over."""
    place = analysis.figures.index(figure) + 1
    following = analysis.figures[place] if place < len(analysis.figures) else None
    if following is None or following.quantity.measure != "countries":
        return ""
    between = analysis.sentence.folded[figure.quantity.span.end : following.quantity.span.start]
    return "|" + following.quantity.unit if words("spread").search(between) else ""


def _sums_up(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """已有5个市级平台，又获批1个，目前共6个: a bare total is of what the figures before it are of."""
    before = [f for f in analysis.figures[: analysis.figures.index(figure)] if not f.part]
    if not (figure.total and before) or residue(words("now").sub("", figure.own)):
        return False
    named = [f for f in before if residue(words("additional").sub("", f.own))]
    return bool(named) and all(found(book, need.words, f.own) for f in named)


def _said_of_all(analysis: Analysis, figure: Figure) -> str:
    """2021年7篇，2022年9篇，均为SCI收录: a clause behind the last figure that speaks of all of them."""
    last = analysis.figures[-1]
    return "".join(
        "|" + analysis.clause_text(index)
        for index, clause in enumerate(analysis.clauses)
        if clause.span.start > last.quantity.span.end
        and clause.depth == figure.depth
        and words("said_of_all").match(analysis.clause_text(index).lstrip())
    )


def _complement(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """平台9个，其中区级4个: a total that does not say what it must is met by what is left of it (reading 5)."""
    if not need.complement or figure.part:
        return False
    less = [f for f in analysis.figures if f.parent is figure and book.pattern(need.complement).search(f.own)]
    return bool(less) and all(
        f in less or found(book, need.words, f.own) for f in analysis.figures if f.parent is figure
    )


def _coordinated(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """被EI收录的会议论文9篇、期刊论文7篇: what stands before the first of joined figures holds for the next."""
    place = analysis.figures.index(figure)
    if not place or analysis.figures[place - 1].clause != figure.clause or words("joint").match(figure.left) is None:
        return False
    first = analysis.figures[place - 1]
    match = book.pattern(need.words).search(first.left)
    if match is None:
        return False
    if words("respectively").search(first.left) or not residue(first.left[match.end() :]):
        return True  # 与境外12所高校、5家企业: the word stands before all of them
    return words("attributive").search(first.left, match.end()) is not None or not residue(
        words("grade").sub("", figure.left)
    )


def clause_words(analysis: Analysis, figure: Figure) -> str:
    """The clause with the contents of its brackets blanked, and the clause that its own bracket hangs on."""
    index = figure.clause
    text = analysis.outer_text(index)
    outer = analysis.clauses[index].outer
    return text if outer < 0 else text + "|" + analysis.outer_text(outer)


def status_after(analysis: Analysis, figure: Figure) -> str:
    """Clauses behind a figure that hold no figure and only say its status, and the bracket right behind it."""
    text = analysis.sentence.folded
    found_text = ""
    counted = {f.clause for f in analysis.figures}
    for index, clause in enumerate(analysis.clauses):
        if clause.span.start < figure.quantity.span.end:
            continue
        if index in counted:
            if clause.depth == figure.depth:
                break
            continue
        if (
            clause.depth > figure.depth
            and clause.outer == figure.clause
            and text[figure.quantity.span.end : clause.span.start - 1].strip() == figure.right.strip()
        ) or (clause.depth == figure.depth and words("status_only").match(analysis.clause_text(index).strip())):
            found_text += "|" + analysis.clause_text(index)
    return found_text


def clause_span(analysis: Analysis, figure: Figure) -> Span:
    index = figure.clause
    while analysis.clauses[index].outer >= 0:
        index = analysis.clauses[index].outer
    return located(analysis.sentence, analysis.clauses[index].span)


def located(sentence: Sentence, span: Span) -> Span:
    if sentence.synthetic:
        return sentence.span
    text = sentence.folded[span.start : span.end]
    start = span.start + len(text) - len(text.lstrip(" ，、：\n"))
    end = span.start + len(text.rstrip(" ，、：\n"))
    return Span(sentence.span.start + start, sentence.span.start + max(start, end))
