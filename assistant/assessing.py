"""One application, from its files to its assessment: read, extract, check."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from assistant import rules
from ingestion import facts, reading
from ingestion.domain import Assessment, Document, Fact
from ingestion.policy import Policy
from ingestion.reading import Progress


def assess(paths: Sequence[Path], policy: Policy, base_type: str, application_date: date, language: str = "zh",
           progress: Progress | None = None) -> Assessment:
    """Assess the documents under `paths`. The outcomes depend on their content only, not on order, time or place."""
    policy.base_type(base_type)  # an unknown one is said before the documents are read
    return assess_documents(reading.read_all(paths, progress), policy, base_type, application_date, language)


def assess_documents(documents: Sequence[Document], policy: Policy, base_type: str, application_date: date,
                     language: str = "zh") -> Assessment:
    """Assess documents that were read before."""
    prepared = facts.prepare(documents, policy)
    keys = frozenset(key for one in policy.criteria_for(base_type) for key in (*one.facts, *one.related))
    extraction = facts.read(prepared, policy, application_date, keys=keys)
    windowed = keys & facts.windowed(policy.facts)

    def facts_for(window: tuple[date, date]) -> Mapping[str, Fact]:
        """Only what the window bears on is read again."""
        again = facts.read(prepared, policy, application_date, window=window, keys=windowed).facts
        return {key: fact for key, fact in extraction.facts.items() if key not in windowed} | again

    findings, notes = rules.findings_for(policy, base_type, extraction, application_date, language, facts_for)
    return Assessment(
        policy.id, policy.version, policy.sha256, policy.window_on(application_date), base_type, application_date,
        tuple(documents), extraction.facts, extraction.exclusions, findings, rules.overall(findings), notes)
