"""Classes that make up a whole: 一区、二区15篇，三区、四区14篇 are all of the papers, 一区11篇 alone is a part."""

from __future__ import annotations

from ingestion.facts.records import Analysis, Figure
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.language.ngrams import search


def classed(book: FactBook, spec: FactSpec, analysis: Analysis) -> list[Figure]:
    """The figures that between them name every class, each class once; none where a class is missing, or named twice,
    or where the figures are parts of a stated total."""
    if not spec.classes or len(analysis.figures) < 2:
        return []
    named: list[set[int]] = []
    figures = []
    of_any = book.pattern(spec.class_words)
    for figure in analysis.figures:
        if figure.quantity.measure in spec.measures and search(of_any, figure.own):
            figures.append(figure)
            named.append({n for n, names in enumerate(spec.classes) if book.pattern(names).search(figure.own)})
    whole = set[int]().union(*named) if named else set[int]()
    if len(whole) < len(spec.classes) or sum(len(classes) for classes in named) > len(whole) or len(figures) < 2:
        return []
    return [] if any(figure.part for figure in figures) else figures
