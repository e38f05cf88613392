"""What the services for policy staff give to pages and routes."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from api.shapes import Interval
from assistant.policy_versions.text_difference import Run
from ingestion.domain import Outcome, Overall


class State(StrEnum):
    DRAFT = "draft"            # its files can be mended
    PROPOSED = "proposed"      # waits for a second person
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Done:
    """Who did something, and when; a name of "" is of somebody who is not there any more."""

    at: datetime
    user_id: str
    name: str


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as it is listed. `current` is the one that new assessments are made with."""

    id: str
    digest: str
    version: str
    state: State
    note: str
    problems: int
    created: Done
    changed: Done
    proposed: Done | None
    published: Done | None
    current: bool


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A mistake in the folder, with its mend, as `guohe policy check` says it; `criterion` where it stands in one."""

    file: str
    line: int
    text: str
    text_en: str
    criterion: str = ""


@dataclass(frozen=True, slots=True)
class VersionView:
    """`base_moved`: another version was published since this one was held against `base_digest`."""

    line: VersionLine
    base_digest: str
    base_version: str
    base_moved: bool
    problems: tuple[ProblemView, ...]
    files: tuple[str, ...]
    may_change: bool
    may_propose: bool
    may_publish: bool
    needs_other: bool          # whoever asks proposed it, so that somebody else must publish it


@dataclass(frozen=True, slots=True)
class ClauseChangeView:
    change: str                # "same", "moved", "changed", "added", "removed"
    ref: str                   # the reference now, or the one it had
    ref_before: str
    before: str
    after: str
    runs: tuple[Run, ...]
    criteria: tuple[str, ...]  # ids of the criteria that rest on it


@dataclass(frozen=True, slots=True)
class CriterionMark:
    """A criterion of either version. `state`: "same" · "clause_changed" (its quotation stands, the clause around it is
    another) · "changed" (it asks something else) · "gone" (its quotation no longer stands: to be mended) · "removed" ·
    "added". `suggestion` is what stands in the new text where the quotation stood.
    """

    id: str
    label: str
    label_en: str
    state: str
    citation_before: str
    citation: str
    quote_before: str
    quote: str
    bar_before: int | None
    bar: int | None
    suggestion: str
    suggested_citation: str
    suggested_bar: int | None


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """Against the version before. `other` names what else differs: "base_types", "window", "facts", "questions"."""

    base_version: str
    version: str
    clauses: tuple[ClauseChangeView, ...]     # what is the same is left out
    unchanged: int
    criteria: tuple[CriterionMark, ...]       # what is the same is left out
    criteria_unchanged: int
    other: tuple[str, ...]
    renumbered: tuple[tuple[str, str], ...]   # clauses that had another number, and the one they have
    old_numbers: tuple[str, ...]              # files that still name clauses by the numbers they had
    wordings: tuple[str, ...]                 # clauses whose explanation in points.yaml speaks of a changed clause


@dataclass(frozen=True, slots=True)
class FactValue:
    """A fact as persons see it, None where nothing was found or it was rejected; `machine` is the program's figure.

    `evidence` counts the pieces that it rests on; `by_person`: a reviewer has decided about it.
    """

    key: str
    label: str
    label_en: str
    unit: str
    value: Interval | None
    conflict: bool
    machine: Interval | None = None
    evidence: int = 0
    by_person: bool = False


@dataclass(frozen=True, slots=True)
class Flip:
    """A criterion of one case that comes out otherwise, with its reason: the clause, the bar, the facts.

    `unread`: its facts would be read otherwise under the new version, so that only a new assessment can tell.
    """

    criterion: str
    label: str
    label_en: str
    before: Outcome | None
    after: Outcome | None
    citation_before: str
    citation: str
    quote_before: str
    quote: str
    bar_before: int | None
    bar: int | None
    required: bool
    facts: tuple[FactValue, ...]
    unread: bool
    judged: bool = False       # a reviewer's judgement holds under the new version


@dataclass(frozen=True, slots=True)
class CaseFlip:
    """A stored case that comes out otherwise. Its name and its applicant stay with those who may see it."""

    case_id: str
    assessment_id: str
    base_type: str
    application_date: str
    before: Overall
    after: Overall
    flips: tuple[Flip, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """From one outcome to another; None where the criterion is not asked."""

    before: Outcome | None
    after: Outcome | None
    cases: int


@dataclass(frozen=True, slots=True)
class CriterionSum:
    """How many cases one criterion flips for, and which way."""

    criterion: str
    label: str
    label_en: str
    cases: int
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class TrialFound:
    """`unread` are the facts that the new version would read otherwise; `skipped` cases have a base type that it does
    not have, or a result that cannot be opened.
    """

    cases: int
    flipped: int
    overall_flipped: int
    skipped: int
    uncertain: int             # cases with an outcome that rests on such a fact
    unread: tuple[str, ...]
    criteria: tuple[CriterionSum, ...]
    flips: tuple[CaseFlip, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class TrialView:
    """`state`: "running", "done", "failed". `stale`: the version's files are other ones since."""

    id: str
    version_id: str
    state: str
    done: int
    total: int
    started: datetime
    stale: bool
    found: TrialFound | None


@dataclass(frozen=True, slots=True)
class AskedLine:
    """Questions that are one, as a worklist shows them; identifiers in them are taken out, and nobody is named."""

    same: str
    question: str
    language: str
    times: int
    unanswered: int
    down: int
    comments: tuple[str, ...]
    answer: str                # the last that was given
    refs: tuple[str, ...]      # what it cited
    last: datetime
    turn_id: str


@dataclass(frozen=True, slots=True)
class ApprovedView:
    """`why` it is retired: "clause_changed", "replaced", "withdrawn"; "" while it is given."""

    id: str
    question: str
    language: str
    answer: str
    ref: str
    quote: str
    policy_version: str
    created: Done
    retired: datetime | None
    why: str


@dataclass(frozen=True, slots=True)
class ClauseUse:
    """What was asked about one clause. Questions about cases are counted; their words stay with the case."""

    ref: str
    times: int
    about_cases: int
    questions: tuple[str, ...]
