"""The bodies of the review's part of the JSON API."""
from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from api.http.schemas import Body
from api.service.review_records import (
    Change,
    DecisionView,
    FactReview,
    Here,
    LetterFrame,
    NewDecision,
    NewPlace,
    NewReply,
    Person,
    ReplyView,
    ReviewView,
    Shared,
    Status,
)
from assistant.correcting.corrections import Act, Checked
from ingestion.domain import Outcome, Overall
from ingestion.policies.policy import Policy


class PlaceBody(Body):
    """A piece of a document, word for word: `quote` is its text from `start` to `end`."""

    document: str
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    quote: str = Field(max_length=5_000)


class DecisionBody(Body):
    """`version` is how many decisions about the subject were seen. `low`, `high` are a corrected or added value, or the
    points of a judgement."""

    act: Act
    subject: str = Field(max_length=100)
    version: int = Field(ge=0)
    reason: str = ""
    low: int | None = Field(None, ge=0, le=10**15)
    high: int | None = Field(None, ge=0, le=10**15)
    unbounded: bool = False
    outcome: Outcome | None = None
    place: PlaceBody | None = None
    amount: int = Field(1, ge=1, le=1_000_000)
    clauses: list[str] = Field(default=[], max_length=50, description=(
        "Criteria whose clause was seen: those that the figure of `first` or `second` makes met"))

    def record(self) -> NewDecision:
        place = NewPlace(**self.place.model_dump()) if self.place else None
        return NewDecision(self.act, self.subject, self.version, self.reason, self.low, self.high, self.unbounded,
                           self.outcome, place, self.amount, tuple(self.clauses))


class ReplyBody(Body):
    """`version` is how many were seen of the entry; one without anything else takes back what was said."""

    subject: str = Field(max_length=100)
    version: int = Field(ge=0)
    text: str = ""
    low: int | None = Field(None, ge=0, le=10**15, description="The figure that is right")
    high: int | None = Field(None, ge=0, le=10**15)
    place: PlaceBody | None = None
    file_id: str | None = Field(None, max_length=32, description="A file of the case that was added to this entry")

    def record(self) -> NewReply:
        place = NewPlace(**self.place.model_dump()) if self.place else None
        return NewReply(self.subject, self.version, self.text, self.low, self.high, place, self.file_id)


class ChangeBody(Body):
    """What is left out stays; an empty `assignee` is nobody."""

    status: Status | None = None
    assignee: str | None = Field(None, max_length=32)
    due: date | None = None
    no_due: bool = False
    note: str = ""

    def record(self) -> Change:
        return Change(self.status, self.assignee, self.due, self.no_due, self.note)


class BulkBody(ChangeBody):
    cases: list[str] = Field(max_length=200)


class RenewalBody(Body):
    cases: list[str] = Field(max_length=200)


class ViewBody(Body):
    name: str = Field(max_length=100)
    query: str = Field(max_length=500, description="As in the address of the worklist")


class LetterBody(Body):
    text: str = Field(max_length=20_000)
    number: int = Field(ge=0, description="The version that was edited, 0 for none")
    frame: LetterFrame | None = Field(None, description="What stands around the text; null: as before, or as drafted")


class SubjectBody(Body):
    subject: str = Field("", max_length=100, description="What one is looking at")


class CasesBody(Body):
    cases: list[str] = Field(max_length=50)
    kind: str = "docx"


class FactBody(BaseModel):
    """`machine` and `person` have the shape that facts have in an assessment, null where the fact is absent."""

    key: str
    label: str
    label_en: str
    checked: Checked
    version: int
    machine: dict[str, Any] | None
    person: dict[str, Any] | None
    left_out: list[dict[str, Any]]
    unexplained: list[dict[str, Any]] = Field(description="Read and decided by nobody: `count`, `leave_out` with a "
                                              "reason, or `dismiss`, with the entry's place")
    history: list[DecisionView]


class CriterionBody(BaseModel):
    id: str
    citation: str
    label: str
    machine: Outcome
    outcome: Outcome
    gap: str
    judged: bool
    version: int
    history: list[DecisionView]


class ReviewBody(BaseModel):
    case_id: str
    title: str
    applicant: str
    base_type: str
    status: Status
    round: int
    assignee: Person | None
    due: date | None
    received: datetime
    machine: Overall
    overall: Overall
    facts: list[FactBody]
    criteria: list[CriterionBody]
    shared: list[Shared]
    here: list[Here]
    may_decide: bool
    policy_version: str = Field(description="That the assessment was made with")
    policy_in_force: str
    outdated: bool = Field(description="Open, and the two differ: assess it again; decisions and results are kept")
    replies: list[ReplyView] = Field(description="What the applicant says to entries, as it was handed in")
    ways: list[Status] = Field([], description="The statuses that you can give it, the one it has among them")
    at_work: list[Person] | None = Field(None, description="Where the office looks twice: who took it up or decided: "
                                                           "another one concludes; null where it does not")


class HereBody(BaseModel):
    here: list[Here]


class PeopleBody(BaseModel):
    reviewers: list[Person]


def review(view: ReviewView, policy: Policy, language: str) -> ReviewBody:
    """One case before a reviewer, as a body."""
    return ReviewBody(
        case_id=view.case.id, title=view.case.title, applicant=view.case.applicant, base_type=view.machine.base_type,
        status=view.status, round=view.round, assignee=view.assignee, due=view.due, received=view.received,
        machine=view.machine.overall, overall=view.seen.overall,
        facts=[_fact(one, policy, language) for one in view.facts],
        criteria=[CriterionBody(
            id=one.person.criterion.id, citation=one.person.criterion.citation, label=one.person.criterion.label_en
            if language == "en" else one.person.criterion.label, machine=one.machine.outcome,
            outcome=one.person.outcome, gap=one.person.gap, judged=one.judged, version=one.version,
            history=list(one.history)) for one in view.criteria],
        shared=list(view.shared), here=list(view.here), may_decide=view.may_decide,
        policy_version=view.machine.policy_version, policy_in_force=view.case.policy_version,
        outdated=view.case.outdated, replies=list(view.replies.values()), ways=list(view.ways),
        at_work=None if view.at_work is None else list(view.at_work))


def _fact(one: FactReview, policy: Policy, language: str) -> FactBody:
    from assistant.report import serialising

    spec = policy.facts.facts[one.key]
    left = serialising.exclusions({one.key: one.left_out}, policy, language).get(one.key, [])
    return FactBody(key=one.key, label=spec.label, label_en=spec.label_en, checked=one.checked, version=one.version,
                    machine=serialising.fact(one.machine, policy) if one.machine else None,
                    person=serialising.fact(one.person, policy) if one.person else None, left_out=left,
                    unexplained=serialising.unexplained({one.key: one.undecided}, policy, language).get(one.key, []),
                    history=list(one.history))
