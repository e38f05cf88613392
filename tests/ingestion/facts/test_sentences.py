"""Sentences as applications word them (data/sentences.jsonl), each with the facts that the contract reads in it.

`trap` says what each line is about: a number of the contract's readings (r05), a row of its table (tN) or its list of
facts; or how each figure follows from the text (a sum, a difference, a bound, names counted) and what makes it hard.
Every line must be right on its own, and a line without facts must stay without.
"""
from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest

from ingestion import facts
from ingestion.domain import Extraction
from ingestion.parsing import text as texts
from ingestion.policies import policy
from tests.ingestion.facts.quotes import misquoted
from tests.support.sentences import LINES

POLICY = policy.load()
MOST_ALIKE = 25     # lines of one trap


def extraction(line: dict[str, Any]) -> Extraction:
    return facts.extract_text(line["text"], POLICY, date.fromisoformat(line["application_date"]))


def intervals(found: Extraction) -> dict[str, dict[str, int | None]]:
    return {key: {"low": fact.interval.low, "high": fact.interval.high} for key, fact in found.facts.items()}


@pytest.mark.parametrize("fact", ["", *POLICY.facts.facts])
def test_lines(fact: str) -> None:
    """Exactly the facts of each line, each with its interval, and every quote stands at its offsets. Lines are taken
    together by their first fact: four thousand tests would cost more than what they read.
    """
    wrong: list[Any] = []
    for line in (one for one in LINES if next(iter(one["gold"]), "") == fact):
        found = extraction(line)
        if intervals(found) != line["gold"]:
            wrong.append((line["id"], line["text"], line["trap"], line["gold"], intervals(found)))
        wrong += [(line["id"], one) for one in misquoted(found, [texts.from_string(line["text"])])]
    assert wrong == [], "\n".join(map(str, wrong))


def test_no_line_repeats_another() -> None:
    """A text stands twice only where its date makes other facts of it."""
    said = Counter((line["text"], json.dumps(line["gold"], sort_keys=True)) for line in LINES)
    assert [text for (text, _), times in said.items() if times > 1] == []


def test_every_line_says_what_it_tries() -> None:
    """What many lines say alike tells nobody what broke."""
    said = Counter(line["trap"] for line in LINES)
    assert {trap: times for trap, times in said.items() if times > MOST_ALIKE} == {}


def test_every_fact_is_there() -> None:
    """Each fact of the policy stands in lines of its own wording, and a sixth of the lines hold no fact at all."""
    counts = Counter(key for line in LINES for key in line["gold"])
    assert counts.keys() == POLICY.facts.facts.keys()
    assert min(counts.values()) >= 10
    assert sum(not line["gold"] for line in LINES) >= len(LINES) // 6
