"""What names the things that a figure counts: its own phrase, its note, what stands before, above or behind it."""

from __future__ import annotations

import re

from ingestion.facts.figures.needs import clause_about_all
from ingestion.facts.figures.relations import beside_the_first
from ingestion.facts.figures.topics import done
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.phrases import ABROAD, ancestors, note_behind, residue, says_any, status_after, untitled
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.language import load, pattern
from ingestion.names import organisations
from ingestion.numbers.numerals import has_number

_PLACE = re.compile(r"[^，。；、|（）]{1,8}(?:内|里|楼上)(?=[|\s]*$)")  # （孵化楼内12家，加速器内23家）: where
_MEMBERS = re.compile(r"、(?![^“”]*”)|；")  # 、 within a title parts nothing


def named_by(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str | None:
    """The text that names what is counted: the figure's own phrase, with what it continues; None if neither does."""
    heads = book.pattern(spec.heads)
    place = _PLACE.search(figure.left)
    if heads.search(untitled(figure.own.replace(place[0], "", 1) if place else figure.own)):
        return figure.own + (ancestors(figure) if figure.part else "")
    note = note_behind(analysis, figure)
    if note and not figure.part and heads.search(note):
        return figure.own + "|" + note  # 甲研究院1个（新型研发机构，2020年认定）
    behind = status_after(analysis, figure)
    if behind and not figure.part and heads.search(behind):
        return figure.own + behind  # 工作人员6名，全部专职从事国际合作事务
    if figure.part and figure.parent is not None:
        above = ancestors(figure)
        return figure.own + above if heads.search(above) else None
    before = analysis.sentence.previous
    if figure.part and before is not None and not has_number(before.folded) and heads.search(before.folded):
        return figure.own + "|" + before.folded  # 园区建有各类创新平台。其中国家级3个、市级6个
    beside = (
        _head_before_colon(heads, analysis, figure)
        or _heads_behind_colon(heads, analysis, figure)
        or _shared_head(heads, analysis, figure)
        or _head_of_whole(heads, analysis, figure)
    )
    if beside:
        return figure.own + "|" + beside
    named = len(unexplained(book, spec, figure.own)) > 1  # a thing of its own
    named = named and not (words("net").search(figure.left) or done(figure) or beside_the_first(analysis, figure))
    named = named or (_others_by_name(book, spec, figure.own) and not beside_the_first(analysis, figure))
    continued = (_head_in_title if named else _head_before)(book, spec, analysis, figure)
    if continued is None and not named:
        said = clause_about_all(analysis, figure)
        continued = said if heads.search(said) else None  # 2023年12篇，2024年15篇，以上都是SCI收录的文章
    return None if continued is None else figure.own + continued


def _head_before_colon(heads: re.Pattern[str], analysis: Analysis, figure: Figure) -> str:
    """What stands before the colon that the figure follows, if it holds the head and no figure of its own."""
    sentence = analysis.sentence
    colon = sentence.folded.rfind("：", 0, figure.left_start + 1)
    if words("among_lead").match(sentence.folded) and heads.search(figure.label):
        return figure.label  # 协议签署方中，境外14家、境内6家
    if colon <= 0 or sentence.pair or heads.search(sentence.folded, 0, colon) is None:
        return ""
    if any(f.quantity.span.end <= colon for f in analysis.figures):
        return ""
    return sentence.folded[:colon]


def _heads_behind_colon(heads: re.Pattern[str], analysis: Analysis, figure: Figure) -> str:
    """项目有四项：…启动的“刀具联合研发”、…实施的“分级技术转移转化”: the members behind it, if most name one."""
    text, end = analysis.sentence.folded, figure.quantity.span.end
    if text[end : end + 1] != "：":
        return ""
    stop = min([f.left_start for f in analysis.figures if f.left_start > end] or [len(text)])
    members = [member for member in _MEMBERS.split(text[end + 1 : stop]) if member.strip(" 。；")]
    named = [member for member in members if heads.search(member)]
    return text[end + 1 : stop] if len(named) > 1 and len(named) * 2 > len(members) else ""


def _head_of_whole(heads: re.Pattern[str], analysis: Analysis, figure: Figure) -> str:
    """专职队伍由主任1名、官员3名组成: what stands before the members that make up a whole."""
    made_of = words("made_of").search(analysis.clause_text(figure.clause))
    start = analysis.clauses[figure.clause].span.start
    if made_of is None or not made_of.start(1) <= figure.quantity.span.start - start < made_of.end(1):
        return ""
    whole = analysis.clause_text(figure.clause)[: made_of.start(1)]
    return whole if heads.search(whole) else ""


def unexplained(book: FactBook, spec: FactSpec, own: str) -> str:
    """What is left of a phrase without the words of the fact's needs, kinds and money: a thing of another name."""
    for name in ("remain", "in_force", "own_noted"):
        own = words(name).sub("", own)
    rest = residue(own)
    abroad = any(ABROAD in need.words for need in spec.needs)
    for mention in reversed(organisations.scan(rest)):
        if abroad or mention.kind is organisations.Kind.COUNTRY:
            rest = rest[: mention.start] + rest[mention.end :]  # 授权专利5件，美国3件: where, not what
    rest = words("each").sub("", rest)
    if spec.kind == "money":
        money = load("numbers")["money"]
        rest = pattern((*money["foreign"], *money["prefix"], *money["share"])).sub("", rest)  # 泰铢386万铢
        rest = _without_country_behind(rest)  # 马来西亚林吉特68万元
    for need in spec.needs:
        rest = book.pattern([w for w in need.words if w != ABROAD]).sub("", rest)
    for name in ("own_body", "additional", "generic"):
        rest = words(name).sub("", rest)
    for names in [*(spec.kinds.names.values() if spec.kinds else []), spec.spent, spec.received, spec.not_spent]:
        rest = book.pattern(names).sub("", rest)
    return rest


def _without_country_behind(text: str) -> str:
    last = organisations.scan(text)[-1:]
    named = last and last[0].kind is organisations.Kind.COUNTRY and last[0].end == len(text)
    return text[: last[0].start] if named else text


def _head_in_title(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str | None:
    """The title of a table of figures, if it names the thing and the figure's cell only the kind."""
    sentence = analysis.sentence
    if not sentence.synthetic or sentence.row or "，" in sentence.folded:
        return None
    if not any(says_any(book, need.words, figure.own) for need in spec.needs):
        return None
    title = "\n".join(line for line in sentence.section.lead.split("\n") if not line.endswith("。"))
    if book.pattern(spec.heads).search(title) is None or others_head(book, spec, figure.own):
        return None
    return title


def _head_before(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> str | None:
    """The text before the figure, with the item before it that it continues; else the headings and lead-in above, where
    its own label names nothing that another fact counts (below 企业、平台、海外机构: 高企，6户)."""
    heads = book.pattern(spec.heads)
    sentence, previous = analysis.sentence, analysis.sentence.previous
    before = sentence.folded[: figure.left_start]
    named_above = sentence.counts_on or not residue(before) or (figure.topic >= 0 and not has_number(before))
    if previous is not None and sentence.continues and named_above:
        part = words("part").search(previous.folded)
        before = previous.folded[: part.start() if part else None] + before
    if heads.search(before):
        return before
    if figure.plain and not sentence.synthetic:
        return None
    if residue(before) and not (sentence.pair or sentence.listed or sentence.synthetic):
        return None
    if others_head(book, spec, before):
        return None
    section = sentence.section
    told = section.lead.rstrip().endswith("。") and has_number(section.lead)  # it counts something of its own
    above = "\n".join(section.headings[-2:]) if told else section.text
    return above if heads.search(above) else None


def others_head(book: FactBook, spec: FactSpec, own: str) -> bool:
    """Whether a phrase names the things of another fact, with no head in common with this one's."""
    return any(
        book.pattern(other.heads).search(own)
        for other in book.facts.values()
        if other.heads and not set(other.heads) & set(spec.heads)
    )


def _others_by_name(book: FactBook, spec: FactSpec, own: str) -> bool:
    """高企11户、海外研发团队2个: a phrase that says all that makes it one of another fact's things."""
    return any(
        book.pattern(other.heads).search(own)
        and (own_needs := [need for need in other.needs if need.reach == "own"])
        and all(says_any(book, need.words, own) for need in own_needs)
        for other in book.facts.values()
        if other.heads and not set(other.heads) & set(spec.heads)
    )


def _shared_head(heads: re.Pattern[str], analysis: Analysis, figure: Figure) -> str:
    """国家级1个、市级2个创新平台: the head behind the last of figures joined by 、 is theirs together."""
    place = analysis.figures.index(figure)
    text = analysis.sentence.folded
    while place + 1 < len(analysis.figures):
        this, following = analysis.figures[place], analysis.figures[place + 1]
        between = text[this.quantity.span.end : following.left_start + 1]
        joined = following.clause == figure.clause and words("joint").match(between.lstrip())
        if not joined or len(residue(this.right)) > 1:
            break
        place += 1
    last = analysis.figures[place]
    return last.right if last is not figure and heads.search(last.right) else ""
