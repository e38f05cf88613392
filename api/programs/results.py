"""What the tools give: plain models, whose schemas clients are told. Quotations are verbatim and say where they stand.

Offsets count characters of the policy's text (`ref`) or of the document as it was read; `page` is from 1.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from api.service.policies.articles import ArticleView, ItemView
from api.service.records import CaseLine
from api.service.review_records import ReviewView
from assistant.wording.texts import load
from ingestion.domain import Assessment, Evidence, Exclusion, Fact, Finding, number_of
from ingestion.policies.policy import Policy

WORDS = Path(__file__).parent.parent / "language" / "programs.yaml"


class Quotation(BaseModel):
    """A clause (`ref`), or a place in a document."""

    quote: str
    start: int
    end: int
    ref: str = ""
    document: str = ""
    page: int | None = None


class AnswerResult(BaseModel):
    question: str
    answer: str
    answerable: bool
    verdict: str | None = None      # "yes", "no" or "open"; none where the question asks for none
    citations: list[Quotation]
    policy_version: str
    pre_screen: str
    conversation: str = ""


class ItemResult(BaseModel):
    ref: str
    text: str
    start: int
    end: int


class ClauseResult(BaseModel):
    """An article with its items, or one item."""

    ref: str
    text: str
    start: int
    end: int
    chapter: str = ""
    items: list[ItemResult] = []
    policy: str
    policy_version: str
    policy_status: str


class FactResult(BaseModel):
    """`low` to `high`, both included; `high` is null without an upper bound. A fact that is not there is not 0."""

    label: str
    low: int
    high: int | None
    unit: str
    conflict: bool


class NotCounted(Quotation):
    reason: str


class DecisionResult(BaseModel):
    """What a reviewer did about a fact or the criterion (`subject`); one that does not hold is kept, not applied."""

    subject: str
    act: str
    by: str
    at: str
    reason: str
    holds: bool


class PersonResult(BaseModel):
    """A finding as reviewers see it, every outcome computed from the facts as they see them. A fact that was rejected
    is not in `facts`; `checked` says how each was looked at. `judged`: the outcome is a reviewer's own judgement."""

    outcome: str
    judged: bool
    facts: dict[str, FactResult]
    checked: dict[str, str]
    decisions: list[DecisionResult]


class FindingResult(BaseModel):
    """`outcome` and `facts` are the program's; `person` is beside them for who may read the review of a case that was
    handed in, else null."""

    criterion: str
    clause: str
    clause_quote: str
    label: str
    required: bool
    outcome: str
    explanation: str
    gap: str
    bar: int | None
    facts: dict[str, FactResult]
    evidence: list[Quotation]
    more_evidence: int
    not_counted: list[NotCounted]
    person: PersonResult | None = None


class DocumentResult(BaseModel):
    name: str
    kind: str
    pages: int
    notices: list[str]


class BothResult(BaseModel):
    """A fact as two readers have it, null where one found nothing; a person has to look at it. It cannot be settled
    here: `first` and `second` are readings, not figures of the case."""

    fact: str
    label: str
    agreement: str
    verified: bool
    first: FactResult | None
    second: FactResult | None


class SecondResult(BaseModel):
    """A language model that read the documents as well: which one, what stands where it differs, what is left to check
    by what the readers say, without persons' decisions."""

    model: str
    prompt: str
    exam: float | None
    differ: str
    agreement: dict[str, str]
    to_check: list[BothResult]
    failed: list[str]


class CaseResult(BaseModel):
    """An assessment. Findings of one just made come without their evidence, which `read_findings` has.

    `overall` is the program's, `person_overall` with reviewers' decisions; "" where the caller may not read the review.
    `outdated`: the policy in force is of another version. `second_reader`: null where no model read as well.
    """

    case: str
    base_type: str
    application_date: str
    overall: str
    pre_screen: str
    policy: str
    policy_version: str
    policy_status: str
    documents: list[DocumentResult]
    findings: list[FindingResult]
    notes: list[str]
    assessment: str = ""
    person_overall: str = ""
    outdated: bool = False
    second_reader: SecondResult | None = None


class CaseLineResult(BaseModel):
    case: str
    title: str
    base_type: str
    application_date: str
    files: int
    overall: str


class CasesResult(BaseModel):
    cases: list[CaseLineResult]
    after: str | None


def pre_screen(language: str) -> str:
    text: str = load(WORDS)["pre_screen"]["en" if language == "en" else "zh"]
    return text


def clause(found: ArticleView | ItemView, policy: Policy) -> ClauseResult:
    items: Sequence[ItemView] = found.items if isinstance(found, ArticleView) else ()
    return ClauseResult(
        ref=found.ref, text=found.text, start=found.start, end=found.end,
        chapter=found.chapter if isinstance(found, ArticleView) else "",
        items=[ItemResult(ref=one.ref, text=one.text, start=one.start, end=one.end) for one in items],
        policy=policy.title, policy_version=policy.version, policy_status=policy.status)


def case_line(one: CaseLine) -> CaseLineResult:
    return CaseLineResult(
        case=one.id, title=one.title, base_type=one.base_type, application_date=one.application_date.isoformat(),
        files=one.files, overall=one.latest.overall.value if one.latest else "")


def case(name: str, result: Assessment, policy: Policy, language: str, *, assessment: str = "",
         shown: Iterable[Finding] | None = None, evidence: int = 0, review: ReviewView | None = None,
         outdated: bool = False) -> CaseResult:
    """An assessment with the findings `shown` (all without), each with so many pieces of evidence; with its `review`
    also what reviewers make of each."""
    persons = _persons(review, policy, language) if review is not None else {}
    return CaseResult(
        case=name, base_type=result.base_type, application_date=result.application_date.isoformat(),
        overall=result.overall.value, pre_screen=pre_screen(language), policy=policy.title,
        policy_version=result.policy_version, policy_status=policy.status,
        documents=[DocumentResult(
            name=one.name, kind=one.kind, pages=len(one.pages),
            notices=[notice.text_en if language == "en" else notice.text for notice in one.notices])
            for one in result.documents],
        findings=[_finding(one, result, policy, language, evidence, persons.get(one.criterion.id))
                  for one in (result.findings if shown is None else shown)],
        notes=list(result.notes), assessment=assessment, outdated=outdated,
        second_reader=_second(result, policy, language),
        person_overall=review.seen.overall.value if review is not None else "")


def chosen(findings: Sequence[Finding], criterion: str, outcome: str, review: ReviewView | None = None
           ) -> list[Finding]:
    """Those of a criterion (by its id or clause) and of an outcome, the program's or the reviewers'; empty: all."""
    persons = {one.person.criterion.id: one.person.outcome.value for one in review.criteria} if review else {}
    return [one for one in findings if criterion in {"", one.criterion.id, one.criterion.citation}
            and outcome in {"", one.outcome.value, persons.get(one.criterion.id)}]


def quotations(citations: Iterable[Mapping[str, Any]]) -> list[Quotation]:
    return [Quotation(**{name: one[name] for name in Quotation.model_fields if one.get(name) is not None})
            for one in citations]


def _persons(review: ReviewView, policy: Policy, language: str) -> dict[str, PersonResult]:
    """What persons decided, by criterion."""
    facts = {one.key: one for one in review.facts}
    found = {}
    for one in review.criteria:
        keys = [key for key in one.person.criterion.facts if key in facts]
        steps = sorted([*one.history, *(step for key in keys for step in facts[key].history)],
                       key=lambda step: (step.at, step.version))
        found[one.person.criterion.id] = PersonResult(
            outcome=one.person.outcome.value, judged=one.judged,
            facts={key: _fact(key, review.seen, policy, language) for key in keys if key in review.seen.facts},
            checked={key: facts[key].checked.value for key in keys},
            decisions=[DecisionResult(subject=step.subject, act=step.act.value, by=step.by.name,
                                      at=step.at.isoformat(), reason=step.reason, holds=step.holds) for step in steps])
    return found


def _finding(one: Finding, result: Assessment, policy: Policy, language: str, evidence: int,
             person: PersonResult | None = None) -> FindingResult:
    """A criterion's outcome with its facts, up to `evidence` places, what was not counted, and what a person made of
    it.
    """
    from assistant.report.labels import reason_text

    criterion = one.criterion
    left_out = [piece for key in criterion.facts for piece in result.exclusions.get(key, ())] if evidence else []
    return FindingResult(
        criterion=criterion.id, clause=criterion.citation, clause_quote=criterion.quote,
        label=criterion.label_en if language == "en" else criterion.label, required=criterion.required,
        outcome=one.outcome.value, explanation=one.explanation, gap=one.gap, bar=criterion.bar,
        facts={key: _fact(key, result, policy, language) for key in criterion.facts if key in result.facts},
        evidence=[_place(piece) for piece in one.evidence[:evidence]],
        more_evidence=max(0, number_of(one.evidence) - evidence),
        not_counted=[NotCounted(**_place(piece).model_dump(), reason=reason_text(policy, piece.reason, language))
                     for piece in left_out[:evidence]], person=person)


def _second(result: Assessment, policy: Policy, language: str) -> SecondResult | None:
    """What two readers leave to a person; None without a second reading."""
    from assistant.second_reader import checklist

    reading = result.second
    if reading is None:
        return None
    return SecondResult(
        model=reading.model, prompt=reading.prompt, exam=reading.exam, differ=reading.differ.value,
        agreement={key: lie.value for key, lie in reading.agreement.items()}, failed=list(reading.failed),
        to_check=[BothResult(
            fact=one.key, label=policy.facts.facts[one.key].label_en if language == "en"
            else policy.facts.facts[one.key].label, agreement=one.agreement.value, verified=one.verified,
            first=_shown(one.first, policy, language) if one.first else None,
            second=_shown(one.second.fact, policy, language) if one.second else None)
            for one in checklist.both(reading).values() if one.to_check])


def _fact(key: str, result: Assessment, policy: Policy, language: str) -> FactResult:
    return _shown(result.facts[key], policy, language)


def _shown(fact: Fact, policy: Policy, language: str) -> FactResult:
    spec = policy.facts.facts[fact.key]
    return FactResult(label=spec.label_en if language == "en" else spec.label, low=fact.interval.low,
                      high=fact.interval.high, unit=fact.unit, conflict=fact.conflict)


def _place(one: Evidence | Exclusion) -> Quotation:
    return Quotation(quote=one.quote, start=one.span.start, end=one.span.end, document=one.document, page=one.page)
