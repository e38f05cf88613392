"""What the second reader's part in an assessment is made of."""
from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from assistant.second_reader.schema import Claim, Counts
from ingestion.domain import Interval, Span


class Bears(StrEnum):
    """How a figure's period bears on the fact."""

    EXACT = "exact"  # the figure is the fact's
    UPPER = "upper"  # it bounds the fact from above only
    LOWER = "lower"  # it bounds it from below only
    NOT = "not"      # it gives no fact


class Checked(Struct, frozen=True):
    """A claim after code looked at it. `problem` is why it is dropped ("" otherwise), `doubts` what code reads
    otherwise without dropping it; `reads` is what code reads, `spans` where it stands: (document, span)."""

    claim: Claim
    problem: str = ""
    doubts: tuple[str, ...] = ()
    reads: Interval | None = None
    bears: Bears = Bears.EXACT
    places: tuple[str, ...] = ()             # of the quote, or the rows
    spans: tuple[tuple[int, Span], ...] = ()
    things: tuple[str, ...] = ()             # what is counted, one name each, to count it once
    partial: bool = False
    days: tuple[str, str] = ("", "")         # first and last day of its own period or rows, ISO
    foreign: bool = False                    # money in a currency without a stated rate
    total_rows: bool = False                 # rows that hold totals

    @property
    def ok(self) -> bool:
        return not self.problem

    @property
    def counting(self) -> bool:
        return self.ok and self.claim.counts is not Counts.NO


class Recomputed(Struct, frozen=True):
    """What the claims come to."""

    interval: Interval
    conflict: bool
