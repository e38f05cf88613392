"""What persons decide about facts and criteria, replayed over what the program found. Pure; nothing is overwritten.

Decisions are replayed in their order. The program's value stays beside the person's; outcomes are those of the rules on
the facts as persons see them. A criterion that documents cannot settle is decided by a person, with a note.
"""
from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from msgspec.structs import replace

from assistant.correcting.recounting import Counted, Key, Way, key_of, recount, settle
from assistant.judging import rules
from assistant.report.labels import BY_REVIEWER
from assistant.second_reader import checklist
from assistant.wording.phrases import phrases
from ingestion.domain import (
    Assessment,
    Document,
    Evidence,
    Exclusion,
    Fact,
    Finding,
    Interval,
    Method,
    Outcome,
    Span,
    Unexplained,
)
from ingestion.policies.policy import Policy

JUDGED = frozenset({Outcome.MET, Outcome.NOT_MET, Outcome.INSUFFICIENT})


class Act(StrEnum):
    CONFIRM = "confirm"
    CORRECT = "correct"
    REJECT = "reject"
    ADD = "add"
    COUNT = "count"           # an item that was left out is counted
    LEAVE_OUT = "leave_out"   # a counted item, or a statement, is not
    DISMISS = "dismiss"       # what the program could not decide does not speak of the fact
    JUDGE = "judge"
    FIRST = "first"           # of two readers' figures the first's
    SECOND = "second"         # the second's, a language model's
    WITHDRAW = "withdraw"     # back to what the program found


READERS = frozenset({Act.FIRST, Act.SECOND})


class Checked(StrEnum):
    """How a fact stands after all decisions about it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    RECOUNTED = "recounted"
    REJECTED = "rejected"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Place:
    """A verbatim piece of a document that a person picked: evidence of their own, or the item that they mean."""

    document: str
    page: int | None
    span: Span
    quote: str


@dataclass(frozen=True, slots=True)
class Decision:
    """One step of one person. `subject` is a fact's key, or a criterion's id where it is judged.

    `amount` is how many a counted piece stands for, `seen` the program's figure when it was made (None: not known).
    """

    act: Act
    subject: str
    reason: str = ""
    value: Interval | None = None
    outcome: Outcome | None = None
    place: Place | None = None
    amount: int = 1
    seen: Interval | None = None


@dataclass(frozen=True, slots=True)
class FactState:
    """A fact as the program found it and as persons see it; None where it is absent for one of them."""

    key: str
    machine: Fact | None
    person: Fact | None
    left_out: tuple[Exclusion, ...]
    checked: Checked
    undecided: tuple[Unexplained, ...] = ()   # what neither program nor person has decided


@dataclass(frozen=True, slots=True)
class Reviewed:
    """`assessment` is the stored one with persons' facts, outcomes and exclusions; `judged` by criterion."""

    assessment: Assessment
    facts: Mapping[str, FactState]
    judged: Mapping[str, Decision]


def review(assessment: Assessment, decisions: Sequence[Decision], policy: Policy, language: str = "zh") -> Reviewed:
    """The assessment as persons see it, with every outcome computed anew."""
    states = {key: replay(key, assessment, [one for one in decisions if one.subject == key and one.act is not
                                            Act.JUDGE], policy) for key in asked(assessment)}
    facts = {key: state.person for key, state in states.items() if state.person is not None}
    left_out = {key: state.left_out for key, state in states.items() if state.left_out}
    vouched = {key for key, state in states.items() if state.checked is not Checked.OPEN}
    findings = rules.check([one.criterion for one in assessment.findings], facts, policy=policy, language=language,
                           exclusions=left_out, documents=assessment.documents, vouched=vouched)
    judged = _judgements(findings, decisions)
    findings = tuple(_judge(one, judged.get(one.criterion.id), language) for one in findings)
    findings = rules.totalled(findings, policy, language)
    undecided = {key: pieces for key, pieces in assessment.unexplained.items() if key not in states} | {
        key: state.undecided for key, state in states.items() if state.undecided}
    whole = replace(assessment, facts=facts, exclusions=left_out, unexplained=undecided, findings=findings,
                    overall=rules.overall(findings))
    return Reviewed(whole, states, judged)


def asked(assessment: Assessment) -> tuple[str, ...]:
    """The facts that the assessment's criteria ask about, or list for whoever judges."""
    return tuple(dict.fromkeys(key for one in assessment.findings
                               for key in (*one.criterion.facts, *one.criterion.related)))


def problem(decision: Decision, reviewed: Reviewed, policy: Policy) -> str:
    """Why a decision cannot be made as things stand: the code of a failure, "" if it can."""
    if decision.act not in {Act.CONFIRM, Act.WITHDRAW, Act.DISMISS, *READERS} and not _counts_undecided(
            decision, reviewed) and not decision.reason.strip():
        return "reason_missing"
    finding = next((one for one in reviewed.assessment.findings if one.criterion.id == decision.subject), None)
    if decision.act is Act.JUDGE or (decision.act is Act.WITHDRAW and finding is not None):
        return _judge_problem(decision, finding, reviewed)
    state = reviewed.facts.get(decision.subject)
    if state is None:
        return "unknown_subject"
    match decision.act:
        case Act.FIRST | Act.SECOND:
            return "" if taken(decision.act, decision.subject, reviewed.assessment) is not None else "nothing_to_take"
        case Act.REJECT if taken(Act.SECOND, decision.subject, reviewed.assessment) is not None:
            return ""   # what only the second reader found is a suggestion, which can be refused
        case Act.CONFIRM | Act.REJECT:
            return "" if state.person is not None else "nothing_to_confirm"
        case Act.ADD if state.person is not None:
            return "fact_known"
        case Act.CORRECT if state.person is None:
            return "nothing_to_confirm"
        case Act.ADD if decision.place is None:
            return "place_missing"
        case Act.ADD | Act.CORRECT:
            return _value_problem(decision.value, yes_no=_yes_no(policy, decision.subject))
        case Act.COUNT | Act.LEAVE_OUT | Act.DISMISS:
            return _item_problem(decision, state, yes_no=_yes_no(policy, decision.subject))
    return ""


def taken(act: Act, key: str, assessment: Assessment) -> Fact | None:
    """The fact as the reader has it whose figure a person takes; None where that reader found nothing."""
    reading = assessment.second
    if reading is None or key not in reading.agreement:
        return None
    if act is Act.FIRST:
        return reading.first.get(key)
    own = reading.facts.get(key)
    return own.fact if own is not None else None


def raised(decision: Decision, now: Reviewed, assessment: Assessment, before: Sequence[Decision], policy: Policy
           ) -> tuple[str, ...]:
    """The criteria that one more decision makes met, by their ids; `now` is the assessment with those `before`."""
    if decision.act in READERS and taken(decision.act, decision.subject, assessment) is None:
        return ()
    then = review(assessment, [*before, decision], policy)
    known = {one.criterion.id: one.outcome for one in now.assessment.findings}
    return tuple(one.criterion.id for one in then.assessment.findings
                 if one.outcome is Outcome.MET and known[one.criterion.id] is not Outcome.MET)


def verbatim(place: Place, document: Document) -> bool:
    """Whether the piece stands in the document at its offsets, word for word."""
    return 0 <= place.span.start < place.span.end <= len(document.text) and document.quote(place.span) == place.quote


def basis(subject: str, assessment: Assessment) -> str:
    """A digest of what a decision about `subject` rests on: while it is the same, the decision holds.

    For a fact its figure, evidence and exclusions as the first reader has them, for a criterion those of all facts that
    belong to it: what a person has decided stands, whatever a language model reads in the same documents later.
    """
    finding = next((one for one in assessment.findings if one.criterion.id == subject), None)
    keys = (*finding.criterion.facts, *finding.criterion.related) if finding else (subject,)
    hashes = {one.name: one.sha256 for one in assessment.documents}
    facts = checklist.first_facts(assessment)
    rests: list[object] = []
    for key in keys:
        fact = facts.get(key)
        known: list[Evidence | Exclusion] = [*(fact.evidence if fact else ()), *exclusions(assessment, key)]
        pieces = [(hashes.get(one.document, ""), one.span.start, one.span.end, one.quote) for one in known]
        rests.append([key, [fact.interval.low, fact.interval.high] if fact else None, sorted(pieces)])
    return hashlib.sha256(json.dumps(rests, ensure_ascii=False).encode()).hexdigest()


def exclusions(assessment: Assessment, key: str) -> tuple[Exclusion, ...]:
    fact = assessment.facts.get(key)
    return tuple(assessment.exclusions.get(key) or (fact.exclusions if fact else ()))


def replay(key: str, assessment: Assessment, decisions: Sequence[Decision], policy: Policy) -> FactState:
    """One fact after all decisions about it."""
    machine, left_out = assessment.facts.get(key), exclusions(assessment, key)
    unit = policy.facts.facts[key].unit
    base = counted = Counted(machine, left_out)
    checked, by_person = Checked.OPEN, False
    into: dict[Key, int] = {}
    out: dict[Key, str] = {}
    undecided, ways = unexplained(assessment, key), dict[Key, Way]()
    for one in decisions:
        if base.fact is machine and not ways and checked is Checked.OPEN and one.act is not Act.WITHDRAW:
            base = counted = Counted(_shown(one, key, assessment), left_out)
        match one.act:
            case Act.FIRST | Act.SECOND:
                base = Counted(_taken(one, key, unit, assessment, counted.fact), counted.left_out)
                checked = Checked.CONFIRMED if one.act is Act.FIRST else \
                    Checked.CORRECTED if key in checklist.first_facts(assessment) else Checked.ADDED
                by_person, into, out = True, {}, {}
            case Act.CONFIRM:
                checked = Checked.CONFIRMED if checked is Checked.OPEN else checked
            case Act.WITHDRAW:
                base, checked, by_person = Counted(machine, left_out), Checked.OPEN, False
                into, out, ways = {}, {}, {}
            case Act.REJECT:
                base, checked, by_person = Counted(None, counted.left_out), Checked.REJECTED, False
                into, out = {}, {}
            case Act.CORRECT | Act.ADD:
                base = Counted(_said(key, unit, one, counted.fact), counted.left_out)
                checked = Checked.ADDED if one.act is Act.ADD else Checked.CORRECTED
                by_person, into, out = True, {}, {}
            case Act.COUNT | Act.LEAVE_OUT | Act.DISMISS if _of_undecided(one, undecided):
                ways[_at(one)] = Way(one.act is Act.COUNT, one.reason if one.act is Act.LEAVE_OUT else "")
                if not by_person and checked is not Checked.REJECTED:
                    base = settle(key, unit, Counted(machine, left_out), undecided, ways, reason=BY_REVIEWER,
                                  yes_no=_yes_no(policy, key))
                    if checked is Checked.OPEN and all(key_of(piece) in ways for piece in undecided):
                        checked = Checked.RECOUNTED
            case Act.COUNT | Act.LEAVE_OUT if one.place is not None:
                _move(one, into, out)
                checked = checked if by_person else Checked.RECOUNTED
        counted = recount(key, unit, base, into, out, shift_only=by_person, reason=BY_REVIEWER)
    return FactState(key, machine, counted.fact, counted.left_out, checked,
                     tuple(piece for piece in undecided if key_of(piece) not in ways))


def unexplained(assessment: Assessment, key: str) -> tuple[Unexplained, ...]:
    """What the program read of a fact and could not decide."""
    fact = assessment.facts.get(key)
    return tuple(assessment.unexplained.get(key) or (fact.unexplained if fact else ()))


# ----------------------------------------------------------------------------------------------------------------------

def _at(one: Decision) -> Key:
    assert one.place is not None  # noqa: S101 - the caller looked
    return one.place.document, one.place.span


def _of_undecided(one: Decision, undecided: Sequence[Unexplained]) -> bool:
    """Whether a decision settles a piece that the program could not decide."""
    return one.place is not None and any(key_of(piece) == _at(one) for piece in undecided)


def _counts_undecided(one: Decision, reviewed: Reviewed) -> bool:
    """Whether it needs no reason: that such a piece counts is what its own words say."""
    state = reviewed.facts.get(one.subject)
    return one.act is Act.COUNT and state is not None and _of_undecided(one, state.undecided)


def _move(one: Decision, into: dict[Key, int], out: dict[Key, str]) -> None:
    """An item to the other side; one that a person moved before goes back to where it was."""
    assert one.place is not None  # noqa: S101 - the caller looked
    place = (one.place.document, one.place.span)
    if one.act is Act.COUNT:
        if out.pop(place, None) is None:
            into[place] = one.amount
    elif into.pop(place, None) is None:
        out[place] = one.reason


def _shown(one: Decision, key: str, assessment: Assessment) -> Fact | None:
    """The program's fact as it was when the decision was made: what stands, or what the first reader alone has."""
    stands, first = assessment.facts.get(key), checklist.first_facts(assessment).get(key)
    if one.seen is None or stands is None or stands.interval == one.seen:
        return stands
    return first if first is not None and first.interval == one.seen else stands


def _taken(one: Decision, key: str, unit: str, assessment: Assessment, before: Fact | None) -> Fact:
    """A reader's fact with the figure that was taken; where the reader is not there any more, with what there is."""
    found = taken(one.act, key, assessment)
    if found is not None and one.value in {None, found.interval}:
        return found
    assert one.value is not None  # noqa: S101 - kept with the decision
    return Fact(key, one.value, unit, False, before.evidence if before else (), before.exclusions if before else ())


def _said(key: str, unit: str, one: Decision, before: Fact | None) -> Fact:
    """The fact with a person's value, their own evidence first."""
    assert one.value is not None  # noqa: S101 - `problem` looked
    own = (Evidence(one.place.document, one.place.page, one.place.span, one.place.quote, Method.DECLARED, one.value),
           ) if one.place else ()
    kept = tuple(piece for piece in (before.evidence if before else ())
                 if not own or key_of(piece) != key_of(own[0]))
    return Fact(key, one.value, unit, False, own + kept, before.exclusions if before else ())


def _judgements(findings: Sequence[Finding], decisions: Sequence[Decision]) -> dict[str, Decision]:
    """The last judgement of each criterion that is still a person's to judge."""
    judged: dict[str, Decision] = {}
    for one in decisions:
        if one.act is Act.JUDGE:
            judged[one.subject] = one
        elif one.act is Act.WITHDRAW:
            judged.pop(one.subject, None)
    return {one.criterion.id: judged[one.criterion.id] for one in findings
            if one.outcome is Outcome.JUDGEMENT and one.criterion.id in judged}


def _judge(finding: Finding, one: Decision | None, language: str) -> Finding:
    if one is None or one.outcome is None:
        return finding
    said = phrases(language).say("judgement.by_person", reason=one.reason)
    return replace(finding, outcome=one.outcome, explanation=said, points=_awarded(finding, one),
                   gap="" if one.outcome is Outcome.MET else one.reason)


def _awarded(finding: Finding, one: Decision) -> Interval | None:
    """The points that a person awards: the value that they name, else all for a yes and none for a no."""
    scale = finding.criterion.points
    if scale is None or one.outcome is Outcome.INSUFFICIENT:
        return finding.points
    if one.value is not None:
        return Interval(min(scale.most, one.value.low), min(scale.most, one.value.high or scale.most))
    return Interval(scale.most, scale.most) if one.outcome is Outcome.MET else Interval(0, 0)


def _judge_problem(decision: Decision, finding: Finding | None, reviewed: Reviewed) -> str:
    if finding is None:
        return "unknown_subject"
    if finding.outcome is not Outcome.JUDGEMENT and decision.subject not in reviewed.judged:
        return "not_a_judgement"
    if decision.act is Act.WITHDRAW:
        return ""
    scale, value = finding.criterion.points, decision.value
    fits = value is None or (scale is not None and 0 <= value.low <= (value.high or 0) <= scale.most)
    return "" if decision.outcome in JUDGED and fits else "value_invalid"


def _value_problem(value: Interval | None, *, yes_no: bool) -> str:
    if value is None or value.low < 0 or (value.high is not None and value.high < value.low):
        return "value_invalid"
    return "value_invalid" if yes_no and (value.low, value.high) not in {(0, 0), (1, 1), (0, 1)} else ""


def _item_problem(decision: Decision, state: FactState, *, yes_no: bool) -> str:
    """Why a decision about one item cannot be taken; "" where it can."""
    if decision.place is None:
        return "place_missing"
    if _of_undecided(decision, state.undecided):
        return ""
    if decision.act is Act.DISMISS:
        return "no_such_item"
    if decision.act is Act.COUNT and (yes_no or decision.amount < 1):
        return "value_invalid"
    pieces: Sequence[Evidence | Exclusion] = state.left_out if decision.act is Act.COUNT else \
        state.person.evidence if state.person else ()
    found = any(key_of(piece) == (decision.place.document, decision.place.span) for piece in pieces)
    return "" if found else "no_such_item"


def _yes_no(policy: Policy, key: str) -> bool:
    return policy.facts.facts[key].kind == "yes_no"
