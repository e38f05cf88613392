"""The vectors of a large corpus in one file that is mapped, filled bit by bit, and whole at any moment.

Half-precision numbers: cosines are right to three decimals. A row counts only after it was written: the marks of
what is there are a second file, written after the rows.
"""
from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingestion.indexing.index import cosines

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
_ROWS_AT_ONCE: Final = 16_384


class VectorFile:
    """Rows of unit vectors by place. Made by `open`; one process at a time."""

    def __init__(self, rows: NDArray[np.float16], marks: NDArray[np.uint8]) -> None:
        self._rows, self._marks = rows, marks
        self._wide: Floats | None = None

    @classmethod
    def open(cls, path: Path, count: int, dimension: int) -> VectorFile:
        """The file at `path`, empty if there is none or one of another size; in memory if it cannot be written."""
        sizes = {path.with_suffix(".rows"): count * dimension * 2, path.with_suffix(".have"): count}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if any(not file.exists() or file.stat().st_size != size for file, size in sizes.items()):
                for file, size in sizes.items():
                    with file.open("wb") as out:
                        out.truncate(size)
            if count:
                rows, marks = sizes
                mapped = np.memmap(rows, np.float16, "r+", shape=(count, dimension))
                return cls(mapped, np.memmap(marks, np.uint8, "r+"))
        except OSError as error:
            log.warning("vectors cannot be kept in %s (%s)", path.parent, error.strerror)
        return cls(np.zeros((count, dimension), np.float16), np.zeros(count, np.uint8))

    @classmethod
    def in_memory(cls, vectors: Floats) -> VectorFile:
        return cls(vectors.astype(np.float16), np.ones(len(vectors), np.uint8))

    def has(self, place: int) -> bool:
        return bool(self._marks[place])

    def put(self, places: Sequence[int], vectors: Floats) -> None:
        self._rows[list(places)] = vectors
        self._flush(self._rows)
        self._marks[list(places)] = 1
        self._flush(self._marks)
        self._wide = None

    def cosines(self, vector: Floats, places: Sequence[int] | None = None) -> Floats:
        """With the rows at `places`, or with all."""
        if places is not None:
            return cosines(self._rows[list(places)].astype(np.float32), vector)
        if self._wide is None:
            self._wide = np.empty(self._rows.shape, np.float32)
            for start in range(0, len(self._rows), _ROWS_AT_ONCE):
                self._wide[start:start + _ROWS_AT_ONCE] = self._rows[start:start + _ROWS_AT_ONCE]
        return cosines(self._wide, vector)

    @staticmethod
    def _flush(values: NDArray[np.float16] | NDArray[np.uint8]) -> None:
        if isinstance(values, np.memmap):
            values.flush()
