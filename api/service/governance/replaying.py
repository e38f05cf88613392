"""Stored cases under a version of the policy, as their pages would show them: facts as persons see them, judgements
that still hold, files that were cut off. No document is read again.
"""
from __future__ import annotations

import logging
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import msgspec
from sqlalchemy import select

from api.service.cases import standing
from api.store.database import Database
from api.store.models import Assessment as Row
from api.store.models import Content, Decision
from api.store.rows import INSTALLATION
from assistant.correcting import corrections
from assistant.correcting.corrections import Checked
from ingestion.domain import Assessment, Criterion, Document, Extraction, Fact, Finding, Outcome, Overall
from ingestion.policies.policy import Policy

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Result:
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is read of a stored assessment; decoding leaves its findings and its bodies alone."""

    result: _Result
    found: Extraction


@dataclass(frozen=True, slots=True)
class StoredCase:
    """A case's newest assessment with every decision about it, in their order. `digests` name the policy that an
    assessment was made with, by the assessment's id.
    """

    case_id: str
    assessment_id: str
    base_type: str
    application_date: date
    found: Extraction
    documents: tuple[Document, ...] = ()
    decisions: Sequence[Decision] = ()
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a case comes to under one version: by criterion; its facts as the program and as persons see them."""

    criteria: Mapping[str, tuple[Criterion, Outcome]]
    overall: Overall
    machine: Mapping[str, Fact]
    facts: Mapping[str, Fact]
    by_person: frozenset[str]    # keys of facts and ids of criteria that rest on a person's decision


def cases(database: Database, ids: Sequence[str]) -> Iterator[StoredCase | None]:
    """Those of the assessments `ids`, in no order; None for one that cannot be opened. Nothing is held meanwhile."""
    with database.reading(INSTALLATION) as session:
        rows = session.execute(select(Row, Content.content).join(Content, Content.assessment_id == Row.id)
                               .where(Row.id.in_(ids))).all()
        decided: dict[str, list[Decision]] = {}
        for one in session.scalars(select(Decision).where(Decision.case_id.in_([row.case_id for row, _ in rows]))
                                   .order_by(Decision.at, Decision.version)):
            decided.setdefault(one.case_id, []).append(one)
        made = {one.assessment_id for found in decided.values() for one in found}
        digests: dict[str, str] = {row.id: row.policy_digest for row in session.execute(
            select(Row.id, Row.policy_digest).where(Row.id.in_(made)))}
    for row, content in rows:
        try:
            kept = msgspec.json.decode(zlib.decompress(content), type=_Kept)
        except (msgspec.DecodeError, zlib.error):
            log.exception("the result of assessment %s cannot be opened", row.id)
            yield None
            continue
        yield StoredCase(row.case_id, row.id, row.base_type, row.application_date, kept.found, kept.result.documents,
                         decided.get(row.case_id, ()), digests)
    yield from [None] * (len(ids) - len(rows))


def under(case: StoredCase, policy: Policy, policies: standing.PolicyOf) -> Outcomes:
    """The case by the rules of `policy`, through what its page goes through. `policies` gives one by its digest."""
    criteria = policy.criteria_for(case.base_type)
    assessment = Assessment(
        policy.id, policy.version, policy.sha256, policy.window_on(case.application_date), case.base_type,
        case.application_date, case.documents, case.found.facts, case.found.exclusions,
        tuple(Finding(one, Outcome.INSUFFICIENT, "", "", ()) for one in criteria), Overall.INSUFFICIENT,
        unexplained=case.found.unexplained)
    holding = standing.held(case.decisions, assessment, policy, policies, case.digests)
    reviewed = corrections.review(assessment, [standing.of_row(one) for one in holding], policy)
    decided = {key for key, one in reviewed.facts.items() if one.checked is not Checked.OPEN}
    return Outcomes({one.criterion.id: (one.criterion, one.outcome) for one in reviewed.assessment.findings},
                    reviewed.assessment.overall, case.found.facts, reviewed.assessment.facts,
                    frozenset(decided | set(reviewed.judged)))
