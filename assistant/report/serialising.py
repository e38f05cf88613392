"""Results as plain values for JSON. Keys and their order are fixed; the names are those that others rely on."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from assistant.report.labels import reason_text
from ingestion.domain import (
    Assessment,
    Difference,
    Document,
    Evidence,
    Exclusion,
    Extraction,
    Fact,
    Finding,
    Interval,
    SecondReading,
    Unexplained,
)
from ingestion.policies.policy import Policy

Json = dict[str, Any]


def assessment(result: Assessment, policy: Policy, language: str = "zh") -> Json:
    """The body of an assessment; `second_reader` where a language model read the documents as well."""
    body = {
        "policy": _policy(policy, result.window),
        "base_type": result.base_type,
        "application_date": result.application_date.isoformat(),
        "documents": [document(one, language) for one in result.documents],
        "facts": facts(result.facts, policy),
        "exclusions": exclusions(result.exclusions, policy, language),
        "unexplained": unexplained(result.unexplained, policy, language),
        "identity": identity(result.identity),
        "criteria": [finding(one, policy, language) for one in result.findings],
        "overall": result.overall.value,
        "notes": list(result.notes),
    }
    return body if result.second is None else body | {"second_reader": second_reading(result.second, policy)}


def second_reading(one: SecondReading, policy: Policy) -> Json:
    """What the second reader read, and how it lies to what the first has."""
    keys = [key for key in policy.facts.facts if key in one.agreement or key in one.facts or key in one.first]
    return {
        "model": one.model,
        "prompt": one.prompt,
        "exam": one.exam,
        "differ": one.differ.value,
        "facts": {key: {**fact(one.facts[key].fact, policy), "verified": one.facts[key].verified,
                        "why": list(one.facts[key].why), "overrules": one.facts[key].overrules}
                  for key in keys if key in one.facts},
        "first": {key: {**interval(one.first[key].interval), "conflict": one.first[key].conflict}
                  for key in keys if key in one.first},
        "agreement": {key: one.agreement[key].value for key in keys if key in one.agreement},
        "nothing": list(one.nothing),
        "dropped": len(one.dropped),
        "dropped_claims": [{"fact": claim.key, "quote": claim.quote, "places": list(claim.places),
                            "problem": claim.problem} for claim in one.dropped],
        "requests": one.requests,
        "tokens": one.tokens,
        "tokens_estimated": one.estimated,
        "seconds": one.seconds,
        "failed": list(one.failed),
        "orders": list(one.orders),
        "error": one.error,
    }


def extraction(documents: Sequence[Document], found: Extraction, policy: Policy, application_date: date,
               language: str = "zh") -> Json:
    """What was found in documents, without a judgement."""
    return {
        "policy": _policy(policy, policy.window_on(application_date)),
        "application_date": application_date.isoformat(),
        "documents": [document(one, language) for one in documents],
        "facts": facts(found.facts, policy),
        "exclusions": exclusions(found.exclusions, policy, language),
        "unexplained": unexplained(found.unexplained, policy, language),
        "identity": identity(found.identity),
    }


def document(one: Document, language: str = "zh") -> Json:
    return {
        "name": one.name,
        "sha256": one.sha256,
        "kind": one.kind,
        "pages": len(one.pages),
        "warnings": [notice.text_en if language == "en" else notice.text for notice in one.notices],
        "notices": [{"code": notice.code, "page": notice.page, "text": notice.text, "text_en": notice.text_en}
                    for notice in one.notices],
    }


def facts(found: Mapping[str, Fact], policy: Policy) -> Json:
    """Facts by key, in the policy's order."""
    return {key: fact(found[key], policy) for key in policy.facts.facts if key in found}


def fact(one: Fact, policy: Policy) -> Json:
    spec = policy.facts.facts[one.key]
    return {
        **interval(one.interval),
        "unit": one.unit,
        "conflict": one.conflict,
        "label": spec.label,
        "label_en": spec.label_en,
        "evidence": [evidence(piece) for piece in one.evidence],
    }


def _place(piece: Evidence | Exclusion | Unexplained) -> Json:
    return {"document": piece.document, "page": piece.page, "quote": piece.quote,
            "start": piece.span.start, "end": piece.span.end}


def evidence(piece: Evidence) -> Json:
    """One place as the JSON of an assessment has it."""
    return {
        **_place(piece),
        "reads": interval(piece.reads) if piece.reads else None,
        "method": piece.method.value,
        **_more(piece),
    }


def exclusions(left_out: Mapping[str, Sequence[Exclusion]], policy: Policy, language: str = "zh") -> Json:
    """What was found and not counted, by fact key, with the reason's code and its text."""
    return {key: [{
        **_place(piece),
        "reason": piece.reason,
        "reason_text": reason_text(policy, piece.reason, language),
        "detail": piece.detail,
        **_more(piece),
    } for piece in left_out[key]] for key in policy.facts.facts if left_out.get(key)}


def unexplained(undecided: Mapping[str, Sequence[Unexplained]], policy: Policy, language: str = "zh") -> Json:
    """What was read and could not be decided, by fact key, with what it could come to and why it stayed open."""
    return {key: [{
        **_place(piece),
        "could_be": interval(piece.could_be),
        "adds": piece.adds,
        "reason": piece.why,
        "reason_text": reason_text(policy, piece.why, language),
        **_more(piece),
    } for piece in undecided[key]] for key in policy.facts.facts if undecided.get(key)}


def identity(found: Sequence[Difference]) -> list[Json]:
    """What documents say differently of who applies: "name", "code", "check" (a code that fails its own check),
    "person" or "district", with the values and where they stand."""
    return [{"what": one.what, "values": list(one.values), "evidence": [evidence(piece) for piece in one.evidence]}
            for one in found]


def finding(one: Finding, policy: Policy, language: str = "zh") -> Json:
    """A finding with its criterion, its evidence and its points."""
    criterion = one.criterion
    return {
        "id": criterion.id,
        "citation": criterion.citation,
        "quote": criterion.quote,
        "required": criterion.required,
        "outcome": one.outcome.value,
        "explanation": one.explanation,
        "gap": one.gap,
        "kind": criterion.kind.value,
        "label": criterion.label_en if language == "en" else criterion.label,
        "facts": list(criterion.facts),
        "bar": criterion.bar,
        "measure": policy.wordings[criterion.id].measure,
        "evidence": [evidence(piece) for piece in one.evidence],
        **_points(one),
    }


def _points(one: Finding) -> Json:
    """The points that a criterion earns, or a total adds up; only where there are any."""
    if one.points is None:
        return {}
    scale = one.criterion.points
    return {"points": interval(one.points) | ({"most": scale.most} if scale else {})}


def _more(piece: Evidence | Exclusion | Unexplained) -> Json:
    """How many others like it are given by their number alone; only where there are any."""
    return {"more": piece.more} if piece.more else {}


def interval(one: Interval) -> Json:
    return {"low": one.low, "high": one.high}


def _policy(policy: Policy, window: tuple[date, date]) -> Json:
    return {
        "id": policy.id,
        "version": policy.version,
        "sha256": policy.sha256,
        "window": [day.isoformat() for day in window],
        "title": policy.title,
        "status": policy.status,
    }
