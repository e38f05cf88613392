"""What later words do to a figure: the sentence behind it says what was lost (常驻5人。2024年3月，2人回国) or gives
another figure for it; a clause names what was lost (重点实验室2个；其中重点实验室2022年到期)."""

from __future__ import annotations

from ingestion.domain import Interval
from ingestion.facts.assertions import Claims
from ingestion.facts.figures import residue
from ingestion.facts.lexicon import words
from ingestion.facts.matching import Match, kinds_in
from ingestion.facts.phrases import located, status_after
from ingestion.facts.records import Analysis
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.language.ngrams import may
from ingestion.numerals import quantities

NEAR = 8  # characters between 其中 and the end of what stands before the thing's name


def lost_since(book: FactBook, spec: FactSpec, analysis: Analysis, matches: list[Match], claims: Claims) -> None:
    """常驻5人。2024年3月，2人结束派驻回国: what a sentence says was lost is taken from the figure of the one before."""
    sentence = analysis.sentence
    if not spec.subtract or not claims.stated or sentence.previous is None:
        return
    stated = claims.stated_in(sentence.previous)
    if len(stated) != 1 or not stated[0].interval.exact:
        return
    text = sentence.document.text[stated[0].span.end : sentence.span.start]
    if words("several").search(text):
        return  # 13篇…，附表里还有几篇中文核心。有一篇重复登记: what was lost is of what was spoken of last
    for figure in analysis.figures:
        if words("additional").match(figure.left.lstrip()):
            return  # 另有4人常住国内，2人…: beside the figure, and so is what follows
        if words("each").search(sentence.folded[max(0, figure.quantity.span.start - 6) : figure.quantity.span.start]):
            continue  # 各科室各指定1名兼职联络员
        if words("rest").search(figure.left) or figure.quantity.interval.low > stated[0].interval.low:
            continue  # 常驻1人。其余4人居住在重庆
        if any(m.figure is figure for m in matches) or figure.quantity.measure not in spec.measures:
            continue
        if figure.blocked in ("quotation", "template", "other_body"):
            continue
        bare = not residue(words("part").sub("", figure.left)) or (figure.part and figure.parent is not None)
        said = figure.right + status_after(analysis, figure)
        kinds = kinds_in(book, spec, figure.own)
        if kinds and stated[0].kinds and kinds != stated[0].kinds:
            continue  # 软件著作权8项；3件发明专利尚在实审
        if bare and not figure.total and book.pattern(spec.subtract).search(said):
            claims.lose(stated[0], figure.quantity.interval, located(sentence, analysis.clauses[figure.clause].span))


def restated(spec: FactSpec, analysis: Analysis, matches: list[Match], claims: Claims) -> None:
    """…40篇。该数未经核实，证明为33篇: another figure for the one before, which is kept (reading 26): a conflict."""
    before = claims.stated_in(analysis.sentence.previous)
    if matches or len(before) != 1 or not analysis.sentence.holds(words("that_figure")):
        return
    others = [f for f in analysis.figures if f.quantity.measure in spec.measures and not f.blocked and not f.part]
    if len(others) != 1 or not others[0].quantity.interval.exact or not before[0].interval.exact:
        return
    entry, other = before[0], others[0].quantity.interval
    if entry.interval != other:
        entry.points = (entry.interval.low, other.low)
        entry.interval = Interval(min(entry.points), max(entry.points))
        entry.conflict = True


def named_lost(book: FactBook, spec: FactSpec, analysis: Analysis, claims: Claims) -> None:
    """Take from the figure that its sentence, or the one that it goes on from, states what a clause without a figure
    says to be lost, where exactly one of the figures counts a thing of that name."""
    sentence = analysis.sentence
    if not spec.subtract or not claims.stated or not may(words("part"), sentence.folded):
        return
    counted = {f.clause for f in analysis.figures}
    for index, clause in enumerate(analysis.clauses):
        if index in counted or clause.depth:
            continue
        body = analysis.clause_text(index)
        part = words("part").match(body.lstrip())
        if part is None or not book.pattern(spec.subtract).search(body):
            continue
        said = body.lstrip()[part.end() :]
        name = book.pattern(spec.heads).search(said)
        if name is None or name.start() > NEAR:
            continue
        before = sentence.folded[: clause.span.start]
        stated = claims.stated_in(sentence)
        if not before.strip() and sentence.previous is not None and sentence.continues:
            before, stated = sentence.previous.folded, claims.stated_in(sentence.previous)
        place = before.find(name[0])
        if len(stated) != 1 or not stated[0].interval.exact or place < 0 or before.count(name[0]) > 1:
            continue
        lost = next((q for q in quantities(before, []) if q.span.start >= place + len(name[0])), None)
        if lost is None or residue(before[place + len(name[0]) : lost.span.start]) or not lost.interval.exact:
            continue
        claims.lose(stated[0], lost.interval, located(sentence, clause.span))
