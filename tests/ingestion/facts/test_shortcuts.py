"""What extraction passes over without a look could not have changed what it finds."""

from __future__ import annotations

from datetime import date
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from ingestion import facts
from ingestion.domain import Span
from ingestion.facts.claims.assertions import Claims
from ingestion.facts.figures.figures import analyse
from ingestion.facts.figures.matching import match_figure
from ingestion.facts.lists.enumerations import may_be_named, may_name
from ingestion.facts.prose import modality
from ingestion.facts.prose.analysed import Analysis, Names
from ingestion.facts.prose.clauses import clause_of, split
from ingestion.facts.prose.dating import section_period
from ingestion.facts.scanning.scan import scan
from ingestion.facts.sentences import Section, Sentence
from ingestion.language import fold
from ingestion.language.ngrams import Text
from ingestion.names import gazetteer
from ingestion.numbers.periods import Window, periods
from ingestion.parsing.text import from_string
from ingestion.policies import policy
from tests.ingestion.language import shipped_patterns

POLICY = policy.load()
WINDOW = Window(date(2021, 1, 1), date(2024, 6, 15), 3)


@cache
def analyses() -> tuple[Analysis, ...]:
    """Of every sentence of the tests, each by itself."""
    readings = [scan(from_string(text)) for text in shipped_patterns.texts()]
    return tuple(analyse(one, WINDOW, Names()) for reading in readings for one in reading.sentences)


def test_no_figure_matches_where_none_is_in_a_unit_of_the_fact() -> None:
    """Such a sentence is not asked for figures of the fact."""
    passed = 0
    for spec in POLICY.facts.facts.values():
        for analysis in analyses():
            if not analysis.counts(spec.measures):
                claims = Claims()
                found = [match_figure(POLICY.facts, spec, analysis, f, [], claims) for f in analysis.figures]
                assert [match for match in found if match is not None] == []
                assert claims == Claims()
                passed += len(found)
    assert passed > 1_000


def test_no_clause_is_planned_where_nothing_can_start_a_plan() -> None:
    """Clause by clause, in the sentences that are not asked."""
    passed = 0
    for analysis in analyses():
        if not modality._may_plan(analysis):
            assert not any(modality._planned(analysis, place, before=False) for place in range(len(analysis.clauses)))
            passed += 1
    assert passed > 50


def test_a_list_that_is_not_the_books_is_told_by_its_words() -> None:
    """A list made on the spot may stand where another one stood before; the book's own are known by their place."""
    book = policy.load().facts
    for spec in book.facts.values():
        assert book.pattern(spec.heads) is book.pattern(spec.heads) is book.pattern((*spec.heads,))
        assert book.pattern([*spec.heads, "甲"]).search("甲") and not book.pattern([*spec.heads, "乙"]).search("甲")


@given(st.text("（），；1a", max_size=16))
def test_clauses_stand_in_order_and_hang_on_one_less_deep(text: str) -> None:
    """With brackets and without, closed or not."""
    clauses = split(text)
    assert [c.span.start for c in clauses] == sorted(c.span.start for c in clauses)
    for clause in clauses:
        outer = clauses[clause.outer] if clause.outer >= 0 else None
        assert (outer is None) == (clause.depth == 0)
        if outer is not None:
            assert outer.depth == clause.depth - 1
            assert outer.span.start <= clause.span.start <= clause.span.end <= outer.span.end


def test_what_a_title_says_is_held_against_the_window_at_hand() -> None:
    """The period of a section's heading is kept for all that stands below it, under each window for itself."""
    other = Window(date(2022, 1, 1), date(2024, 12, 31), 3)
    for title in ("近三年合作情况", "2021—2023年合作项目", "国际合作"):
        title = Text(fold(title))
        sentence = Sentence(from_string("甲"), Span(0, 1), Text("甲"), Section((title,)))
        for window in (WINDOW, other, WINDOW):
            assert section_period(sentence, window) == next(iter(periods(title, window)), None)


def test_only_what_begins_like_a_word_of_the_gazetteer_may_begin_with_one() -> None:
    """Every text of the tests, from each of its characters on."""
    for text in map(gazetteer.plain, shipped_patterns.texts()):
        for mention in gazetteer.scan_plain(text):
            beginning = text[mention.start :]
            joint = gazetteer.lexicon().joint.match(beginning) is not None
            assert beginning[0].isascii() or joint or gazetteer.may_begin(beginning)


def test_a_bare_reading_has_the_same_intervals() -> None:
    """Without evidence and exclusions, under the policy's window and under another one; a third of the sentences."""
    day, found = date(2024, 6, 15), 0
    for text in shipped_patterns.texts()[::3]:
        prepared = facts.prepare([from_string(text)], POLICY)
        for window in (None, (date(2023, 1, 1), date(2023, 12, 31))):
            full = facts.read(prepared, POLICY, day, window=window)
            bare = facts.read(prepared, POLICY, day, window=window, bare=True)
            assert {k: f.interval for k, f in bare.facts.items()} == {k: f.interval for k, f in full.facts.items()}
            assert {k: f.conflict for k, f in bare.facts.items()} == {k: f.conflict for k, f in full.facts.items()}
            assert not bare.exclusions and not any(f.evidence or f.exclusions for f in bare.facts.values())
            found += len(full.facts)
    assert found > 300


def test_the_clause_of_a_place_is_the_deepest_that_holds_it() -> None:
    """In brackets and without, at every place of a sentence."""
    for analysis in analyses():
        clauses = analysis.clauses
        for place in range(len(analysis.sentence.folded)):
            holding = [n for n, c in enumerate(clauses) if c.span.start <= place < max(c.span.end, c.span.start + 1)]
            deepest = max(holding, key=lambda n: (clauses[n].depth, n), default=0)
            assert clause_of(clauses, place) == deepest


def test_only_listings_of_things_that_prose_may_name_are_looked_for_in_it() -> None:
    """A fact whose things no running text names is named by no text."""
    book = POLICY.facts
    unnamed = [spec for spec in book.facts.values() if not may_be_named(spec)]
    assert 0 < len(unnamed) < len(book.facts)
    assert not any(may_name(book, spec, text) for spec in unnamed for text in shipped_patterns.texts())
