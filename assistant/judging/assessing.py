"""One application, from its files to its assessment: read, extract, check."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from assistant.judging import rules
from ingestion import facts, reading
from ingestion.domain import Assessment, Document, Extraction, Fact
from ingestion.numbers import windows
from ingestion.policies.policy import Policy
from ingestion.reading import Progress

Value = TypeVar("Value")


class Extracted(Struct, frozen=True):
    """What was found in documents, which say where not all of them was read. `windows` has what other readings of the
    window come to: intervals, without evidence, of the facts that it bears on."""

    documents: tuple[Document, ...]
    found: Extraction
    windows: Mapping[tuple[date, date], Mapping[str, Fact]]


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
    from ingestion.facts.sandbox import wall

    others = dict.fromkeys(windows.windows(policy.window, application_date).values())
    others.pop(policy.window_on(application_date), None)
    read = wall.read(documents, policy, application_date, keys, others)
    return Extracted(read.documents, read.found, read.windows)


def check(extracted: Extracted, policy: Policy, base_type: str, application_date: date,
          language: str = "zh") -> Assessment:
    """What was extracted, for the same date, against the criteria of a base type; the facts that they ask about."""
    keys = _keys(policy, base_type)
    found = Extraction(_only(extracted.found.facts, keys), _only(extracted.found.exclusions, keys),
                       _only(extracted.found.unexplained, keys))
    windowed = keys & facts.windowed(policy.facts)

    def facts_for(window: tuple[date, date]) -> Mapping[str, Fact]:
        """Only what the window bears on is another."""
        same = {key: fact for key, fact in found.facts.items() if key not in windowed}
        return same | _only(extracted.windows[window], windowed)

    findings, notes = rules.findings_for(policy, base_type, found, application_date, language, facts_for,
                                         extracted.documents)
    return Assessment(
        policy.id, policy.version, policy.sha256, policy.window_on(application_date), base_type, application_date,
        extracted.documents, found.facts, found.exclusions, findings, rules.overall(findings), notes,
        found.unexplained, identity=extracted.found.identity)


def _keys(policy: Policy, base_type: str) -> frozenset[str]:
    return frozenset(key for one in policy.criteria_for(base_type) for key in (*one.facts, *one.related))


def _only(found: Mapping[str, Value], keys: frozenset[str]) -> dict[str, Value]:
    return {key: value for key, value in found.items() if key in keys}
