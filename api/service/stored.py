"""An assessment as it is kept: everything it says, in both languages, without the texts of its documents.

The documents' texts are read from the files, whose hashes stand in it; the policy is the kept folder of its digest.
"""
from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec.structs import replace

from api.service.records import Counts
from ingestion.domain import Assessment, CriterionKind, Document, Extraction, Finding, Outcome
from ingestion.policy import Policy

COMPRESSION = 6


@dataclass(frozen=True, slots=True)
class Stored:
    """`result` speaks Chinese; `english` holds the explanation and the gap of each finding, in their order.

    `found` has the facts of every base type, `result` those of its own. `bodies` is the JSON of the assessment in each
    language, as it was when it was made.
    """

    result: Assessment
    found: Extraction
    english: tuple[tuple[str, str], ...]
    notes_en: tuple[str, ...]
    bodies: dict[str, Any]

    def in_language(self, language: str) -> Assessment:
        if language != "en":
            return self.result
        findings = tuple(replace(one, explanation=explanation, gap=gap) for one, (explanation, gap)
                         in zip(self.result.findings, self.english, strict=True))
        return replace(self.result, findings=findings, notes=self.notes_en)


def make(documents: Sequence[Document], policy: Policy, base_type: str, application_date: date) -> Stored:
    """Extract once, check in both languages."""
    from assistant import assessing, serialising

    found = assessing.extract(documents, policy, application_date)
    chinese = assessing.check(found, policy, base_type, application_date, "zh")
    english = assessing.check(found, policy, base_type, application_date, "en")
    bodies = {"zh": serialising.assessment(chinese, policy, "zh"), "en": serialising.assessment(english, policy, "en")}
    light = replace(chinese, documents=tuple(without_text(one) for one in chinese.documents))
    texts = tuple((one.explanation, one.gap) for one in english.findings)
    return Stored(light, found.found, texts, english.notes, bodies)


def without_text(document: Document) -> Document:
    """Its name, hash, pages and notices; what is shown without opening it."""
    return replace(document, text="", blocks=(), lines=())


def with_texts(result: Assessment, document: Callable[[str, str], Document]) -> Assessment:
    """The assessment with its documents whole again; `document(sha256, name)` brings one."""
    return replace(result, documents=tuple(document(one.sha256, one.name) for one in result.documents))


def encode(stored: Stored) -> bytes:
    import msgspec

    return zlib.compress(msgspec.json.encode(stored), COMPRESSION)


def decode(data: bytes) -> Stored:
    import msgspec

    return msgspec.json.decode(zlib.decompress(data), type=Stored)


def key(documents: Sequence[Document], policy_digest: str, extractor: str, base_type: str,
        application_date: date) -> str:
    """The hash over all that an assessment rests on: the same key, the same result."""
    rests_on: Mapping[str, Any] = {
        "policy": policy_digest, "extractor": extractor, "base_type": base_type,
        "application_date": application_date.isoformat(),
        "documents": sorted([one.name, one.sha256] for one in documents),
    }
    return hashlib.sha256(json.dumps(rests_on, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def counts(findings: Sequence[Finding]) -> Counts:
    """How many of the required criteria came to what."""
    required = [one for one in findings if one.criterion.required]
    measurable = [one for one in required if one.criterion.kind in {CriterionKind.COUNT, CriterionKind.YES_NO}]

    def number(outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in required)

    return Counts(len(measurable), sum(one.outcome is Outcome.MET for one in measurable), number(Outcome.MET),
                  number(Outcome.NOT_MET), number(Outcome.INSUFFICIENT), number(Outcome.JUDGEMENT))
