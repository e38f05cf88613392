"""Learning from a policy folder's examples what a question's features say for clauses and gaps (ridge regression).

    python -m assistant.learning.training [FOLDER]

reads `examples.yaml` and writes `examples.npz`, the same bytes for the same examples on the same machine. It takes
under a minute for some thousand examples.
"""
from __future__ import annotations

import hashlib
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

import policy_corpus
from assistant.learning import likeness
from assistant.learning.likeness import EXAMPLES, FILE, GAP, SEVERAL
from assistant.questions import topics
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part, Reader, fold, language_of
from ingestion import typed_yaml
from ingestion.errors import PolicyError
from ingestion.policies import policy as policies
from ingestion.policies.files import Problems
from ingestion.policies.policy import Policy

_RIDGE: Final = 0.2           # how much a single example is distrusted
_FEWEST: Final = 2            # examples that must share a feature
_STEPS: Final = 127           # of the whole numbers that weights are kept as


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Questions that the same clauses settle, or that fall into the same gap ("" for none in particular)."""

    questions: tuple[str, ...]
    cites: tuple[str, ...] = ()
    gap: str | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """What is learned of its questions."""
        if not self.cites:
            return (f"{GAP}{self.gap or ''}",)
        return (*self.cites, SEVERAL) if len(self.cites) > 1 else self.cites


def examples(folder: Path) -> tuple[Group, ...]:
    """The examples of the policy in `folder`; the first mistake in them is a PolicyError."""
    policy = policies.load(folder)
    groups = _written(folder)
    problems = _mistakes(groups, policy, topics.load(policy))
    if problems:
        raise problems[0].error()
    return groups


def check(policy: Policy, held: Topics | None) -> Problems:
    """Every mistake in the examples of a policy, and whether what was learned is learned of them; none without the
    file. `held` is None where the topics cannot be read: their gaps are then not looked for."""
    problems = Problems(policy.root)
    if not (policy.root / EXAMPLES).is_file():
        return problems
    try:
        groups = _written(policy.root)
    except PolicyError as error:
        problems.add_error(error)
        return problems
    problems.add_repeated(EXAMPLES)
    problems += _mistakes(groups, policy, held)
    if not problems and learned_of(policy.root) != digest(groups):
        problems.add(FILE, (), "was not learned from these examples; make it again: "
                               "python -m assistant.learning.training DIR",
                     "不是由现在的示例生成的，请重新生成：python -m assistant.learning.training DIR")
    return problems


def readable(folder: Path) -> tuple[Group, ...]:
    """The examples with whatever mistakes they have; none where their file is not there or cannot be read."""
    try:
        return _written(folder) if (folder / EXAMPLES).is_file() else ()
    except PolicyError:
        return ()


def _written(folder: Path) -> tuple[Group, ...]:
    path = folder / EXAMPLES
    return typed_yaml.decode(typed_yaml.read(path), tuple[Group, ...], path)


def _mistakes(groups: Sequence[Group], policy: Policy, held: Topics | None) -> Problems:
    """What is wrong with the examples of a policy folder, with their lines."""
    problems, seen = Problems(policy.root), set[str]()
    gaps = {one.id for one in held.gaps} | {""} if held else None
    for place, group in enumerate(groups):
        if (group.gap is None) == (not group.cites):
            problems.add(EXAMPLES, [place], "name either `cites` or a `gap`; mend it", "cites 与 gap 须写其一，请改正")
        topics.clauses(problems, EXAMPLES, [place, "cites"], group.cites, policy.articles)
        if group.gap is not None and gaps is not None and group.gap not in gaps:
            problems.add(EXAMPLES, [place, "gap"], f"{group.gap!r} is no gap of {topics.GAPS}; mend it",
                         f"{topics.GAPS} 中没有 {group.gap}，请改正")
        if not group.questions:
            problems.add(EXAMPLES, [place, "questions"], "no question stands here; write some or remove the entry",
                         "这里没有问题，请补上或删去这一条")
        for number, question in enumerate(group.questions):
            if question in seen:
                problems.add(EXAMPLES, [place, "questions", number], f"{question!r} stands twice; remove one",
                             f"“{question}”出现两次，请删去一个")
            seen.add(question)
    return problems


def learn(groups: Sequence[Group], held: Topics, policy_text: str) -> dict[str, Any]:
    """The arrays of `examples.npz`."""
    import numpy as np

    reader = Reader(held, policy_text)
    questions = [(question, group.labels) for group in groups for question in group.questions]
    parts = [_whole(reader, question) for question, _ in questions]
    counts = Counter(name for part in parts for name in _features(part, held))
    names = sorted(name for name, count in counts.items() if count >= _FEWEST)
    rarity = {name: math.log(1 + len(parts) / counts[name]) for name in names}
    labels = sorted({label for _, own in questions for label in own})
    places = {name: place for place, name in enumerate(names)}
    rows = np.zeros((len(parts), len(names)), np.float32)
    for row, part in zip(rows, parts, strict=True):
        for name, value in likeness.vector(part, held.subjects, rarity).items():
            row[places[name]] = value
    wanted = np.zeros((len(parts), len(labels)))
    for line, (_, own) in zip(wanted, questions, strict=True):
        line[[labels.index(label) for label in own]] = 1
    kernel = (rows @ rows.T).astype(np.float64) + _RIDGE * np.eye(len(parts))
    says = rows.T.astype(np.float64) @ np.linalg.solve(kernel, wanted)
    scale = np.maximum(np.abs(says).max(axis=0), 1e-9) / _STEPS
    return {"labels": np.str_("\n".join(labels)), "features": np.str_("\n".join(names)),
            "rarity": np.asarray([rarity[name] for name in names], np.float32),
            "says": np.rint(says / scale).astype(np.int8), "scale": scale.astype(np.float32),
            "digest": np.str_(digest(groups))}


def digest(groups: Sequence[Group]) -> str:
    """Of what is learned from, so that what was learned can be seen to be of these examples."""
    return hashlib.sha256(msgspec.json.encode(groups)).hexdigest()


def learned_of(folder: Path) -> str:
    """The digest of the examples from which the folder's file was learned, "" without a file."""
    import numpy as np

    path = folder / FILE
    if not path.is_file():
        return ""
    try:
        with np.load(path, allow_pickle=False) as held:
            return str(held["digest"])
    except likeness.BROKEN:
        return ""


def write(folder: Path) -> Path:
    """Learn from the examples in `folder`; the file that was written."""
    import numpy as np

    policy = policies.load(folder)
    groups = examples(folder)
    path = folder / FILE
    np.savez_compressed(path, **learn(groups, topics.load(policy), policy.text))
    return path


def _whole(reader: Reader, question: str) -> Part:
    return reader.part(fold(question), language_of(question))


def _features(part: Part, held: Topics) -> Iterator[str]:
    yield from likeness.wording(part)
    yield from likeness.findings(part, held.subjects)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else policy_corpus.DEFAULT)
