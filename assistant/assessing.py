"""One application, from its files to its assessment: read, extract, check."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct, field

from assistant import rules
from ingestion import facts, reading
from ingestion.domain import Assessment, Document, Extraction, Fact
from ingestion.policy import Policy
from ingestion.reading import Progress

if TYPE_CHECKING:
    from ingestion.facts.extraction import Prepared


Value = TypeVar("Value")


class Extracted(Struct, frozen=True):
    """What was found in documents. `windows` keeps the facts under other readings of the window, once asked for:
    their intervals, without evidence."""

    documents: tuple[Document, ...]
    prepared: Prepared
    found: Extraction
    windows: dict[tuple[str, tuple[date, date]], Mapping[str, Fact]] = field(default_factory=dict)


def assess(paths: Sequence[Path], policy: Policy, base_type: str, application_date: date, language: str = "zh",
           progress: Progress | None = None) -> Assessment:
    """Assess the documents under `paths`. The outcomes depend on their content only, not on order, time or place."""
    policy.base_type(base_type)  # an unknown one is said before the documents are read
    return assess_documents(reading.read_all(paths, progress), policy, base_type, application_date, language)


def assess_documents(documents: Sequence[Document], policy: Policy, base_type: str, application_date: date,
                     language: str = "zh") -> Assessment:
    """Assess documents that were read before."""
    extracted = extract(documents, policy, application_date, _keys(policy, base_type))
    return check(extracted, policy, base_type, application_date, language)


def extract(documents: Sequence[Document], policy: Policy, application_date: date,
            keys: frozenset[str] | None = None) -> Extracted:
    """The facts in documents (all, or those of `keys`), to be checked against any base type and in any language."""
    prepared = facts.prepare(documents, policy)
    found = facts.read(prepared, policy, application_date, keys=keys)
    return Extracted(facts.noted(documents, prepared), prepared, found)


def check(extracted: Extracted, policy: Policy, base_type: str, application_date: date,
          language: str = "zh") -> Assessment:
    """What was extracted, for the same date, against the criteria of a base type; the facts that they ask about."""
    keys = _keys(policy, base_type)
    found = Extraction(_only(extracted.found.facts, keys), _only(extracted.found.exclusions, keys),
                       _only(extracted.found.unexplained, keys))
    windowed = keys & facts.windowed(policy.facts)

    def facts_for(window: tuple[date, date]) -> Mapping[str, Fact]:
        """Only what the window bears on is read again."""
        place = (base_type, window)
        if place not in extracted.windows:
            again = facts.read(extracted.prepared, policy, application_date, window=window, keys=windowed, bare=True)
            same = {key: fact for key, fact in found.facts.items() if key not in windowed}
            extracted.windows[place] = same | again.facts
        return extracted.windows[place]

    findings, notes = rules.findings_for(policy, base_type, found, application_date, language, facts_for,
                                         extracted.documents)
    return Assessment(
        policy.id, policy.version, policy.sha256, policy.window_on(application_date), base_type, application_date,
        extracted.documents, found.facts, found.exclusions, findings, rules.overall(findings), notes,
        found.unexplained)


def _keys(policy: Policy, base_type: str) -> frozenset[str]:
    return frozenset(key for one in policy.criteria_for(base_type) for key in (*one.facts, *one.related))


def _only(found: Mapping[str, Value], keys: frozenset[str]) -> dict[str, Value]:
    return {key: value for key, value in found.items() if key in keys}
