"""One application as it is asked about: its findings, the rows that count and those that do not, its documents."""
from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cached_property
from itertools import dropwhile
from typing import TYPE_CHECKING

from msgspec import Struct

from assistant.checking import citations
from assistant.dialogue.application.lines import Line
from assistant.dialogue.application.lines import of as lines_in
from assistant.dialogue.results import OF_OUTCOME
from assistant.judging import rules
from assistant.judging.assessing import Extracted, extract
from assistant.judging.contradictions import sides
from assistant.questions.topics import Topics
from assistant.questions.understanding import fold
from assistant.report.labels import Vocabulary
from assistant.wording.answer_words import Say
from assistant.wording.phrases import phrases
from ingestion import facts as extraction
from ingestion.domain import (
    Assessment,
    Citation,
    Criterion,
    Difference,
    Evidence,
    Exclusion,
    Fact,
    Finding,
    Interval,
    Outcome,
    Span,
)
from ingestion.policies.policy import Policy

if TYPE_CHECKING:
    from ingestion.facts.extraction import Prepared

COUNTED, LEFT_OUT, UNDECIDED = "counted", "left_out", "undecided"
KEPT = 16           # applications whose documents stay read for other windows and types
_NUMBER = re.compile(r"\d{1,4}")
_NAMED = re.compile(r"[^\d\s.,，。、|/%—–\-]")
_LONGEST_LABEL = 80
_extracted: dict[tuple[object, ...], Extracted] = {}


class Row(Struct, frozen=True):
    """A place of the documents that a fact is counted from, or that is left out of it (`reason` is its code)."""

    fact: str
    document: str
    page: int | None
    span: Span
    quote: str
    status: str
    reason: str = ""
    detail: str = ""
    reads: Interval | None = None

    @property
    def cells(self) -> list[str]:
        return [cell.strip() for cell in re.split(r"\t|\s\|\s", self.quote)]

    @property
    def number(self) -> int | None:
        """The number of a row of a list, where it begins with one."""
        first = self.cells[0]
        return int(first) if len(self.cells) > 1 and _NUMBER.fullmatch(first) else None

    @property
    def label(self) -> str:
        """What a row is called: its cells, from the first with a name in it; a short sentence as it stands."""
        if len(self.cells) > 1:
            cells = list(dropwhile(lambda cell: not _NAMED.search(cell), self.cells)) or self.cells
            return textwrap.shorten(" ".join(filter(None, cells)), _LONGEST_LABEL, placeholder="…")
        return self.quote.strip() if len(self.quote) <= _LONGEST_LABEL else ""

    @property
    def citation(self) -> Citation:
        return Citation(self.quote, self.span, document=self.document, page=self.page)


class Case:
    """An assessment, spoken of in one language. Nothing of it is changed."""

    def __init__(self, assessment: Assessment, policy: Policy, topics: Topics, language: str) -> None:
        self.assessment, self.policy, self.topics, self.language = assessment, policy, topics, language
        self.say, self.words = Say(language), phrases(language)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The assessment's findings, explained in the language of the question; their outcomes are the assessment's."""
        one = self.assessment
        again = {found.criterion.id: found for found in rules.check(
            [found.criterion for found in one.findings], one.facts, policy=self.policy, language=self.language,
            exclusions=one.exclusions, documents=one.documents)}
        return tuple(again[found.criterion.id] if again[found.criterion.id].outcome is found.outcome else found
                     for found in one.findings)

    def findings_of(self, keys: Iterable[str]) -> list[Finding]:
        wanted = set(keys)
        return [one for one in self.findings if set(one.criterion.facts) & wanted]

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every place of every fact, those that count first."""
        found: list[Row] = []
        one = self.assessment
        for key, fact in one.facts.items():
            found += [_row(key, piece, COUNTED) for piece in fact.evidence]
        for status, left in ((LEFT_OUT, one.exclusions), (UNDECIDED, getattr(one, "unexplained", None) or {})):
            for key, pieces in left.items():
                found += [_row(key, piece, status) for piece in pieces]
        return tuple(found)

    def rows_of(self, keys: Iterable[str], status: str = "", documents: Sequence[str] = ()) -> list[Row]:
        wanted = set(keys)
        return [one for one in self.rows if one.fact in wanted and (not status or one.status == status)
                and (not documents or one.document in documents)]

    # Read again -----------------------------------------------------------------------------------------------------

    @cached_property
    def extracted(self) -> Extracted:
        """What is in the documents for other base types, kept for the questions that follow."""
        one = self.assessment
        key = (one.policy_sha256, one.application_date, *(document.sha256 for document in one.documents))
        if key not in _extracted:
            while len(_extracted) >= KEPT:
                _extracted.pop(next(iter(_extracted)))
            _extracted[key] = extract(one.documents, self.policy, one.application_date)
        return _extracted[key]

    @cached_property
    def prepared(self) -> Prepared:
        """The documents as they are read under another window, for as long as this case is spoken of."""
        return extraction.prepare(self.assessment.documents, self.policy)

    def facts_in(self, window: tuple[date, date], keys: Iterable[str]) -> dict[str, Fact]:
        """Facts under another window."""
        return extraction.read(self.prepared, self.policy, self.assessment.application_date, window=window,
                               keys=frozenset(keys)).facts

    def facts_on(self, day: date, keys: Iterable[str]) -> dict[str, Fact]:
        """Facts as they were for an application on another day."""
        return extraction.extract(self.assessment.documents, self.policy, day, keys=frozenset(keys)).facts

    def facts_of(self, documents: Sequence[str], keys: Iterable[str]) -> dict[str, Fact]:
        """Facts from some of the documents alone."""
        chosen = [one for one in self.assessment.documents if one.name in documents]
        return extraction.extract(chosen, self.policy, self.assessment.application_date, keys=frozenset(keys)).facts

    def heads(self, row: Row) -> str:
        """The first row of the table that a row of figures stands in, "" where it stands in none."""
        if sum(bool(_NAMED.search(cell)) for cell in row.cells) > 1:
            return ""
        for document in self.assessment.documents:
            if document.name != row.document:
                continue
            for block in document.blocks:
                if block.cells and block.span.start <= row.span.start < block.span.end:
                    top = min(cell.row for cell in block.cells)
                    cells = [document.quote(cell.span).strip() for cell in block.cells if cell.row == top]
                    return " ".join(" ".join(cells).split())
        return ""

    def speaks_of(self, piece: str) -> bool:
        """Whether the documents hold a piece of a folded question."""
        return any(piece in text for text in self.texts)

    @cached_property
    def texts(self) -> list[str]:
        return [fold(one.text) for one in self.assessment.documents]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for document in self.assessment.documents for line in lines_in(document))

    def lines_of(self, documents: Sequence[str]) -> Sequence[Line]:
        """The lines of some documents, of all without `documents`."""
        return [line for line in self.lines if not documents or line.document.name in documents]

    # Documents ------------------------------------------------------------------------------------------------------

    def documents_named(self, folded: str) -> list[str]:
        """The documents that a question speaks of by a word of their names: 目录, 台账, 执照."""
        best: list[tuple[int, str]] = []
        for one in self.assessment.documents:
            name = fold(one.name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
            length = max((len(piece) for piece in _shared(name, folded)), default=0)
            if length >= 2:
                best.append((length, one.name))
        return [name for _, name in best]

    # Words ----------------------------------------------------------------------------------------------------------

    def verdict(self, finding: Finding) -> str:
        return OF_OUTCOME[finding.outcome]

    def ref(self, criterion: Criterion) -> str:
        return self.words.citation(criterion.citation)

    def label(self, criterion: Criterion) -> str:
        return self.say.pick(criterion.label, criterion.label_en)

    def fact_label(self, key: str) -> str:
        spec = self.policy.facts.facts.get(key)
        return self.say.pick(spec.label, spec.label_en) if spec else key

    def amount(self, interval: Interval, key: str) -> str:
        spec = self.policy.facts.facts.get(key)
        if spec is not None and spec.kind == "money":
            return self.words.money(interval, self.words.pick(spec.unit_zh, spec.unit))
        if spec is not None and spec.kind == "yes_no":
            return self.say("right" if interval.low else "wrong")
        unit = spec.unit if spec is not None and self.language == "en" else spec.unit_zh if spec is not None else ""
        return self.words.amount(interval, unit)

    def who(self, one: Difference) -> tuple[str, str]:
        """What documents say differently of who applies, and the values."""
        return Vocabulary(self.policy, self.language).identity(one)

    def sides(self, fact: Fact) -> str:
        spec = self.policy.facts.facts.get(fact.key)
        return sides(fact, self.words, spec.kind if spec else "count", spec.unit_zh if spec else "") \
            if fact.conflict else ""

    def reason(self, code: str) -> str:
        texts = self.policy.facts.reasons.get(code, [code, code])
        return self.say.pick(texts[0], texts[-1])

    def place(self, row: Row) -> str:
        return self.words.place(row.document, row.page)

    def cites(self, findings: Iterable[Finding], *, evidence: bool = True) -> tuple[Citation, ...]:
        """The clauses of findings, then the evidence for them."""
        findings = list(findings)
        clauses = dict.fromkeys(Citation(one.criterion.quote, one.criterion.span, ref=one.criterion.citation)
                                for one in findings)
        pieces = [citations.of_evidence(piece) for one in findings if one.outcome is not Outcome.JUDGEMENT
                  for piece in _by_document(one.evidence)] if evidence else []
        return (*clauses, *pieces)


def _row(key: str, piece: Evidence | Exclusion, status: str) -> Row:
    return Row(key, piece.document, piece.page, piece.span, piece.quote, status, getattr(piece, "reason", ""),
               getattr(piece, "detail", ""), getattr(piece, "reads", None))


def _by_document(pieces: Iterable[Evidence]) -> list[Evidence]:
    """The first piece of every document, then the others, so that no document is lost where only some are shown."""
    first: dict[str, Evidence] = {}
    for piece in pieces:
        first.setdefault(piece.document, piece)
    heads = list(first.values())
    return [*heads, *(piece for piece in pieces if piece not in heads)]


_GENERIC = re.compile(r"附[件表录]|annex|[一二三四五六七八九十\d._\-\s（）()【】—、]+")
_NAMING = 2


def _shared(name: str, question: str) -> Iterable[str]:
    """The longest runs of a document's name that a question says, generic words (附件1) left out."""
    for piece in filter(None, _GENERIC.split(name)):
        for length in range(len(piece), _NAMING - 1, -1):
            found = [piece[start:start + length] for start in range(len(piece) - length + 1)
                     if piece[start:start + length] in question]
            if found:
                yield from found
                break
