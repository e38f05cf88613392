"""What the services of the second reader give: frozen records, as in `api.service.records`."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from api import shapes
from ingestion.domain import Agreement, Differ, Evidence, Interval


class Standing(StrEnum):
    """How the second reading of a case stands."""

    OFF = "off"                # no model reads here; `why` says why
    WITHHELD = "withheld"      # the case is kept from the model
    NONE = "none"              # it may be asked for
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    OUTDATED = "outdated"      # of other documents, another base type or window


@dataclass(frozen=True, slots=True)
class ExamFact:
    """How many of one fact the model had right, of how many; and the first reader on the same texts."""

    key: str
    right: int
    all: int
    first_right: int
    first_all: int


@dataclass(frozen=True, slots=True)
class ExamMistake:
    """A fact of one text that the model had not right; `reason`: "differs", "spurious", "unusable", "late"."""

    text: str
    fact: str
    known: shapes.Interval | None
    found: shapes.Interval | None
    reason: str


@dataclass(frozen=True, slots=True)
class ExamView:
    """The last exam of a model with today's prompts and policy. `may_lead`: its reading may stand where
    readers differ; `refused`: why it may not read, "" where it may: "obeyed", "slow" (texts were not answered within
    `deadline` seconds), "score". `read` of `texts` were read; 0 where it was not kept how the exam went."""

    model: str
    prompts_hash: str
    policy_hash: str
    score: float
    first: float
    obeyed: int
    taken: datetime
    stopped: bool
    may_read: bool
    may_lead: bool
    refused: str = ""
    read: int = 0
    texts: int = 0
    requests: int = 0
    tokens: int = 0
    estimated: bool = False
    seconds: float = 0.0
    deadline: float = 0.0
    orders: tuple[str, ...] = ()     # the texts whose orders were followed
    facts: tuple[ExamFact, ...] = ()
    mistakes: tuple[ExamMistake, ...] = ()


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the model may read, `why` a code where not: "disabled", "no_model", "unprepared" (the
    policy has nothing for a reader), "unexamined", "other_policy" (examined for another one only), "failed_exam",
    "too_slow", "obeyed". `differ` is what stands in force, `wanted` what the installation has set."""

    ready: bool
    why: str
    host: str
    model: str
    prompt: str
    differ: Differ
    wanted: Differ
    exam: ExamView | None
    day_tokens: int = 0       # used today by all
    budget: int = 0           # 0: none


@dataclass(frozen=True, slots=True)
class ReaderFact:
    """A fact as one reader has it."""

    low: int
    high: int | None
    conflict: bool
    evidence: tuple[Evidence, ...]

    @property
    def interval(self) -> Interval:
        return Interval(self.low, self.high)


@dataclass(frozen=True, slots=True)
class CheckItem:
    """A fact that both readers leave to a person, or left (`settled`). `raises_first`, `raises_second`: the criteria
    that become met when that reader's figure is taken, whose clauses have to be seen first."""

    key: str
    label: str
    label_en: str
    agreement: Agreement
    verified: bool
    why: tuple[str, ...]
    first: ReaderFact | None
    second: ReaderFact | None
    settled: bool
    raises_first: tuple[str, ...] = ()
    raises_second: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondView:
    """The second reading of a case. `host` and `model` are told to its owner before anything is sent. `items` is
    待核对 of the reading that stands, those that are left first; `left` counts them. `tokens`, `seconds`: of that
    reading; `foreseen`: tokens that the one under way, or the one that may be asked for, is expected to need in
    `foreseen_requests`, and `foreseen_seconds`, None where unknown; `pace`: what these follow, "readings", "exam", "".
    """

    standing: Standing
    why: str
    host: str
    model: str
    prompt: str
    differ: Differ | None
    exam: float | None
    withheld: bool
    withheld_by_default: bool
    done: int = 0
    total: int = 0
    foreseen: int = 0
    foreseen_requests: int | None = None
    foreseen_seconds: float | None = None
    pace: str = ""
    tokens: int = 0
    estimated: bool = False
    requests: int = 0
    seconds: float = 0.0
    created: datetime | None = None
    error: str = ""
    error_en: str = ""
    failed: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    dropped: int = 0
    agreed: int = 0
    facts: int = 0
    left: int = 0
    items: tuple[CheckItem, ...] = ()
    may_ask: bool = False
    may_withhold: bool = False
