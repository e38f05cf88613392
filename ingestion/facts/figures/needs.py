"""What a fact needs a figure to say, and where it may say so."""

from __future__ import annotations

from ingestion.facts.claims.assertions import add
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.prose.phrases import clause_words, note_behind, residue, says_any
from ingestion.facts.scanning import forms
from ingestion.facts.schema import FactBook, Need
from ingestion.facts.sentences import Sentence
from ingestion.numbers.numerals import quantities

MOST_LINES = 6  # of a form that are read together


def met(book: FactBook, need: Need, analysis: Analysis, figure: Figure, context: str) -> bool:
    return (
        answers_requirement(analysis)
        or _need(book, need, analysis, figure, context)
        or _complement(book, need, analysis, figure)
        or _made_up_of(book, need, analysis, figure)
        or _shared(book, need, analysis, figure)
    )


def answers_requirement(analysis: Analysis) -> bool:
    """A figure that answers the policy's own requirement is of what that asks for, where it asks for one figure."""
    asked = analysis.sentence.asked
    return bool(asked) and len(quantities(asked)) == 1 and len(analysis.figures) == 1


def _need(book: FactBook, need: Need, analysis: Analysis, figure: Figure, context: str) -> bool:
    """Whether one need is met, by what stands near first, then further away as far as the need reaches."""
    if need.coordinate and _coordinated(book, need, analysis, figure):
        return True
    note = words("rate").sub("", note_behind(analysis, figure))
    context += "|" + note + _spread(analysis, figure) + clause_about_all(analysis, figure)
    if says_any(book, need.words, context) or (need.unless and says_any(book, need.unless, figure.own)):
        return True
    if need.reach == "own":
        return _sums_up(book, need, analysis, figure)
    if says_any(book, need.words, clause_words(analysis, figure)):
        return True
    if need.reach == "clause":
        return False
    lead = analysis.sentence.section.lead if analysis.sentence.listed else ""
    if says_any(book, need.words, analysis.sentence.folded) or (lead and says_any(book, need.words, lead)):
        return True
    if need.reach == "sentence":
        return False
    if forms.of_a_part(analysis.sentence.folded):
        return False  # 综合部：专职4人
    return says_any(book, need.words, analysis.sentence.section.text) or any(
        says_any(book, need.words, before.folded) for before in _above(analysis.sentence)
    )


def _above(sentence: Sentence) -> list[Sentence]:
    """The sentence before it; of a line of a form, the lines above it."""
    above = [sentence.previous] if sentence.previous is not None else []
    while above and len(above) < MOST_LINES and forms.is_entry(sentence.folded) and forms.is_entry(above[-1].folded):
        if above[-1].previous is None:
            break
        above.append(above[-1].previous)
    return above


def _sums_up(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """已有5个市级平台，又获批1个，目前共6个: a bare total is of what the figures before it are of."""
    before = [f for f in analysis.figures[: analysis.figures.index(figure)] if not f.part]
    if not (figure.total and before) or residue(words("now").sub("", figure.own)):
        return False
    named = [f for f in before if residue(words("additional").sub("", f.own))]
    return bool(named) and all(says_any(book, need.words, f.own) for f in named)


def clause_about_all(analysis: Analysis, figure: Figure) -> str:
    """2021年7篇，2022年9篇，均为SCI收录: a clause behind the last figure that speaks of all of them."""
    return _behind_all(analysis, figure, "said_of_all")


def clause_about_all_or_owner(analysis: Analysis, figure: Figure) -> str:
    """引进技术3项，受让方均为贵阳企业: as `clause_about_all`, also where the clause names whose it is."""
    return _behind_all(analysis, figure, "all_of_them")


def _behind_all(analysis: Analysis, figure: Figure, begun: str) -> str:
    """The clauses behind the last figure that begin with one of a list's words."""
    last = analysis.figures[-1].quantity.span.end
    behind = [
        analysis.clause_text(index)
        for index, clause in enumerate(analysis.clauses)
        if clause.span.start > last and clause.depth == figure.depth
    ]
    return "".join("|" + text for text in behind if words(begun).match(text.lstrip()))


def _spread(analysis: Analysis, figure: Figure) -> str:
    """12 universities in 7 countries: the countries that a figure's things are spread over."""
    place = analysis.figures.index(figure) + 1
    following = analysis.figures[place] if place < len(analysis.figures) else None
    if following is None or following.quantity.measure != "countries":
        return ""
    between = analysis.sentence.folded[figure.quantity.span.end : following.quantity.span.start]
    return "|" + following.quantity.unit if words("spread").search(between) else ""


def _complement(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """平台9个，其中区级4个: a total that does not say what it must is met by what is left of it (reading 5); or its
    parts, which fill it, say it (孵化器2家（国家级1家、市级1家）)."""
    if not need.complement or figure.part:
        return False
    parts = [f for f in analysis.figures if f.parent is figure]
    less = [f for f in parts if book.pattern(need.complement).search(f.own)]
    filled = bool(parts) and add(f.quantity.interval for f in parts) == figure.quantity.interval
    return (bool(less) or filled) and all(f in less or says_any(book, need.words, f.own) for f in parts)


def _made_up_of(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """孵化器2个（国家级、市级各1个）: a total is met by parts that meet it and come to it."""
    value = figure.quantity.interval
    parts = [] if figure.part else [f for f in analysis.figures if f.parent is figure and f.bracketed]
    meet = bool(parts) and all(says_any(book, need.words, f.own) for f in parts)
    return meet and value.exact and sum(f.quantity.interval.low for f in parts) == value.low


def _shared(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """国家重点研发计划项目1项、课题2项: a bare head joined to a figure is of what that one is of."""
    place = analysis.figures.index(figure)
    first = analysis.figures[place - 1] if place and need.shared else None
    if first is None or first.depth != figure.depth or figure.clause - first.clause not in (0, 1):
        return False
    if first.clause == figure.clause and words("joint").match(figure.left) is None:
        return False
    bare = not residue(book.pattern(need.shared).sub("", figure.own)) and residue(figure.own)
    return bool(bare) and met(book, need, analysis, first, first.own)


def _coordinated(book: FactBook, need: Need, analysis: Analysis, figure: Figure) -> bool:
    """被EI收录的会议论文9篇、期刊论文7篇: what stands before the first of joined figures holds for the next."""
    place = analysis.figures.index(figure)
    if not place or analysis.figures[place - 1].clause != figure.clause or words("joint").match(figure.left) is None:
        return False
    first = analysis.figures[place - 1]
    while words("joint").fullmatch(first.left.strip()) and (earlier := analysis.figures.index(first)):
        first = analysis.figures[earlier - 1]  # 波兰、越南、美国的2家、2家和1家
    if words("attributive").search(first.left.rstrip()[-1:]) and says_any(book, need.words, first.left):
        return True  # 与奥地利、瑞典的5所大学和2家企业
    match = book.pattern(need.words).search(first.left)
    if match is None:
        return False
    if words("respectively").search(first.left) or not residue(first.left[match.end() :]):
        return True  # 与境外12所高校、5家企业: the word stands before all of them
    return words("attributive").search(first.left, match.end()) is not None or not residue(
        words("grade").sub("", figure.left)
    )
