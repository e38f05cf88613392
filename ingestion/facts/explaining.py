"""The way of one fact: what documents say of it, by which rule, what was left out and why, what outweighed what, and
what the rest comes to.

The rules that a place's own words meet are looked up in the fact's file: `heads`, `needs.2`, `exclude`, `subtract`,
`listing.reject.1`, or the id of a statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from msgspec import Struct

from ingestion.domain import Document, Evidence, Exclusion, Interval, Span, Unexplained
from ingestion.facts import extraction
from ingestion.facts.claims.accounting import account
from ingestion.facts.claims.assertions import Assertion, Findings, Note
from ingestion.facts.claims.reconcile import reconcile
from ingestion.facts.claims.trail import Kept, Stood
from ingestion.facts.schema import FactBook, FactSpec, PolicyFacts
from ingestion.language import fold

MOST_WORDS = 4  # of one rule that are shown for a place
COUNTS = "counts"


class At(Struct, frozen=True):
    document: str
    page: int | None
    span: Span
    quote: str


class Spoke(Struct, frozen=True):
    """A rule of the fact's file, and what of the place it is about."""

    rule: str
    words: tuple[str, ...] = ()


class Said(Struct, frozen=True):
    """A place that states the fact. `says`: what it settles by itself under the window; `figures` as they stand there.

    `fate`: "counts", or the step at which it fell; `became`: what it comes to in the end. `against`: plainer
    statements that outweighed it. `marks`: what makes it weaker or stronger than a plain statement.
    """

    at: At
    says: Interval
    figures: tuple[int, ...]
    method: str
    spoke: tuple[Spoke, ...]
    kinds: tuple[str, ...] = ()
    items: tuple[At, ...] = ()  # the counted rows of a list
    marks: tuple[str, ...] = ()
    inferred: int = 0
    weight: int = 1
    fate: str = COUNTS
    became: Interval | None = None
    against: tuple[At, ...] = ()


class LeftOut(Struct, frozen=True):
    """`by`: the part of the extractor that spoke. `could_be`: of what stays undecided, what it would come to."""

    at: At
    reason: str
    by: str
    spoke: tuple[Spoke, ...]
    could_be: Interval | None = None
    adds: bool = False


class Way(Struct, frozen=True):
    """`intervals`: what the statements that stand come to, then with what is undecided inside; empty where none do."""

    key: str
    window: tuple[date, date]
    said: tuple[Said, ...]
    left_out: tuple[LeftOut, ...]
    undecided: tuple[LeftOut, ...]
    steps: tuple[tuple[str, int], ...]
    intervals: tuple[tuple[str, Interval], ...]
    interval: Interval | None
    conflict: bool


def explain(documents: Sequence[Document], policy: PolicyFacts, application_date: date, key: str) -> Way:
    """How the documents come to the fact `key` of the policy."""
    return way(extraction.prepare(documents, policy), policy, application_date, key)


def way(prepared: extraction.Prepared, policy: PolicyFacts, application_date: date, key: str) -> Way:
    """As `explain`, from prepared documents."""
    book, spec = policy.facts, policy.facts.facts[key]
    window = extraction.window_of(policy, application_date)
    claims = extraction.claims_of(prepared, policy, application_date, key)
    found = claims.settle(window)
    trail = Kept()
    said = [_said(book, spec, entry) for entry in found.assertions]
    stated = [*found.assertions]
    fact = account(spec, reconcile(key, spec, found, window, trail), found, stated, claims, window)
    told = {(one.at.document, at.span) for one in said for at in (one.at, *one.items)}
    again = [_again(one) for one in (fact.evidence if fact else ()) if (one.document, one.span) not in told]
    pages = {reading.document.name: reading.document for reading in prepared.readings}
    return Way(
        key, (window.start, window.end), (*(_with_fate(one, trail, pages) for one in said), *again),
        tuple(_left_out(book, spec, one, found) for one in found.exclusions),
        tuple(_undecided(book, spec, one, found) for one in found.unexplained),
        tuple((stage.name, len(stage.stood)) for stage in trail.stages), tuple(trail.intervals),
        fact.interval if fact else None, bool(fact and fact.conflict))


# What states the fact -------------------------------------------------------------------------------------------------

def _said(book: FactBook, spec: FactSpec, entry: Assertion) -> Said:
    """A statement with the rule and the words that made it."""
    at = _at(entry.document, entry.span)
    marks = [name for name, holds in (
        ("partial", entry.partial), ("named_in_text", entry.loose), ("told_one_by_one", entry.told),
        ("may_not_count", entry.open), ("of_the_larger_body", entry.larger), ("contradicts_itself", entry.conflict),
        ("with_doubtful_items", bool(entry.doubtful))) if holds]
    own = Spoke(entry.rule, _words(book, _of_rule(spec, entry.rule), at.quote)) if entry.rule else None
    needs = [Spoke(f"needs.{number}", met) for number, need in enumerate(spec.needs, 1)
             if entry.rule == "heads" and (met := _words(book, need.words, at.quote))]
    return Said(at, entry.interval, entry.points, entry.method.value, tuple(filter(None, [own, *needs])),
                tuple(sorted(entry.kinds)),
                tuple(_at(entry.document, span) for span in entry.items), tuple(marks), entry.inferred, entry.weight)


def _again(one: Evidence) -> Said:
    """A row that a stated figure counts, or that sums up a stated amount."""
    at = At(one.document, one.page, one.span, one.quote)
    points = (one.reads.low,) if one.reads is not None else ()
    return Said(at, one.reads or Interval(0, None), points, one.method.value, (Spoke("heads"),), marks=("said_again",))


def _of_rule(spec: FactSpec, rule: str) -> list[str]:
    """The words that a rule looks for, by its name."""
    lists = {"heads": spec.heads, "none_words": spec.none_words}
    if rule in lists:
        return lists[rule]
    if rule == "amounts":
        return spec.amounts.about if spec.amounts else []
    if rule.startswith("listing"):
        return spec.listing.about if spec.listing else []
    return [word for one in spec.rules if one.id == rule for group in one.all for word in group]


def _with_fate(one: Said, trail: Kept, documents: dict[str, Document]) -> Said:
    """What became of a statement: until which step it stood, and what it comes to there."""
    place = one.at.document, one.at.span
    last: Stood | None = None
    fate = COUNTS
    for stage, then in pairwise([*trail.stages, None]):
        assert stage is not None  # noqa: S101 - only the last is none
        last = next((stood for stood in stage.stood if stood.place == place), last)
        if then is not None and any(s.place == place for s in stage.stood) and not any(
                s.place == place for s in then.stood):
            fate = then.name
            break
    against = tuple(_at(documents[stood.document], stood.span) for stood in trail.against.get(place, ()))
    changes = {"fate": fate, "became": last.interval if last is not None and fate == COUNTS else None,
               "against": against}
    return Said(**{**{name: getattr(one, name) for name in one.__struct_fields__}, **changes})


# What does not count, and what is undecided ---------------------------------------------------------------------------

def _left_out(book: FactBook, spec: FactSpec, one: Exclusion, found: Findings) -> LeftOut:
    note = (found.notes or {}).get(one, Note("", ""))
    return LeftOut(At(one.document, one.page, one.span, one.quote), one.reason, note.by,
                   tuple(_spoke(book, spec, one, note)))


def _undecided(book: FactBook, spec: FactSpec, one: Unexplained, found: Findings) -> LeftOut:
    note = (found.notes or {}).get(one, Note("", ""))
    return LeftOut(At(one.document, one.page, one.span, one.quote), one.why, note.by,
                   tuple(_spoke(book, spec, one, note)), one.could_be, one.adds)


def _spoke(book: FactBook, spec: FactSpec, one: Exclusion | Unexplained, note: Note) -> Iterator[Spoke]:
    """The rule that is on record, else those of the fact's whose words stand at the place and give that reason."""
    reason = one.reason if isinstance(one, Exclusion) else one.why
    if note.rule:
        against = [word for rule in spec.rules if rule.id == note.rule for word in (*rule.none, *rule.none_so_far)]
        yield Spoke(note.rule, _words(book, against, one.quote))
        return
    for rule, words, reasons in _against(spec):
        if reason in reasons and (said := _words(book, words, one.quote)):
            yield Spoke(rule, said)
    if reason == "not_stated" and note.by == "matching":
        for number, need in enumerate(spec.needs, 1):
            if not _words(book, need.words, one.quote):
                yield Spoke(f"needs.{number}")


def _against(spec: FactSpec) -> Iterator[tuple[str, list[str], tuple[str, ...]]]:
    """What speaks against the fact: the name of the rule, its words, the reasons that it gives."""
    figure = ("definition", "unclear", "part_of_total", "expired")
    for name in ("exclude", "exclude_clause", "exclude_sentence", "subtract"):
        yield name, getattr(spec, name), figure
    yield "not_spent", spec.not_spent, ("not_spent",)
    yield "received", spec.received, ("not_spent",)
    for number, reject in enumerate(spec.listing.reject if spec.listing else (), 1):
        yield f"listing.reject.{number}", reject.words, (reject.reason,)


# Places and words -----------------------------------------------------------------------------------------------------

def _at(document: Document, span: Span) -> At:
    return At(document.name, document.page_at(span.start), span, document.quote(span))


def _words(book: FactBook, words: Sequence[str], quote: str) -> tuple[str, ...]:
    """The places of a text that a list of words meets, each once."""
    found = dict.fromkeys(match[0] for match in book.pattern(words).finditer(fold(quote)) if match[0])
    return tuple(found)[:MOST_WORDS]
