"""Each claim against the documents: what cannot be found there, or reads otherwise there, is dropped."""
from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from msgspec import Struct
from msgspec.structs import replace

from assistant.second_reader.asking.guide import FactGuide
from assistant.second_reader.asking.request import Asked
from assistant.second_reader.places import Place, Places
from assistant.second_reader.records import Bears, Checked
from assistant.second_reader.schema import Claim, Counts, Role
from assistant.second_reader.verifying import bearing, clauses, figures, quotes
from assistant.second_reader.verifying.clauses import Around
from assistant.second_reader.verifying.quotes import Found, tight
from ingestion.domain import Interval
from ingestion.facts.credit_code import CODE, valid
from ingestion.facts.schema import FactSpec
from ingestion.language import fold, pattern
from ingestion.numbers.numerals import parse_number
from ingestion.numbers.periods import Cover, PeriodKind, Window

FIGURES = frozenset({Role.TOTAL, Role.PART, Role.MINUS, Role.CLASS})


class Verifier(Struct, frozen=True):
    """Checks the claims of one fact."""

    places: Places
    about: Asked
    window: Window
    key: str
    spec: FactSpec
    guide: FactGuide

    def check(self, claims: Sequence[Claim]) -> list[Checked]:
        """Every claim in its order; statements also together, since each may speak of one aspect only."""
        named = {row for claim in claims for row in quotes.rows(self.places, claim.rows or claim.places)[0]
                 if claim.role is Role.ROWS}
        return self._aspects([self._claim(claim, named) for claim in claims])

    def _claim(self, claim: Claim, named: set[str]) -> Checked:
        """One claim, held against its quote, its clause, its figures and its period."""
        if (claim.role is Role.STATEMENT) != (self.spec.kind == "yes_no") and claim.counts is not Counts.NO:
            return Checked(claim, "role_of_another_kind")
        if claim.role is Role.ROWS:
            return self._rows(claim, named)
        found = quotes.find(self.places, claim.quote, claim.places)
        if found is None:
            return Checked(claim, "quote_not_found")
        spans = tuple((found.document, span) for span in found.spans)
        made = Checked(claim, places=found.places, spans=spans, things=(tight(claim.quote),))
        if quotes.cut(self.places, found):
            return replace(made, problem="number_cut")
        near = clauses.around(self.places, found)
        if claim.role in FIGURES:
            made = self._figure(made, found, near)
        elif claim.role is Role.ITEM:
            made = replace(made, reads=Interval(1, 1))
        elif claim.role is Role.NONE:
            made = replace(made, reads=Interval(0, 0))
        else:
            made = self._statement(made, found, near)
        if not made.counting:
            return made
        return self._said(made, found, near)

    def _figure(self, made: Checked, found: Found, near: Around) -> Checked:
        """A figure's reading by code. Where the model gives the number and the words make it a range, words decide."""
        claim = made.claim
        read = figures.of_quote(self.places, found, near, self.spec)
        if claim.value is None:
            return made if claim.counts is Counts.NO else replace(made, problem="no_value")
        value = Interval(*claim.value)
        fits = [one for one in read if one.interval == value] or [one for one in read if one.plain == value]
        if not fits:
            text = fold(self.places.documents[near.document].text[found.span.start:found.span.end])
            if claim.counts is Counts.NO and (not read or figures.mentions(text, claim.value)):
                return made
            return replace(made, problem="value_not_in_quote")
        one = next((one for one in fits if one.whole), fits[0])
        if not one.whole:
            return replace(made, problem="modifier_cut")
        if self.spec.kind == "money" and claim.counts is not Counts.NO and figures.said_otherwise(
                claim.currency, {one.stated}, self.spec):
            return replace(made, problem="currency_reads_otherwise")
        if self.spec.kind == "money" and one.currency != figures.HOME:
            return replace(made, reads=Interval(0, None), foreign=True)
        return replace(made, reads=one.interval)

    def _statement(self, made: Checked, found: Found, near: Around) -> Checked:
        """A yes/no statement and what its clause must and must not say."""
        claim = made.claim
        if claim.counts is Counts.NO:
            return made
        if claim.value not in ((0, 0), (1, 1)) or claim.counts is Counts.MAYBE:
            return replace(made, problem="no_value")
        value = claim.value[0]
        text = fold(self.places.documents[near.document].text)
        clause, sentence = text[near.clause.start:near.clause.end], text[near.sentence.start:near.sentence.end]
        if self.guide.code and (code := CODE.search(re.sub(r"\s", "", text[found.span.start:found.span.end]).upper())):
            fine = valid(code[0]) and code[0][2:].startswith(tuple(self.about.policy.facts.home.divisions))
            return replace(made, reads=Interval(value, value), problem="" if fine and value else "invalid_code")
        if value and self.guide.fails and pattern(self.guide.fails).search(clause):
            return replace(made, problem="need_failed")
        if value and self.guide.denies and not clauses.says("deny", sentence):
            return replace(made, problem="no_denial")
        problem = self._term(value, clause, sentence, near)
        return replace(made, reads=Interval(value, value), problem=problem)

    def _term(self, value: int, clause: str, sentence: str, near: Around) -> str:
        """Why the period of a statement does not fit: it covers the window (or lies in it); a term still runs."""
        if self.guide.period == "window":
            found = bearing.stated(clause, self.window) or bearing.stated(sentence, self.window)
            whole = found is None or found.kind in (PeriodKind.CUMULATIVE, PeriodKind.STATE, PeriodKind.MEAN)
            covered = found is None or whole or found.cover(self.window) in (Cover.WINDOW, Cover.WIDER)
            if value and not covered:
                return "period_too_short"
            days = bearing.days(sentence)
            if not value and days and all(last < self.window.start for _, last in days):
                return "outside_window"
        if self.guide.period == "running" and value:
            days = bearing.days(sentence)
            cell = fold(self.places.documents[near.document].text[near.cell.start:near.cell.end])
            if len(days) > 1 and max(last for _, last in days) < self.window.end and not clauses.says("renewed", cell):
                return "term_ended"
        return ""

    def _said(self, made: Checked, found: Found, near: Around) -> Checked:
        """What the whole clause of a counting claim says, and its period."""
        claim, places = made.claim, self.places
        if not self._on_topic(found, near):
            return replace(made, problem="off_topic")
        if clauses.planned(places, found, near):
            return replace(made, problem="planned")
        if claim.role is not Role.ITEM and clauses.of_another(places, found, near, self.about.applicant):
            return replace(made, problem="other_body")
        if clauses.quotation(places, found, near, self.about.policy.text, figure=claim.role in FIGURES):
            return replace(made, problem="quotation")
        text = fold(places.documents[near.document].text)
        if claim.role is Role.NONE and not clauses.says("deny", text[near.cell.start:near.cell.end]):
            return replace(made, problem="no_denial")
        if claim.counts is Counts.MAYBE and not self._may_be_upper(text[near.sentence.start:near.sentence.end]):
            return replace(made, problem="upper_not_read")
        place = places.by_id[found.places[0]]
        partial = not claim.complete and self._partial(place, text[near.sentence.start:near.sentence.end])
        if self.spec.kind == "yes_no":
            return made
        return replace(self._bearing(made, found, near), partial=partial)

    def _bearing(self, made: Checked, found: Found, near: Around) -> Checked:
        """Whether the claim's period is the one that holds at its place."""
        claim = made.claim
        place = self.places.by_id[found.places[0]]
        own = bearing.row_days(self.places, place) if place.table and claim.role is Role.ITEM else []
        if self.spec.time == "window" and own:
            return made if self._in_window(own) else replace(made, problem="row_outside_window")
        if claim.role is Role.NONE and self.spec.time != "window":
            return made
        if self.spec.time == "window" and claim.role is Role.ITEM and self._in_window(bearing.own_days(
                fold(self.places.documents[near.document].text), found, near, self.window)):
            return made
        holding = bearing.of_quote(self.places, self.window, found, near, claim.period)
        doubts = ("period",) if self.spec.time == "window" and bearing.misread(
            holding, claim.period, self.window) else ()
        days = ("", "")
        if holding is not None and holding.period.start is not None:
            days = (holding.period.start.isoformat(), holding.period.end.isoformat())
        figure = claim.role in FIGURES
        return replace(made, bears=bearing.bears(holding, self.spec.time, claim.period, self.window, figure=figure),
                       doubts=doubts, days=days)

    def _rows(self, claim: Claim, named: set[str]) -> Checked:
        """A claim about rows of a table: that they are rows, in the window, and no total beside items."""
        good, rest, bad = quotes.rows(self.places, claim.rows or claim.places)
        if rest and claim.counts is Counts.NO:
            good += [row for table in rest for row in self.places.by_id[table].rows if row not in named]
        elif rest:
            bad += rest
        if bad or not good:
            return Checked(claim, "rows_are_no_rows")
        rows = [self.places.by_id[name] for name in good]
        made = Checked(claim, places=tuple(good), spans=tuple((row.document, row.span) for row in rows),
                       things=tuple(self._thing(row) for row in rows))
        if claim.counts is Counts.NO:
            return made
        money = self.spec.kind == "money"
        for row in rows:
            if problem := self._row(row, claim):
                return replace(made, problem=problem)
        made = replace(made, partial=not claim.complete and self._partial(rows[0], ""))
        return self._amounts(made, good) if money else self._dated(replace(
            made, reads=Interval(len(rows), len(rows))), rows)

    def _row(self, row: Place, claim: Claim) -> str:
        """Why a row cannot count."""
        cells = [cell for cell in clauses.row_cells(self.places, row) if cell]
        if not cells:
            return "empty_row"
        total = any(clauses.words("total_row").match(tight(cell)) for cell in cells)
        if total and self.spec.kind != "money":
            return "total_row"
        if row.row == 0 and not any(re.search(r"\d", cell) for cell in cells) and len(cells) > 1:
            return "header_row"
        if clauses.row_planned(self.places, row):
            return "planned"
        if not self._topic("\n".join([*cells, *clauses.headers(self.places, row), *self._above(row)])):
            return "off_topic"
        if claim.counts is Counts.MAYBE and not self._may_be_upper("\n".join(cells)):
            return "upper_not_read"
        days = bearing.row_days(self.places, row)
        begun = days[:1] if self.guide.begun else days
        if self.spec.time == "window" and days and not self._in_window(begun):
            return "row_outside_window"
        return ""

    def _amounts(self, made: Checked, rows: Sequence[str]) -> Checked:
        """A claim that adds up a column of money."""
        found = figures.amounts(self.places, rows, made.claim.column, self.spec)
        if isinstance(found, str):
            return replace(made, problem=found)
        if figures.said_otherwise(made.claim.currency, found.stated, self.spec):
            return replace(made, problem="currency_reads_otherwise")
        places = [self.places.by_id[name] for name in rows]
        totals = {any(clauses.words("total_row").match(tight(cell)) for cell in clauses.row_cells(self.places, row))
                  for row in places}
        if len(totals) > 1:
            return replace(made, problem="totals_beside_items")
        made = replace(made, reads=found.interval, foreign=found.foreign)
        return self._dated(replace(made, total_rows=totals == {True}), places)

    def _dated(self, made: Checked, rows: Sequence[Place]) -> Checked:
        """How rows bear: by their own dates, else by what titles their table."""
        if self.spec.time != "window":
            titled = bearing.of_table(self.places, self.window, rows[0], made.claim.period)
            lower = self.spec.time == "open" and titled is not None and titled.period.kind in (
                PeriodKind.DATED, PeriodKind.RECENT) and made.claim.period.kind not in ("", "none")
            return replace(made, bears=Bears.LOWER if lower else Bears.EXACT)
        spans = [bearing.row_span(self.places, row, self.window) for row in rows]
        known = [span for span in spans if span is not None]
        if len(known) == len(rows):
            first, last = min(one for one, _ in known), max(one for _, one in known)
            if self.spec.kind == "money" and not made.total_rows:
                return replace(made, bears=bearing.spanned(first, last, self.window),
                               days=(first.isoformat(), last.isoformat()))
            return made
        holding = bearing.of_table(self.places, self.window, rows[0], made.claim.period)
        if holding is None and made.total_rows:
            holding = bearing.of_column(self.places, self.window, rows[0])
        doubts = ("period",) if bearing.misread(holding, made.claim.period, self.window) else ()
        return replace(made, bears=bearing.bears(holding, "window", made.claim.period, self.window, figure=False),
                       doubts=doubts)

    def _aspects(self, made: list[Checked]) -> list[Checked]:
        """Statements that it holds count only where together they speak of every aspect."""
        if not self.guide.aspects:
            return made
        holds = [one for one in made if one.counting and one.reads == Interval(1, 1)]
        spoken = "\n".join(self._spoken(one) for one in holds)
        if all(pattern(group).search(spoken) for group in self.guide.aspects):
            return made
        return [replace(one, problem="need_failed") if one in holds else one for one in made]

    def _spoken(self, one: Checked) -> str:
        """The sentence of a statement and what titles it."""
        found = Found(one.places, one.spans[0][0], tuple(span for _, span in one.spans))
        near = clauses.around(self.places, found)
        text = fold(self.places.documents[near.document].text)
        place = self.places.by_id[found.places[0]]
        above = clauses.row_cells(self.places, place) if place.table else clauses.headings(self.places, place)[:1]
        return "\n".join([text[near.sentence.start:near.sentence.end], *above])

    def _on_topic(self, found: Found, near: Around) -> bool:
        text = fold(self.places.documents[near.document].text)
        place = self.places.by_id[found.places[0]]
        if self._topic(text[near.sentence.start:near.sentence.end]):
            return True
        row = [*clauses.row_cells(self.places, place), *clauses.headers(self.places, place)] if place.table else []
        return self._topic("\n".join([*row, *self._above(place)]))

    def _above(self, place: Place) -> list[str]:
        """What titles a place: captions, the place before, headings, the document's first line."""
        first = next(one for one in self.places.by_id.values() if one.document == place.document)
        before = [fold(one.shown) for one in self.places.neighbours(place, 1)]
        return [*(clauses.titles(self.places, place) if place.table else []), *before,
                *clauses.headings(self.places, place), fold(first.shown)]

    def _topic(self, text: str) -> bool:
        return pattern(self.guide.about).search(self.places.redactor.restore(text)) is not None

    def _may_be_upper(self, text: str) -> bool:
        """Whether the words allow something to raise the upper bound only."""
        if self.guide.upper and pattern(self.guide.upper).search(text):
            return True
        return bool(self.guide.rank) and pattern(self.guide.rank).search(text) is None

    def _partial(self, place: Place, sentence: str) -> bool:
        """Whether a list says of itself that it is partial."""
        above = [*clauses.titles(self.places, place), *clauses.caption_behind(self.places, place),
                 *clauses.headings(self.places, place)[:1],
                 *(fold(one.shown) for one in self.places.neighbours(place, 1))]
        return any(clauses.says("partial", text) for text in [sentence, *above] if text)

    def _in_window(self, days: Sequence[tuple[date, date]]) -> bool:
        return any(last >= self.window.start and first <= self.window.end for first, last in days)

    def _thing(self, row: Place) -> str:
        """What a row is of: its cells but for numbers, so that the same thing is counted once."""
        cells = [cell for cell in clauses.row_cells(self.places, row)
                 if cell and parse_number(cell.strip("（）. ")) is None]
        return tight(" ".join(cells))
