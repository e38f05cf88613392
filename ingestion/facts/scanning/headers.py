"""What a column is by the characters of its header, learned from the headers of `language/headers.yaml`.

For each role a weight of every run of one to three characters (ridge regression, `tests/bench/learn_headers.py`),
shipped as whole numbers in `language/headers.json`: no list of words has to hold a header, nothing is computed anew.
"""

from __future__ import annotations

import re
from functools import lru_cache
from json import loads
from math import sqrt
from typing import NamedTuple

from ingestion.language import ROOT

LONGEST = 24  # characters of a header that says what its column is
LEAST = -0.1  # of a role's weight, from -1 (no header like it has it) to 1: chosen on writers not learned from
SCALE = 100  # weights are whole hundredths
_NUMBER = re.compile(r"\d+")


class _Learned(NamedTuple):
    roles: list[str]
    base: list[int]
    runs: dict[str, dict[str, int]]  # run -> place of a role -> weight


@lru_cache(maxsize=1)
def _learned() -> _Learned:
    return _Learned(**loads((ROOT / "headers.json").read_text(encoding="utf-8")))


@lru_cache(maxsize=8192)
def roles_by_characters(header: str) -> frozenset[str]:
    """The roles that a header, without notes and blanks, gives its column."""
    if not 0 < len(header) <= LONGEST:
        return frozenset()
    model, runs = _learned(), characters(header)
    sums = dict.fromkeys(range(len(model.roles)), 0)
    for run in runs:
        for place, weight in model.runs.get(run, {}).items():
            sums[int(place)] += weight
    return frozenset(model.roles[place] for place, weight in sums.items()
                     if model.base[place] + weight / sqrt(len(runs)) > LEAST * SCALE)


def characters(header: str) -> frozenset[str]:
    """The runs of one to three characters of a header, its ends marked, numbers as one; and how long it is."""
    marked = f"^{_NUMBER.sub('0', header.casefold())}$"
    runs = {marked[n : n + length] for length in (1, 2, 3) for n in range(len(marked) - length + 1)} - {"^", "$"}
    return frozenset(runs | {f"^{len(header)}" if len(header) < 6 else "^long"})
