"""Documents from the grammar (facts_grammar.py): what was drawn is what is read, and what must not matter does not.

A failure names its seed; `print(facts_grammar.sample(SEED).text)` shows the document.
"""
from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date

import pytest

from ingestion import facts, parsing
from ingestion.domain import Document, Extraction
from ingestion.parsing import text as texts
from ingestion.policies import policy
from tests.ingestion.facts.generated.facts_grammar import Sample, as_docx, as_pdf, sample
from tests.ingestion.facts.generated.lists import TABLES, Rows, papers
from tests.ingestion.facts.generated.prose import (
    OPEN,
    STATES,
    WINDOWED,
    Form,
    distractor,
    open_ended,
    papers_by_index,
    state,
    windowed,
)
from tests.ingestion.facts.generated.words import DAYS, Bounds, Numerals, Words
from tests.ingestion.facts.quotes import misquoted, pieces

POLICY = policy.load()
SEEDS = range(300)
BLOCK = 50
DAY = date(2024, 6, 15)

Facts = dict[str, tuple[int, int | None]]


def extract(documents: list[Document], day: date) -> Extraction:
    return facts.extract(documents, POLICY, day)


def read(text: str, day: date = DAY) -> Facts:
    """The facts of a text; a conflict is none of them."""
    return settled(extract([texts.from_string(text)], day))


def settled(found: Extraction) -> Facts:
    assert not [key for key, fact in found.facts.items() if fact.conflict]
    return {key: (fact.interval.low, fact.interval.high) for key, fact in found.facts.items()}


def of_bytes(data: bytes, name: str, day: date) -> Facts:
    return settled(extract([parsing.read(data, name)], day))


def of_rows(rows: Rows, day: date = DAY) -> Facts:
    return read(rows.statement().text + "\n", day)


@pytest.mark.parametrize("first", range(SEEDS.start, SEEDS.stop, BLOCK))
def test_what_was_written_is_read(first: int) -> None:
    """Exactly the facts that were drawn, each with its bounds, and every quote stands at its offsets."""
    wrong = {}
    for seed in range(first, first + BLOCK):
        one = sample(seed)
        document = texts.from_string(one.text)
        found = extract([document], one.day)
        got = {key: (fact.interval.low, fact.interval.high) for key, fact in found.facts.items()}
        if got != one.gold or any(fact.conflict for fact in found.facts.values()):
            wrong[seed] = {key: (one.gold.get(key), got.get(key)) for key in one.gold.keys() | got.keys()
                           if one.gold.get(key) != got.get(key)}
        assert misquoted(found, [document]) == [], seed
    assert wrong == {}


def test_samples_are_many_and_the_same_for_their_seed() -> None:
    """The seeds word every fact, with and without tables, and give quotes to look up."""
    drawn = [sample(seed) for seed in SEEDS]
    assert {key for one in drawn for key in one.gold} == POLICY.facts.facts.keys()
    assert sum(any(part.table for part in one.statements) for one in drawn) > len(drawn) // 3
    assert len({one.text for one in drawn}) == len(drawn)
    assert drawn[7] == sample(7)
    found = extract([texts.from_string(drawn[7].text)], drawn[7].day)
    assert pieces(found)


@pytest.mark.parametrize("seed", range(0, 60, 5))
def test_a_paragraph_about_something_else_changes_nothing(seed: int) -> None:
    """Plans, other bodies, quotations of the policy, other figures: added anywhere, the facts stay."""
    one = sample(seed)
    words = Words(seed + 1, one.day)
    before = replace(one, sections=(("有关说明", (distractor(words), distractor(words))), *one.sections))
    assert read(before.text, one.day) == one.gold
    assert read(one.with_statement(distractor(words)).text, one.day) == one.gold


@pytest.mark.parametrize("key", TABLES)
def test_tables_may_be_rearranged(key: str) -> None:
    """Rows shuffled, columns swapped, a column of numbers, a row twice, other headers: the count stays."""
    for seed in range(6):
        words = Words(seed, DAY)
        rows = TABLES[key](words)
        assert of_rows(rows) == rows.gold
        assert of_rows(rows.shuffled(words)) == rows.gold
        assert of_rows(rows.swapped(words)) == rows.gold
        assert of_rows(rows.numbered(words)) == rows.gold
        if key != "cooperation_funding":  # the same amount twice is two amounts
            assert of_rows(rows.repeated(words)) == rows.gold


@pytest.mark.parametrize("form", [*WINDOWED, *STATES, *OPEN], ids=lambda form: form.key)
def test_numerals_do_not_matter(form: Form) -> None:
    """Arabic, full-width, Chinese and formal numerals read alike."""
    write = next(writer for forms,
                 writer in ((WINDOWED, windowed), (STATES, state), (OPEN, open_ended)) if form in forms)
    for seed in range(12):
        found = []
        for numerals in Numerals:
            statement = write(form)(Words(seed, DAY, numerals))
            found.append(read(statement.text))
            assert found[-1] == statement.gold, statement.text
        assert all(one == found[0] for one in found)


@pytest.mark.parametrize("seed", [1, 2, 5, 8, 13, 21])
def test_the_kind_of_file_does_not_matter(seed: int) -> None:
    """The same content as text, as a Word file and as a pdf gives the same facts."""
    one = sample(seed)
    assert of_bytes(as_docx(one), "申报书.docx", one.day) == one.gold
    assert of_bytes(as_pdf(one), "申报书.pdf", one.day) == one.gold


@pytest.mark.parametrize("seed", [3, 4, 9, 16])
def test_one_document_or_several_does_not_matter(seed: int) -> None:
    """A section to a file gives what one file gives."""
    one = sample(seed)
    documents = [texts.from_string(Sample(one.day, (section,)).text, f"{number}.txt")
                 for number, section in enumerate(one.sections)]
    assert settled(extract(documents, one.day)) == one.gold


def later(rows: Rows, day: date) -> Bounds:
    """How many of the papers' rows count on another day: those of its window, each once."""
    first = date(day.year - 3, 1, 1)
    counted = {row[0] for row in rows.rows
               if date(int(row[2][:4]), 12, 31) >= first and row[3] not in ("北大核心", "CSCD", "ESCI")}
    return (len(counted), len(counted))


@pytest.mark.parametrize("seed", range(6))
def test_papers_leave_the_window_as_the_date_moves(seed: int) -> None:
    """With each year exactly the rows that fall out of the window no longer count; at last the fact is absent."""
    rows = papers(Words(seed, DAY))
    rows = replace(rows, caption="论文清单")
    for year in range(DAY.year, DAY.year + 4):
        day = date(year, 6, 15)
        count = later(rows, day)
        assert of_rows(rows, day) == ({"sci_ei_papers": count} if count[0] else {})


def test_a_declared_period_leaves_the_window_as_the_date_moves() -> None:
    """2021年以来 is the window in 2024, wider in 2025; 2021—2023年 is narrower, then partial, then outside."""
    since = "2021年以来，中心发表SCI论文23篇。"
    assert read(since, date(2024, 6, 15)) == {"sci_ei_papers": (23, 23)}
    assert read(since, date(2023, 6, 15)) == {"sci_ei_papers": (23, None)}
    assert read(since, date(2025, 6, 15)) == {"sci_ei_papers": (0, 23)}
    between = "2021—2023年，中心发表SCI论文23篇。"
    assert read(between, date(2024, 3, 31)) == {"sci_ei_papers": (23, 23)}
    assert read(between, date(2024, 6, 15)) == {"sci_ei_papers": (23, None)}
    assert read(between, date(2025, 6, 15)) == {}
    assert read(between, date(2027, 1, 1)) == {}


@pytest.mark.parametrize("seed", range(8))
def test_a_total_and_the_list_behind_it(seed: int) -> None:
    """Where they agree that is the fact; where they differ it spans both and is a conflict."""
    words = Words(seed, DAYS[seed % len(DAYS)])
    rows = papers(words)
    count = rows.gold["sci_ei_papers"][0]
    table = rows.statement().text
    same = extract([texts.from_string(f"近三年，中心发表SCI或EI论文{count}篇。\n", "1.txt"),
                    texts.from_string(table, "2.txt")], words.day).facts["sci_ei_papers"]
    assert (same.interval.low, same.interval.high, same.conflict) == (count, count, False)
    other = extract([texts.from_string(f"近三年，中心发表SCI或EI论文{count + 5}篇。\n", "1.txt"),
                     texts.from_string(table, "2.txt")], words.day).facts["sci_ei_papers"]
    assert (other.interval.low, other.interval.high, other.conflict) == (count, count + 5, True)
    assert {one.document for one in other.evidence} == {"1.txt", "2.txt"}


def test_the_order_of_documents_does_not_matter() -> None:
    """Statements spread over files read the same from either end."""
    for seed in range(20):
        words = Words(seed, DAY)
        files = [texts.from_string(papers_by_index(words).text, "b.txt"), texts.from_string(
            TABLES["granted_ip"](words).statement().text, "a.txt"),
            texts.from_string(distractor(words).text, "c.txt")]
        assert extract(files, DAY) == extract(files[::-1], DAY)


def test_the_same_document_reads_the_same_twice() -> None:
    """Nothing is kept between runs: the second reading equals the first, evidence and all."""
    one = sample(11)
    digest = hashlib.sha256(one.text.encode()).hexdigest()
    assert texts.from_string(one.text).sha256 == digest
    assert extract([texts.from_string(one.text)], one.day) == extract([texts.from_string(one.text)], one.day)
