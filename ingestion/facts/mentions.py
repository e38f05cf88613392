"""Places that speak of a fact without stating it: figures in its units that are planned, quoted or somebody else's, and
clauses that name its things and say why they do not count.

What is noted here comes into the ledger only where no rule of the fact claimed it (`claims.accounting`). How near a
place is to the fact adds up from what names its things there, above it and before it; a figure in a unit of the fact
beside nothing that the fact speaks of is not noted: nobody would ask about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec.structs import replace

from ingestion.domain import Span
from ingestion.facts.claims.assertions import Mention
from ingestion.facts.figures.changes import rejected
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis
from ingestion.facts.prose.modality import dropped, exempted
from ingestion.facts.prose.phrases import located, quoted, says_any, untitled
from ingestion.facts.prose.terms import term
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.names import organisations
from ingestion.names.organisations import Origin
from ingestion.numbers.periods import PeriodKind, Window

ENOUGH = 3   # how near a place is to a fact that is noted where it says why it does not count
PLAIN = 5    # ... and where it does not
SAME = 2     # ... and where its figure is what the fact comes to
NAMED, NEEDED, HALF = 4, 2, 1
VAGUE = ("definition", "dropped_status")  # reasons that say of much else, too, that it does not count


def marked(analysis: Analysis) -> bool:
    """Whether anything in a sentence may be why what it speaks of does not count, whatever fact that is of."""
    sentence = analysis.sentence
    said = ("plan", "dropped_status", "same_again", "told_twice", "set_apart", "terms")
    return bool(analysis.clause_blocks) or any(sentence.holds(words(name)) for name in said)


class Speaking:
    """One sentence held against one fact."""

    def __init__(self, book: FactBook, spec: FactSpec, analysis: Analysis, window: Window, *, above: bool) -> None:
        """`above`: the headings or the lead-in name the fact's things."""
        self.book, self.spec, self.analysis, self.window, self.above = book, spec, analysis, window, above
        self.heads = book.pattern(spec.heads or spec.topic)
        self.near = [need.words for need in spec.needs if need.reach != "section"]

    @cached_property
    def context(self) -> int:
        """How far what stands above the sentence and before it names the fact's things."""
        before = self.analysis.sentence.previous
        return self.above + (2 if before is not None and self._speaks(before.folded) else 0)

    def may_speak(self, *, marked: bool) -> bool:
        """Whether there can be any mention: a figure in a unit of the fact, or a reason. `marked`: as of any fact."""
        sentence, spec = self.analysis.sentence, self.spec
        if marked or spec.kind == "yes_no" or any(f.quantity.measure in spec.measures for f in self.analysis.figures):
            return True
        if self._timed() and any(p.kind is PeriodKind.DATED for p in self.analysis.periods):
            return True
        rejects = spec.listing.reject if spec.listing is not None else []
        return any(sentence.holds(self.book.pattern(one)) for one in (
            spec.subtract, *(need.complement for need in spec.needs), *(one.words for one in rejects)) if one)

    def _speaks(self, text: str) -> bool:
        """Whether a text by itself says all that the fact needs."""
        return self.names(text) >= NAMED and all(says_any(self.book, need.words, text) for need in self.spec.needs)

    def names(self, text: str) -> int:
        """How far a text names the fact's things: by their name with what is asked of them, or by one of the two."""
        text = self.book.without_bases(text)
        headed = self.heads.search(untitled(text)) is not None
        needed = any(says_any(self.book, words_, text) for words_ in self.near)
        if headed and (needed or not self.near):
            return NAMED
        return NEEDED if needed else HALF if headed else 0

    def mentions(self) -> Iterator[Mention]:
        """The places of the sentence that speak of the fact; a heading says nothing by itself."""
        sentence = self.analysis.sentence
        if sentence.section.headings and sentence.folded.strip() == sentence.section.headings[-1]:
            return
        counted = set[int]()
        for figure in self.analysis.figures:
            if figure.quantity.measure not in self.spec.measures or not figure.quantity.unit:
                continue
            counted.add(figure.clause)
            rare = self.book.rare(figure.quantity.measure)
            named = self.names(self.analysis.clause_text(figure.clause))
            of_another = named < NAMED and self._of_another(figure.own, figure.quantity.measure)
            reason, last = self.why(figure.clause, figure.blocked or self._against(figure.own))
            near = named + self.context + 1 + rare - 2 * of_another + bool(self.analysis.sentence.blocked)
            near += bool(self.spec.subtract) and self.book.pattern(self.spec.subtract).search(figure.own) is not None
            if near >= (ENOUGH - 1 if reason else PLAIN):
                yield from self._mentions(figure.quantity.span, figure.clause, last, reason or "not_stated", near)
            elif near >= SAME and not reason and not figure.part and self.spec.kind == "count":
                again = self._mention(figure.quantity.span, figure.clause, last, "", near)
                yield replace(again, period=None, value=figure.quantity.interval)
        told = self.spec.kind != "money" or self.analysis.sentence.blocked
        for index in range(len(self.analysis.clauses)):
            if told and index not in counted:
                yield from self._told(index)

    def _told(self, index: int) -> Iterator[Mention]:
        """A clause without a figure of the fact that speaks of its things and says why they do not count."""
        clause, body = self.analysis.clauses[index], self.analysis.clause_text(index)
        named = self.names(body)
        if not named and not self.context:
            return
        word = self.heads.search(body) or next(
            (found for words_ in self.near if (found := self.book.pattern(words_).search(body))), None)
        reason, last = self.why(index, "")
        if not named and self.context and reason in self._rejections():
            named = HALF
        if not named:
            return
        if not reason and self.spec.kind == "yes_no":
            reason = "other_body" if self._of_somebody(index) else "narrower_scope"
        if not reason and not self._timed():
            return
        said = self.analysis.sentence.folded[clause.span.start : self.analysis.clauses[last].span.end]
        named = max(named, self.names(said))
        headed = self.heads.search(said) is not None
        rejected_ = reason in self._rejections() and (
            named >= NAMED or self.context > 0 or (headed and not self.spec.named_by_place))
        asked = all(says_any(self.book, need.words, self.analysis.sentence.folded)
                    for need in self.spec.needs if need.reach == "section")
        of_another = named < NAMED and not headed and self._of_another(said, "")
        near = named + self.context + 2 * rejected_ - 2 * of_another + bool(self.analysis.sentence.blocked)
        near -= 2 * (reason in VAGUE and named < NAMED)
        if near >= ENOUGH - 1 and (asked or rejected_ or self.context >= 2):
            at = Span(clause.span.start + word.start(), clause.span.start + word.end()) if word else clause.span
            yield from self._mentions(at, index, last, reason, near)

    def _of_somebody(self, index: int) -> bool:
        """Whether a clause speaks of another body: by its subject, or as it names one abroad and not the applicant."""
        body = self.analysis.clause_text(index)
        if self.analysis.clauses[index].subject in ("housed", "whole") or words("somebody").search(body):
            return True
        own = words("own_holder").search(body) or any(name in body for name in self.analysis.names.own)
        return not own and (words("other_holder").search(body) is not None or any(
            m.origin is Origin.FOREIGN and m.kind is not organisations.Kind.COUNTRY for m in organisations.scan(body)))

    def _rejections(self) -> set[str]:
        """Reasons that this fact gives, and few others do."""
        rejects = self.spec.listing.reject if self.spec.listing is not None else []
        return {one.reason for one in rejects} - {"planned"}

    def _of_another(self, said: str, measure: str) -> bool:
        """Whether words name the things of another fact, in a unit that counts them, beside what this one needs."""
        for words_ in self.near:
            said = self.book.pattern(words_).sub("", said)
        return any(one.heads and not set(one.heads) & set(self.spec.heads) and (not measure or measure in one.measures)
                   and self.book.pattern(one.heads).search(said) for one in self.book.facts.values())

    def _against(self, own: str) -> str:
        """What a figure's own phrase says against it."""
        if self.spec.kind == "money":
            against = [*self.spec.not_spent, *self.spec.received]
            return "not_spent" if against and self.book.pattern(against).search(own) else ""
        against = [*self.spec.exclude, *self.spec.exclude_clause, *self.spec.subtract]
        return "definition" if against and self.book.pattern(against).search(own) else ""

    def _timed(self) -> bool:
        return self.spec.time == "window" or any(rule.period in ("covers", "inside") for rule in self.spec.rules)

    def why(self, index: int, own: str) -> tuple[str, int]:
        """Why what a clause speaks of does not count, by its own words, else by those of the clauses behind it that
        speak of nothing else; and the clause that says it. `own`: what is known already."""
        figures = {f.clause for f in self.analysis.figures if f.quantity.measure in self.spec.measures}
        for place in range(index, len(self.analysis.clauses)):
            body = self.analysis.clause_text(place)
            if place > index and (place in figures or self.names(body) >= NAMED):
                break
            if reason := self._reason(place, body):
                return reason, place
        return own, index

    def _reason(self, index: int, body: str) -> str:
        """Why a clause by itself counts for nothing; "" where it may."""
        analysis, spec = self.analysis, self.spec
        if blocked := analysis.clause_blocks.get(index, ""):
            return blocked
        if words("same_again").search(body) or words("told_twice").search(body):
            return "duplicate"
        if spec.kind != "yes_no" and (reason := rejected(self.book, spec, body)):
            return reason
        if words("plan").search(exempted(body, analysis.today, analysis.sentence.folded)):
            return "planned"
        if dropped(body):
            return "dropped_status"
        if spec.listing is not None and spec.listing.term and words("terms").search(body):
            ended = term(body, self.window)
            if ended is not None and ended[1] < self.window.end:
                return "expired"
        against = [*spec.subtract, *(word for need in spec.needs for word in need.complement)]
        apart = words("set_apart").search(body) or (against and self.book.pattern(against).search(body))
        return "definition" if apart else ""

    def _mentions(self, at: Span, first: int, last: int, reason: str, near: int) -> Iterator[Mention]:
        """A place with its reason; where that says little, its time outside the window says more."""
        if reason in (*VAGUE, "not_stated", "narrower_scope") and self._timed():
            yield self._mention(at, first, last, "", near)
        yield self._mention(at, first, last, reason, near)

    def _mention(self, at: Span, first: int, last: int, reason: str, near: int) -> Mention:
        """A place from one clause to another; without a reason it has the day that stands before it."""
        sentence, clauses = self.analysis.sentence, self.analysis.clauses
        if sentence.synthetic:
            shown = whole = sentence.span
        else:
            while clauses[first].outer >= 0:
                first = clauses[first].outer
            span = Span(clauses[first].span.start, max(clauses[first].span.end, clauses[last].span.end))
            shown, base = located(sentence, span), sentence.span.start
            whole = Span(base + at.start, base + at.end)
        dated = [p for p in self.analysis.periods
                 if p.kind is PeriodKind.DATED and p.span.start < clauses[last].span.end and not reason]
        if not reason.startswith("quot") and quoted(self.analysis, at):
            reason = "quotation"
        return Mention(sentence.document, shown, whole, reason, dated[-1] if dated else None, weak=near < ENOUGH)
