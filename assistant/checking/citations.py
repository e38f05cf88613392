"""Citations: made from the policy and the documents, and verified on the way out.

A quotation is one contiguous piece of its source, letter by letter. One that does not stand where it says is left out.
"""
from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence

from ingestion.domain import Article, Citation, Document, Evidence, Exclusion, Item, Span
from ingestion.policies import articles
from ingestion.policies.policy import Policy

_log = logging.getLogger(__name__)
SHORT_ARTICLE = 300    # characters up to which an article is quoted whole
SHORT_OPENING = 15     # an opening that is shorter says nothing by itself
_ITEM_NUMBER = re.compile(r"[（(]?\s*[一二三四五六七八九十百零\d０-９]+\s*[）).．、]\s*")


def of_clause(policy: Policy, ref: str, *, whole: bool = False) -> Citation | None:
    """The clause as a citation: an item without its number; an article whole when it is short or asked for, else its
    opening. None if the policy has no such clause."""
    one = articles.by_ref(policy.articles, ref)
    if one is None:
        return None
    span = _item_words(policy, one) if isinstance(one, Item) else _article_words(policy, one, whole=whole)
    return Citation(policy.quote(span), span, ref=one.ref)


def of_evidence(piece: Evidence | Exclusion) -> Citation:
    return Citation(piece.quote, piece.span, document=piece.document, page=piece.page)


def verified(found: Iterable[Citation], policy: Policy, documents: Sequence[Document] = ()) -> tuple[Citation, ...]:
    """The citations whose quotation stands at its span, each once; the others are logged and left out."""
    texts = {document.name: document.text for document in documents}
    kept = []
    for one in dict.fromkeys(found):
        text = policy.text if one.ref else texts.get(one.document, "")
        if one.quote and text[one.span.start:one.span.end] == one.quote and _inside(one, policy):
            kept.append(one)
        else:
            _log.warning("a citation of %s does not stand at %s and is left out", one.ref or one.document, one.span)
    return tuple(kept)


def _inside(citation: Citation, policy: Policy) -> bool:
    """Whether a quotation of the policy lies in the clause that it names."""
    if not citation.ref:
        return True
    one = articles.by_ref(policy.articles, citation.ref)
    return one is not None and one.span.start <= citation.span.start and citation.span.end <= one.span.end


def _item_words(policy: Policy, item: Item) -> Span:
    number = _ITEM_NUMBER.match(policy.quote(item.span))
    return Span(item.span.start + (number.end() if number else 0), item.span.end)


def _article_words(policy: Policy, article: Article, *, whole: bool) -> Span:
    """The words of an article without its number and heading; its opening alone where its items are long."""
    text = policy.quote(article.opening)
    number = re.match(r"第.{1,6}?条(?:之.)?\s*", text)
    start = number.end() if number else 0
    if article.heading and text.startswith(article.heading, start) and len(text) > start + len(article.heading):
        start += len(article.heading)
        start += len(text[start:]) - len(text[start:].lstrip())
    first = article.opening.start + start
    opening = article.opening.end - first
    if whole or not article.items or opening < SHORT_OPENING or article.span.end - first <= SHORT_ARTICLE:
        return Span(first, article.span.end)
    return Span(first, article.opening.end)
