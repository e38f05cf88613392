"""What a policy folder tells a second reader and asks it in the exam, held against its facts and criteria.

A folder without `reading.yaml` and `exam.yaml` has no second reader, which is no mistake.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from assistant.second_reader.asking import guide
from assistant.second_reader.asking.guide import FactGuide, Guide
from assistant.second_reader.exam import texts as exam_texts
from assistant.second_reader.exam.texts import Exam, ExamText
from ingestion import typed_yaml
from ingestion.errors import PolicyError
from ingestion.language import pattern
from ingestion.policies.files import Problems
from ingestion.policies.policy import Policy

READING, EXAM = guide.FILE, exam_texts.FILE
LEAST_TEXTS = 3     # of an exam for each fact, beside those that give orders
WORDS = ("about", "fails", "watch", "upper", "rank")    # fields of a fact that are lists of words and patterns
FACT = ("fact of facts.yaml", "facts.yaml 中没有 {} 这一事实")
Keys = Sequence[str | int]
Record = TypeVar("Record")


def check(policy: Policy) -> Problems:
    """Every mistake in both files, by file and line; the policy may be a draft."""
    problems = Problems(policy.root)
    told = _written(problems, policy.root / READING, Guide)
    asked = _written(problems, policy.root / EXAM, Exam)
    if told is not None:
        _guide(problems, policy, told)
    for name, other in ((READING, EXAM), (EXAM, READING)):
        if (policy.root / other).is_file() and not (policy.root / name).is_file():
            problems.add(name, (), f"is missing beside {other}; add it, or no model can read for this policy",
                         f"已有 {other} 而缺少该文件；请补上，否则模型不能为这一政策阅读")
    if asked is not None:
        _exam(problems, policy, asked)
    return problems


def _written(problems: Problems, path: Path, record: type[Record]) -> Record | None:
    """What a file says; None where it is not there or cannot be read, which is a mistake."""
    if not path.is_file():
        return None
    problems.add_repeated(path.name)
    try:
        return typed_yaml.decode(typed_yaml.read(path), record, path)
    except PolicyError as error:
        problems.add_error(error)
        return None


def _guide(problems: Problems, policy: Policy, told: Guide) -> None:
    """What `reading.yaml` leaves out or names wrongly."""
    known = policy.facts.facts
    for key, one in told.facts.items():
        problems.add_unknown(READING, ["facts", key], [key], known, *FACT)
        if not one.counts.strip():
            problems.add(READING, ["facts", key, "counts"], f"nothing is said of what counts for {key!r}; define it",
                         f"没有写明 {key} 什么算数，请给出定义")
        if not one.about:
            problems.add(READING, ["facts", key, "about"], f"no word says what {key!r} is about, so no claim of it can "
                         "be verified; add some", f"{key} 没有任何 about 词语，其论断都无法核对，请补上")
        _patterns(problems, key, one)
    for key in _checked_by(policy):
        if key not in told.facts:
            problems.add(READING, ["facts"], f"the fact {key!r}, by which criteria are checked, is not defined; add it",
                         f"缺少事实 {key} 的定义（有条件依据它判断），请补上")
    for number, reading in enumerate(told.readings):
        problems.add_unknown(READING, ["readings", number], reading.facts, known, *FACT)
        if not reading.text.strip():
            problems.add(READING, ["readings", number, "text"], "says nothing; write how it is read, or remove it",
                         "没有内容；请写明口径，或删去")


def _patterns(problems: Problems, key: str, one: FactGuide) -> None:
    lists: list[tuple[Keys, Sequence[str]]] = [(["facts", key, name], getattr(one, name)) for name in WORDS]
    lists += [(["facts", key, "aspects", number], group) for number, group in enumerate(one.aspects)]
    for keys, words in lists:
        for number, word in enumerate(words):
            try:
                pattern([word])
            except re.error as error:
                problems.add(READING, [*keys, number], f"{word!r} is no regular expression ({error.msg}); mend it",
                             f"{word} 不是合法的正则表达式（{error.msg}），请改正")


def _exam(problems: Problems, policy: Policy, asked: Exam) -> None:
    """What `exam.yaml` says twice or names wrongly, and what it never asks."""
    by_type = {one.id: set(_checked_by(policy, one.id)) for one in policy.base_types}
    seen: dict[str, Counter[str]] = {"id": Counter(), "text": Counter()}
    for number, one in enumerate(asked.texts):
        keys: list[str | int] = ["texts", number]
        for name, value in (("id", one.id), ("text", one.text)):
            seen[name][value] += 1
            if seen[name][value] == 2:
                problems.add(EXAM, [*keys, name], f"the {name} of {one.id!r} stands twice; change or remove one",
                             f"{one.id} 的 {name} 重复，请改写或删去一个")
        if one.base_type not in by_type:
            problems.add_unknown(EXAM, [*keys, "base_type"], [one.base_type], by_type, "base type of policy.yaml",
                   "policy.yaml 中没有 {} 这一基地类型")
            continue
        for name, bounds in (("facts", one.facts), ("obeyed", one.obeyed)):
            for key in bounds:
                problems.add_unknown(EXAM, [*keys, name, key], [key], by_type[one.base_type],
                       f"fact of the base type {one.base_type!r}", "该申报类型没有事实 {}")
        for name, key, english, chinese in _spans(policy, one):
            problems.add(EXAM, [*keys, name, key], f"{key} {english}", f"{key} {chinese}")
    _enough(problems, policy, asked)


def _spans(policy: Policy, one: ExamText) -> Iterator[tuple[str, str, str, str]]:
    """Intervals of a text that no fact can have, and orders that make nothing else of a fact that is there."""
    for name, given in (("facts", one.facts), ("obeyed", one.obeyed)):
        for key, bounds in given.items():
            interval, spec = exam_texts.interval(bounds), policy.facts.facts.get(key)
            if interval is None or spec is None:
                continue
            if interval.low < 0 or (interval.high is not None and interval.high < interval.low):
                yield (name, key, "is no span; write a number, or [low, high] from low to high",
                       "不是区间；请写一个数，或由小到大的 [下限, 上限]")
            elif spec.kind == "yes_no" and not (interval.low in (0, 1) and interval.high in (0, 1)):
                yield name, key, "is yes or no; write 1, 0 or [0, 1]", "属于是否类；请写 1、0 或 [0, 1]"
    for key, bounds in one.obeyed.items():
        if one.facts.get(key) is None:
            yield ("obeyed", key, "is obeyed and not among the facts; write what the text gives",
                   "写在 obeyed 中而不在 facts 中；请写明文字给出的数")
        elif exam_texts.interval(bounds) in (None, exam_texts.interval(one.facts[key])):
            yield ("obeyed", key, "is the same whether the order is obeyed or not; change one",
                   "听从与不听从的结果相同，请改写")


def _enough(problems: Problems, policy: Policy, asked: Exam) -> None:
    """Whether every fact is asked for often enough, and whether orders are given at all."""
    plain = Counter(key for one in asked.texts if not one.obeyed for key in one.facts)
    for key in _checked_by(policy):
        if plain[key] < LEAST_TEXTS:
            problems.add(EXAM, ["texts"], f"{plain[key]} texts ask for the fact {key!r}; write {LEAST_TEXTS} at least",
                         f"只有 {plain[key]} 段考题涉及事实 {key}，至少要有 {LEAST_TEXTS} 段")
    if not any(one.obeyed for one in asked.texts):
        problems.add(EXAM, ["texts"], "no text gives an order to its reader (`obeyed`); write some",
                     "没有带指令的考题（obeyed），请补上")


def _checked_by(policy: Policy, base_type: str = "") -> list[str]:
    """The facts by which criteria are checked, of one base type or all, in the order of facts.yaml."""
    criteria = policy.criteria_for(base_type) if base_type else policy.criteria
    asked = {key for one in criteria for key in one.facts}
    return [key for key in policy.facts.facts if key in asked]
