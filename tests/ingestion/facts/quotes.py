"""What a result quotes from documents, for the tests that look every quote up again."""
from __future__ import annotations

from collections.abc import Sequence

from ingestion.domain import Assessment, Document, Evidence, Exclusion, Extraction

Piece = Evidence | Exclusion


def pieces(result: Extraction | Assessment) -> list[Piece]:
    """All evidence and everything left out, also what the findings repeat."""
    found: list[Piece] = []
    for fact in result.facts.values():
        found += fact.evidence
        found += fact.exclusions
    for group in result.exclusions.values():
        found += group
    if isinstance(result, Assessment):
        for finding in result.findings:
            found += finding.evidence
    return found


def misquoted(result: Extraction | Assessment, documents: Sequence[Document]) -> list[Piece]:
    """The pieces that are not their document's text at their offsets, or not on the page that they name."""
    by_name = {one.name: one for one in documents}
    return [piece for piece in pieces(result) if not piece.quote.strip()
            or by_name[piece.document].quote(piece.span) != piece.quote
            or by_name[piece.document].page_at(piece.span.start) != piece.page]
