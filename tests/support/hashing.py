"""An embedder for tests: quick, deterministic, and near for texts that share characters."""
from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingestion.indexing.embedding import LIMIT


class Hashing:
    """Pairs of characters, hashed into a vector. `asked` counts the passages that were embedded."""

    unrelated = 0.0
    spread = 0.05

    def __init__(self, name: str = "hashing", version: str = "1", dimension: int = 64) -> None:
        self.name, self.version, self.dimension = name, version, dimension
        self.asked: list[str] = []

    def passages(self, texts: Sequence[str], limit: int = LIMIT) -> NDArray[np.float32]:
        self.asked += texts
        return np.stack([self._vector(text[:limit]) for text in texts]) if texts else np.empty(
            (0, self.dimension), np.float32)

    def query(self, text: str) -> NDArray[np.float32]:
        return self._vector(text)

    def queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self.query(text) for text in texts]) if texts else np.empty((0, self.dimension), np.float32)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimension, np.float32)
        for start in range(len(text)):
            vector[zlib.crc32(text[start:start + 2].encode("utf-8", "replace")) % self.dimension] += 1
        return vector / max(float(np.linalg.norm(vector)), 1.0)
