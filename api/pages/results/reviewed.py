"""A case before a reviewer as its page shows it: contradictions and what is shared first, both values, history."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.pages.addresses import clause_address, document_address
from api.pages.results.assessments import Said, said
from api.pages.results.result import Meter, meter
from api.service.review_records import CriterionReview, DecisionView, FactReview, ReplyView, ReviewView, Shared
from assistant.correcting.corrections import Act, Checked
from assistant.judging import sensitivity
from assistant.report.composing import excerpt
from assistant.report.labels import Vocabulary, reason_text
from ingestion.domain import CriterionKind, Evidence, Exclusion, Fact, Interval, Outcome, Unexplained, number_of
from ingestion.policies.policy import Policy

Piece = Evidence | Exclusion | Unexplained
QUOTE = 120
SHOWN = 6       # items of each list of a fact on the page; of one that is asked for, MOST; the page of the fact has all
MOST = 60
SEVERAL = 3     # pieces of evidence shown before the rest
LIST = "list"


@dataclass(frozen=True, slots=True)
class Item:
    """A piece that is counted, or that is not; `name` is what a form says to mean it."""

    name: str
    place: str
    text: str
    href: str
    reads: str
    reason: str
    whole: bool
    movable: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the figures of a contradiction: `name` is the piece that says it, or LIST for the items one by one."""

    name: str
    value: str
    place: str
    href: str


@dataclass(frozen=True, slots=True)
class Told:
    """One decision in words."""

    version: int
    by: str
    at: object
    act: Act
    value: str
    machine: str
    reason: str
    place: str
    href: str
    holds: bool
    first: str = ""     # both readers' figures then, where a language model had read
    second: str = ""
    model: str = ""
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the applicant says to an entry, in words; "" for what they left out."""

    version: int
    value: str
    text: str
    quote: str
    place: str
    href: str
    file: str
    file_href: str
    at: object


@dataclass(frozen=True, slots=True)
class Needed:
    """A criterion that rests on the fact."""

    citation: str
    href: str
    label: str
    requirement: str
    outcome: Said
    before: Said | None     # by the program alone, where that is another
    reply: Reply | None     # what the applicant says to the criterion, with the first of its facts


@dataclass(frozen=True, slots=True)
class FactRow:
    key: str
    label: str
    machine: str            # "" where absent
    person: str
    differs: bool
    conflict: bool
    checked: Checked
    version: int
    yes_no: bool
    unit: str
    low: int | None
    high: int | None
    meter: Meter | None
    counted: tuple[Item, ...]
    left_out: tuple[Item, ...]
    numbers: tuple[int, int]        # of what is counted and of what is not, whatever is shown of it
    more: int                       # how many are not shown
    whole: bool                     # as many are shown as the page can have
    needed: tuple[Needed, ...]
    serves: tuple[Needed, ...]      # what a person judges with it, where no criterion asks for it
    history: tuple[Told, ...]
    shared: int
    reply: Reply | None
    undecided: tuple[Item, ...]     # read and not decided: a person settles each, the first MOST of them
    unsettled: int                  # how many there are
    choices: tuple[Choice, ...]     # what its sources say, where they contradict each other


@dataclass(frozen=True, slots=True)
class JudgementRow:
    """A criterion that a person decides, with what the documents hold for it."""

    id: str
    citation: str
    href: str
    label: str
    clause: str
    required: bool
    outcome: Said
    judged: bool
    version: int
    pieces: tuple[Item, ...]
    more: int
    history: tuple[Told, ...]
    reply: Reply | None


@dataclass(frozen=True, slots=True)
class SharedRow:
    kind: str
    text: str
    href: str
    other_href: str


@dataclass(frozen=True, slots=True)
class SharedCase:
    """Everything that one other case claims too; `kinds` says how many of which kind."""

    name: str
    href: str
    kinds: tuple[tuple[str, int], ...]
    rows: tuple[SharedRow, ...]


@dataclass(frozen=True, slots=True)
class Page:
    facts: tuple[FactRow, ...]
    judgements: tuple[JudgementRow, ...]
    shared: tuple[SharedCase, ...]
    suggestion: str
    before: str             # what the program alone suggests, "" where it is the same
    counts: tuple[tuple[Said, int, str], ...]   # with the address of the first that came out so
    unchecked: int
    first_unchecked: str    # its key
    known: int              # facts that the documents hold
    sensitive: tuple[str, ...]      # where another reading of a term of the policy changes an outcome


class Viewing:
    def __init__(self, view: ReviewView, policy: Policy, language: str, whole: str = "") -> None:
        """`whole`: the key of a fact whose items are wanted, more than some of them."""
        self.view, self.policy, self.names = view, policy, Vocabulary(policy, language)
        self.language, self.whole = language, whole
        self.criteria = {one.person.criterion.id: one for one in view.criteria}

    def page(self) -> Page:
        """The case as a reviewer sees it."""
        view, names = self.view, self.names
        facts = sorted((self.fact(one) for one in view.facts), key=self._rank)
        findings = view.seen.findings
        counts = {one: sum(found.criterion.required and found.outcome is one for found in findings) for one in Outcome}
        says = names.suggestion(view.seen.overall, findings)
        said_before = names.suggestion(view.machine.overall, view.machine.findings)
        unchecked = [one.key for one in facts if one.checked is Checked.OPEN and one.machine]
        return Page(tuple(facts), tuple(self._judgements()), tuple(self._shared()), says,
                    said_before if said_before != says else "",
                    tuple((said(outcome, self.language), number, self._first(outcome, facts))
                          for outcome, number in counts.items()), len(unchecked), unchecked[0] if unchecked else "",
                    sum(bool(one.machine) for one in facts), sensitivity.changing(
                        view.seen.notes, self.policy, view.seen.application_date, self.language))

    def _first(self, outcome: Outcome, facts: Sequence[FactRow]) -> str:
        """Where the page has the first required criterion that came out so: itself if it is judged, else its fact."""
        wanted = [one for one in self.view.criteria if one.person.criterion.required and one.person.outcome is outcome]
        judged = next((one.person.criterion.id for one in wanted if one.judged or outcome is Outcome.JUDGEMENT), "")
        keys = {key for one in wanted for key in one.person.criterion.facts}
        if outcome is Outcome.JUDGEMENT or not keys:
            return f"#s-{judged}" if judged else ""
        subject = next((one.key for one in facts if one.key in keys), judged)
        return f"#s-{subject}" if subject else ""

    def fact(self, one: FactReview) -> FactRow:
        """A fact as a row: both figures, its evidence, what was left out, what needs it, its history."""
        names, person = self.names, one.person
        spec = self.policy.facts.facts[one.key]
        most = MOST if one.key == self.whole else SHOWN
        counted = tuple(self._item(piece, one.key, one.key) for piece in (person.evidence if person else ())[:most])
        left = tuple(self._item(piece, one.key, f"{one.key}!") for piece in one.left_out[:most])
        numbers = (number_of(person.evidence) if person else 0, number_of(one.left_out))
        texts = [names.figure_and_conflict(fact) if fact else "" for fact in (one.machine, person)]
        return FactRow(
            one.key, names.fact_label(one.key), texts[0], texts[1], texts[0] != texts[1],
            bool(person and person.conflict), one.checked, one.version, spec.kind == "yes_no",
            names.say.pick(spec.unit_zh, spec.unit), person.interval.low if person else None,
            person.interval.high if person else None, self._meter(one.key, person), counted, left,
            numbers, sum(numbers) - len(counted) - len(left), one.key == self.whole, tuple(self._needed(one.key)),
            () if any(self._needed(one.key)) else tuple(self._needed(one.key, related=True)),
            tuple(self._told(step) for step in reversed(one.history)),
            sum(shared.mine.fact == one.key for shared in self.view.shared), self._reply(one.key),
            tuple(self._item(piece, one.key, f"{one.key}!") for piece in one.undecided[:MOST]),
            len(one.undecided), tuple(self._choices(one)))

    def find(self, key: str, name: str) -> Piece | None:
        """The piece of a fact that a form means."""
        fact = next((one for one in self.view.facts if one.key == key), None)
        pieces: list[Piece] = [*(fact.person.evidence if fact and fact.person else ()),
                               *(fact.left_out if fact else ()), *(fact.undecided if fact else ())]
        return next((one for one in pieces if _name(one) == name), None)

    def listed(self, key: str) -> int:
        """How many items of a fact are counted one by one."""
        fact = next((one for one in self.view.facts if one.key == key), None)
        return number_of(one for one in fact.person.evidence if one.reads is None) if fact and fact.person else 0

    # --------------------------------------------------------------------------------------------------------------

    def _rank(self, row: FactRow) -> tuple[bool, bool, bool]:
        """Contradictions, then what others claim too, then what is absent last: an order that decisions do not move."""
        machine = self.view.machine.facts.get(row.key)
        return not (machine and machine.conflict), not row.shared, not row.machine

    def _choices(self, one: FactReview) -> Iterator[Choice]:
        """Each figure once, with the first place that gives it."""
        if one.person is None or not one.person.conflict:
            return
        known: set[Interval] = set()
        for piece in one.person.evidence:
            if piece.reads is not None and piece.reads not in known:
                known.add(piece.reads)
                item = self._item(piece, one.key, one.key)
                yield Choice(item.name, item.reads, item.place, item.href)
        if (items := self.listed(one.key)) and Interval(items, items) not in known:
            first = self._item(next(p for p in one.person.evidence if p.reads is None), one.key, one.key)
            yield Choice(LIST, self.names.interval(one.key, Interval(items, items)), first.place, first.href)

    def _needed(self, key: str, *, related: bool = False) -> Iterator[Needed]:
        for one in self.view.criteria:
            criterion = one.person.criterion
            if key in (criterion.related if related else criterion.facts):
                yield Needed(self.names.citation(criterion), clause_address(criterion.citation),
                             self.names.label(criterion), self.names.requirement(criterion),
                             said(one.person.outcome, self.language), self._before(one),
                             self._reply(criterion.id) if criterion.facts[:1] == (key,) and not _judged(one) else None)

    def _before(self, one: CriterionReview) -> Said | None:
        return said(one.machine.outcome, self.language) if one.machine.outcome is not one.person.outcome else None

    def _meter(self, key: str, fact: Fact | None) -> Meter | None:
        bar = next((one.person.criterion.bar for one in self.view.criteria
                    if one.person.criterion.kind is CriterionKind.COUNT and one.person.criterion.facts == (key,)), None)
        return meter(fact.interval if fact else Interval(0, 0), bar) if bar and bar > 1 else None

    def _judgements(self) -> Iterator[JudgementRow]:
        """What a person decides, or has decided, in the policy's order, with the first pieces for it."""
        for one in self.view.criteria:
            criterion = one.person.criterion
            if _judged(one):
                yield JudgementRow(
                    criterion.id, self.names.citation(criterion), clause_address(criterion.citation),
                    self.names.label(criterion), criterion.quote, criterion.required,
                    said(one.person.outcome, self.language), one.judged, one.version,
                    tuple(self._item(piece, "", criterion.id) for piece in one.person.evidence[:SEVERAL]),
                    max(0, number_of(one.person.evidence) - SEVERAL),
                    tuple(self._told(step) for step in reversed(one.history)), self._reply(criterion.id))

    def _item(self, piece: Piece, key: str, evidence: str) -> Item:
        """A piece with its place and address, what it reads, or why it does not count."""
        text = excerpt(piece.quote, QUOTE)
        read = piece.reads if isinstance(piece, Evidence) else None if isinstance(piece, Exclusion) else piece.could_be
        reads = self.names.interval(key, read) if read and key else ""
        reason = self.names.reason(piece) if isinstance(piece, Exclusion) else \
            reason_text(self.policy, piece.why, self.language) if isinstance(piece, Unexplained) else ""
        yes_no = bool(key) and self.policy.facts.facts[key].kind == "yes_no"
        return Item(_name(piece), self.names.say.place(piece.document, piece.page), text,
                    document_address(self.view.case.id, self.view.file_ids.get(piece.document), piece.span.start,
                                     piece.span.end, evidence), reads, reason, text == piece.quote,
                    bool(key) and not (yes_no and isinstance(piece, Exclusion)))

    def _reply(self, subject: str) -> Reply | None:
        return reply(self.view.replies.get(subject), self.view.case.id, self.names)

    def _told(self, one: DecisionView) -> Told:
        """A decision as one line of a history."""
        fact = one.subject in self.policy.facts.facts
        value = self.names.interval(one.subject, one.value) if one.value and fact else \
            self.names.say.outcome(one.outcome) if one.outcome else ""
        place = one.place
        return Told(one.version, one.by.name, one.at, one.act, value,
                    self.names.interval(one.subject, one.machine) if one.machine and fact else "", one.reason,
                    self.names.say.place(place.document, place.page) if place else "",
                    document_address(self.view.case.id, place.file_id, place.start, place.end) if place else "",
                    one.holds, self.names.interval(one.subject, one.first) if one.first and fact else "",
                    self.names.interval(one.subject, one.second) if one.second and fact else "", one.model, one.prompt)

    def _shared(self) -> Iterator[SharedCase]:
        """Case by case, the one with most in common first."""
        cases: dict[str, list[Shared]] = {}
        for one in self.view.shared:
            cases.setdefault(one.case_id, []).append(one)
        for case_id, found in sorted(cases.items(), key=lambda pair: (-len(pair[1]), pair[0])):
            yield SharedCase(found[0].applicant or found[0].title, f"/review/cases/{case_id}",
                             tuple(Counter(one.kind for one in found).most_common()),
                             tuple(self._shared_row(one) for one in found))

    def _shared_row(self, one: Shared) -> SharedRow:
        mine, other = one.mine.place, one.other.place
        return SharedRow(one.kind, excerpt(mine.quote, QUOTE),
                         document_address(self.view.case.id, mine.file_id, mine.start, mine.end),
                         document_address(one.case_id, other.file_id, other.start, other.end))


def _judged(one: CriterionReview) -> bool:
    return one.person.outcome is Outcome.JUDGEMENT or one.judged


def reply(one: ReplyView | None, case_id: str, names: Vocabulary) -> Reply | None:
    """In words, with the addresses of what it names."""
    if one is None:
        return None
    value = names.interval(one.subject, one.value) if one.value and one.subject in names.policy.facts.facts else ""
    place = one.place
    return Reply(one.version, value, one.text, place.quote if place else "",
                 names.say.place(place.document, place.page) if place else "",
                 document_address(case_id, place.file_id, place.start, place.end) if place else "", one.file,
                 f"/cases/{case_id}/documents/{one.file_id}" if one.file_id else "", one.at)


def _name(piece: Piece) -> str:
    return f"{piece.span.start}-{piece.span.end}-{piece.document}"
