"""What a policy folder says about questions: `topics.yaml`, `points.yaml` and `gaps.yaml`, typed.

All three are optional: without them questions are answered from the words of the policy's clauses and criteria alone.
"""
from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from assistant.wording import texts
from ingestion import typed_yaml
from ingestion.domain import Article
from ingestion.errors import PolicyError
from ingestion.policies import articles
from ingestion.policies.files import FACTS, HEAD, Problems

if TYPE_CHECKING:
    from ingestion.policies.policy import Policy

_LANGUAGE = Path(__file__).parent.parent / "language"
_COMMON, _QUESTIONS = _LANGUAGE / "subjects.yaml", _LANGUAGE / "questions.yaml"
TOPICS, POINTS, GAPS = "topics.yaml", "points.yaml", "gaps.yaml"
TYPES, FIGURES = "$types", "$figures"        # in `unless`: a base type is named, the question states figures
INSIDE, OUTSIDE, YEAR = "$inside_window", "$outside_window", "$year"   # when something happened; a year is named
Record = TypeVar("Record")
OFF_TOPIC = frozenset({"tasks", "chat"})      # gaps that have nothing to do with a policy
COMPUTED = frozenset({TYPES, FIGURES, INSIDE, OUTSIDE, YEAR})
VERDICTS = ("yes", "no", "required", "harmless", "forfeits")


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that questions are about. `clauses` weighs the clauses that speak of it, 3 and more: its home."""

    words: str
    clauses: dict[str, int] = {}
    weight: int = 2
    type: str = ""
    hint: bool = False
    loose: bool = False
    fact: str = ""
    denies: bool = False
    narrows: str = ""


class Gloss(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    zh: str
    en: str


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """What the policy comes to on one matter; the fields are explained at the head of `points.yaml`."""

    id: str
    when: tuple[str, ...]
    cites: tuple[str, ...]
    unless: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    matches: str = ""
    verdict: str = ""
    elapsed: int = 0          # years that must have passed for a yes
    zh: str = ""
    en: str = ""


class Gap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A matter that the policy does not settle; `near` is what it says next to it."""

    id: str
    words: str
    zh: str
    en: str
    unless: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    overrides: bool = False      # also when a clause is named: 翻译一下第八条


class _Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    clauses: dict[str, Gloss] = {}
    points: tuple[Point, ...] = ()


class Topics(msgspec.Struct, frozen=True):
    subjects: Mapping[str, Subject]
    glosses: Mapping[str, Gloss]
    points: Sequence[Point]
    gaps: Sequence[Gap]


def load(policy: Policy) -> Topics:
    """The topics of a policy; the first mistake in them is a PolicyError. Without `topics.yaml` the subjects are what
    the policy folder's other files name: its base types, its criteria and its window."""
    topics = _written(policy)
    problems = mistakes(policy, topics)
    if problems:
        raise problems[0].error()
    return topics


def check(policy: Policy) -> Problems:
    """Every mistake in the three files; none where they are not there."""
    problems = Problems(policy.root)
    for name in (TOPICS, POINTS, GAPS):
        problems.add_repeated(name)
    try:
        problems += mistakes(policy, _written(policy))
    except PolicyError as error:
        problems.add_error(error)
    return problems


def readable(policy: Policy) -> Topics | None:
    """The topics with whatever mistakes they name; None where their files cannot be read."""
    try:
        return _written(policy)
    except PolicyError:
        return None


def _written(policy: Policy) -> Topics:
    root = policy.root
    own = _read(root / TOPICS, dict[str, dict[str, Subject]]).get("concepts", {})
    common = _read(_COMMON, dict[str, Subject])
    written = _read(root / POINTS, _Points)
    gaps = _read(root / GAPS, dict[str, tuple[Gap, ...]]).get("gaps", ())
    return Topics(common | (own or _named_by(policy)), written.clauses, written.points, gaps)


def _named_by(policy: Policy) -> dict[str, Subject]:
    """Subjects made from the base types, the criteria and the window of a policy."""
    window = policy.window
    subjects = {"window": Subject(f"{window.term}; {window.term_en}", dict.fromkeys(window.occurs, 1), 1)}
    common = [set(one.articles) for one in policy.base_types]
    shared = set.intersection(*common) if common else set()
    for base in policy.base_types:
        homes = {ref: 1 for ref in base.articles if ref not in shared}
        subjects[f"type {base.id}"] = Subject(f"{base.label}; {base.label_en}", homes, type=base.id)
    for one in policy.criteria:
        wording = policy.wordings[one.id]
        names = dict.fromkeys(filter(None, (one.label, one.label_en, wording.noun, wording.noun_en)))
        subjects[one.id] = Subject("; ".join(names), {one.citation: 3}, fact=one.facts[0] if one.facts else "")
    return subjects


def words_of(text: str) -> tuple[list[str], list[str]]:
    """The words and the patterns of a list that is separated by ";"."""
    entries = [entry.strip() for entry in text.split(";")]
    patterns = [entry[1:-1] for entry in entries if len(entry) > 2 and entry.startswith("/") and entry.endswith("/")]
    return [entry for entry in entries if entry and not entry.startswith("/")], patterns


@lru_cache(maxsize=2048)
def pattern(text: str) -> re.Pattern[str]:
    """A pattern of these files, with or without its slashes."""
    return re.compile(text.removeprefix("/").removesuffix("/"), re.IGNORECASE)


def _read(path: Path, record: type[Record]) -> Record:
    raw = typed_yaml.read(path) if path.exists() else {}
    return typed_yaml.decode(raw, record, path)


def mistakes(policy: Policy, topics: Topics) -> Problems:
    """What the topics name and is not there, and patterns that cannot be used."""
    problems, kinds = Problems(policy.root), texts.load(_QUESTIONS)["asks"]
    if (policy.root / TOPICS).exists():
        _subjects(problems, topics, policy)
    for ref in topics.glosses:
        clauses(problems, POINTS, ["clauses", ref], [ref], policy.articles)
    for place, point in enumerate(topics.points):
        keys: list[str | int] = ["points", place]
        clauses(problems, POINTS, [*keys, "cites"], point.cites, policy.articles)
        for key, names in (("when", [name for entry in point.when for name in entry.split("|")]),
                           ("unless", point.unless)):
            problems.add_unknown(POINTS, [*keys, key], names, COMPUTED | set(topics.subjects), f"subject of {TOPICS}",
                   f"{TOPICS} 中没有 {{}} 这一主题")
        problems.add_unknown(POINTS, [*keys, "asks"], point.asks, kinds, "kind of question", "没有 {} 这种问法")
        problems.add_unknown(POINTS, [*keys, "verdict"], filter(None, [point.verdict]), VERDICTS, "verdict",
               "答案不能是 {}")
        _pattern(problems, POINTS, [*keys, "matches"], point.matches)
    for place, gap in enumerate(topics.gaps):
        keys = ["gaps", place]
        clauses(problems, GAPS, [*keys, "near"], gap.near, policy.articles)
        problems.add_unknown(GAPS, [*keys, "unless"], gap.unless, topics.subjects, f"subject of {TOPICS}",
               f"{TOPICS} 中没有 {{}} 这一主题")
        _patterns(problems, GAPS, [*keys, "words"], gap.words)
    for file, key, ids in ((POINTS, "points", [one.id for one in topics.points]),
                           (GAPS, "gaps", [one.id for one in topics.gaps])):
        for place, one in enumerate(ids):
            if one in ids[:place]:
                problems.add(file, [key, place, "id"], f"the id {one!r} stands twice; rename one",
                             f"编号 {one} 重复，请改名")
    return problems


def clauses(problems: Problems, file: str, keys: Sequence[str | int], refs: Iterable[str],
            policy_articles: Sequence[Article]) -> None:
    """A mistake for every reference that is not one of the policy's, in the spelling of the policy."""
    for ref in refs:
        found = resolve(ref, policy_articles)
        if found != ref:
            hint, chinese = (f"write {found}", f"请写作 {found}") if found else \
                ("name a clause that is, or remove it", "请改为原文中有的条款，或者删去")
            problems.add(file, keys, f"{ref!r} does not stand in the policy; {hint}", f"政策中没有 {ref}，{chinese}")


def _subjects(problems: Problems, topics: Topics, policy: Policy) -> None:
    """What `topics.yaml` names that is not there."""
    common = set(_read(_COMMON, dict[str, Subject]))
    types = {one.id for one in policy.base_types}
    for name, subject in topics.subjects.items():
        keys: list[str | int] = ["concepts", name]
        for ref in subject.clauses:
            clauses(problems, TOPICS, [*keys, "clauses", ref], [ref], policy.articles)
        if name in common:
            continue
        for key, named, known, english, chinese in (
                ("type", subject.type, types, f"base type of {HEAD}", f"{HEAD} 中没有 {{}} 这一基地类型"),
                ("fact", subject.fact, set(policy.facts.facts), f"fact of {FACTS}/", f"{FACTS}/ 中没有 {{}} 这一事实"),
                ("narrows", subject.narrows, set(topics.subjects), f"subject of {TOPICS}",
                 f"{TOPICS} 中没有 {{}} 这一主题")):
            problems.add_unknown(TOPICS, [*keys, key], filter(None, [named]), known, english, chinese)
        _patterns(problems, TOPICS, [*keys, "words"], subject.words)


def _patterns(problems: Problems, file: str, keys: Sequence[str | int], words: str) -> None:
    for entry in map(str.strip, words.split(";")):
        if entry.startswith("/"):
            if len(entry) < 3 or not entry.endswith("/"):
                problems.add(file, keys, f"{entry!r} is no whole pattern; end it with a slash, and write \\x3b for a "
                             "semicolon in it", f"{entry} 不是完整的模式，请以斜杠结尾；其中的分号写作 \\x3b")
            else:
                _pattern(problems, file, keys, entry)


def _pattern(problems: Problems, file: str, keys: Sequence[str | int], text: str) -> None:
    try:
        pattern(text)
    except re.error as error:
        problems.add(file, keys, f"{text!r} is no regular expression ({error.msg}); mend it",
                     f"{text} 不是合法的正则表达式（{error.msg}），请改正")


def resolve(ref: str, policy_articles: Sequence[Article]) -> str:
    """The reference in its one spelling, "" if the policy has no such clause."""
    found = articles.by_ref(policy_articles, ref)
    return found.ref if found else ""
