"""Runs the readers of figures, items, amounts and statements over documents, and reconciles what they found."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date

from ingestion import organisations, windows
from ingestion.domain import Document, Exclusion, Extraction, Fact
from ingestion.facts import PolicyFacts
from ingestion.facts.agreements import agreement
from ingestion.facts.amounts import amounts
from ingestion.facts.assertions import Findings
from ingestion.facts.declared import declared
from ingestion.facts.enumerations import enumerations, sentence_items
from ingestion.facts.figures import analyse
from ingestion.facts.grids import Grid, grid
from ingestion.facts.items import Pool, Setting, judge
from ingestion.facts.lexicon import words
from ingestion.facts.listings import list_items, table_items
from ingestion.facts.matrices import matrix
from ingestion.facts.money import spent
from ingestion.facts.reconcile import reconcile
from ingestion.facts.records import Analysis, Names
from ingestion.facts.scan import Reading, Sentence, Table, pairs, policy_columns, scan, squeezed
from ingestion.facts.schema import FactBook, FactSpec
from ingestion.facts.statements import statements
from ingestion.language import fold, load
from ingestion.numerals import parse_number
from ingestion.periods import Window


def run(
    documents: Sequence[Document], policy: PolicyFacts, application_date: date, bounds: tuple[date, date] | None
) -> Extraction:
    book = policy.facts
    start, end = bounds or windows.window(policy.window.current, application_date)
    window = Window(start, end, _years(policy.window.term))
    text = squeezed(policy.text)
    readings = [scan(d, text) for d in sorted(documents, key=lambda d: d.name) if d.text.strip()]
    names = applicants(readings, book)
    setting = Setting(window, host_country(readings))
    found = {key: Findings() for key in book.facts}
    for reading in readings:
        _read(book, reading, window, names, setting, found)
    facts: dict[str, Fact] = {}
    exclusions: dict[str, tuple[Exclusion, ...]] = {}
    for key, spec in book.facts.items():
        fact = reconcile(key, spec, found[key])
        if fact is not None:
            facts[key] = fact
        if found[key].exclusions:
            exclusions[key] = tuple(found[key].exclusions)
    return Extraction(facts, exclusions)


def _years(term: str) -> int:
    """The number of years in the window's own term (近三年)."""
    match = re.search(r"[0-9一二两三四五六七八九十]+", term)
    number = parse_number(match[0]) if match else None
    return int(number) if number else 0


def _read(
    book: FactBook, reading: Reading, window: Window, names: Names, setting: Setting, found: dict[str, Findings]
) -> None:
    sentences = list(reading.sentences)
    for table in reading.tables:
        if any(
            spec.amounts is not None and amounts(book, spec, table, window, found[key])
            for key, spec in book.facts.items()
        ):
            continue
        figures = matrix(table)
        sentences += figures
        lists = grid(table)
        if lists is not None:
            before = _weight(found)
            for key, spec in book.facts.items():
                table_items(book, spec, lists, setting, found[key])
            listing = _weight(found) > before or bool(figures)  # rows of things counted are not read for figures again
            sentences += _rows(table, lists, reading, listing)
        elif not figures:
            forms = pairs(table)
            for sentence in forms:
                sentence.quotations = reading.quotations
            sentences += forms
    analyses: dict[int, Analysis] = {}
    pools: dict[str, dict[str, Pool]] = {key: {} for key in book.facts}
    for position, sentence in enumerate(sentences):
        earlier = analyses.get(id(sentence.previous)) if sentence.previous is not None else None
        analysis = analyse(sentence, window, names, earlier)
        analyses[id(sentence)] = analysis
        context = _context(sentences, position)
        for key, spec in book.facts.items():
            if spec.kind == "yes_no":
                statements(book, spec, analysis, window, found[key], context, rows=sentence.row)
            elif sentence.row:
                continue
            elif spec.kind == "money":
                spent(book, spec, analysis, window, found[key])
            else:
                declared(book, spec, analysis, window, found[key])
    for chain in _chains([s for s in sentences if not s.synthetic], analyses):
        text = "；".join(a.sentence.folded for a in chain)
        for key, spec in book.facts.items():
            if spec.listing is None or not spec.listing.prose:
                continue
            for analysis in chain:
                sentence_items(book, spec, analysis, text, pools[key])
            enumerations(book, spec, chain, setting, found[key], pools[key])
    for group in reading.lists:
        for key, spec in book.facts.items():
            list_items(book, spec, group, setting, found[key])
    for key, spec in book.facts.items():
        for pool in pools[key].values():
            judge(book, spec, pool, setting, found[key])
    agreement(book, reading, window, setting, found)


def _rows(table: Table, lists: Grid, reading: Reading, counted: bool) -> list[Sentence]:
    """The rows of a list as sentences, without columns and cells that restate the policy."""
    skipped = policy_columns(table)
    restated = {fold(reading.document.quote(span)).strip() for span in reading.quotations}
    found = []
    for row in lists.rows:
        kept = dict.fromkeys(
            text
            for column, text in sorted(row.columns.items())
            if text and column not in skipped and text not in restated
        )
        if kept:
            found.append(
                Sentence(table.document, row.span, "，".join(kept), table.section, synthetic=True, row=counted)
            )
    return found


def _weight(found: dict[str, Findings]) -> int:
    return sum(len(f.assertions) + len(f.exclusions) for f in found.values())


def _chains(sentences: Sequence[Sentence], analyses: dict[int, Analysis]) -> list[list[Analysis]]:
    """Sentences of one paragraph that semicolons join into one statement."""
    chains: list[list[Analysis]] = []
    for sentence in sentences:
        analysis = analyses[id(sentence)]
        if chains and sentence.previous is chains[-1][-1].sentence and chains[-1][-1].sentence.folded.endswith("；"):
            chains[-1].append(analysis)
        else:
            chains.append([analysis])
    return chains


def _context(sentences: Sequence[Sentence], position: int) -> str:
    """The sentence before and after, where they stand in the same paragraph or the next lines."""
    around = sentences[max(0, position - 1) : position + 3]
    here = sentences[position]
    return "".join(
        s.folded + "。" for s in around if s.document is here.document and abs(s.span.start - here.span.start) < 400
    )


def applicants(readings: Sequence[Reading], book: FactBook) -> Names:
    """Names and short names of the applicant, from forms and from 以下简称."""
    own: set[str] = set()
    labels = words("applicant_labels")
    short = words("short_name")
    for reading in readings:
        for table in reading.tables:
            for texts in table.texts:
                for label, value in itertools.pairwise(texts):
                    if label and len(label) <= 12 and labels.search(label) and 4 <= len(value) <= 40:
                        own.add(re.sub(r"（[^（）]*）", "", value).strip())
        for match in re.finditer(load("discourse")["applicant_pattern"], reading.folded[:6000]):
            own.add(match[1].strip())
        for match in short.finditer(reading.folded):
            own |= {match[1].strip(), match[2].strip()} if not words("parent_body").search(match[2]) else set()
    return Names(frozenset(name for name in own if len(name) >= 2), tuple(book.home.names))


def host_country(readings: Sequence[Reading]) -> str:
    """The ISO code of the country that the documents call 驻在国, or ""."""
    for reading in readings:
        for match in re.finditer(load("discourse")["host_pattern"], reading.folded):
            codes = [c for c in organisations.countries_in(match[1]) if c != "CN"]
            if not codes and (code := organisations.country(match[1])) not in ("", "CN"):
                codes = [code]
            if codes:
                return codes[0]
    return ""


def spec_keys(book: FactBook) -> dict[str, FactSpec]:
    return book.facts
