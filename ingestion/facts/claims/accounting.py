"""Every place that speaks of a fact has an entry: what no step claimed is said not to count, with why.

Reading notes each such place as a `Mention`, whatever becomes of it, and sets aside what tables come to that may list
the fact's things. Once a fact is reconciled, what stands in none of its lists becomes an exclusion; so do statements
that reconciling dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from ingestion.domain import Evidence, Exclusion, Fact, Method, Span, Unexplained
from ingestion.facts.claims.assertions import Assertion, Claims, Findings, Mention, evidence
from ingestion.facts.schema import FactSpec
from ingestion.numbers.periods import Cover, Period, Window

NEAR = 150     # characters
STRETCH = 512  # characters


def account(
    spec: FactSpec, fact: Fact | None, found: Findings, said: Sequence[Assertion], claims: Claims, window: Window
) -> Fact | None:
    """Say of each place in none of the fact's lists why it does not count; the fact with the rows that come to it.
    `said`: its statements before they were reconciled."""
    listed = _Listed([*(fact.evidence if fact is not None else ()), *found.exclusions, *found.unexplained])
    for aside in (table.settle(window) for table in claims.aside):
        counted = [row for row in _supporting(spec, fact, aside) if not listed.holds(row.document, row.span)]
        if fact is not None and counted:
            fact = replace(fact, evidence=(*fact.evidence, *counted))
            listed.add(counted)
        for entry in _undecided(spec, aside):
            if not listed.holds(entry.document, entry.span):
                found.exclusions.setdefault(entry)
                listed.put(entry.document, entry.span)
    dropped = (Mention(a.document, a.span, a.span, _why_dropped(spec, a)) for a in said if not a.items)
    for one in [*dropped, *claims.mentions]:
        same = fact is not None and fact.interval.exact and one.value == fact.interval
        reason = one.reason or ("duplicate" if same else _by_its_time(one.period, window))
        if one.weak and not listed.near(one.document.name, one.at):
            continue
        if reason and not listed.holds(one.document.name, one.at):
            found.exclude(one.document, one.span, reason)
            listed.put(one.document.name, one.span)
    return fact


class _Listed:
    """The places of a fact's entries. They are kept by stretches of text, so that many are asked for fast."""

    def __init__(self, entries: Sequence[Evidence | Exclusion | Unexplained]) -> None:
        self._all: dict[tuple[str, int], list[Span]] = {}
        self.add(entries)
        self._first = {stretch: len(spans) for stretch, spans in self._all.items()}

    def add(self, entries: Sequence[Evidence | Exclusion | Unexplained]) -> None:
        for one in entries:
            self.put(one.document, one.span)

    def put(self, document: str, span: Span) -> None:
        for stretch in range(span.start // STRETCH, span.end // STRETCH + 1):
            self._all.setdefault((document, stretch), []).append(span)

    def holds(self, document: str, span: Span) -> bool:
        """Whether an entry stands at a place."""
        return any(span.overlaps(one) for stretch in range(span.start // STRETCH, span.end // STRETCH + 1)
                   for one in self._all.get((document, stretch), ()))

    def near(self, document: str, span: Span) -> bool:
        """Whether what was an entry from the first stands near a place."""
        around = Span(max(0, span.start - NEAR), span.start + NEAR)
        for stretch in range(around.start // STRETCH, around.end // STRETCH + 1):
            known = self._all.get((document, stretch), [])[:self._first.get((document, stretch), 0)]
            if any(around.overlaps(one) for one in known):
                return True
        return False


def _supporting(spec: FactSpec, fact: Fact | None, aside: Findings) -> list[Evidence]:
    """The rows that a stated figure counts, or that sum up a stated amount."""
    if fact is None:
        return []
    if spec.kind == "money":
        return [row for entry in aside.assertions if fact.interval.low in entry.points for row in _rows(entry)]
    rows = [row for entry in aside.assertions for row in _rows(entry)]
    return rows if fact.interval.exact and fact.interval.low == len(rows) > 1 else []


def _rows(entry: Assertion) -> list[Evidence]:
    return [evidence(entry.document, span, Method.LISTED) for span in entry.items]


def _undecided(spec: FactSpec, aside: Findings) -> Iterator[Exclusion]:
    """The rows of a table that may list the fact's things: why they do not count, or that nothing says they do."""
    yield from aside.exclusions
    yield from (Exclusion(e.document, e.page, e.span, e.quote, e.why) for e in aside.unexplained)
    reason = "part_of_total" if spec.kind == "money" else "not_stated"
    yield from (Exclusion(e.document, e.page, e.span, e.quote, reason) for a in aside.assertions for e in _rows(a))


def _by_its_time(period: Period | None, window: Window) -> str:
    return "outside_window" if period is not None and period.cover(window) is Cover.OUTSIDE else ""


def _why_dropped(spec: FactSpec, entry: Assertion) -> str:
    """Why a statement that was made is none of the evidence: what it says was so, or it says less than is asked."""
    ended = any(rule.id == entry.rule and rule.period == "ended" for rule in spec.rules)
    return "expired" if ended else "narrower_scope" if spec.kind == "yes_no" else "not_stated"
