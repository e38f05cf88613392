"""A version of the policy as forms show it: labels, thresholds, windows, status; each with where it stands."""
from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from api.service.policies.version_records import VersionLine


class FormPart(StrEnum):
    HEAD = "head"
    WINDOW = "window"
    READING = "reading"
    CRITERION = "criterion"
    FACT = "fact"


@dataclass(frozen=True, slots=True)
class Stands:
    """The file and the line (from 1) of what a form changes."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class HeadForm:
    title: str
    title_en: str
    issuer: str
    issuer_en: str
    version: str
    status: str
    status_en: str
    number: str
    issued: date | None
    effective: date | None
    stands: Stands


@dataclass(frozen=True, slots=True)
class EdgeForm:
    """Whole years and months before the application date; then the month and day that are set, None for none; then
    days after."""

    years: int
    months: int
    month: int | None
    day: int | None
    days: int


@dataclass(frozen=True, slots=True)
class ReadingForm:
    """One way to count the period; `first` and `last` are its days for an application on `WindowForm.example`."""

    id: str
    label: str
    label_en: str
    start: EdgeForm
    end: EdgeForm
    first: date
    last: date
    stands: Stands


@dataclass(frozen=True, slots=True)
class WindowForm:
    term: str
    term_en: str
    undefined: str
    undefined_en: str
    reading: str
    readings: tuple[ReadingForm, ...]
    example: date
    stands: Stands


@dataclass(frozen=True, slots=True)
class CriterionForm:
    """`bar` as staff write it (200万元), "" without one; `rewords`: the clause names just this number, and can be made
    to name another with it."""

    id: str
    cites: str
    quote: str
    kind: str
    label: str
    label_en: str
    bar: str
    unit: str
    required: bool
    noun: str
    noun_en: str
    holds: str
    holds_en: str
    fails: str
    fails_en: str
    settled_by: str
    settled_by_en: str
    note: str
    note_en: str
    rewords: bool
    stands: Stands


@dataclass(frozen=True, slots=True)
class FactForm:
    """`time`: "window", "state" or "open"."""

    key: str
    label: str
    label_en: str
    unit: str
    unit_zh: str
    kind: str
    time: str
    definition: str
    definition_en: str
    settled_by: str
    settled_by_en: str
    stands: Stands


@dataclass(frozen=True, slots=True)
class FormsView:
    """`head` and `window` are None where the file cannot be read; what cannot be read of a list is left to its file."""

    line: VersionLine
    may_change: bool
    problems: int
    head: HeadForm | None
    window: WindowForm | None
    criteria: tuple[CriterionForm, ...]
    facts: tuple[FactForm, ...]


@dataclass(frozen=True, slots=True)
class FormChange:
    """Values by field, as typed. `id` names the reading, criterion or fact; "" with READING adds one. `reword`: the
    clause in the policy's text is to name the new threshold too."""

    part: FormPart
    id: str
    values: dict[str, str]
    reword: bool = False
