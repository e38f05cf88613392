"""The lists of a fact held against one another: one thing in several lists is counted once."""

from __future__ import annotations

from ingestion.domain import Interval, Method
from ingestion.facts.claims.assertions import Assertion, Findings
from ingestion.facts.claims.things import Thing, maybe, same

MAYBE_SAME = "maybe_same"  # why a row is unexplained
MOST_PAIRS = 40_000  # of names that are compared letter by letter


def unite(findings: Findings) -> None:
    """Give one thing in several lists one key; what a later list may only repeat does not add for certain."""
    lists = [a for a in findings.assertions if a.method is Method.LISTED and a.things and not a.loose]
    complete = any(not entry.partial and entry.interval.high is not None for entry in lists)
    known = _Known()
    for entry in sorted(lists, key=lambda a: a.partial):
        _unite(findings, entry, known, sure=not (complete and entry.partial))
        known.add(entry)


class _Known:
    """The things of the lists before, by their keys and numbers."""

    def __init__(self) -> None:
        self.all: list[tuple[Assertion, Thing]] = []
        self.by_mark: dict[str, list[tuple[Assertion, Thing]]] = {}

    def add(self, entry: Assertion) -> None:
        for one in entry.things:
            self.all.append((entry, one))
            for mark in one.keys | one.codes:
                self.by_mark.setdefault(mark, []).append((entry, one))

    def twins(self, one: Thing, *, near: bool) -> list[tuple[Assertion, Thing]]:
        found = [pair for mark in sorted(one.keys | one.codes) for pair in self.by_mark.get(mark, ())]
        return found or [pair for pair in self.all if near and same(one, pair[1])]


def _unite(findings: Findings, entry: Assertion, known: _Known, *, sure: bool) -> None:
    """One list held against the things known so far: twins count once, what may be one stays open."""
    near = len(known.all) * len(entry.things) <= MOST_PAIRS
    keys, things, shown, open_ = [], [], [], []
    for one, own, span in zip(entry.things, entry.item_keys, entry.items, strict=True):
        twins = known.twins(one, near=near)
        if not twins and known.all and (not sure or (near and any(maybe(one, other) for _, other in known.all))):
            open_.append(span)
            continue
        keys.append(own.union(*(other.keys for _, other in twins)))
        things.append(one)
        if any(other.document is entry.document and one.row and twin.row for other, twin in twins):
            findings.exclude(entry.document, span, "duplicate")
        else:
            shown.append(span)
    for span in open_:
        findings.hold(entry.document, span, MAYBE_SAME, held=bool(keys))
    if open_ and not keys:
        findings.assertions = [a for a in findings.assertions if a is not entry]
    elif open_:
        entry.interval = Interval(max(0, entry.interval.low - len(open_)), entry.interval.high)
        entry.points = (entry.interval.low,)
        entry.doubtful += len(open_)
    entry.item_keys, entry.things, entry.items = tuple(keys), tuple(things), tuple(shown)
