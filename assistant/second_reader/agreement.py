"""Both readers compared, and what stands: the contract's table, nothing else."""
from __future__ import annotations

from msgspec.structs import replace

from ingestion.domain import Agreement, Differ, Fact, Interval, SecondFact


def compare(first: Fact | None, second: SecondFact | None, *, rejects: bool) -> Agreement | None:
    """How two readings of a fact lie to each other; None where neither found anything. `rejects`: the second found
    nothing, and says of something that the first counted that it does not count."""
    if second is None:
        if first is None:
            return None
        return Agreement.DIFFER if rejects else Agreement.FIRST_ONLY
    if first is None:
        return Agreement.SECOND_ONLY
    return Agreement.AGREE if first.interval == second.fact.interval else Agreement.DIFFER


def stands(first: Fact | None, second: SecondFact | None, agreement: Agreement | None, differ: Differ, *,
           verified: bool) -> Fact | None:
    """The fact that stands. `verified` speaks of the second's reading, also where it found nothing."""
    trusted = differ is Differ.SECOND and verified and not (second is not None and second.overrules)
    if agreement in (None, Agreement.FIRST_ONLY):
        return first
    if agreement is Agreement.SECOND_ONLY:
        return second.fact if trusted and second is not None else None
    assert first is not None  # noqa: S101 - both found something, or the second rejects what the first found
    if agreement is Agreement.AGREE:
        return _with_both(first, second, first.interval, conflict=first.conflict)
    if trusted:
        return _with_both(first, second, second.fact.interval, conflict=second.fact.conflict) if second else None
    return _with_both(first, second, _spanned(first.interval, second.fact.interval if second else None),
                      conflict=first.conflict)


def to_check(second: SecondFact | None, agreement: Agreement | None) -> bool:
    """Whether a person has to look at it: all but what both agree on and code verified."""
    return agreement is not None and not (agreement is Agreement.AGREE and second is not None and second.verified)


def _spanned(first: Interval, second: Interval | None) -> Interval:
    """The interval that spans both; from 0 where the second rejects what the first counted and finds nothing."""
    if second is None:
        return Interval(0, first.high)
    high = None if first.high is None or second.high is None else max(first.high, second.high)
    return Interval(min(first.low, second.low), high)


def _with_both(first: Fact, second: SecondFact | None, interval: Interval, *, conflict: bool) -> Fact:
    """The first's evidence stays, the second's is added where the first has none."""
    known = {(piece.document, piece.span) for piece in first.evidence}
    added = tuple(piece for piece in second.fact.evidence
                  if (piece.document, piece.span) not in known) if second is not None else ()
    return replace(first, interval=interval, conflict=conflict, evidence=(*first.evidence, *added))
