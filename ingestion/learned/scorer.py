"""How sure it is that a row counts, by what labelled rows taught (`ingestion.learned.training`).

Weights are whole numbers, so that the same row gives the same confidence everywhere. The confidence is calibrated on
rows of writers whose other rows were not learned from: of rows with 0.9, nine in ten count.
"""
from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec import Struct

from ingestion.errors import PolicyError
from ingestion.learned.features import BUCKETS, features

FILE: Final = "rows.bin"
FORM: Final = b"guohe rows 1\n"


class RowScorer(Struct, frozen=True, dict=True):
    """`weights` and `rarity` hold a signed and an unsigned byte for each bucket of features; `slope` and `offset` turn
    a score into a confidence by the logistic function; `facts` are those of which rows were learned."""

    weights: bytes
    rarity: bytes
    scale: float
    slope: float
    offset: float
    facts: tuple[str, ...]
    learned_from: str   # digest of the labelled rows

    @cached_property
    def _signed(self) -> memoryview:
        return memoryview(self.weights).cast("b")

    def score(self, fact: str, text: str) -> float:
        """Above 0 for what looks like rows that count; within about -1 and 1."""
        total = length = 0
        signed, rarity = self._signed, self.rarity
        for bucket, times in features(fact, text).items():
            total += times * signed[bucket]
            length += times * times * rarity[bucket]
        return self.scale * total / math.sqrt(length) if length else 0.0

    def likely(self, fact: str, score: float) -> float | None:
        """How likely it is that a row of that score counts for the fact, from 0 to 1; None for a fact nothing was
        learned of."""
        if fact not in self.facts:
            return None
        return 1 / (1 + math.exp(-(self.slope * score + self.offset)))


def load(folder: Path) -> RowScorer | None:
    """What a policy folder holds, or None; a PolicyError where the file is of another form."""
    path = folder / FILE
    if not path.is_file():
        return None
    from msgspec import msgpack

    held = path.read_bytes()
    if held.startswith(FORM):
        found = msgpack.decode(held[len(FORM):], type=RowScorer)
        if len(found.weights) == len(found.rarity) == BUCKETS:
            return found
    raise PolicyError(f"{FILE} cannot be used; make it again: python -m ingestion.learned.training {folder}",
                      f"{FILE} 无法使用，请重新生成：python -m ingestion.learned.training {folder}", FILE)
