"""BM25 over characters, pairs of characters and words: the lexical half of retrieval.

Chinese is read as single characters and pairs of neighbours, which needs no segmenter and forgives a slip of the
pen (one wrong character breaks two pairs and leaves the rest); Latin words and numbers are read whole, in lower
case. Full-width forms and traditional characters are folded on both sides. The index is a handful of arrays, built
in bulk and mapped from disk.

Our own because bm25s and tantivy over the same terms find no more of the policy's clauses and take longer to build
(docs/libraries.md), and neither weighs context, additions and what is not found; SQLite's FTS5 was slower, too.
"""
from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from ingestion.language.characters import simplified

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FORMAT: Final = 2               # of the files on disk: another number is rebuilt
_SATURATION: Final = 1.2        # BM25 k1
_LENGTH: Final = 0.6            # BM25 b
_QUERY_SATURATION: Final = 2.0  # a word said twice in a question counts less than twice
_SLIP: Final = 0.6              # what a word counts that is one letter away from the one in the question
_MOST_POSTINGS: Final = 4_000_000  # of one question: the commonest terms of a very long one are left out
_BLOCK: Final = 2_000_000       # characters that are counted at once
_WORD_KEYS: Final = 0x0001_0000  # keys of words lie between those of single characters and those of pairs

_WORD: Final = re.compile(r"[a-z0-9]+(?:[.'\-+&/][a-z0-9]+)*|[^\W\d_\u0e00-\u0e7f\u2e80-\uffff]+", re.IGNORECASE)
_PARTS: Final = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
_RUN: Final = re.compile(
    r"[\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+")


def fold(text: str) -> str:
    """Half-width, lower case, simplified: what is compared. Its length may differ from the text's."""
    return simplified(unicodedata.normalize("NFKC", text)).lower()


def words(folded: str) -> Iterator[str]:
    """The Latin words and numbers of a folded text, in a plain singular; a compound (covid-19) also in its parts."""
    for match in _WORD.finditer(folded):
        word = match.group()
        yield _stem(word)
        if not word.isalnum() or not (word.isalpha() or word.isdigit()):
            parts = _PARTS.findall(word)
            if len(parts) > 1:
                yield from map(_stem, parts)


def _stem(word: str) -> str:
    """Only what never hurts: the possessive and the plural."""
    word = word.removesuffix("'s")
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        if word.endswith("ies") and len(word) > 4:
            return word[:-3] + "y"
        return word[:-2] if word.endswith(("sses", "ches", "shes", "xes")) else word[:-1]
    return word


class Weighted(Struct, frozen=True):
    """A piece of a question and what it counts: 1 for its own words, less for what the vocabulary adds."""

    text: str
    weight: float = 1.0


class LexicalIndex:
    """Scores every text of a collection for a question. Made by `build` or `load`; immutable."""

    def __init__(self, size: int, keys: NDArray[Any], starts: NDArray[Any], texts: NDArray[Any], impacts: NDArray[Any],
                 vocabulary: Sequence[str]) -> None:
        self.size = size
        self._keys, self._starts, self._texts, self._impacts = keys, starts, texts, impacts
        self._words = {word: number for number, word in enumerate(vocabulary)}
        self._sorted: list[str] | None = None

    # building -------------------------------------------------------------------------------------------------------

    @classmethod
    def build(cls, texts: Sequence[str], contexts: Sequence[str] | None = None, context_weight: float = 0.3,
              ) -> LexicalIndex:
        """`contexts` (a title, the heading an item stands under) count `context_weight` times a text's own words."""
        import numpy as np

        vocabulary: dict[str, int] = {}
        blocks, weights = [], []
        for collection, weight in ((texts, 1.0), (contexts or (), context_weight)):
            for packed, counts in _count(collection, vocabulary):
                blocks.append(packed)
                weights.append(counts * np.float32(weight))
        none = np.empty(0, np.uint64)
        packed, counts = _merge(np.concatenate([none, *blocks]), np.concatenate([none.astype(np.float32), *weights]))
        del blocks, weights
        keys = (packed >> np.uint64(32)).astype(np.uint32)
        numbers = (packed & np.uint64(0xFFFF_FFFF)).astype(np.uint16 if len(texts) <= 0xFFFF else np.uint32)
        del packed
        lengths = np.bincount(numbers, counts, minlength=len(texts))
        distinct, starts = np.unique(keys, return_index=True)
        starts = np.append(starts, len(keys)).astype(np.int64)
        impacts = _impacts(counts, lengths, numbers, starts, len(texts))
        return cls(len(texts), distinct, starts, numbers, impacts, list(vocabulary))

    def save(self, folder: Path, stamp: str) -> None:
        """Write the files beside their place and move them there at once: a half-written index is never read."""
        import numpy as np

        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=folder.name, dir=folder.parent))
        try:
            for name in ("keys", "starts", "texts", "impacts"):
                np.save(temporary / f"{name}.npy", getattr(self, "_" + name), allow_pickle=False)
            head = {"format": FORMAT, "stamp": stamp, "size": self.size, "postings": len(self._texts),
                    "words": list(self._words)}
            (temporary / "index.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
            if folder.exists():
                shutil.rmtree(folder)
            temporary.rename(folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    @classmethod
    def load(cls, folder: Path, stamp: str) -> LexicalIndex | None:
        """The index in `folder`, mapped; None where there is none, or a broken one, or one of other texts."""
        import numpy as np

        try:
            head = json.loads((folder / "index.json").read_text(encoding="utf-8"))
            if (head["format"], head["stamp"]) != (FORMAT, stamp):
                return None
            keys, starts, texts, impacts = (np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
                                            for name in ("keys", "starts", "texts", "impacts"))
            whole = len(texts) == len(impacts) == head["postings"] == starts[-1] and len(starts) == len(keys) + 1
            if not whole or (len(texts) and int(texts.max()) >= head["size"]):
                return None
            return cls(head["size"], keys, starts, texts, impacts, head["words"])
        except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError):
            return None

    # asking ---------------------------------------------------------------------------------------------------------

    def coverage(self, question: str | Iterable[Weighted]) -> Floats:
        """How much of what the question says each text says too, in the texts' order: 0 nothing, about 1 all of it.

        Rare words count more, and words that no text has count most: a question in another language covers little.
        """
        terms, whole = self._terms([Weighted(question)] if isinstance(question, str) else list(question))
        scores = self._add(terms)
        if whole > 0:
            scores /= scores.dtype.type(whole)
        return scores

    def scores(self, question: str | Iterable[Weighted]) -> Floats:
        """BM25 of each text, in the texts' order; 0 where it shares nothing with the question."""
        return self._add(self._terms([Weighted(question)] if isinstance(question, str) else list(question))[0])

    def search(self, question: str | Iterable[Weighted], count: int) -> list[tuple[int, float]]:
        """The `count` best texts as (number, score), the best first; equal scores in the texts' order."""
        return best(self.scores(question), count, above=0.0)

    def _add(self, terms: Sequence[tuple[int, float]]) -> Floats:
        """Scores of all texts, the rarest terms added first."""
        import numpy as np

        scores = np.zeros(self.size, np.float32)
        postings = 0
        for place, weight in terms:
            start, end = int(self._starts[place]), int(self._starts[place + 1])
            postings += end - start
            if postings > _MOST_POSTINGS:
                break
            scores[self._texts[start:end]] += self._impacts[start:end] * np.float32(weight)
        return scores

    def _terms(self, pieces: Sequence[Weighted]) -> tuple[list[tuple[int, float]], float]:
        """Places in the index and weights, the rarest term first; and what a text scores that says it all once."""
        import numpy as np

        wanted: dict[int, float] = {}
        unknown: dict[str, float] = {}
        for piece in pieces:
            folded = fold(piece.text)
            for key in _han_terms(folded):
                wanted[key] = wanted.get(key, 0.0) + piece.weight
            for word in words(folded):
                known = self._known(word)
                for other, weight in known:
                    key = _WORD_KEYS + self._words[other]
                    wanted[key] = wanted.get(key, 0.0) + weight * piece.weight
                if not known:
                    unknown[word] = unknown.get(word, 0.0) + piece.weight
        rarest = _rarity(self.size, 0)
        whole = sum(map(_saturated, unknown.values())) * rarest
        if not wanted or not len(self._keys):
            return [], whole + sum(map(_saturated, wanted.values())) * rarest
        keys = np.fromiter(wanted, np.uint32, len(wanted))
        places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        found: list[tuple[int, int, float]] = []
        for place, hit, weight in zip(places.tolist(), self._keys[places] == keys, wanted.values(), strict=True):
            spread = int(self._starts[place + 1] - self._starts[place]) if hit else 0
            whole += _saturated(weight) * _rarity(self.size, spread)
            if hit:
                found.append((spread, place, _saturated(weight)))
        return [(place, weight) for _, place, weight in sorted(found)], whole

    def _known(self, word: str) -> list[tuple[str, float]]:
        """The word itself, or else the indexed words that are one letter away from it."""
        if word in self._words:
            return [(word, 1.0)]
        if len(word) < 5 or not word.isascii() or not word.isalpha():
            return []
        if self._sorted is None:
            self._sorted = sorted(self._words)
        start, end = bisect_left(self._sorted, word[0]), bisect_left(self._sorted, chr(ord(word[0]) + 1))
        near = [other for other in self._sorted[start:end] if abs(len(other) - len(word)) < 2 and one_slip(word, other)]
        return [(other, _SLIP) for other in near[:5]]


def _saturated(weight: float) -> float:
    return weight * (_QUERY_SATURATION + 1) / (_QUERY_SATURATION + weight)


def _rarity(size: int, spread: int) -> float:
    return math.log1p((size - spread + 0.5) / (spread + 0.5))


def best(scores: Floats, count: int, above: float = -math.inf) -> list[tuple[int, float]]:
    """The `count` highest scores greater than `above` as (place, score), the highest first, equal ones in order."""
    import numpy as np

    places = np.flatnonzero(scores > above)
    if len(places) > count > 0:
        edge = np.partition(scores[places], len(places) - count)[len(places) - count]
        places = places[scores[places] >= edge]
    order = np.lexsort((places, -scores[places]))[:count]
    return [(int(place), float(scores[place])) for place in places[order]]


def one_slip(word: str, other: str) -> bool:
    """Whether one letter more, less, other, or two neighbours swapped turn `word` into `other`."""
    if len(word) > len(other):
        word, other = other, word
    if len(other) - len(word) > 1 or word == other:
        return False
    start = 0
    while start < len(word) and word[start] == other[start]:
        start += 1
    if len(word) < len(other):
        return word[start:] == other[start + 1:]
    swapped = word[start:start + 2] == other[start:start + 2][::-1]
    return word[start + 1:] == other[start + 1:] or (swapped and word[start + 2:] == other[start + 2:])


def _han_terms(folded: str) -> Iterator[int]:
    for match in _RUN.finditer(folded):
        codes = [_short(ord(one)) for one in match.group()]
        yield from codes
        yield from ((first << 16) | second for first, second in pairwise(codes))


def _short(code: int) -> int:
    """A character in 16 bits; the rare ones beyond them share places that no character of the common planes takes."""
    return code if code <= 0xFFFF else 0xE000 | (code & 0x1FFF)


def _count(texts: Sequence[str], vocabulary: dict[str, int]) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """(term key << 32 | number of the text) and how often, in blocks; new words get `vocabulary`'s next numbers."""
    start = 0
    while start < len(texts):
        end, length = start, 0
        while end < len(texts) and length < _BLOCK:
            length += len(texts[end])
            end += 1
        yield _count_block([fold(text) for text in texts[start:end]], start, vocabulary)
        start = end


def _count_block(texts: Sequence[str], first: int, vocabulary: dict[str, int]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Terms of texts and how often each stands in which."""
    import numpy as np

    codes = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "surrogatepass"), np.uint32)
    wide = codes > 0xFFFF
    codes = np.where(wide, np.uint32(0xE000) | (codes & np.uint32(0x1FFF)), codes)
    owner = np.repeat(np.arange(first, first + len(texts), dtype=np.uint64), [len(text) + 1 for text in texts])
    han = _han_table()[codes] | wide
    singles = codes[han].astype(np.uint64) << np.uint64(32) | owner[han]
    pair = han[:-1] & han[1:]
    joined = codes[:-1][pair].astype(np.uint64) << np.uint64(16) | codes[1:][pair]
    pairs = joined << np.uint64(32) | owner[:-1][pair]
    latin = [(_WORD_KEYS + vocabulary.setdefault(word, len(vocabulary))) << 32 | number
             for number, text in enumerate(texts, first) for word in words(text)]
    alone = np.concatenate([singles, pairs, np.array(latin, np.uint64)])
    return _merge(alone, np.ones(len(alone), np.float32))


@lru_cache(maxsize=1)
def _han_table() -> NDArray[np.bool_]:
    import numpy as np

    return np.array([bool(_RUN.match(chr(code))) or code >= 0xFFFF for code in range(0x10000)])


def _merge(packed: NDArray[Any], counts: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Equal entries added up, sorted."""
    import numpy as np

    if not len(packed):
        return packed, counts
    order = np.argsort(packed, kind="stable")
    packed, counts = packed[order], counts[order]
    starts = np.flatnonzero(np.append(True, packed[1:] != packed[:-1]))
    return packed[starts], np.add.reduceat(counts, starts)


def _impacts(counts: NDArray[Any], lengths: NDArray[Any], numbers: NDArray[Any], starts: NDArray[Any], size: int,
             ) -> NDArray[Any]:
    """Each posting's whole share of a score, so that asking only adds."""
    import numpy as np

    mean = float(lengths.mean()) if size else 1.0
    damping = (_SATURATION * (1 - _LENGTH + _LENGTH * lengths / max(mean, 1e-9))).astype(np.float32)
    spread = np.diff(starts)
    rarity = np.log1p((size - spread + 0.5) / (spread + 0.5)).astype(np.float32)
    impacts = np.repeat(rarity, spread) * counts * np.float32(_SATURATION + 1) / (counts + damping[numbers])
    return np.asarray(impacts, np.float16)
