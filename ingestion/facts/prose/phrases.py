"""The words around a figure: its clause, the notes and statuses behind it, and whether words stand in a text."""

from __future__ import annotations

import re
from functools import lru_cache

from ingestion.domain import Span
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis, Figure
from ingestion.facts.schema import FactBook
from ingestion.facts.sentences import Sentence
from ingestion.language.ngrams import search
from ingestion.names import organisations
from ingestion.names.organisations import Origin, mentions
from ingestion.numbers.periods import recently

ABROAD = "$countries"  # in a word list: any country, place or organisation abroad


_YEARS = re.compile(
    r"(?:[今去前]年|本年|上年)?\d{1,2}月(?:份|底|初|末|\d{1,2}日)|"
    r"(?:19|20)\d\d年?(?:度)?(?:\d{1,2}(?:月?[-~至到]\d{1,2})?月(?:份|底|初|末|\d{1,2}日)?)?"
    r"(?:[-~至到](?:(?:19|20)\d\d年?)?(?:\d{1,2}月)?(?:\d{1,2}日|底|末)?)?")


_PUNCTUATION = re.compile(r"[\s（）“”‘’\"'《》|/]")


def residue(phrase: str) -> str:
    """What a phrase names once fillers, totals, periods' years and punctuation are taken away."""
    rest = words("fillers").sub("", _YEARS.sub("", recently().sub("", phrase)))
    return _PUNCTUATION.sub("", rest)


def quoted(analysis: Analysis, span: Span) -> bool:
    """Whether a place of a sentence lies in a verbatim quotation of the policy."""
    base = analysis.sentence.span.start
    return not analysis.sentence.synthetic and any(
        s.start <= base + span.start and base + span.end <= s.end for s in analysis.sentence.quotations
    )


@lru_cache(maxsize=8192)
def abroad(text: str) -> bool:
    return any(origin in (Origin.FOREIGN, Origin.GREATER_CHINA) for _, _, origin in mentions(text))


def run_from_abroad(name: str) -> bool:
    """静冈大学电子所重庆实验室, 新加坡制造研究院重庆实验室: a body abroad named first runs what stands behind it."""
    named = mentions(name)
    if not named or named[0][0] or named[0][2] is not Origin.FOREIGN:
        return False
    home = next((start for start, _, origin in named if origin is Origin.DOMESTIC), len(name))
    return any(words("institution_end").search(name[:end]) for end in (named[0][1], home))


def says_any(book: FactBook, words_: list[str], text: str) -> bool:
    return search(book.pattern(words_), text) is not None or (ABROAD in words_ and abroad(text))


def note_behind(analysis: Analysis, figure: Figure) -> str:
    """What stands in the bracket right behind a figure, if it holds no figure of its own."""
    start = figure.quantity.span.end
    if "（" not in analysis.sentence.folded:
        return ""
    for index, clause in enumerate(analysis.clauses):
        if clause.span.start == start + 1 and clause.depth == figure.depth + 1:
            note = analysis.clause_text(index)
            counted = any(f.clause == index for f in analysis.figures)
            return "" if counted or leaves_out(note) else note
    return ""


def leaves_out(note: str) -> bool:
    """不含2018年以前的, 证书过期的不在内: a note of what a figure does not hold."""
    return words("leaves_out").match(note.lstrip()) is not None


def behind_note(analysis: Analysis, figure: Figure) -> str:
    """其中1家（某团队）已于2023年迁出: what stands behind the bracket that follows a figure, in its clause."""
    end = figure.quantity.span.end
    if analysis.sentence.folded[end : end + 1] != "（":
        return ""
    clause = analysis.clauses[figure.clause].span
    behind = (f.left_start for f in analysis.figures if f.quantity.span.start > end and f.clause == figure.clause)
    stop = min(behind, default=clause.end)
    return "|" + analysis.outer_text(figure.clause)[end - clause.start : stop - clause.start]


def untitled(own: str) -> str:
    """Titles of works in 《》 name nothing that the figure counts."""
    return words("title_mark").sub("", own)


def clause_words(analysis: Analysis, figure: Figure) -> str:
    """The clause with the contents of its brackets blanked, up to a colon behind the figure, which begins what it
    counts; and the clause that its own bracket hangs on."""
    index = figure.clause
    text = analysis.outer_text(index)
    colon = text.find("：", figure.quantity.span.end - analysis.clauses[index].span.start)
    text = text[:colon] if colon >= 0 else text
    outer = analysis.clauses[index].outer
    return text if outer < 0 else text + "|" + analysis.outer_text(outer)


def statement(analysis: Analysis, figure: Figure) -> str:
    """What stands between the semicolons around a figure."""
    text, place = analysis.sentence.folded, figure.quantity.span.start
    end = text.find("；", place)
    return text[text.rfind("；", 0, place) + 1 : end if end >= 0 else len(text)]


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
            and not leaves_out(analysis.clause_text(index))
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


def ancestors(figure: Figure) -> str:
    text, node = "", figure.parent
    while node is not None:
        text += "|" + node.own + "|" + node.sentence.folded[: node.left_start]
        node = node.parent
    return text


def elsewhere(book: FactBook, text: str) -> bool:
    """A mainland place that is not the policy's region stands in the text, and none of the region's names does."""
    places = [m for m in organisations.scan(text) if m.origin is Origin.DOMESTIC and m.kind is organisations.Kind.PLACE]
    return bool(places) and not book.pattern(book.home.names).search(text)


def greater_china_only(own: str) -> bool:
    """Whether all that a phrase names abroad is of Hong Kong, Macao or Taiwan, or what it says them all to be from."""
    only = words("only_from").search(own)
    own = own[only.end() :] if only else own
    origins = {origin for _, _, origin in organisations.mentions(own)}
    return Origin.GREATER_CHINA in origins and Origin.FOREIGN not in origins
