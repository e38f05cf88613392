"""How the thing of a row stands, told by the characters of a cell that no list of words knows (卡在海关, 谈崩了).

A naive Bayes classifier over runs of one to three characters, made from the phrases of `language/states.yaml` when it
is first asked: done, running, to come, over, left open (诉讼中, 待核), or no state at all. Deterministic; phrases are
added there, not here.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from ingestion.language import load

KINDS = ("done", "running", "to_come", "over", "doubtful", "other")
LONGEST = 30  # characters of a cell that says how a thing stands
SURE, LIKELY = 0.97, 0.8  # chosen on rows that nobody had mended on: nine of ten that are surely against it are
_SMOOTHED = 0.1
_RUNS = 8  # of characters that weigh by themselves; more of them tell no more, as they overlap
_NUMBER = re.compile(r"\d+(?:[.\-/年月日号]\d*)*[年月日号]?")
_PARTS = re.compile(r"[，,；;、（）()/]")


class State(NamedTuple):
    """The kind of state that a cell most likely says, how likely the thing does not or no longer stand, and how likely
    that or that it is left open."""

    kind: str
    against: float
    doubt: float
    certainty: float


@lru_cache(maxsize=8192)
def state(text: str) -> State:
    """What a cell says of how its thing stands; "other" where it is long or says nothing of it."""
    if not text.strip() or len(text) > LONGEST:
        return State("other", 0.0, 0.0, 1.0)
    model = _model()
    runs = [run for run in _characters(text) if run in model.known]
    if not runs:
        return State("other", 0.0, 0.0, 0.0)
    weight = _RUNS / max(_RUNS, len(runs))
    logs = {
        kind: model.prior[kind] + weight * sum(model.log(kind, run) for run in runs) for kind in KINDS
    }
    most = max(logs.values())
    shares = {kind: math.exp(value - most) for kind, value in logs.items()}
    whole = sum(shares.values())
    best = max(KINDS, key=lambda kind: shares[kind])
    against = shares["to_come"] + shares["over"]
    return State(best, against / whole, (against + shares["doubtful"]) / whole, shares[best] / whole)


class _Model(NamedTuple):
    known: frozenset[str]
    prior: dict[str, float]
    counts: dict[str, Counter[str]]
    sizes: dict[str, int]

    def log(self, kind: str, run: str) -> float:
        return math.log((self.counts[kind][run] + _SMOOTHED) / (self.sizes[kind] + 2 * _SMOOTHED))


@lru_cache(maxsize=1)
def _model() -> _Model:
    phrases: dict[str, list[str]] = {kind: load("states")[kind] for kind in KINDS}
    counts = {kind: Counter(run for text in phrases[kind] for run in _characters(text)) for kind in KINDS}
    sizes = {kind: len(phrases[kind]) for kind in KINDS}
    total = sum(sizes.values())
    prior = {kind: math.log(size / total) for kind, size in sizes.items()}
    return _Model(frozenset(run for one in counts.values() for run in one), prior, counts, sizes)


def _characters(text: str) -> frozenset[str]:
    """The runs of one to three characters of each part of a text, its ends marked, numbers as one."""
    found = set()
    for part in _PARTS.split(_NUMBER.sub("0", text.casefold())):
        marked = f"^{part.strip()}$"
        found |= {marked[n : n + length] for length in (1, 2, 3) for n in range(len(marked) - length + 1)}
    return frozenset(found)
