"""From documents to facts: quantities, periods, mentions, assertions, items, reconciliation.

`extract(documents, policy, application_date)` reads whole applications, `extract_text(text, …)` a single text.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from ingestion.domain import Document, Extraction
from ingestion.facts.schema import FactBook
from ingestion.windows import WindowSetting


class PolicyFacts(Protocol):
    """What extraction needs of a policy: its text, how its facts are worded, and its window."""

    @property
    def text(self) -> str: ...

    @property
    def facts(self) -> FactBook: ...

    @property
    def window(self) -> WindowSetting: ...


def extract(
    documents: Sequence[Document],
    policy: PolicyFacts,
    application_date: date,
    *,
    window: tuple[date, date] | None = None,
) -> Extraction:
    """Every fact of the policy in the documents; `window` overrides the policy's own reading of its term."""
    from ingestion.facts.extraction import run

    return run(documents, policy, application_date, window)


def extract_text(text: str, policy: PolicyFacts, application_date: date) -> Extraction:
    """The facts of one text, such as a sentence or a question."""
    from ingestion.parsing.text import from_string

    return extract([from_string(text)], policy, application_date)
