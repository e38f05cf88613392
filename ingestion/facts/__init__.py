"""From documents to facts: quantities, periods, mentions, assertions, items, reconciliation.

`extract(documents, policy, application_date)` reads whole applications, `extract_text(text, …)` a single text.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from ingestion.domain import Document, Extraction
from ingestion.facts.schema import FactBook, PolicyFacts

if TYPE_CHECKING:
    from ingestion.facts.extraction import Prepared


def extract(
    documents: Sequence[Document],
    policy: PolicyFacts,
    application_date: date,
    *,
    window: tuple[date, date] | None = None,
    keys: Collection[str] | None = None,
) -> Extraction:
    """The facts of the policy in the documents (those named by `keys`, or all); `window` overrides the policy's own."""
    from ingestion.facts import extraction

    return extraction.read(extraction.prepare(documents, policy), policy, application_date, window, keys)


def prepare(documents: Sequence[Document], policy: PolicyFacts) -> Prepared:
    """The part of extraction that no window changes; `read` it under one or several."""
    from ingestion.facts import extraction

    return extraction.prepare(documents, policy)


def read(
    prepared: Prepared,
    policy: PolicyFacts,
    application_date: date,
    *,
    window: tuple[date, date] | None = None,
    keys: Collection[str] | None = None,
    bare: bool = False,
) -> Extraction:
    """As `extract`, from prepared documents. `bare`: the intervals alone, without evidence and exclusions."""
    from ingestion.facts import extraction

    return extraction.read(prepared, policy, application_date, window, keys, bare=bare)


def noted(documents: Sequence[Document], prepared: Prepared) -> tuple[Document, ...]:
    """The documents with what preparing them found out about them: that one is about nothing the policy asks for."""
    from ingestion.facts.prose import relevance

    return relevance.said_on(documents, prepared.notices)


def windowed(book: FactBook) -> frozenset[str]:
    """The facts that the window bears on."""
    from ingestion.facts import extraction

    return extraction.windowed(book)


def extract_text(text: str, policy: PolicyFacts, application_date: date) -> Extraction:
    """The facts of one text, such as a sentence or a question."""
    from ingestion.parsing.text import from_string

    return extract([from_string(text)], policy, application_date)
