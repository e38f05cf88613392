"""What one place in a document says of one fact, and the algebra of its intervals."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from msgspec import Struct, field
from msgspec.structs import replace

from ingestion.domain import Document, Evidence, Exclusion, Interval, Method, Span, Unexplained
from ingestion.facts.claims.things import Thing
from ingestion.facts.sentences import Sentence
from ingestion.numbers.periods import Period, Window


class Assertion(Struct):
    """`interval` is what the place alone settles. `points` are the figures as stated: where statements contradict one
    another the fact spans them. `kinds` names the alternatives that the figure is for; empty: the fact as a whole."""

    interval: Interval
    document: Document
    span: Span
    method: Method = Method.DECLARED
    points: tuple[int, ...] = ()
    kinds: frozenset[str] = frozenset()
    conflict: bool = False
    items: tuple[Span, ...] = ()  # a list's counted items
    item_keys: tuple[frozenset[str], ...] = ()
    things: tuple[Thing, ...] = ()  # what is known of each of them
    told: bool = False  # things told in running text: they speak where nothing else does
    loose: bool = False  # names found in running text: they bound from below beside a total
    partial: bool = False
    gone: int = 0  # items of the list that are there no longer
    aspects: frozenset[str] = frozenset()
    weight: int = 1
    listed: tuple[date, date] | None = None  # the period that a list's title says it covers
    doubtful: int = 0                       # its items that only lift the upper bound
    open: bool = False  # what it counts may not count: dropped beside anything firmer
    beside: bool = False  # 另有…: where it is open, it lifts the upper bound
    named: str = ""  # the phrase of its figure, if it is one
    nouns: tuple[str, ...] = ()  # the kinds of things that its figures count, where each names one (工作站1个)
    larger: bool = False  # said of the body that the applicant is a part of
    inferred: int = 0  # how much of what makes it one of the fact is not said where it stands
    rule: str = ""  # of the fact's file, which made it


class Mention(Struct, frozen=True):
    """A place that speaks of a fact, whatever becomes of it. `at`: the word or the figure that does; `span`: what is
    shown of it. Without a `reason` it does not count because of its `period`, if that lies outside the window."""

    document: Document
    span: Span
    at: Span
    reason: str
    period: Period | None = None
    value: Interval | None = None  # what the figure says: where the fact comes to the same, it says it again
    weak: bool = False  # it speaks of the fact only where another place near it does


class Note(Struct, frozen=True):
    """What left something out or undecided: a module of this package, and a rule of the fact's file where one did."""

    by: str
    rule: str


Left = Exclusion | Unexplained
Notes = dict[Left, Note] | None  # kept where somebody asks for the way of a fact


def _noted(notes: Notes, entry: Left, rule: str) -> None:
    if notes is not None and entry not in notes:
        module = sys._getframe(2).f_globals["__name__"]
        notes[entry] = Note(module.rpartition(".")[2], rule)


class Findings(Struct):
    """All that was found for one fact, held against one window."""

    assertions: list[Assertion] = field(default_factory=list)
    exclusions: dict[Exclusion, None] = field(default_factory=dict)  # in the order of reading, each once
    unexplained: dict[Unexplained, None] = field(default_factory=dict)
    held: set[Unexplained] = field(default_factory=set)  # those that the interval of their list holds already
    disjoint: bool = False  # a note says that the kinds do not overlap
    nested: bool = False  # all of one kind are said to be of another, too
    twice: Interval | None = None  # what a line of its own says to be of both kinds
    foreign: bool = False  # a table gives amounts in foreign money without a rate
    empty: list[tuple[date, date]] = field(default_factory=list)  # what lists cover of which nothing counts
    bare: bool = False  # intervals alone are asked for: no exclusions are kept, no evidence is made
    notes: Notes = None

    def exclude(self, document: Document, span: Span, reason: str, rule: str = "") -> None:
        if self.bare:
            return
        if span.start == span.end:
            return
        entry = Exclusion(document.name, document.page_at(span.start), span, document.quote(span), reason)
        self.exclusions.setdefault(entry)
        _noted(self.notes, entry, rule)

    def hold(self, document: Document, span: Span, why: str, *, held: bool = True) -> None:
        """A row of a list that could not be decided. `held`: the list's own interval holds it."""
        place = document.page_at(span.start)
        if span.start == span.end:
            return
        entry = Unexplained(document.name, place, span, document.quote(span), Interval(0, 1), why, adds=True)
        self.unexplained.setdefault(entry)
        _noted(self.notes, entry, "")
        if held:
            self.held.add(entry)


Step = Callable[[Window, Findings], None]


class Claims(Struct):
    """All that documents say of one fact, in the order of reading, before it is held against a window by `settle`."""

    steps: list[Step] = field(default_factory=list)
    disjoint: bool = False
    nested: bool = False
    twice: Interval | None = None
    kinded: list[tuple[Sentence, frozenset[str]]] = field(default_factory=list)  # figures for one kind
    stated: list[tuple[Sentence, Assertion]] = field(default_factory=list)  # figures, by the sentence they stand in
    mentions: list[Mention] = field(default_factory=list)
    aside: list[Claims] = field(default_factory=list)  # what tables come to that may list the fact's things
    notes: Notes = None

    def add(self, entry: Assertion) -> None:
        """What holds under every window. Reconciling changes assertions, so each window has its own copy."""
        self.steps.append(lambda _window, found: found.assertions.append(replace(entry)))

    def lose(self, entry: Assertion, lost: Interval, span: Span) -> None:
        """Take from a figure what its document says at `span` was lost since."""
        entry.interval = subtract(entry.interval, lost)
        entry.points = (entry.interval.low,)
        self.exclude(entry.document, span, "expired")

    def stated_in(self, sentence: Sentence | None) -> list[Assertion]:
        """The figures that a sentence states, if it is the last that stated any."""
        last = itertools.takewhile(lambda one: one[0] is sentence, reversed(self.stated))
        return [entry for _, entry in last][::-1]

    def exclude(self, document: Document, span: Span, reason: str, rule: str = "") -> None:
        if span.start == span.end:
            return  # the blank cell of a made row
        entry = Exclusion(document.name, document.page_at(span.start), span, document.quote(span), reason)
        _noted(self.notes, entry, rule)
        self.steps.append(lambda _window, found: None if found.bare else found.exclusions.setdefault(entry))

    def unexplain(self, document: Document, span: Span, could_be: Interval, why: str) -> None:
        """What may count and could not be decided. `could_be`: the fact's value."""
        place = document.page_at(span.start)
        if span.start == span.end:
            return
        entry = Unexplained(document.name, place, span, document.quote(span), could_be, why)
        _noted(self.notes, entry, "")
        self.steps.append(lambda _window, found: found.unexplained.setdefault(entry))

    def kinds_above(self, sentence: Sentence) -> frozenset[str]:
        """The kinds that the sentences right before one give figures for."""
        kinds, above = frozenset[str](), sentence.previous
        while above is not None and (said := [k for place, k in self.kinded if place is above]):
            kinds, above = kinds.union(*said), above.previous
        return kinds

    def later(self, step: Step) -> None:
        """What the window decides: `step` adds it to the findings."""
        self.steps.append(step)

    def settle(self, window: Window, *, bare: bool = False) -> Findings:
        found = Findings(disjoint=self.disjoint, nested=self.nested, twice=self.twice, bare=bare, notes=self.notes)
        for step in self.steps:
            step(window, found)
        if not bare:
            found.exclusions = _told_once(found.exclusions)
        return found


def _told_once(exclusions: dict[Exclusion, None]) -> dict[Exclusion, None]:
    """What was left out as no thing of the fact and then taken from a figure as lost is said once, by the better
    reason: `expired` says more than `definition`, any other reason more than `expired`."""
    reasons: dict[tuple[str, Span], set[str]] = {}
    for one in exclusions:
        reasons.setdefault((one.document, one.span), set()).add(one.reason)
    weak = {place: "definition" if told == {"definition", "expired"} else "expired"
            for place, told in reasons.items() if "expired" in told and len(told) > 1}
    return {one: None for one in exclusions if weak.get((one.document, one.span)) != one.reason}


def evidence(document: Document, span: Span, method: Method, reads: Interval | None = None) -> Evidence:
    return Evidence(document.name, document.page_at(span.start), span, document.quote(span), method, reads)


def add(intervals: Iterable[Interval]) -> Interval:
    low, high = 0, 0
    unbounded = False
    for interval in intervals:
        low += interval.low
        if interval.high is None:
            unbounded = True
        else:
            high += interval.high
    return Interval(low, None if unbounded else high)


def subtract(first: Interval, second: Interval) -> Interval:
    high = None if first.high is None else max(0, first.high - second.low)
    low = max(0, first.low - (second.high if second.high is not None else first.low))
    return Interval(low, high if high is None else max(low, high))


def intersect(first: Interval, second: Interval) -> Interval | None:
    low = max(first.low, second.low)
    if first.high is None or second.high is None:
        high = second.high if first.high is None else first.high
    else:
        high = min(first.high, second.high)
    return None if high is not None and high < low else Interval(low, high)


def overlapping(intervals: list[Interval], *, nested: bool = False) -> Interval:
    """Classes that may overlap: from the largest of them to their sum (reading 3); `nested`: the largest of them."""
    total = add(intervals)
    highs = [i.high for i in intervals if i.high is not None]
    if nested and len(highs) == len(intervals):
        return Interval(max(i.low for i in intervals), max(highs))
    return Interval(max(i.low for i in intervals), total.high)


def join(document: Document, items: Sequence[Span], _window: Window, findings: Findings) -> None:
    """Figures declared line by line in one list (国家级：1个；市级：2个) are parts of one whole."""
    lines: dict[int, list[Assertion]] = {}
    for entry in findings.assertions:
        if entry.document is document and entry.method is Method.DECLARED and not entry.items:
            for place, item in enumerate(items):
                if item.start <= entry.span.start and entry.span.end <= item.end:
                    lines.setdefault(place, []).append(entry)
    firm = {place: entries for place, entries in lines.items() if not all(e.open for e in entries)}
    if len(firm) < 2 or any(len(entries) > 1 for entries in firm.values()):
        return
    parts = [entries[0] for entries in firm.values()]
    findings.assertions = [e for e in findings.assertions if not any(e is x for x in parts)]
    total = add(e.interval for e in parts)
    points = (total.low,) if total.high is None else (total.low, total.high)
    for entry in parts:
        entry.interval, entry.points, entry.kinds = total, points, frozenset()
    findings.assertions += parts
