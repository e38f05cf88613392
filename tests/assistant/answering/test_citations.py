"""Citations: verbatim, contiguous, inside the clause that they name, or left out."""
from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from assistant.checking import citations
from ingestion.domain import Citation, Evidence, Method, Span
from tests.support.samples import form_document, policy


def clauses() -> list[str]:
    return [ref for article in policy().articles for ref in (article.ref, *(item.ref for item in article.items))]


@pytest.mark.parametrize("ref", clauses())
def test_every_clause_can_be_cited_word_for_word(ref: str) -> None:
    """The quotation is the policy's text at its span, without the clause's own number."""
    for whole in (False, True):
        found = citations.of_clause(policy(), ref, whole=whole)
        assert found is not None
        assert policy().quote(found.span) == found.quote
        assert not found.quote.startswith(("第", "（"))
        assert citations.verified([found], policy()) == (found,)


def test_an_article_is_quoted_by_its_opening_or_whole() -> None:
    """第八条 opens with what such a center is; whole it holds its items."""
    opening, whole = citations.of_clause(policy(), "第八条"), citations.of_clause(policy(), "第八条", whole=True)
    assert opening is not None and whole is not None
    assert opening.quote.endswith("应满足下列条件：")
    assert "20篇（含）以上" in whole.quote


def test_a_clause_that_does_not_exist_is_no_citation() -> None:
    """第十九条 cannot be cited."""
    assert citations.of_clause(policy(), "第十九条") is None


@pytest.mark.parametrize("change", [
    lambda one: replace(one, quote=one.quote.replace("20", "30")),
    lambda one: replace(one, quote=one.quote[:10] + "…" + one.quote[-10:]),
    lambda one: replace(one, span=Span(one.span.start + 1, one.span.end + 1)),
    lambda one: replace(one, ref="第八条（三）"),
    lambda one: replace(one, ref="第十九条"),
    lambda one: replace(one, quote=""),
])
def test_what_does_not_stand_where_it_says_is_left_out(change: Callable[[Citation], Citation]) -> None:
    """Changed, stitched, moved, or put under another clause: no citation."""
    good = citations.of_clause(policy(), "第八条（二）")
    assert good is not None
    assert citations.verified([change(good), good], policy()) == (good,)


def test_evidence_is_cited_with_document_and_page_and_verified_against_it() -> None:
    """A quotation of a document that was not handed in is left out."""
    document = form_document("申报书.docx", "发表论文23篇。\n")
    start = document.text.index("论文23篇")
    piece = Evidence(document.name, 3, Span(start, start + 5), "论文23篇", Method.DECLARED)
    cited = citations.of_evidence(piece)
    assert cited == Citation("论文23篇", piece.span, document="申报书.docx", page=3)
    assert citations.verified([cited], policy(), [document]) == (cited,)
    assert citations.verified([cited], policy()) == ()


def test_the_same_citation_stands_once() -> None:
    """Repetitions are dropped, the order is kept."""
    first, second = citations.of_clause(policy(), "第十三条"), citations.of_clause(policy(), "第十四条")
    assert first is not None and second is not None
    assert citations.verified([second, first, second], policy()) == (second, first)
