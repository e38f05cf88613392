"""An assessment as it is kept: everything it says, in both languages, without the texts of its documents.

The documents' texts are read from the files, whose hashes stand in it; the policy is the kept folder of its digest.
"""
from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from api.service.records import Counts
from assistant.second_reader.asking.replaying import Answered, Replayed
from ingestion.domain import (
    Assessment,
    CriterionKind,
    Differ,
    Document,
    Extraction,
    Finding,
    Outcome,
    SecondReading,
)
from ingestion.policies.policy import Policy

if TYPE_CHECKING:
    from assistant.second_reader.asking.endpoint import Model

COMPRESSION = 6


@dataclass(frozen=True, slots=True)
class Asked:
    """What a second reading rests on besides the documents: the applicant's name and the room of a request as they
    were then, and everything that the model said."""

    applicant: str
    most: int
    answers: tuple[Answered, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """`result` speaks Chinese; `english` holds the explanation and the gap of each finding, in their order.

    `found` has the facts of every base type, as the first reader alone has them, `result` those of its own. `bodies` is
    the JSON of the assessment in each language, as it was when it was made. `asked` where a language model read, too.
    """

    result: Assessment
    found: Extraction
    english: tuple[tuple[str, str], ...]
    notes_en: tuple[str, ...]
    bodies: dict[str, Any]
    asked: Asked | None = None

    def in_language(self, language: str) -> Assessment:
        if language != "en":
            return self.result
        findings = tuple(replace(one, explanation=explanation, gap=gap) for one, (explanation, gap)
                         in zip(self.result.findings, self.english, strict=True))
        return replace(self.result, findings=findings, notes=self.notes_en)


def make(documents: Sequence[Document], policy: Policy, base_type: str, application_date: date) -> Stored:
    """Extract once, check in both languages."""
    from assistant.judging import assessing

    found = assessing.extract(documents, policy, application_date)
    chinese = assessing.check(found, policy, base_type, application_date, "zh")
    english = assessing.check(found, policy, base_type, application_date, "en")
    return _stored(chinese, english, found.found, policy, None)


def read_again(alone: Stored, documents: Sequence[Document], policy: Policy, second: SecondReading, asked: Asked
               ) -> Stored:
    """What the first reader alone has, with a second reading beside it."""
    from assistant.second_reader import reading

    noted = _noted(alone, documents)
    whole = {one: replace(alone.in_language(one), documents=noted) for one in ("zh", "en")}
    chinese, english = (reading.assessed(result, policy, second, one) for one, result in whole.items())
    return _stored(chinese, english, alone.found, policy, asked)


def reading_of(alone: Stored, documents: Sequence[Document], policy: Policy, asked: Asked, model: Model,
               differ: Differ, exam: float | None) -> SecondReading:
    """The second reader's part, by asking a model."""
    from assistant.second_reader import reading
    from assistant.second_reader.asking import request

    result = alone.result
    about = request.asked(policy, result.base_type, asked.applicant, result.application_date)
    first = Extraction(result.facts, result.exclusions, result.unexplained)
    return reading.read(about, _noted(alone, documents), first, model, differ, exam)


def remade(alone: Stored, documents: Sequence[Document], policy: Policy, before: Stored) -> Stored:
    """`alone` read again from what the model said then; nobody is asked."""
    second, asked = before.result.second, before.asked
    if second is None or asked is None:
        return alone
    model = Replayed(second.model, asked.most, asked.answers)
    again = reading_of(alone, documents, policy, asked, model, second.differ, second.exam)
    return read_again(alone, documents, policy, again, asked)


def _noted(alone: Stored, documents: Sequence[Document]) -> tuple[Document, ...]:
    """Whole documents with the notices that the assessment has of them."""
    known = {(one.name, one.sha256): one.notices for one in alone.result.documents}
    return tuple(replace(one, notices=known.get((one.name, one.sha256), one.notices)) for one in documents)


def _stored(chinese: Assessment, english: Assessment, found: Extraction, policy: Policy, asked: Asked | None
            ) -> Stored:
    from assistant.report import serialising

    bodies = {"zh": serialising.assessment(chinese, policy, "zh"), "en": serialising.assessment(english, policy, "en")}
    light = replace(chinese, documents=tuple(without_text(one) for one in chinese.documents))
    return Stored(light, found, tuple((one.explanation, one.gap) for one in english.findings), english.notes, bodies,
                  asked)


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
        application_date: date, made: Stored | None = None) -> str:
    """The hash over all that an assessment rests on: the same key, the same result. With a second reading that is the
    mode, the model with its exam, the prompt with its hash, and everything the model said."""
    rests_on: dict[str, Any] = {
        "policy": policy_digest, "extractor": extractor, "base_type": base_type,
        "application_date": application_date.isoformat(),
        "documents": sorted([one.name, one.sha256] for one in documents),
    }
    if made is not None and made.result.second is not None and made.asked is not None:
        from api.service import versions
        from assistant.second_reader.exam import examined

        second, asked = made.result.second, made.asked
        rests_on["second_reader"] = {
            "differ": second.differ.value, "model": second.model, "exam": second.exam, "prompt": second.prompt,
            "prompts": examined.prompts_hash(), "verifier": versions.verifier(),
            "applicant": asked.applicant, "most": asked.most,
            "answers": [[one.digest, hashlib.sha256(f"{one.text}\0{one.failed}".encode()).hexdigest()]
                        for one in asked.answers]}
    return hashlib.sha256(json.dumps(rests_on, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def counts(findings: Sequence[Finding]) -> Counts:
    """How many of the required criteria came to what."""
    required = [one for one in findings if one.criterion.required]
    measurable = [one for one in required if one.criterion.kind in {CriterionKind.COUNT, CriterionKind.YES_NO}]

    def number(outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in required)

    return Counts(len(measurable), sum(one.outcome is Outcome.MET for one in measurable), number(Outcome.MET),
                  number(Outcome.NOT_MET), number(Outcome.INSUFFICIENT), number(Outcome.JUDGEMENT))
