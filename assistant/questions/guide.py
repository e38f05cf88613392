"""`guide.yaml` of a policy folder: a few questions for those who do not know which base type to apply for."""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache

from msgspec import Struct

from assistant.questions.topics import words_of
from ingestion import typed_yaml
from ingestion.errors import PolicyError
from ingestion.policies.files import Problems
from ingestion.policies.policy import Policy

GUIDE = "guide.yaml"


class Choice(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer in Chinese and English, the base types that it points to, and the `words` by which an asker who tells
    what they do gives it."""

    says: tuple[str, str]
    types: tuple[str, ...]
    words: str = ""


class Asked(Struct, frozen=True, forbid_unknown_fields=True):
    """A question in Chinese and English, and its answers by name."""

    asks: tuple[str, str]
    answers: dict[str, Choice]


def questions(policy: Policy) -> dict[str, Asked]:
    """The questions by name; none where the folder asks none."""
    path = policy.root / GUIDE
    return typed_yaml.decode(typed_yaml.read(path), dict[str, Asked], path) if path.is_file() else {}


def given(policy: Policy, text: str) -> list[tuple[str, ...]]:
    """The types that the answers point to which a folded text gives by their words: of each question the answer whose
    word is the longest."""
    found: list[tuple[str, ...]] = []
    for asked in questions(policy).values():
        said = [(len(match[0]), choice.types) for choice in asked.answers.values()
                for one in _patterns(choice.words) for match in one.finditer(text)]
        if said:
            found.append(max(said)[1])
    return found


def suggestion(policy: Policy, answers: Mapping[str, str]) -> tuple[str, ...]:
    """The base types that most answers point to, in the policy's order; none without an answer."""
    votes: Counter[str] = Counter()
    for name, asked in questions(policy).items():
        if (chosen := asked.answers.get(answers.get(name, ""))) is not None:
            votes.update(chosen.types)
    most = max(votes.values(), default=0)
    return tuple(one.id for one in policy.base_types if most and votes[one.id] == most)


@cache
def _patterns(words: str) -> tuple[re.Pattern[str], ...]:
    plain, patterns = words_of(words)
    return tuple(re.compile(one, re.IGNORECASE) for one in (*map(re.escape, plain), *patterns))


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
