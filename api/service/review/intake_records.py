"""What the services of rounds give: frozen records, as in `api.service.records`."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from api.service.review_records import CriterionCount, FactCount, Status


class IntakeState(StrEnum):
    PLANNED = "planned"        # its first day is to come, or its version of the policy is not published yet
    OPEN = "open"
    CLOSED = "closed"
    SUSPENDED = "suspended"    # its version of the policy was withdrawn


@dataclass(frozen=True, slots=True)
class NewIntake:
    """`version_id` "" for the policy in force; both days inclusive, in the office's time; `quota` None for none."""

    title: str
    base_type: str
    opens: date
    closes: date
    version_id: str = ""
    quota: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """`cases` were handed in to it; `days_left` until it closes, None unless it is open."""

    id: str
    title: str
    base_type: str
    version_id: str
    policy_digest: str
    policy_version: str
    opens: date
    closes: date
    quota: int | None
    note: str
    state: IntakeState
    ended: datetime | None
    changed: datetime
    cases: int
    days_left: int | None = None


@dataclass(frozen=True, slots=True)
class OfferedIntake:
    """A round as applicants see it: no number of what others handed in."""

    id: str
    title: str
    base_type: str
    policy_version: str
    opens: date
    closes: date
    note: str
    state: IntakeState
    days_left: int | None


@dataclass(frozen=True, slots=True)
class StatusCount:
    status: Status
    cases: int


@dataclass(frozen=True, slots=True)
class OutcomeCount:
    outcome: str     # an overall outcome
    cases: int


@dataclass(frozen=True, slots=True)
class StateTime:
    """How many days cases stayed in a status that they left, at the median and for nine of ten; `cases` did."""

    status: Status
    cases: int
    median: float
    nine_of_ten: float


@dataclass(frozen=True, slots=True)
class ReaderCount:
    """What persons made of one reader's figures: `first` is the program, `second` a language model by its name."""

    reader: str
    model: str
    kept: int
    changed: int

    @property
    def decided(self) -> int:
        return self.kept + self.changed


@dataclass(frozen=True, slots=True)
class IntakeNumbers:
    """What a round comes to. `criteria` with most gaps first; `other_version`: assessed with another version of the
    policy than the round's; `overlapping`: cases that share something with another one.
    """

    cases: int
    statuses: tuple[StatusCount, ...]
    outcomes: tuple[OutcomeCount, ...]
    criteria: tuple[CriterionCount, ...]
    facts: tuple[FactCount, ...]
    times: tuple[StateTime, ...]
    readers: tuple[ReaderCount, ...]
    other_version: int
    overlapping: int


@dataclass(frozen=True, slots=True)
class OverlapCase:
    """Where one case claims it. `intake_id` "" for a case of no round."""

    case_id: str
    title: str
    applicant: str
    status: Status
    intake_id: str
    fact: str
    document: str
    page: int | None
    quote: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """One thing that several cases claim, of which at least one is in the round."""

    kind: str
    value: str
    cases: Sequence[OverlapCase]


@dataclass(frozen=True, slots=True)
class KindCount:
    kind: str
    count: int
