"""Whether a sentence says that all of one kind are of the other, too: 高企全部同时为科技型企业."""

from __future__ import annotations

from ingestion.facts.lexicon import words
from ingestion.facts.records import Analysis
from ingestion.facts.schema import FactBook, FactSpec


def nested(book: FactBook, spec: FactSpec, analysis: Analysis) -> bool:
    """Of two kinds that may overlap, one lies within the other; what they are of together is the larger one."""
    if spec.kinds is None or not spec.kinds.overlap or not analysis.sentence.holds(words("all_also")):
        return False
    for index, clause in enumerate(analysis.clauses):
        body = analysis.clause_text(index)
        for match in words("all_also").finditer(body):
            before = [f for f in analysis.figures if f.quantity.span.end <= clause.span.start + match.start()]
            said = _kinds(book, spec, body[: match.start()])
            inner = said or (_kinds(book, spec, before[-1].own) if before else [])
            outer = _kinds(book, spec, body[match.end() :])
            if inner and outer and inner[-1] != outer[0]:
                return True
    return False


def _kinds(book: FactBook, spec: FactSpec, text: str) -> list[str]:
    """The kinds that a text names, in the order of their words."""
    names = spec.kinds.names if spec.kinds else {}
    found = [(m.start(), name) for name, words_ in names.items() for m in book.pattern(words_).finditer(text)]
    return [name for _, name in sorted(found)]
