"""What the tools of a conversation give: figures, places, a verdict. Pure data; whoever words it adds nothing to it."""
from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from ingestion.domain import Citation, Interval, Outcome

YES, NO, OPEN = "yes", "no", "open"
OF_OUTCOME = {Outcome.MET: YES, Outcome.NOT_MET: NO, Outcome.INSUFFICIENT: OPEN, Outcome.JUDGEMENT: OPEN}


class Amount(Struct, frozen=True):
    """A figure with what it is of: a fact's key ("" for none), in the fact's unit."""

    interval: Interval
    unit: str = ""
    fact: str = ""


class Result(Struct, frozen=True):
    """`verdict` is "yes", "no", "open" or "" (nothing was to be decided); `lines` say it in the language asked for.

    `quotes` are verbatim places of documents and clauses, `refs` the clauses. `exhausted`: all rows are there, so that
    "all", "only" and counts may be said of them. `hypothetical`: it holds under the change that was asked for only.
    `counted`: code reads the same from the question by itself, whatever labels or changes it was called with; `beside`
    are the facts of which the question states figures that were not looked at.
    `error` says why nothing could be computed.
    """

    kind: str
    id: str = ""
    verdict: str = ""
    figures: tuple[Amount, ...] = ()
    quotes: tuple[Citation, ...] = ()
    refs: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    exhausted: bool = True
    hypothetical: bool = False
    counted: bool = False
    beside: tuple[str, ...] = ()
    error: str = ""


def together(verdicts: Iterable[str]) -> str:
    """Any no is no, else any open is open, else yes; "" where there is none."""
    found = [one for one in verdicts if one]
    return NO if NO in found else OPEN if OPEN in found else YES if found else ""


def numbered(results: Sequence[Result]) -> tuple[Result, ...]:
    """The results under the ids r1, r2 …"""
    return tuple(replace(one, id=f"r{number}") for number, one in enumerate(results, 1))
