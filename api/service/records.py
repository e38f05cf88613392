"""What the services give to pages and routes: frozen records, free of the database and of HTTP.

Ids are opaque strings. Times are aware and in UTC. Texts for people stand in both languages, `x` Chinese and `x_en`.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar

from api.shapes import Citation, Interval
from api.shapes import TokenScope as TokenScope
from ingestion.domain import Assessment, Fact, Outcome, Overall

Record = TypeVar("Record")


class Role(StrEnum):
    APPLICANT = "applicant"
    REVIEWER = "reviewer"
    POLICY_STAFF = "policy_staff"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class FileState(StrEnum):
    WAITING = "waiting"   # stored, not read yet
    READING = "reading"   # `page` of `pages`, where the format has pages
    OCR = "ocr"           # `page` of `pages` that need recognition
    DONE = "done"
    UNREAD = "unread"     # gave no text; `notices` says why


class JobState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"   # a second reading that is not wanted any more


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a signed-in person, or a script with that person's token (`token_id`) and what it was made for.

    `failed`: wrong passwords before the sign-in that began this session, told for a while after it.
    """

    id: str
    email: str
    name: str
    role: Role
    session_id: str = ""
    token_id: str = ""
    scopes: tuple[TokenScope, ...] = tuple(TokenScope)
    failed: int = 0

    def allows(self, scope: TokenScope) -> bool:
        return scope in self.scopes


@dataclass(frozen=True, slots=True)
class Page(Generic[Record]):
    """A part of a long list. `after` is the cursor of the next part, None at the end; `total` where it is cheap."""

    items: tuple[Record, ...]
    after: str | None = None
    total: int | None = None


# Accounts -------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class SessionView:
    id: str
    created: datetime
    last_seen: datetime
    expires: datetime
    agent: str          # the browser's own name for itself, cut
    current: bool
    failed: int = 0     # wrong passwords since the sign-in before, when it began


@dataclass(frozen=True, slots=True)
class TokenView:
    """An API token as it is listed: its first characters, never the whole."""

    id: str
    name: str
    prefix: str
    created: datetime
    last_used: datetime | None
    scopes: tuple[TokenScope, ...]
    expires: datetime
    expired: bool = False


@dataclass(frozen=True, slots=True)
class NewToken:
    """Shown once."""
    secret: str
    token: TokenView


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`cookie` is the value for the session cookie."""
    actor: Actor
    cookie: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class InvitationView:
    id: str
    email: str
    role: Role
    created: datetime
    expires: datetime
    used: datetime | None
    secret: str = ""    # only when it is made; the link is {base_url}/invitation/{secret}


@dataclass(frozen=True, slots=True)
class UserView:
    id: str
    email: str
    name: str
    role: Role
    active: bool
    created: datetime


# Cases and files ------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class NoticeView:
    code: str
    text: str
    text_en: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the required criteria; `measurable_met` of `measurable` those with a bar or a yes and no."""

    measurable: int = 0
    measurable_met: int = 0
    met: int = 0
    not_met: int = 0
    insufficient: int = 0
    judgement: int = 0


@dataclass(frozen=True, slots=True)
class AssessmentLine:
    """One stored assessment as it is listed. `number` counts from 1 within the case."""

    id: str
    case_id: str
    number: int
    created: datetime
    base_type: str
    application_date: date
    policy_id: str
    policy_version: str
    overall: Overall
    counts: Counts
    files: int


@dataclass(frozen=True, slots=True)
class JobView:
    """The last assessment asked for. `step` says where it is: "reading", "extracting", "checking", "done"."""

    id: str
    case_id: str
    state: JobState
    step: str
    done: int            # files read
    total: int
    created: datetime
    error: str = ""
    error_en: str = ""
    assessment_id: str | None = None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as it is listed. `status` is of its review, null where it was not handed in; `outdated` and `paper_number`
    as in a case."""

    id: str
    title: str
    applicant: str
    base_type: str
    application_date: date
    created: datetime
    updated: datetime
    files: int
    latest: AssessmentLine | None
    status: str | None = None
    outdated: bool = False
    paper_number: str | None = None


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case. `stale`: its latest assessment is of an earlier `revision`; `outdated`: it is open, and was made with
    another version of the policy than `policy_version`, which is in force; `older_program`: by another version of the
    program than the one that runs. `may_change`: a draft of theirs, or returned
    to them; `may_delete`: a draft. `withheld`: kept from a language model that reads, by its owner; null: as the
    installation has it. `paper_number`: the office's, of one that came on paper and that `owner_name` typed in for the
    applicant."""

    id: str
    owner_id: str
    owner_name: str
    title: str
    applicant: str
    base_type: str
    application_date: date
    created: datetime
    updated: datetime
    revision: int
    demo: bool
    stale: bool
    latest: AssessmentLine | None
    job: JobView | None
    may_change: bool
    outdated: bool = False
    policy_version: str = ""
    status: str | None = None
    may_delete: bool = False
    withheld: bool | None = None
    paper_number: str | None = None
    older_program: bool = False

    @property
    def on_paper(self) -> bool:
        return self.paper_number is not None


@dataclass(frozen=True, slots=True)
class FileView:
    """One file of a case. `name` is its path below what was dropped, with "/"; an unread file has its reasons."""

    id: str
    case_id: str
    name: str
    sha256: str
    size: int
    kind: str            # "pdf", "docx", …; "" until it was read
    state: FileState
    page: int            # of `pages` while it is read
    pages: int           # 0 where the format has none, or nobody knows yet
    notices: tuple[NoticeView, ...]
    added: datetime
    removed: datetime | None = None


class Added(StrEnum):
    STORED = "stored"
    REPLACED = "replaced"    # a file of this name with other content was there
    SAME = "same"            # the very same content is in the case already, under `other`
    REFUSED = "refused"      # `code`, `message`, `message_en` say why


@dataclass(frozen=True, slots=True)
class AddedFile:
    """What became of one file of an upload (or one member of a zip)."""

    name: str
    added: Added
    file: FileView | None = None
    other: str = ""
    code: str = ""
    message: str = ""
    message_en: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way in: `stream` is read in pieces, never whole."""
    name: str
    stream: Any          # a binary file object


@dataclass(frozen=True, slots=True)
class Picture:
    """An image for a page. `tag` is stable for its content, for HTTP's ETag."""

    content: bytes
    media_type: str
    tag: str
    width: int
    height: int


# Assessments ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document as an assessment names it, with the file that holds it (None once the file's bytes are gone)."""

    name: str
    sha256: str
    kind: str
    pages: int
    file_id: str | None
    notices: tuple[NoticeView, ...]


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """A stored assessment. `result` carries explanations in the language that was asked for.

    Its documents have text, blocks and lines only where that was asked for (`texts`); names, pages and notices always.
    `policy` is the digest under which `services.policies.of` gives the policy it was made with.
    """

    line: AssessmentLine
    result: Assessment
    documents: tuple[DocumentLine, ...]
    key: str             # hash over all that it rests on: policy, extractor, date, base type, documents
    extractor: str
    policy: str
    file_ids: Mapping[str, str]   # document name -> file id

    def file_of(self, document: str) -> str | None:
        return self.file_ids.get(document)


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact of one assessment against another's; None where it is absent. `files` are the documents it is due to."""

    key: str
    label: str
    label_en: str
    unit: str
    before: Fact | None
    after: Fact | None
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OutcomeChange:
    """A criterion's outcome; None where it was not asked (another base type). It is due to `facts` and `files`."""

    criterion: str
    citation: str
    label: str
    label_en: str
    before: Outcome | None
    after: Outcome | None
    facts: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    name: str
    change: str          # "added", "removed", "replaced"


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from `before` to `after`, and why.

    `settings` names what else differs: "base_type", "application_date", "policy", "extractor".
    """

    before: AssessmentLine
    after: AssessmentLine
    files: tuple[FileChange, ...]
    settings: tuple[str, ...]
    facts: tuple[FactChange, ...]
    outcomes: tuple[OutcomeChange, ...]
    policy: str          # the digest of the one that `after` was made with


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What one required criterion lacks for one base type. `missing` is in the fact's unit, None where it has none."""

    criterion: str
    citation: str
    label: str
    label_en: str
    outcome: Outcome
    gap: str
    have: Interval | None
    bar: int | None
    missing: int | None


@dataclass(frozen=True, slots=True)
class TypeComparison:
    """One base type on the documents of an assessment. `rank` 1 is the closest."""

    base_type: str
    label: str
    label_en: str
    rank: int
    overall: Overall
    counts: Counts
    distance: float      # from 0, every requirement that documents can settle is met, to 1, none is
    shortfalls: tuple[Shortfall, ...]


# Events and chat ------------------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a case.

    `kind` and `data`: "snapshot" {files, job, reading}: on connect · "file" {id, name, state, page, pages, notices} ·
    "file_removed" {id} · "facts" {document, file_id, facts: {key: fact JSON}}: found in one document, before all are
    combined · "job" {id, state, step, done, total, error, error_en, assessment_id} ·
    "assessment" {id, number, overall, counts} · "case" {revision, title, …} · "deleted" {} ·
    "review" {subject}: something was decided or its status changed · "presence" {}: a reviewer came or left ·
    "reading" {id, state, done, total, error, error_en}: a second reading, by requests
    """

    id: int
    case_id: str
    kind: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a citation of a document stands: enough for an address in the viewer."""

    file_id: str | None
    document: str
    page: int | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ApprovedBy:
    """Who gave the answer of a turn that no program made."""

    id: str
    by: str
    at: str


@dataclass(frozen=True, slots=True)
class TurnView:
    """One question and its answer, as stored."""
    id: str
    conversation: str
    number: int
    question: str
    answer: str
    answerable: bool
    mode: str
    language: str
    citations: tuple[Citation, ...]
    places: tuple[Place | None, ...]   # one for each citation; None for a clause of the policy
    policy_version: str
    created: datetime
    approved: ApprovedBy | None = None
    verdict: str | None = None
    steps: tuple[str, ...] = ()        # what a language model looked up, as it was shown


@dataclass(frozen=True, slots=True)
class ConversationLine:
    id: str
    case_id: str | None
    title: str           # its first question
    turns: int
    updated: datetime


@dataclass(frozen=True, slots=True)
class ReportFile:
    content: bytes
    media_type: str
    name: str            # "预审意见表-….docx"
