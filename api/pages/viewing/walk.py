"""From one piece of evidence to the next: through all that a fact or a criterion rests on, over all its documents."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.pages.addresses import document_address
from api.pages.results.result import by_document, evidence_set, name_of
from api.pages.viewing.marking import Mark
from api.service.records import AssessmentView
from ingestion.domain import CriterionKind, Evidence, Exclusion, Span
from ingestion.policies.policy import Policy


@dataclass(frozen=True, slots=True)
class Offer:
    """Something this document is evidence of, and where its first piece stands."""

    label: str
    count: int
    href: str


class Walk:
    """`name` is what is walked through (`result.evidence_set`); there is nothing to walk without it."""

    def __init__(self, case_id: str, file_id: str, document: str, assessment: AssessmentView | None, policy: Policy,
                 language: str, name: str, target: Span | None) -> None:
        """`name` is a fact, a criterion or a reader's side; `target` the span at which the viewer was opened."""
        self._case, self._file, self._assessment, self._policy = case_id, file_id, assessment, policy
        self._language, self.name, self._target = language, name, target
        self._order = {one.name: place for place, one in enumerate(assessment.documents)} if assessment else {}
        # the document's name within the assessment: the file may have been replaced or renamed since
        self._document = next((known for known, held in assessment.file_ids.items() if held == file_id), document) \
            if assessment else document
        self._pieces: Sequence[Evidence | Exclusion] = \
            by_document(evidence_set(assessment, name), self._order) if assessment and name else ()
        self.place = self._place()

    @property
    def label(self) -> str:
        return name_of(self._policy, self._language, self.name)

    @property
    def count(self) -> int:
        return len(self._pieces)

    @property
    def before(self) -> str:
        """The address of the piece before this one, "" at the first."""
        return self._address(self.place - 1) if self.place > 0 else ""

    @property
    def next(self) -> str:
        return self._address(self.place + 1) if self.place + 1 < len(self._pieces) else ""

    def others(self) -> list[Mark]:
        """The other pieces in this document."""
        return [Mark(one.span, "other") for one in self._pieces
                if one.document == self._document and one.span != self._target]

    def offers(self) -> list[Offer]:
        """What this document is evidence of, fact by fact."""
        if self._assessment is None:
            return []
        found = []
        for key in self._policy.facts.facts:
            fact = self._assessment.result.facts.get(key)
            here = [one for one in fact.evidence if one.document == self._document] if fact else []
            if here:
                first = by_document(here, self._order)[0].span
                found.append(Offer(name_of(self._policy, self._language, key), len(here),
                                   document_address(self._case, self._file, first.start, first.end, key)))
        return found

    def criterion(self) -> str:
        """The citation of the criterion that is walked through, or of the first that asks for the fact; or ""."""
        key = self.name.removesuffix("!").partition("@")[0]
        return next((one.citation for one in self._policy.criteria if one.id == key or
                     (key in one.facts and one.kind is not CriterionKind.JUDGEMENT)), "")

    def _place(self) -> int:
        for number, one in enumerate(self._pieces):
            if one.document == self._document and one.span == self._target:
                return number
        return -1

    def _address(self, number: int) -> str:
        one = self._pieces[number]
        assert self._assessment is not None  # noqa: S101 - pieces come from it
        return document_address(self._case, self._assessment.file_of(one.document), one.span.start, one.span.end,
                                self.name)
