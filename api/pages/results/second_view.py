"""待核对 as pages show it: both readers' figures with both evidences, and what each key would do."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.pages.addresses import clause_address, document_address
from api.pages.results.result import Piece
from api.service.second_reader.reading_records import CheckItem, ReaderFact, SecondView
from assistant.report.composing import excerpt
from assistant.report.labels import Vocabulary
from ingestion.domain import Interval
from ingestion.policies.policy import Policy

QUOTE, SHOWN = 110, 4


@dataclass(frozen=True, slots=True)
class Side:
    """A fact as one reader has it; `figure` is "" where it found nothing. `href` opens its first piece."""

    figure: str
    pieces: tuple[Piece, ...]
    more: int
    href: str


@dataclass(frozen=True, slots=True)
class Clause:
    """What has to be seen before a figure is taken that makes its criterion met."""

    id: str
    citation: str
    href: str
    label: str
    quote: str


@dataclass(frozen=True, slots=True)
class CheckRow:
    key: str
    label: str
    agreement: str
    verified: bool
    why: tuple[str, ...]
    first: Side
    second: Side
    settled: bool
    clauses: Mapping[str, tuple[Clause, ...]]    # by the reader whose figure would be taken
    yes_no: bool
    unit: str
    version: int
    absent: bool      # nothing stands, so that a figure of one's own is new


@dataclass(frozen=True, slots=True)
class SecondShown:
    view: SecondView
    items: tuple[CheckRow, ...]
    left: tuple[CheckRow, ...]
    agreement: Mapping[str, str]    # by fact


def shown(view: SecondView, policy: Policy, case_id: str, files: Mapping[str, str], language: str, *,
          agreement: Mapping[str, str], versions: Mapping[str, int], standing: frozenset[str]) -> SecondShown:
    """`versions` counts the decisions about each fact, `standing` are the facts that have a figure now."""
    names = Vocabulary(policy, language)
    items = tuple(_row(one, names, policy, case_id, files, versions.get(one.key, 0), absent=one.key not in standing)
                  for one in view.items)
    return SecondShown(view, items, tuple(one for one in items if not one.settled), agreement)


def _row(one: CheckItem, names: Vocabulary, policy: Policy, case_id: str, files: Mapping[str, str], version: int, *,
         absent: bool) -> CheckRow:
    """One fact that two readers leave to a person, side by side."""
    spec = policy.facts.facts[one.key]
    return CheckRow(
        one.key, names.fact_label(one.key), one.agreement.value, one.verified,
        tuple(dict.fromkeys(code.partition(":")[0] for code in one.why)),
        _side(one.first, "first", one.key, names, case_id, files),
        _side(one.second, "second", one.key, names, case_id, files), one.settled,
        {reader: tuple(_clause(criterion, names, policy) for criterion in ids)
         for reader, ids in (("first", one.raises_first), ("second", one.raises_second))},
        spec.kind == "yes_no", names.say.pick(spec.unit_zh, spec.unit), version, absent)


def _side(fact: ReaderFact | None, reader: str, key: str, names: Vocabulary, case_id: str, files: Mapping[str, str]
          ) -> Side:
    """What one reader has of a fact: its interval and the first of its evidence."""
    if fact is None:
        return Side("", (), 0, "")
    pieces = []
    for piece in fact.evidence[:SHOWN]:
        said = names.quotation(key, piece, excerpt(piece.quote, QUOTE))
        pieces.append(Piece(said.place, said.text, document_address(
            case_id, files.get(piece.document), piece.span.start, piece.span.end, f"{key}@{reader}"), said.reads,
            said.method, said.whole))
    return Side(names.interval(key, Interval(fact.low, fact.high)), tuple(pieces), max(0, len(fact.evidence) - SHOWN),
                next((one.href for one in pieces if one.href), ""))


def _clause(criterion_id: str, names: Vocabulary, policy: Policy) -> Clause:
    one = next(criterion for criterion in policy.criteria if criterion.id == criterion_id)
    return Clause(one.id, names.citation(one), clause_address(one.citation), names.label(one), one.quote)
