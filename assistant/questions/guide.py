"""`guide.yaml` of a policy folder: a few questions for those who do not know which base type to apply for."""
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from ingestion import typed_yaml
from ingestion.errors import PolicyError
from ingestion.policies.files import Problems
from ingestion.policies.policy import Policy

GUIDE = "guide.yaml"


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer in Chinese and English, and the base types that it points to."""

    says: tuple[str, str]
    types: tuple[str, ...]


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """A question in Chinese and English, and its answers by name."""

    asks: tuple[str, str]
    answers: dict[str, Choice]


def questions(policy: Policy) -> dict[str, Asked]:
    """The questions by name; none where the folder asks none."""
    path = policy.root / GUIDE
    return typed_yaml.decode(typed_yaml.read(path), dict[str, Asked], path) if path.is_file() else {}


def suggestion(policy: Policy, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The base types that most answers point to, in the policy's order; none without an answer."""
    votes: Counter[str] = Counter()
    for name, asked in questions(policy).items():
        if (chosen := asked.answers.get(answers.get(name, ""))) is not None:
            votes.update(chosen.types)
    most = max(votes.values(), default=0)
    return tuple(one.id for one in policy.base_types if most and votes[one.id] == most)


def check(policy: Policy) -> Problems:
    """What cannot be read, and answers that point to a base type which the policy does not have."""
    problems, known = Problems(policy.root), {one.id for one in policy.base_types}
    try:
        asks = questions(policy)
    except PolicyError as error:
        problems.add_error(error)
        return problems
    for name, asked in asks.items():
        for answer, choice in asked.answers.items():
            for place, kind in enumerate(choice.types):
                if kind not in known:
                    problems.add(GUIDE, [name, "answers", answer, "types", place],
                                 f"{kind!r} is no base type of the policy; mend the name",
                                 f"政策中没有 {kind} 这一类型，请改正")
    return problems
