"""Kinds that a figure's own phrase sets apart: EI收录（不含已被SCI收录的）9篇, 非高企的科技型中小企业6家."""

from __future__ import annotations

from ingestion.facts.lexicon import words
from ingestion.facts.phrases import note_behind
from ingestion.facts.records import Analysis, Figure
from ingestion.facts.schema import FactBook, FactSpec

NEAR = 4  # characters between the word that leaves a kind out and the kind


def kinds_apart(book: FactBook, spec: FactSpec, text: str) -> list[tuple[int, int]]:
    """Where a text names a kind to leave it out; empty where kinds cannot overlap."""
    if spec.kinds is None or not spec.kinds.overlap:
        return []
    found = []
    for names in spec.kinds.names.values():
        for match in book.pattern(names).finditer(text):
            before = words("apart_before").search(text, max(0, match.start() - 2 * NEAR), match.start())
            if before is not None or words("apart_behind").match(text, match.end()):
                found.append(match.span())
    return found


def kinds_counted(book: FactBook, spec: FactSpec, phrases: list[str]) -> tuple[str, ...]:
    """The kinds of things that figures count by their phrases; none where one counts things of any kind (平台5个)."""
    if spec.listing is None or not spec.listing.kinds:
        return ()
    kinds = book.pattern(spec.listing.kinds)
    alone = all(kinds.search(own) and not book.pattern(spec.heads).search(kinds.sub("", own)) for own in phrases)
    return tuple(match for own in phrases for match in kinds.findall(own)) if alone else ()


def without_apart(book: FactBook, spec: FactSpec, text: str) -> str:
    """The text with such kinds blanked: what is left names the figure's own."""
    for start, end in kinds_apart(book, spec, text):
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def set_apart(book: FactBook, spec: FactSpec, analysis: Analysis, figure: Figure) -> bool:
    """Whether a figure is of one kind without those that are of another, too; or of one kind alone (仅EI收录9篇)."""
    if spec.kinds is None or not spec.kinds.overlap or figure.quantity.measure not in spec.measures:
        return False
    text = figure.own + "|" + note_behind(analysis, figure)
    if kinds_apart(book, spec, text) and book.pattern(
        [w for names in spec.kinds.names.values() for w in names]
    ).search(without_apart(book, spec, text)):
        return True
    return any(
        words("this_alone").search(figure.left, 0, match.start())
        for names in spec.kinds.names.values()
        for match in book.pattern(names).finditer(figure.left)
    )


def said_disjoint(spec: FactSpec, analysis: Analysis) -> bool:
    """SCI：21；EI：6，两库不重: a clause without a figure, in a statement that goes on from another one."""
    if spec.kinds is None or not spec.kinds.overlap or not analysis.figures or not analysis.sentence.continues:
        return False
    counted = {f.clause for f in analysis.figures}
    return any(
        not clause.depth and index not in counted and words("disjoint").search(analysis.clause_text(index))
        for index, clause in enumerate(analysis.clauses)
    )
