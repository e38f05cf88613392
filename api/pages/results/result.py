"""An assessment as the case page shows it: by article and item, figure against bar, each thing with its place."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from api.pages.addresses import clause_address, document_address
from api.pages.texts import words
from api.service.cases import stored
from api.service.records import AssessmentView
from api.service.review_records import DecisionView, SeenByPersons
from assistant.report.composing import excerpt, unread
from assistant.report.labels import Vocabulary
from assistant.report.model import Unread
from ingestion.domain import (
    Assessment,
    CriterionKind,
    Difference,
    Evidence,
    Exclusion,
    Fact,
    Finding,
    Interval,
    Outcome,
    Overall,
    number_of,
)
from ingestion.policies.policy import Policy

SHOWN = 4             # pieces of evidence below a criterion; the viewer walks through all
LEFT_OUT = 3          # pieces shown of what was left out of one fact for one reason
QUOTE = 110           # characters of a quote
METER = 100.0         # the width of a meter
ROOM = 1.25           # of a meter beyond the larger of figure and bar
PRIORITY = "priority"   # what is shown alone of criteria that are not required
URGENCY = (Outcome.NOT_MET, Outcome.INSUFFICIENT, Outcome.JUDGEMENT, Outcome.MET)


@dataclass(frozen=True, slots=True)
class Piece:
    """A verbatim piece and the address of its place, "" where the file is gone."""

    place: str
    text: str
    href: str
    reads: str = ""
    method: str = ""
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Meter:
    """A figure against its bar on a line 100 wide: `low` is sure, up to `high` is possible."""

    low: float
    high: float
    bar: float


@dataclass(frozen=True, slots=True)
class Row:
    id: str
    citation: str
    href: str
    label: str
    outcome: Outcome
    word: str
    mark: str
    requirement: str
    figure: str
    meter: Meter | None
    gap: str
    explanation: str
    clause: str
    required: bool
    pieces: tuple[Piece, ...]
    more: int
    left_out: int
    facts: tuple[tuple[str, str], ...]  # key and label of the facts that have something to show
    keys: tuple[str, ...] = ()          # of the facts that it asks about
    decided: tuple[Decided, ...] = ()   # by a reviewer, once the applicant may see it
    scored: bool = False                # it earns points


@dataclass(frozen=True, slots=True)
class Decided:
    """What a reviewer decided about a fact or a criterion, and why."""

    label: str
    act: str
    value: str
    reason: str
    quote: str
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    """The criteria of one article."""

    ref: str
    heading: str         # the policy's own, "" without one
    category: str
    href: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    text: str
    count: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class FactView:
    """A fact: its figure ("" where it stayed absent), its evidence or the sides of its conflict, what was left out."""

    key: str
    label: str
    figure: str
    conflict: bool
    pieces: tuple[Piece, ...]
    reasons: tuple[Reason, ...]
    count: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many required criteria came out so, to show those alone; the others are counted as `PRIORITY`."""

    outcome: str
    mark: str
    word: str
    count: int


@dataclass(frozen=True, slots=True)
class Result:
    id: str
    number: int
    overall: Overall
    suggestion: str
    summary: str
    groups: tuple[Group, ...]
    conflicts: tuple[FactView, ...]
    left_out: tuple[FactView, ...]
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]
    tallies: tuple[Tally, ...]


def view(assessment: AssessmentView, policy: Policy, language: str, seen: SeenByPersons | None = None) -> Result:
    """Everything the page says about one assessment; as persons see it, where that is given."""
    if seen is not None and seen.assessment_id == assessment.line.id:
        return _Viewing(replace(assessment, result=seen.result), policy, language, decided=seen.decisions).result()
    return _Viewing(assessment, policy, language).result()


def fact_page(assessment: AssessmentView, policy: Policy, language: str, key: str, older: str = "") -> FactView:
    """One fact, whole: all its evidence, all that was left out. Failure "not_found" for no fact of the policy."""
    from api.errors import Failure

    if key not in policy.facts.facts:
        raise Failure("not_found")
    return _Viewing(assessment, policy, language, older).fact(key, all_of_it=True)


class _Viewing:
    def __init__(self, assessment: AssessmentView, policy: Policy, language: str, older: str = "",
                 decided: Mapping[str, DecisionView] | None = None) -> None:
        self.older = older   # the assessment's id where it is not the latest
        self.decided = decided or {}
        self.assessment, self.policy, self.names = assessment, policy, Vocabulary(policy, language)
        self.result_, self.words, self.texts = assessment.result, self.names.words, words(language)
        self.case_id = assessment.line.case_id

    def result(self) -> Result:
        """The whole page."""
        result, names = self.result_, self.names
        asked = tuple(dict.fromkeys(key for one in result.findings
                                    for key in (*one.criterion.facts, *one.criterion.related)))
        return Result(
            self.assessment.line.id, self.assessment.line.number, result.overall,
            names.suggestion(result.overall, result.findings), self._summary(), self._groups(),
            (*map(self._identity, result.identity),
             *(self._conflict(fact) for fact in result.facts.values() if fact.conflict)),
            tuple(self.fact(key) for key in self.policy.facts.facts if key in asked and self._left_out(key)),
            unread(result.documents, names.words.language), result.notes, self._tallies())

    def fact(self, key: str, *, all_of_it: bool = False) -> FactView:
        fact = self.result_.facts.get(key)
        evidence = fact.evidence if fact else ()
        shown = evidence if all_of_it else evidence[:SHOWN]
        return FactView(key, self.names.fact_label(key), self.names.figure(fact) if fact else "",
                        bool(fact and fact.conflict), tuple(self._piece(piece, key, key, whole=all_of_it)
                                                            for piece in shown),
                        self._reasons(key, None if all_of_it else LEFT_OUT), number_of(evidence))

    def _summary(self) -> str:
        """可量化条件 5/6 达到，3 项待人工判断，1 项材料不足: what there is none of is not said."""
        counts, say = stored.counts(self.result_.findings), self.texts
        parts = [say("summary.measurable", met=counts.measurable_met, all=counts.measurable)]
        parts += [say(f"summary.{name}", count=count) for name, count in (
            ("not_met", counts.not_met), ("insufficient", counts.insufficient), ("judgement", counts.judgement))
            if count]
        scored = self.names.scored(self.result_.findings)
        return say("summary.separator").join([*parts, *([scored] if scored else [])])

    def _tallies(self) -> tuple[Tally, ...]:
        counted = Counter(one.outcome for one in self.result_.findings if one.criterion.required)
        found = [Tally(outcome.value, self.words(f"mark.{outcome.value}"), self.names.say.outcome(outcome),
                       counted[outcome]) for outcome in URGENCY if counted[outcome]]
        others = [one for one in self.result_.findings if not one.criterion.required]
        name = "result.scored" if any(one.criterion.points for one in others) else "result.priority"
        return (*found, *([Tally(PRIORITY, "", self.texts(name), len(others))] if others else []))

    def _groups(self) -> tuple[Group, ...]:
        found: dict[str, list[Row]] = {}
        for finding in self.result_.findings:
            found.setdefault(finding.criterion.citation.split("（")[0], []).append(self._row(finding))
        by_ref = {article.ref: article for article in self.policy.articles}
        first = {one.criterion.citation.split("（")[0]: one.criterion for one in reversed(self.result_.findings)}
        return tuple(Group(self.names.say.citation(ref), by_ref[ref].heading if ref in by_ref else "",
                           self.names.category(first[ref]), clause_address(ref), tuple(rows))
                     for ref, rows in found.items())

    def _row(self, finding: Finding) -> Row:
        """One criterion as a line of the page."""
        criterion, names = finding.criterion, self.names
        keys = (*criterion.facts, *criterion.related)
        return Row(
            criterion.id, names.citation(criterion), clause_address(criterion.citation), names.label(criterion),
            finding.outcome, names.word(finding), self.words(f"mark.{finding.outcome.value}"),
            names.requirement(criterion), names.shown(finding, self.result_.facts), self._meter(finding),
            "" if finding.outcome is Outcome.MET else finding.gap, finding.explanation, criterion.quote,
            criterion.required,
            tuple(self._piece(piece, self._key_of(piece, keys), criterion.id)
                  for piece in chosen(finding.evidence, SHOWN)),
            max(0, number_of(finding.evidence) - SHOWN), sum(number_of(self._left_out(key)) for key in criterion.facts),
            tuple((key, names.fact_label(key)) for key in keys
                  if key in self.result_.facts or self._left_out(key)),
            criterion.facts,
            tuple(self._decided(name) for name in (*criterion.facts, criterion.id) if name in self.decided),
            criterion.points is not None)

    def _decided(self, subject: str) -> Decided:
        one, names = self.decided[subject], self.names
        fact = subject in self.policy.facts.facts
        value = names.interval(subject, one.value) if one.value and fact else \
            names.say.outcome(one.outcome) if one.outcome else ""
        href = document_address(self.case_id, one.place.file_id, one.place.start, one.place.end) if one.place else ""
        return Decided(names.fact_label(subject) if fact else "", one.act.value, value, one.reason,
                       one.place.quote if one.place else "", href)

    def _meter(self, finding: Finding) -> Meter | None:
        criterion = finding.criterion
        if criterion.kind is CriterionKind.TOTAL and finding.points is not None:
            return meter(finding.points, criterion.bar or 0)
        if criterion.kind is not CriterionKind.COUNT or len(criterion.facts) != 1 or not (criterion.bar or 0) > 1:
            return None
        fact = self.result_.facts.get(criterion.facts[0])
        return meter(fact.interval if fact else Interval(0, 0), criterion.bar or 0)

    def _identity(self, one: Difference) -> FactView:
        """What the documents say differently of who applies."""
        return FactView("", *self.names.identity(one), True,
                        tuple(self._piece(piece, "", "") for piece in one.evidence), ())

    def _conflict(self, fact: Fact) -> FactView:
        """What each side says: one piece for each document and reading; a list says how many it counts."""
        sides: dict[tuple[object, ...], list[Evidence]] = {}
        for piece in fact.evidence:
            sides.setdefault((piece.document, piece.method, piece.reads), []).append(piece)
        pieces = []
        for same in sides.values():
            shown = self._piece(same[0], fact.key, fact.key)
            if same[0].reads is None:
                number = number_of(same)
                counted = self.words("counted", figure=self.names.interval(fact.key, Interval(number, number)))
                shown = Piece(shown.place, shown.text, shown.href, counted, shown.method, shown.whole)
            pieces.append(shown)
        return FactView(fact.key, self.names.fact_label(fact.key), self.names.figure(fact), True, tuple(pieces), ())

    def _reasons(self, key: str, limit: int | None) -> tuple[Reason, ...]:
        found: dict[str, list[Exclusion]] = {}
        for one in self._left_out(key):
            found.setdefault(self.names.reason(one), []).append(one)
        return tuple(Reason(text, number_of(pieces), tuple(self._excluded(one, key) for one in pieces[:limit]))
                     for text, pieces in found.items())

    def _left_out(self, key: str) -> Sequence[Exclusion]:
        fact = self.result_.facts.get(key)
        return self.result_.exclusions.get(key) or (fact.exclusions if fact else ())

    def _piece(self, piece: Evidence, key: str, evidence: str, *, whole: bool = False) -> Piece:
        said = self.names.quotation(key, piece, piece.quote if whole else excerpt(piece.quote, QUOTE))
        return Piece(said.place, said.text, self._address(piece, evidence), said.reads, said.method, said.whole)

    def _excluded(self, one: Exclusion, key: str) -> Piece:
        text = excerpt(one.quote, QUOTE)
        return Piece(self.names.say.place(one.document, one.page), text, self._address(one, f"{key}!"),
                     whole=text == one.quote)

    def _address(self, piece: Evidence | Exclusion, evidence: str) -> str:
        return document_address(self.case_id, self.assessment.file_of(piece.document), piece.span.start,
                                piece.span.end, evidence, self.older)

    def _key_of(self, piece: Evidence, keys: Sequence[str]) -> str:
        facts = self.result_.facts
        return next((key for key in keys if key in facts and piece in facts[key].evidence), "")


def meter(interval: Interval, bar: int) -> Meter:
    largest = max(bar, interval.low, interval.high or 0) * ROOM
    high = largest if interval.high is None else interval.high
    return Meter(*(round(METER * value / largest, 1) for value in (interval.low, high, bar)))


def chosen(evidence: Sequence[Evidence], count: int) -> tuple[Evidence, ...]:
    """The pieces that show the most: one of each document and method before a second one."""
    first: dict[tuple[str, str], Evidence] = {}
    for piece in evidence:
        first.setdefault((piece.document, piece.method.value), piece)
    leading = list(first.values())
    taken = [*leading, *(piece for piece in evidence if piece not in leading)][:count]
    return tuple(piece for piece in evidence if piece in taken)


def evidence_set(assessment: AssessmentView, name: str) -> tuple[Evidence | Exclusion, ...]:
    """What `name` stands for: a criterion's evidence by its id, a fact's by its key, what was left out of it by
    its key and "!", what one of two readers found by its key and "@first" or "@second". Empty for a name that means
    nothing here.
    """
    result = assessment.result
    if "@" in name:
        key, _, reader = name.partition("@")
        return _read_by(result, key, reader)
    if name.endswith("!"):
        fact = result.facts.get(name[:-1])
        return tuple(result.exclusions.get(name[:-1]) or (fact.exclusions if fact else ()))
    if name in result.facts:
        return result.facts[name].evidence
    return next((finding.evidence for finding in result.findings if finding.criterion.id == name), ())


def _read_by(result: Assessment, key: str, reader: str) -> tuple[Evidence, ...]:
    if result.second is None:
        return ()
    own = result.second.facts.get(key)
    fact = (own.fact if own else None) if reader == "second" else result.second.first.get(key)
    return fact.evidence if fact is not None else ()


def name_of(policy: Policy, language: str, name: str) -> str:
    """What an evidence set is called."""
    names, key = Vocabulary(policy, language), name.removesuffix("!").partition("@")[0]
    if "@" in name and key in policy.facts.facts:
        return f"{names.fact_label(key)} · " + words(language).label(f"second.{name.partition('@')[2]}")
    if key in policy.facts.facts:
        label = names.fact_label(key)
        return words(language)("viewer.left_out_of", label=label) if name.endswith("!") else label
    criterion = next((one for one in policy.criteria if one.id == name), None)
    return f"{names.citation(criterion)} {names.label(criterion)}" if criterion else ""


def by_document(pieces: Iterable[Evidence | Exclusion], documents: Mapping[str, int]
                ) -> tuple[Evidence | Exclusion, ...]:
    """In reading order: by document, then by place."""
    return tuple(sorted(pieces, key=lambda one: (documents.get(one.document, len(documents)), one.span.start)))
