"""What a report says, apart from the form it takes: records for docx, pdf and the terminal alike."""
from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from ingestion.domain import Outcome, Overall


class Field(Struct, frozen=True):
    """A line of the form's head: a label and what is filled in. `key` tells which, whatever the policy calls it."""

    key: str
    label: str
    value: str

    def __iter__(self) -> Iterator[str]:
        return iter((self.label, self.value))


class Quotation(Struct, frozen=True):
    """A verbatim piece with its place. `whole` is False for a contiguous part of the quote; `more` others like it are
    known by their number alone."""

    place: str
    text: str
    reads: str = ""
    method: str = ""
    whole: bool = True
    more: int = 0


class Row(Struct, frozen=True):
    """One line of the table of criteria. `word` is its conclusion; without an `outcome` only people check it."""

    category: str
    item: str
    requirement: str
    word: str
    outcome: Outcome | None = None
    number: int = 0
    citation: str = ""
    clause: str = ""
    figure: str = ""
    quotations: tuple[Quotation, ...] = ()
    more: str = ""
    note: str = ""
    gap: str = ""
    required: bool = True


class Gap(Struct, frozen=True):
    """What is to be mended, or what a person has to judge."""

    item: str
    citation: str
    outcome: str
    text: str


class LeftOut(Struct, frozen=True):
    """Something seen and not counted, and how many others like it are known by their number alone."""

    place: str
    text: str
    reason: str
    more: int = 0


class FactSection(Struct, frozen=True):
    """A fact with all its evidence, and what was left out of it. `figure` is empty for a fact that stayed absent."""

    key: str
    label: str
    figure: str
    conflict: bool
    quotations: tuple[Quotation, ...]
    left_out: tuple[LeftOut, ...]


class Unread(Struct, frozen=True):
    document: str
    place: str
    text: str


class DocumentLine(Struct, frozen=True):
    name: str
    pages: str
    sha256: str


class Report(Struct, frozen=True):
    """Everything a report shows, worded; what people fill in stands empty."""

    language: str
    title: str
    status: str
    disclaimers: tuple[str, ...]
    head: tuple[Field, ...]
    suggestion: str
    overall: Overall
    tally: tuple[str, ...]
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    judgements: tuple[Gap, ...]
    conflicts: tuple[FactSection, ...]   # with one piece for each side
    facts: tuple[FactSection, ...]
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]
    policy: tuple[tuple[str, str], ...]
    documents: tuple[DocumentLine, ...]
    decisions: tuple[tuple[str, ...], ...] = ()   # of reviewers: when, who, what, by their columns

    @property
    def left_out(self) -> tuple[FactSection, ...]:
        return tuple(fact for fact in self.facts if fact.left_out)
