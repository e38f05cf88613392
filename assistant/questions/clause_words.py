"""The clauses' own words: which of them a question shares, and which passages it repeats."""
from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from assistant.questions import understanding

_VERBATIM = 8         # characters in a row that point to the clause that has them
_HAN_ONLY = re.compile(r"[\u4e00-\u9fff]+")
_MARKED = re.compile(r"[“\"「『]([^”\"」』]+)[”\"」』]")
_ASKING = frozenset("谁吗呢啥咋么哪几")    # characters that only put a question
_PAIRS = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z]{3,}|\d+")


class ClauseWords:
    """Pairs of characters and words of the clauses, weighed by how few clauses have them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = {ref: understanding.fold(text) for ref, text in texts.items()}
        self._terms = {ref: set(_terms(text)) for ref, text in self._texts.items()}
        counts = Counter(term for terms in self._terms.values() for term in terms)
        self._weights = {term: math.log(1 + len(texts) / (1 + count)) for term, count in counts.items()}
        self._rare = math.log(1 + len(texts))

    def scores(self, folded: str) -> dict[str, float]:
        """For each clause, the weighed share of the question's terms that it has, and 1 more for a passage of it."""
        terms = {term for term in _terms(folded) if _ASKING.isdisjoint(term)}
        whole = sum(self._weights.get(term, self._rare / 2) for term in terms) or 1.0
        scores = {}
        for ref, own in self._terms.items():
            share = sum(self._weights[term] for term in terms & own) / whole
            if share:
                scores[ref] = share + _passage(folded, self._texts[ref])
        return scores


    def longest_passage(self, folded: str) -> str:
        """What a question puts in quotation marks, or its longest run of Chinese characters that stands in a clause."""
        marked = _MARKED.search(folded)
        if marked:
            return marked[1]
        whole = "\n".join(self._texts.values())
        best = ""
        for start in range(len(folded)):
            end = start + max(2, len(best) + 1)
            while end <= len(folded) and _HAN_ONLY.fullmatch(folded, start, end) and folded[start:end] in whole:
                best = folded[start:end]
                end += 1
        return best

    def holding(self, passage: str) -> Iterable[str]:
        """The clauses that hold a passage: items, and articles for what stands in their opening."""
        return (ref for ref, text in self._texts.items() if passage in text)


def _terms(text: str) -> Iterable[str]:
    for run in _PAIRS.findall(text):
        if "\u4e00" <= run[0] <= "\u9fff":
            yield from (run[place:place + 2] for place in range(len(run) - 1))
        else:
            yield run


def _passage(question: str, clause: str) -> float:
    """1 for a question that holds a long piece of the clause word for word."""
    for place in range(len(question) - _VERBATIM + 1):
        piece = question[place:place + _VERBATIM]
        if re.fullmatch(r"[\u4e00-\u9fff、，]+", piece) and piece in clause:
            return 1.0
    return 0.0
