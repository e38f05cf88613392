"""What a policy folder says about questions: `topics.yaml`, `points.yaml` and `gaps.yaml`, typed.

All three are optional: without them questions are answered from the words of the policy's clauses and criteria alone.
"""
from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from ingestion import articles, typed_yaml
from ingestion.domain import Article
from ingestion.errors import PolicyError

if TYPE_CHECKING:
    from ingestion.policy import Policy

_COMMON = Path(__file__).parent / "language" / "subjects.yaml"
TOPICS, POINTS, GAPS = "topics.yaml", "points.yaml", "gaps.yaml"
TYPES, FIGURES = "$types", "$figures"        # in `unless`: a base type is named, the question states figures
INSIDE, OUTSIDE, YEAR = "$inside_window", "$outside_window", "$year"   # when something happened; a year is named
Record = TypeVar("Record")
COMPUTED = frozenset({TYPES, FIGURES, INSIDE, OUTSIDE, YEAR})


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that questions are about. `clauses` weighs the clauses that speak of it, 3 and more: its home."""

    words: str
    clauses: dict[str, int] = {}
    weight: int = 2
    type: str = ""
    hint: bool = False
    loose: bool = False
    fact: str = ""
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
    """The topics of a policy; every clause that they name must stand in it. Without `topics.yaml` the subjects are what
    the policy folder's other files name: its base types, its criteria and its window."""
    root = policy.root
    own = _read(root / TOPICS, dict[str, dict[str, Subject]]).get("concepts", {})
    common = _read(_COMMON, dict[str, Subject])
    written = _read(root / POINTS, _Points)
    gaps = _read(root / GAPS, dict[str, tuple[Gap, ...]]).get("gaps", ())
    topics = Topics(common | (own or _named_by(policy)), written.clauses, written.points, gaps)
    _check(root, topics, policy.articles)
    return topics


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


def _check(root: Path, topics: Topics, policy_articles: Sequence[Article]) -> None:
    known = {article.ref for article in policy_articles} | {
        item.ref for article in policy_articles for item in article.items}
    for name, subject in topics.subjects.items():
        for ref in subject.clauses:
            _need(
                ref in known, root / TOPICS, ["concepts", name, "clauses", ref], f"{ref!r} does not stand in the policy"
            )
    for ref in topics.glosses:
        _need(ref in known, root / POINTS, ["clauses", ref], f"{ref!r} does not stand in the policy")
    for place, point in enumerate(topics.points):
        for ref in point.cites:
            _need(ref in known, root / POINTS, ["points", place, "cites"], f"{ref!r} does not stand in the policy")
        names = [name for entry in point.when for name in entry.split("|")] + list(point.unless)
        for name in names:
            _need(
                name in topics.subjects or name in COMPUTED,
                root / POINTS,
                ["points", place],
                f"{name!r} is no subject of {TOPICS}",
            )
        _compiles(point.matches, root / POINTS, ["points", place, "matches"])
    for place, gap in enumerate(topics.gaps):
        for ref in gap.near:
            _need(ref in known, root / GAPS, ["gaps", place, "near"], f"{ref!r} does not stand in the policy")
        for name in gap.unless:
            _need(
                name in topics.subjects, root / GAPS, ["gaps", place, "unless"], f"{name!r} is no subject of {TOPICS}"
            )
        for entry in words_of(gap.words)[1]:
            _compiles(entry, root / GAPS, ["gaps", place, "words"])


def _compiles(text: str, path: Path, keys: list[str | int]) -> None:
    try:
        pattern(text)
    except re.error as error:
        _need(False, path, keys, f"{text!r} is no regular expression ({error.msg})")


def _need(good: bool, path: Path, keys: list[str | int], english: str) -> None:
    if not good:
        line = typed_yaml.line(path, keys)
        raise PolicyError(
            f"{path.name}:{line}: {english}; mend it", f"{path.name} 第{line}行：{english}，请改正", path.name, line
        )


def resolve(ref: str, policy_articles: Sequence[Article]) -> str:
    """The reference in its one spelling, "" if the policy has no such clause."""
    found = articles.by_ref(policy_articles, ref)
    return found.ref if found else ""
