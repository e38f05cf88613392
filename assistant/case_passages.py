"""Passages of an application's documents that say what a question asks, word for word, or none."""
from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from assistant.questions import fold
from assistant.strangers import everyday, plain_english
from ingestion.chunking import document_passages
from ingestion.domain import Citation, Document

PAIR = 2
MOST = 3            # passages that are quoted
ENOUGH = 0.5        # the share of the question's content that a passage must hold
_NEAR = 0.75        # of the best passage's share, for the others
_RUNS = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z][a-z0-9+\-]{2,}|\d+")


def passages(documents: Sequence[Document], question: str) -> tuple[Citation, ...]:
    """The passages that hold most of what a question is about, the best first; none where none holds half of it."""
    asked = {term for term in _terms(fold(question)) if not _puts(term)}
    if not asked:
        return ()
    found = [
        (document, passage, set(_terms(fold(passage.embedded))))
        for document in documents
        for passage in document_passages(document)
    ]
    counts = Counter(term for _, _, terms in found for term in terms)
    weights = {term: math.log(1 + len(found) / (1 + counts[term])) for term in asked}
    whole = sum(weights.values()) or 1.0
    ranked = sorted(
        ((sum(weights[term] for term in asked & terms) / whole, place) for place, (_, _, terms) in enumerate(found)),
        key=lambda one: (-one[0], one[1]),
    )
    if not ranked or ranked[0][0] < ENOUGH:
        return ()
    best = ranked[0][0]
    return tuple(
        Citation(passage.text, passage.span, document=document.name, page=passage.page)
        for share, place in ranked[:MOST]
        if share >= max(ENOUGH, best * _NEAR)
        for document, passage, _ in (found[place],)
    )


def _puts(term: str) -> bool:
    """Whether a pair only puts the question: it holds a word such as 谁 or 的, or is an everyday one such as 哪些."""
    return term in _everyday_pairs() or not _characters().isdisjoint(term)


@cache
def _everyday_pairs() -> frozenset[str]:
    return frozenset(word for word in everyday() if len(word) == PAIR) | frozenset(plain_english())


@cache
def _characters() -> frozenset[str]:
    return frozenset("我你您他她它谁啥咋哪这那其的地得了着过吗呢吧啊么是有没不在和与及或就都也还又")


def _terms(folded: str) -> Iterable[str]:
    for run in _RUNS.findall(folded):
        if "\u4e00" <= run[0] <= "\u9fff":
            yield from (run[place : place + 2] for place in range(len(run) - 1))
        else:
            yield run
