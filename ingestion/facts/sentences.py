"""A sentence as it is read, where it stands, and quick answers to whether a pattern matches in it."""

from __future__ import annotations

import re
from functools import cached_property

from msgspec import Struct, field

from ingestion.domain import Document, Span
from ingestion.facts.lexicon import words
from ingestion.language import ngrams
from ingestion.language.ngrams import Text
from ingestion.numbers.numerals import has_number

LONGEST_CHAIN = 24  # sentences that go on from one another


class Section(Struct, frozen=True, dict=True):
    """Where a piece stands: the headings above it and the nearest lead-in or caption, all folded."""

    headings: tuple[str, ...] = ()
    lead: str = ""

    @cached_property
    def text(self) -> Text:
        return Text("\n".join([*self.headings[-2:], self.lead]))


class Sentence(Struct, dict=True):
    document: Document
    span: Span
    folded: Text
    section: Section
    pair: bool = False  # label and value of a form
    previous: Sentence | None = None  # the sentence before it in the same paragraph, or the line before it
    listed: bool = False  # an item of a list
    row: bool = False  # a row of a list, for statements only
    quotations: tuple[Span, ...] = ()  # verbatim quotations of the policy in the document
    synthetic: bool = False  # put together from a table's cells: `span` is the evidence, `folded` only what it says
    asked: str = ""  # the requirement in its row that it answers
    blocked: str = ""  # why nothing in it counts, where the table says so that it stands in
    _seen: dict[int, tuple[re.Pattern[str], bool]] = field(default_factory=dict)

    @property
    def continues(self) -> bool:
        """Whether it goes on from the sentence before it: behind a semicolon, as the answer to a question, or as the
        bare number of what that one names."""
        return self.previous is not None and (self.previous.folded.endswith(("；", "？")) or self.counts_on)

    @cached_property
    def counts_on(self) -> bool:
        """海外研发团队也在园区常驻办公。目前共有5支: a bare figure behind a sentence of its paragraph without one."""
        before = self.previous
        if before is None or self.synthetic or self.pair or words("bare_count").match(self.folded) is None:
            return False
        return not has_number(before.folded) and "\n" not in self.document.text[before.span.end : self.span.start]

    @cached_property
    def goes_on(self) -> bool:
        """Whether it continues the one before it: after a semicolon, with 其中, or with a figure "of them"."""
        if self.continues or ngrams.search(words("part"), self.folded, 0, 12):
            return True
        return self.holds(words("of_them"))

    def may(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern can match at all in the sentence, or in a part of it."""
        return self.folded.may(pattern)

    def holds(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern matches anywhere; searched once."""
        known = self._seen.get(id(pattern))
        if known is None or known[0] is not pattern:      # kept with its answer, so that no other has its number
            known = (pattern, self.folded.may(pattern) and pattern.search(self.folded) is not None)
            self._seen[id(pattern)] = known
        return known[1]

    def chain(self) -> list[Sentence]:
        """The sentence, and backwards those that it goes on from."""
        chain = [self]
        while len(chain) < LONGEST_CHAIN and chain[-1].previous is not None and chain[-1].goes_on:
            chain.append(chain[-1].previous)
        return chain
