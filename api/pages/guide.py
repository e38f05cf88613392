"""Three questions for those who do not know which base type to apply for."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from assistant.wording.texts import load
from ingestion.policy import Policy

FILE = Path(__file__).parent / "guide.yaml"


def questions() -> dict[str, tuple[str, ...]]:
    """The questions with their answers, by name."""
    return {name: tuple(answers) for name, answers in load(FILE).items()}


def suggestion(policy: Policy, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The base types that most answers point to, in the policy's order; none without an answer."""
    book = load(FILE)
    votes = Counter(base_type for name, answer in answers.items() for base_type in book.get(name, {}).get(answer, ()))
    most = max(votes.values(), default=0)
    return tuple(one.id for one in policy.base_types if most and votes[one.id] == most)
