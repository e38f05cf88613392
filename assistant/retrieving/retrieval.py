"""Finds the passages that a question is about.

Three ways together: what the question names (第八条, Article 8), the words it shares with a passage (BM25, with the
policy's words for what it says otherwise), and its meaning (embeddings). A passage's score is how much of the
question its words cover plus how near its meaning is, in spreads of the model. Unlike ranks, both stay small when
they have little to say: English words in a Chinese text, a typing slip, a question about something else. Without an
embedder it is the words alone.
"""
from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from assistant.questions.vocabulary import Vocabulary
from ingestion.domain import Passage
from ingestion.indexing import embedding
from ingestion.indexing.embedding import Embedder, EmbeddingError, Progress
from ingestion.indexing.index import FlatIndexes, VectorIndex, VectorIndexes, cosines
from ingestion.indexing.lexical import LexicalIndex, Weighted, best
from ingestion.indexing.store import VectorStore
from ingestion.language.characters import simplified
from ingestion.policies import articles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

log = logging.getLogger(__name__)

CONTEXT_WEIGHT: Final = 0.6     # what a word counts that stands above the passage (its article's opening)
ADDITION_WEIGHT: Final = 0.5    # what the policy's words count that the vocabulary adds
_ADDITION_LENGTH: Final = 4     # longer additions count as much as one of that many characters
WORDS_SHARE: Final = 4 / 9      # of a score; the rest is meaning (tuned on questions of several kinds and languages)
_RELATED: Final = 10            # spreads above the unrelated: as near as a question and its answer come
_NAMED: Final = 1.0             # added for what the question names, and a little for the very reference
_EXACT: Final = 0.02
_LONGEST: Final = 500           # characters of a question that are read for other words
_DEPTH: Final = 100             # passages that each way brings forward


class Source(StrEnum):
    """Which way a passage was found."""

    LOOKUP = "lookup"
    WORDS = "words"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True)
class Hit:
    """`score` is near 0 for the unrelated, near 1 for a passage that says what the question says, above 1 if named."""

    passage: Passage
    score: float
    sources: tuple[Source, ...]


class Retriever:
    """Searches one collection of passages: a policy's, or an application's. Safe to use from several threads.

    `collection` is the id of the policy version or the application. Until `prepare` was called, the words alone answer.
    """

    def __init__(self, collection: str, passages: Sequence[Passage], *, vocabulary: Vocabulary | None = None,
                 embedder: Embedder | None = None, store: VectorStore | None = None,
                 indexes: VectorIndexes | None = None) -> None:
        """Meaning is searched once `prepare` was called, and only with an embedder and a store."""
        self.collection, self.passages = collection, tuple(passages)
        self._vocabulary = vocabulary or Vocabulary(())
        self._embedder = embedder if store is not None else None
        self._store, self._indexes = store, indexes or FlatIndexes()
        self._words = LexicalIndex.build([one.text for one in self.passages], [one.context for one in self.passages],
                                         CONTEXT_WEIGHT)
        self._places = {one.id: place for place, one in enumerate(self.passages)}
        self._vectors: Floats | None = None
        self._meaning: VectorIndex | None = None

    def prepare(self, progress: Progress | None = None) -> bool:
        """Embed what the store does not know yet and open the vector index; whether meaning can be searched now."""
        if self._embedder is None or self._store is None or not self.passages:
            return False
        if self._meaning is None:
            try:
                texts = [simplified(one.embedded) for one in self.passages]
                vectors = embedding.vectors(self._store, self._embedder, texts, progress)
            except EmbeddingError as error:
                log.warning("%s; retrieval is lexical only", error)
                return False
            opened = self._indexes.open(self.collection, embedding.key(self._embedder), list(self._places), vectors)
            self._vectors, self._meaning = vectors, opened
        return True

    def search(self, question: str, k: int = 8) -> list[Hit]:
        """The `k` best passages, the best first; fewer where fewer have anything to do with the question."""
        import numpy as np

        if not self.passages or not question.strip() or k < 1:
            return []
        additions = self._vocabulary.additions(question[:_LONGEST])
        words = self._words.coverage(_pieces(question, additions))
        named = self._named(question)
        by_words = dict(best(words, max(k, _DEPTH), above=0.0))
        near = self._near(question, additions, max(k, _DEPTH), by_words)
        scores: dict[int, float] = {}
        for place in {*by_words, *named, *(near or ())}:
            score = combined(float(words[place]), near.get(place) if near is not None else None)
            scores[place] = score + named.get(place, 0.0)
        order = sorted(scores, key=lambda place: (-scores[place], place))[:k]
        floor = np.finfo(np.float32).eps
        return [Hit(self.passages[place], max(0.0, scores[place]), tuple(source for source, found in (
            (Source.LOOKUP, place in named), (Source.WORDS, words[place] > floor),
            (Source.MEANING, near is not None and near.get(place, 0.0) > 0)) if found)) for place in order]

    def _named(self, question: str) -> dict[int, float]:
        """What the question names by its number, and what it gets for it; an article stands for its items too."""
        wanted = articles.parse_refs(simplified(question))
        found: dict[int, float] = {}
        for place, passage in enumerate(self.passages if wanted else ()):
            if passage.ref in wanted:
                found[place] = _NAMED + _EXACT
            elif _article(passage) in wanted:
                found[place] = _NAMED
        return found

    def _near(self, question: str, additions: Sequence[str], depth: int, others: Mapping[int, float],
              ) -> dict[int, float] | None:
        """How near each passage's meaning is, 0 to about 1, for the nearest and `others`; None if that is unknown."""
        import numpy as np

        if self._meaning is None or self._vectors is None or self._embedder is None:
            return None
        try:
            asked = simplified(question)
            vector = self._embedder.query(asked)
            if additions:
                vector = vector + self._embedder.query(" ".join((asked, *additions)))
                vector = vector / np.linalg.norm(vector)
        except EmbeddingError as error:
            log.warning("%s; this question is looked up by its words", error)
            return None
        nearest = self._meaning.search(vector, depth)
        found = {self._places[one]: cosine for one, cosine in nearest if one in self._places}
        rest = [place for place in others if place not in found]
        found.update(zip(rest, cosines(self._vectors[rest], vector).tolist(), strict=True))
        return {place: nearness(self._embedder, cosine) for place, cosine in found.items()}


def nearness(embedder: Embedder, cosine: float) -> float:
    """A cosine as relevance: 0 for what is unrelated by that model, about 1 for a question and its answer."""
    return (cosine - embedder.unrelated) / (_RELATED * embedder.spread)


def combined(words: float, near: float | None) -> float:
    """A score of what is shared and how near it is (None: unknown); to four decimals, beyond which libraries differ."""
    score = words if near is None else WORDS_SHARE * words + (1 - WORDS_SHARE) * near
    return round(score, 4)


def _pieces(question: str, additions: Sequence[str]) -> list[Weighted]:
    return [Weighted(question), *(
        Weighted(one, ADDITION_WEIGHT * min(1.0, _ADDITION_LENGTH / len(one))) for one in additions)]


def _article(passage: Passage) -> str | None:
    return passage.ref.split("（")[0] if passage.ref else None
