"""What labelled rows say of the items of one list, held against their siblings: taken away, taken in, or left open."""
from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import Final

from ingestion.learned.scorer import RowScorer

TAKEN_AWAY: Final = "taken_away"   # worded like things that do not count
TAKEN_IN: Final = "taken_in"       # worded like things that count, though it lacks a word
OPEN: Final = "open"

# Confidences that an item counts.
_AWAY, _DOUBTED = 0.1, 0.2
_LIKELY, _IN = 0.85, 0.92
_USUAL: Final = 0.25   # the score that the middle one of a list's items is taken to have at least


def opinions(learned: RowScorer, fact: str, items: Mapping[int, tuple[str, bool]]) -> dict[int, str]:
    """By place, for the items of which anything is to be said. `items`: the words of each, and whether it counts so
    far. Where most of a list is worded in unknown ways, that speaks against none of it: all are raised alike."""
    scores = {place: learned.score(fact, said) for place, (said, _) in items.items()}
    raised = max(0.0, _USUAL - median(scores.values())) if len(scores) > 1 else 0.0
    told: dict[int, str] = {}
    for place, (_, counts) in items.items():
        likely = learned.likely(fact, scores[place] + (raised if counts else 0.0))
        if likely is None:
            return {}
        if counts and likely < _DOUBTED:
            told[place] = TAKEN_AWAY if likely < _AWAY else OPEN
        elif not counts and likely > _LIKELY:
            told[place] = TAKEN_IN if likely > _IN else OPEN
    return told
