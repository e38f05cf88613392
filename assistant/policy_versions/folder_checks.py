"""Every mistake in a policy folder: in its text, its facts and criteria, in what it says about questions, and in what
it tells and asks a second reader.

`guohe policy check` and a new version in the web application are held against these very checks.
"""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from assistant.learning import training
from assistant.learning.likeness import EXAMPLES, FILE
from assistant.policy_versions import fact_sentences, reader_checks, stale_figures, starting
from assistant.questions import guide, topics, vocabulary
from ingestion.policies import policy
from ingestion.policies.files import CRITERIA, FACTS, HEAD, TEXT, Problem
from ingestion.policies.policy import Policy

ORDER = (HEAD, TEXT, CRITERIA, FACTS, topics.TOPICS, topics.POINTS, topics.GAPS, guide.GUIDE, vocabulary.FILE, EXAMPLES,
         FILE, reader_checks.READING, reader_checks.EXAM)


def check(folder: Path) -> list[Problem]:
    """By file and line; empty when the folder can be used for everything.

    What is said about questions is held against the text as soon as there is one with articles, whatever else is wrong:
    a text with other numbers shows at once every place that names the old ones.
    """
    problems = [*policy.check(folder), *starting.unwritten(folder)]
    draft, sound = policy.draft(folder), not problems
    if draft is not None:
        problems += reader_checks.check(draft)
    if draft is not None and draft.articles:
        problems += topics.check(draft)
        problems += guide.check(draft)
        problems += vocabulary.check(folder, draft.text)
        held = topics.readable(draft)
        problems += training.check(draft, held)
        problems += stale_figures.check(draft, held, training.readable(folder))
    if draft is not None and sound:
        problems += _sentences(_Read(_digests(folder), draft))
    order = {name: place for place, name in enumerate(ORDER)}
    return sorted(problems, key=lambda one: (
        order.get(one.file, order[FACTS] if one.file.startswith(FACTS) else len(order)), one.file, one.line))


@dataclass(frozen=True)
class _Read:
    """A policy by what its sentences are read with: the text, the head and the facts."""

    files: tuple[tuple[str, str], ...]
    policy: Policy = field(compare=False)


@lru_cache(maxsize=4)
def _sentences(read: _Read) -> tuple[Problem, ...]:
    """Two thirds of a check, and the same as long as none of those files changes."""
    return tuple(fact_sentences.check(read.policy))


def _digests(folder: Path) -> tuple[tuple[str, str], ...]:
    """Every file but those that say nothing of facts."""
    apart = frozenset(ORDER) - {HEAD, TEXT, FACTS}
    return tuple((name, hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in sorted(
        (path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file())
        if name not in apart)
