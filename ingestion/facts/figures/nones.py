"""Explicit nones (reading 15): 暂无, 0项, 没有一篇, 目前无人常驻."""

from __future__ import annotations

from ingestion.domain import Interval
from ingestion.facts.claims.assertions import Assertion, Claims
from ingestion.facts.figures.matching import kinds_in
from ingestion.facts.lexicon import words
from ingestion.facts.prose.analysed import Analysis
from ingestion.facts.prose.modality import section_block
from ingestion.facts.prose.phrases import located, residue, says_any
from ingestion.facts.schema import FactBook, FactSpec


def explicit_none(book: FactBook, spec: FactSpec, analysis: Analysis, claims: Claims) -> None:
    """An explicit none is 0 (reading 15): a negation that governs the fact's words in one clause without a figure."""
    if not spec.none_words or not analysis.sentence.holds(words("zero")):
        return
    nothing = book.pattern(spec.none_words)
    if not analysis.sentence.holds(nothing):
        return
    for index, clause in enumerate(analysis.clauses):
        body = analysis.clause_text(index)
        if any(f.clause == index for f in analysis.figures):
            continue
        match = nothing.search(body)
        if match is None:
            continue
        zero = words("zero").search(body, 0, match.start())
        answered = words("answered_none").match(body[match.end() :]) or _denied_behind(analysis, index, match.end())
        if not answered and (
            zero is None or match.start() - zero.end() > 16 or words("negation").search(body, 0, zero.start())
        ):
            continue
        if analysis.clause_blocks.get(index) or section_block(analysis.sentence.section):
            continue
        if _of_something_else(book, spec, analysis, body):
            continue
        if words("some_of").search(body, 0, match.end()):
            continue  # 部分海外团队尚未入驻
        if words("additional").search(body, 0, match.start()) or words("except").search(analysis.sentence.folded):
            continue
        span = located(analysis.sentence, clause.span)
        kinds = kinds_in(book, spec, body)
        claims.add(
            Assertion(Interval(0, 0), analysis.sentence.document, span, points=(0,), kinds=kinds, rule="none_words")
        )


def _denied_behind(analysis: Analysis, index: int, end: int) -> bool:
    """市级以上科技奖励，公司尚未获得: the things end their clause, and the next one denies them."""
    if residue(analysis.clause_text(index)[end:]) or index + 1 >= len(analysis.clauses):
        return False
    return words("denies_topic").fullmatch(analysis.clause_text(index + 1).rstrip("。；")) is not None


def _of_something_else(book: FactBook, spec: FactSpec, analysis: Analysis, body: str) -> bool:
    """尚未与境外机构建立长期合作 says nothing of bodies in the park, nor of papers: what a figure of the fact may not
    stand beside, and what it needs in its sentence or above, holds for its none, too."""
    if book.pattern([*spec.exclude, *spec.exclude_clause]).search(body):
        return True
    before = analysis.sentence.previous.folded if analysis.sentence.previous is not None else ""
    around = f"{before}|{analysis.sentence.folded}|{analysis.sentence.section.text}"
    return any(need.reach in ("sentence", "section") and not says_any(book, need.words, around) for need in spec.needs)
