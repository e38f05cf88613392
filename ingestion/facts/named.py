"""What a clause says by its name to be lost: 重点实验室2个、工作站1个；其中工作站2022年到期后未续."""

from __future__ import annotations

from ingestion.facts.assertions import Claims
from ingestion.facts.figures import residue
from ingestion.facts.lexicon import words
from ingestion.facts.phrases import located
from ingestion.facts.records import Analysis
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.language.ngrams import may
from ingestion.numerals import quantities

NEAR = 8  # characters between 其中 and the end of what stands before the thing's name


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
