"""One set of documents against every base type: which is the closest? Pure."""
from __future__ import annotations

from collections.abc import Sequence

from api.service.cases.stored import counts
from api.service.records import Shortfall, TypeComparison
from ingestion.domain import Comparator, Criterion, CriterionKind, Document, Extraction, Finding, Interval, Outcome
from ingestion.policies.policy import Policy

LACKING = frozenset({Outcome.NOT_MET, Outcome.INSUFFICIENT})


def compare(found: Extraction, documents: Sequence[Document], policy: Policy, language: str
            ) -> tuple[TypeComparison, ...]:
    """Every base type, the closest first: by distance, then by outcomes that fail, then in the policy's order.

    The distance is the mean over what can be settled by documents, so that a type that asks little is not the closest
    to everybody.
    """
    from assistant.judging import rules

    sides = []
    for place, one in enumerate(policy.base_types):
        findings = rules.check(policy.criteria_for(one.id), found.facts, policy=policy, language=language,
                               exclusions=found.exclusions, documents=documents)
        asked = [finding for finding in findings if finding.criterion.required
                 and finding.criterion.kind is not CriterionKind.JUDGEMENT]
        lacking = [finding for finding in asked if finding.outcome in LACKING]
        distance = round(sum(_distance(finding, found) for finding in lacking) / max(1, len(asked)), 3)
        failed = sum(finding.outcome is Outcome.NOT_MET for finding in lacking)
        sides.append((distance, failed, place, one, findings, lacking))
    sides.sort(key=lambda side: side[:3])
    return tuple(TypeComparison(
        one.id, one.label, one.label_en, rank, rules.overall(findings), counts(findings), distance,
        tuple(_shortfall(finding, found) for finding in lacking))
        for rank, (distance, _, _, one, findings, lacking) in enumerate(sides, 1))


def _distance(finding: Finding, found: Extraction) -> float:
    """From 0 to 1: the share of the bar that is missing, 1 where nothing was found or it is a plain no."""
    criterion = finding.criterion
    if criterion.kind is not CriterionKind.COUNT or not criterion.bar:
        return 1.0
    have = _have(criterion, found)
    if have is None or criterion.comparator is not Comparator.AT_LEAST:
        return 1.0
    return min(1.0, max(0.0, (criterion.bar - have.low) / criterion.bar))


def _shortfall(finding: Finding, found: Extraction) -> Shortfall:
    criterion, have = finding.criterion, _have(finding.criterion, found)
    missing = None
    if criterion.kind is CriterionKind.COUNT and criterion.bar is not None \
            and criterion.comparator is Comparator.AT_LEAST:
        missing = max(0, criterion.bar - (have.low if have else 0))
    return Shortfall(criterion.id, criterion.citation, criterion.label, criterion.label_en, finding.outcome,
                     finding.gap, have, criterion.bar, missing)


def _have(criterion: Criterion, found: Extraction) -> Interval | None:
    """The best of the facts that may meet the criterion."""
    known: Sequence[Interval] = [found.facts[key].interval for key in criterion.facts if key in found.facts]
    return max(known, key=lambda one: one.low) if known else None
