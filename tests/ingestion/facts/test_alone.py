"""A fact that is asked for alone is what it is among all: what one fact asks for never changes another one."""
from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ingestion import facts
from ingestion.domain import Extraction
from ingestion.parsing import text as texts
from ingestion.policies import policy
from tests.support.sentences import LINES

POLICY = policy.load()
MANY = [line for line in LINES if len(line["gold"]) > 1 or "|" in line["text"]]
TOGETHER: dict[str, Extraction] = {}


def read(line: dict[str, Any], keys: set[str] | None = None) -> Extraction:
    document = texts.from_string(line["text"])
    return facts.extract([document], POLICY, date.fromisoformat(line["application_date"]), keys=keys)


@pytest.mark.parametrize("key", POLICY.facts.facts)
def test_alone(key: str) -> None:
    """Value, evidence, what was left out and what stayed open are the same."""
    own = [line for line in MANY if key in line["gold"]][:24]
    others = [line for line in MANY if key not in line["gold"]][:24]
    for line in [*own, *others]:
        together = TOGETHER.setdefault(line["id"], read(line))
        alone = read(line, {key})
        assert alone.facts.get(key) == together.facts.get(key), line["text"]
        assert alone.exclusions.get(key) == together.exclusions.get(key), line["text"]
        assert alone.unexplained.get(key) == together.unexplained.get(key), line["text"]
