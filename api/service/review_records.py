"""What the services of the review give: frozen records, as in `api.service.records`."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from api.service.records import CaseView, JobState
from api.shapes import Interval
from assistant.correcting.corrections import Act, Checked
from ingestion.domain import Assessment, Exclusion, Fact, Finding, Outcome, Overall, Unexplained


class Status(StrEnum):
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    RETURNED = "returned"    # for supplement
    DONE = "done"


class Sort(StrEnum):
    RECEIVED = "received"    # the longest waiting first
    NEWEST = "newest"
    DUE = "due"
    CHANGED = "changed"      # the most recently changed first
    APPLICANT = "applicant"


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What the worklist shows. `assignee` is "me", "none", an id or "" for all; the rest "", None or False for all.

    `result` is the outcome of `criterion`, `missing` the tenth of its bar that lacks, from 0; `checked` says how `fact`
    was looked at, "changed" for every way but confirmed. `outdated`: assessed with another version of the policy than
    the one in force.
    """

    status: str = ""
    assignee: str = ""
    base_type: str = ""
    outcome: str = ""
    overdue: bool = False
    duplicates: bool = False
    search: str = ""
    sort: Sort = Sort.RECEIVED
    outdated: bool = False
    criterion: str = ""
    result: str = ""
    missing: int | None = None
    fact: str = ""
    checked: str = ""
    to_check: bool = False       # two readers leave something to a person
    intake: str = ""             # the id of a round, or "none"
    paper: bool = False          # what came on paper alone


@dataclass(frozen=True, slots=True)
class WorkLine:
    """A case as the worklist shows it. `unchecked` facts nobody has looked at; `to_check` are left by two readers to a
    person; `duplicates` are shared with others;
    `outdated`: open, and assessed with `policy_version`, which is not the one in force; `under_way`: how a new
    assessment stands that is not ended; `paper_number`: the office's, of one that came on paper.
    """

    case_id: str
    title: str
    applicant: str
    base_type: str
    application_date: date
    status: Status
    round: int
    assignee: Person | None
    due: date | None
    received: datetime
    changed: datetime
    outcome: Overall
    unchecked: int
    conflicts: int
    duplicates: int
    policy_version: str = ""
    outdated: bool = False
    under_way: JobState | None = None
    to_check: int = 0
    paper_number: str | None = None


@dataclass(frozen=True, slots=True)
class Renewing:
    """How many assessments wait for their turn, are made, are made already, and failed."""

    waiting: int
    running: int
    done: int
    failed: int

    @property
    def total(self) -> int:
        return self.waiting + self.running + self.done + self.failed


@dataclass(frozen=True, slots=True)
class HandedFile:
    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Handed:
    """A case as it was handed in: a receipt, and the frozen copy that it is for. `open` says how many points of which
    kind were open then (`api.service.cases.points`); `digest` is over all of it; `withdrawn`: when it was taken back;
    `late`: the last day to answer, where that had passed.
    """

    id: str
    case_id: str
    number: int
    receipt: str
    at: datetime
    assessment_id: str
    title: str
    applicant: str
    base_type: str
    application_date: date
    policy_id: str
    policy_version: str
    overall: Overall
    files: tuple[HandedFile, ...]
    open: Mapping[str, int]
    digest: str
    withdrawn: datetime | None
    late: date | None = None


@dataclass(frozen=True, slots=True)
class Submission:
    """How a case that was handed in stands, for its applicant as well. `note` goes with the last change of status;
    `handed` is what lies with the office, `before` what was handed in the time before, `may_withdraw` whether the
    applicant can still take it back, `days_left` how many are left to answer a return, below zero once they are over.
    """

    case_id: str
    status: Status
    round: int
    received: datetime
    changed: datetime
    due: date | None
    note: str
    letter: str     # what has to be mended, once the case was returned; the whole of it as plain text
    letter_number: int | None   # its version, by which it is downloaded
    handed: Handed
    before: Handed | None
    may_withdraw: bool
    days_left: int | None = None


@dataclass(frozen=True, slots=True)
class PlaceView:
    document: str
    file_id: str | None
    page: int | None
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class DecisionView:
    """One step of one person on one subject. `machine` is the program's figure at that time.

    `holds` is False where the documents have changed since in what it rests on: it is kept, and not applied. Where a
    language model had read, `first` and `second` are the readers' figures then, and `model` with `prompt` says which.
    """

    id: str
    subject: str
    version: int
    act: Act
    value: Interval | None
    outcome: Outcome | None
    amount: int
    place: PlaceView | None
    reason: str
    machine: Interval | None
    by: Person
    at: datetime
    holds: bool
    first: Interval | None = None
    second: Interval | None = None
    model: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class FactReview:
    """A fact with the program's and the persons' reading of it. `version` counts the decisions about it."""

    key: str
    machine: Fact | None
    person: Fact | None
    left_out: tuple[Exclusion, ...]
    checked: Checked
    version: int
    history: tuple[DecisionView, ...]
    undecided: tuple[Unexplained, ...] = ()   # what was read and nobody has decided yet


@dataclass(frozen=True, slots=True)
class CriterionReview:
    """A criterion: what the program's facts come to, and what the persons' do. `history` holds its judgements."""

    machine: Finding
    person: Finding
    judged: bool
    version: int
    history: tuple[DecisionView, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """Where a case claims something that another one claims too."""

    place: PlaceView
    fact: str


@dataclass(frozen=True, slots=True)
class Shared:
    """Something that this case and another one claim: `kind` is "doi", "title", "patent", "partner", "credit_code"."""

    kind: str
    value: str
    mine: Claim
    other: Claim
    case_id: str
    title: str
    applicant: str
    status: Status


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who has the case open, at `subject`."""

    person: Person
    subject: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class SeenByPersons:
    """An assessment with persons' decisions, and the last one that holds about each fact or criterion."""

    assessment_id: str
    result: Assessment
    decisions: Mapping[str, DecisionView]


@dataclass(frozen=True, slots=True)
class ReviewView:
    """A case before a reviewer. `machine` is the stored assessment, `seen` the same with persons' decisions; `ways` the
    statuses that this person can give it, the one it has among them; `at_work`, where the office looks twice: who took
    the case up or decided, so that somebody else concludes it.
    """

    case: CaseView
    status: Status
    round: int
    assignee: Person | None
    due: date | None
    received: datetime
    machine: Assessment
    seen: Assessment
    facts: tuple[FactReview, ...]
    criteria: tuple[CriterionReview, ...]
    shared: tuple[Shared, ...]
    here: tuple[Here, ...]
    policy: str                   # the digest of the one that the assessment was made with
    assessment_id: str
    file_ids: Mapping[str, str]   # document name -> file id
    may_decide: bool
    replies: Mapping[str, ReplyView] = field(default_factory=dict)   # the applicant's, by fact or criterion
    ways: tuple[Status, ...] = ()
    at_work: tuple[Person, ...] | None = None


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A piece that a person picked: by its file, or the document's name."""

    document: str
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What a person decides; `version` is how many decisions about the subject they have seen, `clauses` the criteria
    whose clause they have seen before they take a figure that makes them met."""

    act: Act
    subject: str
    version: int
    reason: str = ""
    low: int | None = None
    high: int | None = None
    unbounded: bool = False       # the value has no upper bound
    outcome: Outcome | None = None
    place: NewPlace | None = None
    amount: int = 1
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewReply:
    """What an applicant says to an entry (a fact's key, or a criterion's id); `version` is how many they have seen.

    One without anything takes back what was said.
    """

    subject: str
    version: int
    text: str = ""
    low: int | None = None
    high: int | None = None
    place: NewPlace | None = None
    file_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyView:
    """`value` is the figure that is right by the applicant, `place` where it stands, `file_id` a file added to it."""

    id: str
    subject: str
    version: int
    value: Interval | None
    place: PlaceView | None
    file_id: str | None
    file: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LetterFrame:
    """What stands around the text of a letter, and makes an official document of it. `due`: None for the working days
    of the settings, counted when it is sent; `days`: those that made `due`, None where a person chose the day.
    """

    title: str = ""
    issuer: str = ""
    reference: str = ""
    contact: str = ""
    due: date | None = None
    days: int | None = None
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """`by_rule`: the last day to answer if it is sent today; `certain`: whether that year's holidays are known."""

    text: str
    frame: LetterFrame
    by_rule: date
    days: int
    certain: bool


@dataclass(frozen=True, slots=True)
class LetterView:
    id: str
    number: int
    text: str
    by: Person
    created: datetime
    sent: datetime | None
    frame: LetterFrame
    language: str = "zh"


@dataclass(frozen=True, slots=True)
class SentLetter:
    """As its applicant has it: the whole letter, and no name of a person."""

    number: int
    text: str
    reference: str
    due: date | None
    sent: datetime


@dataclass(frozen=True, slots=True)
class SavedViewLine:
    id: str
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is done to several cases at once; None stays as it is, `assignee` "" is nobody."""

    status: Status | None = None
    assignee: str | None = None
    due: date | None = None
    no_due: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one case of several: `code` "" where it was done, else why not."""

    case_id: str
    code: str = ""
    message: str = ""
    message_en: str = ""


@dataclass(frozen=True, slots=True)
class StatusCount:
    base_type: str
    status: Status
    count: int


@dataclass(frozen=True, slots=True)
class CriterionCount:
    """How often a criterion came to what, now and by the program alone; `distances` counts cases by what is missing

    of the bar, in tenths: the first is up to 10 percent, the last more than 90.
    """

    criterion: str
    met: int
    not_met: int
    insufficient: int
    judgement: int
    distances: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FactCount:
    """How often persons looked at a fact, and how often they changed it."""

    key: str
    confirmed: int
    corrected: int
    rejected: int
    added: int
    recounted: int

    @property
    def checked(self) -> int:
        return self.confirmed + self.changed

    @property
    def changed(self) -> int:
        return self.corrected + self.rejected + self.added + self.recounted


@dataclass(frozen=True, slots=True)
class Times:
    """How long a case takes: days from receipt to done, minutes that it was open before a reviewer; medians."""

    done: int
    days: float | None
    minutes: float | None
    minutes_by_type: tuple[tuple[str, float], ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Statistics:
    cases: int
    statuses: tuple[StatusCount, ...]
    criteria: tuple[CriterionCount, ...]
    facts: tuple[FactCount, ...]
    times: Times
