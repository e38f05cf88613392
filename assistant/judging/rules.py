"""Facts and criteria to findings: outcomes with their explanations, gaps and evidence. Nothing is opened or written."""
from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date

from assistant.judging import incomplete, outcomes
from assistant.judging.explanations import Explainer
from assistant.judging.outcomes import Reached
from assistant.judging.sensitivity import other_readings, reading_used
from ingestion.domain import Criterion, CriterionKind, Document, Exclusion, Extraction, Fact, Finding, Overall
from ingestion.policies.policy import Policy


def check(criteria: Sequence[Criterion], facts: Mapping[str, Fact], *, policy: Policy, language: str = "zh",
          exclusions: Mapping[str, Sequence[Exclusion]] | None = None,
          documents: Sequence[Document] = (), vouched: Collection[str] = ()) -> tuple[Finding, ...]:
    """One finding for every criterion, in their order. `exclusions` are counted where they bear on what is missing;
    nothing is met on the word of one of the `documents` that was not read to its end, but by facts that a person
    has `vouched` for."""
    explainer = Explainer(policy, facts, exclusions or {}, language)
    findings = []
    for criterion, reached in outcomes.reach_all(criteria, facts):
        explanation, gap = explainer.explain(criterion, reached.outcome, reached.points)
        findings.append(Finding(criterion, reached.outcome, explanation, gap, outcomes.evidence(criterion, facts),
                                reached.points))
    return totalled(incomplete.weighed(findings, documents, language, vouched), policy, language)


def totalled(findings: Sequence[Finding], policy: Policy, language: str = "zh") -> tuple[Finding, ...]:
    """The findings with every total computed anew from the points of the others."""
    if not any(one.criterion.kind is CriterionKind.TOTAL for one in findings):
        return tuple(findings)
    explainer = Explainer(policy, {}, {}, language)
    sums = outcomes.totalled([(one.criterion, Reached(one.outcome, one.points)) for one in findings])
    made = []
    for one, (criterion, reached) in zip(findings, sums, strict=True):
        if criterion.kind is not CriterionKind.TOTAL:
            made.append(one)
            continue
        explanation, gap = explainer.total(criterion, reached, outcomes.parts_of(criterion, findings))
        made.append(Finding(criterion, reached.outcome, explanation, gap, (), reached.points))
    return tuple(made)


def overall(findings: Iterable[Finding]) -> Overall:
    """What the findings come to together."""
    return outcomes.overall((one.criterion, one.outcome) for one in findings)


def findings_for(policy: Policy, base_type: str, extraction: Extraction, application_date: date, language: str = "zh",
                 facts_for: Callable[[tuple[date, date]], Mapping[str, Fact]] | None = None,
                 documents: Sequence[Document] = ()) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """The findings for a base type, and the notes that an assessment carries: how the window is read and, where
    `facts_for` gives the facts of another window, which outcomes another reading would change."""
    findings = check(policy.criteria_for(base_type), extraction.facts, policy=policy, language=language,
                     exclusions=extraction.exclusions)
    notes = [reading_used(policy, application_date, language)]
    if facts_for is not None:
        notes += other_readings(policy, findings, facts_for, application_date, language)
    return totalled(incomplete.weighed(findings, documents, language), policy, language), tuple(notes)
