"""Every place that speaks of a fact has an entry: what no step claimed is said not to count, with why.

Reading notes each such place as a `Mention`, whatever becomes of it. Once a fact is reconciled, those that stand in none
of its lists become exclusions; so do statements that reconciling dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ingestion.domain import Evidence, Exclusion, Fact, Span, Unexplained
from ingestion.facts.claims.assertions import Assertion, Findings, Mention
from ingestion.facts.schema import FactSpec
from ingestion.numbers.periods import Cover, Period, Window


def account(
    spec: FactSpec, fact: Fact | None, found: Findings, said: Sequence[Assertion], mentions: Iterable[Mention],
    window: Window,
) -> None:
    """Say of each place in none of the fact's lists why it does not count. `said`: its statements before they were
    reconciled."""
    listed: dict[str, list[Span]] = {}
    entries: list[Evidence | Exclusion | Unexplained] = [
        *(fact.evidence if fact is not None else ()), *found.exclusions, *found.unexplained]
    for entry in entries:
        listed.setdefault(entry.document, []).append(entry.span)
    dropped = [Mention(a.document, a.span, a.span, _why_dropped(spec, a)) for a in said if not a.items]
    for one in [*dropped, *mentions]:
        reason = one.reason or _by_its_time(one.period, window)
        known = listed.setdefault(one.document.name, [])
        if reason and not any(one.at.overlaps(span) for span in known):
            found.exclude(one.document, one.span, reason)
            known.append(one.span)


def _by_its_time(period: Period | None, window: Window) -> str:
    return "outside_window" if period is not None and period.cover(window) is Cover.OUTSIDE else ""


def _why_dropped(spec: FactSpec, entry: Assertion) -> str:
    """Why a statement that was made is none of the evidence: what it says was so, or it says less than is asked."""
    ended = any(rule.id == entry.rule and rule.period == "ended" for rule in spec.rules)
    return "expired" if ended else "narrower_scope" if spec.kind == "yes_no" else "not_stated"
