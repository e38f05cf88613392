"""Where a case stands: its newest assessment with the decisions that hold, and what lists and statistics keep of it."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from api.errors import Failure
from api.service.cases import duplicates, places, stored
from api.service.cases.claims import Found
from api.service.context import now
from api.service.policies.policies import Policies
from api.service.views import newest
from api.store.models import Assessment as Row
from api.store.models import Case, Check, Content, Decision, Review, Standing
from assistant.correcting import corrections
from assistant.correcting.corrections import Act, Checked, Reviewed
from assistant.second_reader import checklist
from ingestion.domain import Assessment, Comparator, CriterionKind, Fact, Finding, Outcome
from ingestion.policies.policy import Policy

PolicyOf = Callable[[str], Policy]    # by its digest


@dataclass(frozen=True, slots=True)
class Stand:
    """`rows` are all decisions of the case, in their order; `holding` the ids of those that are applied, `applied` they
    themselves."""

    row: Row
    machine: Assessment
    policy: Policy
    reviewed: Reviewed
    rows: Sequence[Decision]
    holding: frozenset[str]
    applied: tuple[corrections.Decision, ...] = ()


def stand(session: Session, policies: Policies, case: Case, language: str = "zh", *, whole: bool = False) -> Stand:
    """The case as persons see it, as it was handed in last or, with `whole`, as it is now. Failure "not_assessed"."""
    row = newest(session, case, None if whole else case.handed_in)
    if row is None:
        raise Failure("not_assessed")
    content = stored.decode(session.get_one(Content, row.id).content)
    return _stand(session, row, content.in_language(language), policies.of(row.policy_digest), policies.of, language)


def refresh(session: Session, made: Stand) -> None:
    """What lists and statistics keep of the case. Not for one that was not handed in."""
    case_id, reviewed = made.row.case_id, made.reviewed
    review = session.get(Review, case_id)
    if review is None:
        return
    review.outcome = reviewed.assessment.overall
    review.counts = asdict(stored.counts(reviewed.assessment.findings))
    states = reviewed.facts.values()
    review.unchecked = sum(one.machine is not None and one.checked is Checked.OPEN for one in states)
    review.to_check = len(left(reviewed))
    review.conflicts = sum(one.person is not None and one.person.conflict for one in states)
    review.changed = now()
    session.execute(delete(Standing).where(Standing.case_id == case_id))
    session.execute(delete(Check).where(Check.case_id == case_id))
    before = {one.criterion.id: one.outcome for one in made.machine.findings}
    session.execute(insert(Standing), [
        {"case_id": case_id, "criterion": one.criterion.id, "outcome": one.outcome.value,
         "machine": before[one.criterion.id].value, "missing": missing(one, reviewed.assessment.facts),
         "intake_id": review.intake_id}
        for one in reviewed.assessment.findings])
    checked = [{"case_id": case_id, "subject": one.key, "state": one.checked.value,
                "intake_id": review.intake_id} for one in states
               if one.checked is not Checked.OPEN]
    if checked:
        session.execute(insert(Check), checked)


def assessed(session: Session, row: Row, made: stored.Stored, policies: Policies, claimed: Sequence[Found]) -> None:
    """A new assessment is the case's newest: its identifiers are kept, and the decisions that still hold applied. What
    was not handed in yet changes nothing that reviewers see.
    """
    duplicates.keep(session, row.case_id, claimed)
    if session.get_one(Case, row.case_id).handed_in != row.revision:
        return
    refresh(session, _stand(session, row, made.result, policies.of(row.policy_digest), policies.of, "zh"))


def read_again(session: Session, row: Row, made: stored.Stored, policies: Policies) -> None:
    """A second reading of the very same documents is the case's newest: nothing that they claim is new."""
    refresh(session, _stand(session, row, made.result, policies.of(row.policy_digest), policies.of, "zh"))


def left(reviewed: Reviewed) -> tuple[str, ...]:
    """The facts that two readers leave to a person and about which nobody has decided."""
    reading = reviewed.assessment.second
    if reading is None:
        return ()
    return tuple(key for key, one in checklist.both(reading).items() if one.to_check
                 and (key not in reviewed.facts or reviewed.facts[key].checked is Checked.OPEN))


def missing(finding: Finding, facts: dict[str, Fact]) -> int | None:
    """The share of the bar that lacks, in percent; None where there is none, or no bar."""
    criterion = finding.criterion
    if criterion.kind is not CriterionKind.COUNT or not criterion.bar or finding.outcome is Outcome.MET \
            or criterion.comparator is not Comparator.AT_LEAST:
        return None
    low = max((facts[key].interval.low for key in criterion.facts if key in facts), default=0)
    return max(0, min(100, round(100 * (criterion.bar - low) / criterion.bar)))


def of_row(row: Decision) -> corrections.Decision:
    """A stored decision as the rules of correction take it."""
    return corrections.Decision(Act(row.act), row.subject, row.reason, places.figure(row.low, row.high),
                                Outcome(row.outcome) if row.outcome else None, places.of_row(row), row.amount,
                                places.figure(row.machine_low, row.machine_high))


def held(rows: Sequence[Decision], result: Assessment, policy: Policy, policies: PolicyOf,
         digests: Mapping[str, str]) -> list[Decision]:
    """The decisions that still apply: what they rest on in the documents is the same and, for a judgement, the policy
    that it was made under asks in the same words. `digests` name that policy by the assessment's id.
    """
    bases = {subject: corrections.basis(subject, result) for subject in {one.subject for one in rows}}
    return [one for one in rows if one.basis == bases[one.subject]
            and (one.act != Act.JUDGE or _asked(policy, one.subject) == _asked(
                policies(digests[one.assessment_id]) if one.assessment_id in digests else policy, one.subject))]


def _asked(policy: Policy, criterion_id: str) -> tuple[object, ...]:
    """What a criterion asks for, with the words of its clause; nothing where the policy does not have it."""
    return next(((one.quote, one.kind, one.bar) for one in policy.criteria if one.id == criterion_id), ())


def _stand(session: Session, row: Row, result: Assessment, policy: Policy, policies: PolicyOf, language: str) -> Stand:
    rows = session.scalars(select(Decision).where(Decision.case_id == row.case_id)
                           .order_by(Decision.at, Decision.version)).all()
    digests: dict[str, str] = {one.id: one.policy_digest for one in session.execute(select(
        Row.id, Row.policy_digest).where(Row.id.in_({one.assessment_id for one in rows})))} if rows else {}
    holding = held(rows, result, policy, policies, digests)
    applied = tuple(of_row(one) for one in holding)
    reviewed = corrections.review(result, applied, policy, language)
    return Stand(row, result, policy, reviewed, rows, frozenset(one.id for one in holding), applied)
