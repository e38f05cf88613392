"""The lines, the rows and, where they are long, the sentences of a document."""
from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from assistant.questions.understanding import fold
from ingestion.domain import Citation, Document, Span
from ingestion.numbers import numerals
from ingestion.numbers.numerals import Quantity

_LINE = re.compile(r"[^\n]+")
_SENTENCE = re.compile(r"[^。；;\n]+[。；;]?")
_LONG = 100      # characters of a line that is read sentence by sentence


class Line:
    """A line, a row or a sentence of a document."""

    def __init__(self, document: Document, span: Span) -> None:
        self.document, self.span = document, span
        self.text = document.quote(span)
        self.folded = fold(self.text)

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        return tuple(numerals.quantities(self.folded))

    def holds(self, document: str, span: Span) -> bool:
        """Whether a place of a document has part of the line, or all of it."""
        return document == self.document.name and span.overlaps(self.span)

    @property
    def citation(self) -> Citation:
        return Citation(self.text, self.span, document=self.document.name,
                        page=self.document.page_at(self.span.start))


def of(document: Document) -> Iterator[Line]:
    """Every one that is not empty."""
    for match in _LINE.finditer(document.text):
        if match.end() - match.start() <= _LONG or "\t" in match[0]:
            yield Line(document, _trimmed(document, match.start(), match.end()))
            continue
        for sentence in _SENTENCE.finditer(document.text, match.start(), match.end()):
            yield Line(document, _trimmed(document, sentence.start(), sentence.end()))


def _trimmed(document: Document, start: int, end: int) -> Span:
    text = document.text
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)
