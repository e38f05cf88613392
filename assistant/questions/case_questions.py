"""Understanding a question about an application: what it wants to know, and of which criteria and facts."""
from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from assistant.questions.clause_weights import STRONG
from assistant.questions.topics import Topics
from assistant.questions.understanding import Part
from assistant.wording.texts import load
from ingestion.domain import Finding

_JOINER = re.compile(r"[^，。；]{0,3}(?:和|与|跟|及|、|以及| and )[^，。；]{0,3}")
_PATTERNS = Path(__file__).parent.parent / "language" / "cases.yaml"


class CaseQuestion(Struct, frozen=True):
    """`intent` is a name of `cases.yaml`, "" for none. `own`: the question speaks of the application; `counts`: it
    asks how many there are; `bars`: for what is required; `lists`: which ones; `other_matter`: it is about something
    else in the policy."""

    intent: str
    findings: list[Finding]
    facts: list[str]
    own: bool
    counts: bool
    bars: bool
    lists: bool
    other_matter: bool


def read(part: Part, findings: Sequence[Finding], found: Collection[str], topics: Topics) -> CaseQuestion:
    """A question beside the findings of an assessment, in which the facts `found` have evidence."""
    intent = next((name for name, pattern in _intents() if pattern.search(part.text)), "")
    facts = _facts(part, findings, found, topics)
    if part.polar:      # 预算260万、合同310万，经费条件算满足吗: what the clause that asks names prevails
        there = {topics.subjects[name].fact for name, words in part.asking().found.items()
                 if any(len(one.word) > 1 for one in words)}
        facts = [key for key in facts if key in there] or [
            key for one in findings for key in one.criterion.facts if key in there] or facts
    named = _findings(part, findings, facts)
    if intent == "where" and not facts:
        facts = [key for one in named for key in one.criterion.facts]
    subjects = [topics.subjects[name] for name in part.subjects]
    return CaseQuestion(
        intent,
        named,
        facts,
        speaks_of_applicant(part),
        counts=_says("counts", part) and not _says("bars", part),
        bars=_says("bars", part),
        lists=_says("which", part),
        other_matter=any(one.weight >= STRONG and not one.type for one in subjects) or bool(part.gaps),
    )


def asks_overall(folded: str) -> bool:
    """Whether a question asks, among other things, what the whole comes to: 能不能报，差哪几样."""
    return any(name == "overall" and pattern.search(folded) for name, pattern in _intents())


def speaks_of_applicant(part: Part) -> bool:
    """Whether a question speaks of the application itself."""
    return _says("own", part)


def _findings(part: Part, findings: Sequence[Finding], facts: Collection[str]) -> list[Finding]:
    """The findings that a question names by clause (8.2), by id (8.2.papers), or by what they are about."""
    refs = set(part.refs)
    named = [
        one
        for one in findings
        if one.criterion.citation in refs
        or one.criterion.citation.split("（")[0] in refs
        or re.search(rf"(?<![\d.]){re.escape(one.criterion.id)}(?![\w.])", part.text)
    ]
    about = [one for one in findings if set(facts) & set(one.criterion.facts)]
    return [one for one in named if one in about] or named or about     # 技术转移几项，达到第七条了吗


def _facts(part: Part, findings: Sequence[Finding], found: Collection[str], topics: Topics) -> list[str]:
    """The facts that a question names: those of the criteria, in their order, else any that were found."""
    here = list(dict.fromkeys(key for one in findings for key in one.criterion.facts))
    weights: dict[str, int] = {}
    for subject in (topics.subjects[name] for name in sorted(part.subjects)):
        if subject.fact:
            weights[subject.fact] = max(weights.get(subject.fact, 0), subject.weight)
    wide = {
        topics.subjects[topics.subjects[name].narrows].fact for name in part.subjects if topics.subjects[name].narrows
    }
    ours = [key for key in here if key in weights]
    telling = [key for key in ours if weights[key] >= STRONG]
    narrow = [key for key in telling if key not in wide or _joined(part, key, topics)]  # 中外联合论文 are not all 论文
    return narrow or telling or ours or [key for key in weights if key in found]


def _joined(part: Part, key: str, topics: Topics) -> bool:
    """Whether a fact is named beside a narrower one and joined to it: 论文和中外联合论文."""
    wide = [word.span for name, words in part.found.items() if topics.subjects[name].fact == key for word in words]
    other = [word.span for name, words in part.found.items() if topics.subjects[name].narrows for word in words]
    return any(_JOINER.fullmatch(part.text[min(one.end, two.end):max(one.start, two.start)])
               for one in wide for two in other if not one.overlaps(two))


def _says(name: str, part: Part) -> bool:
    return _pattern(name).search(part.text) is not None


@cache
def _intents() -> tuple[tuple[str, re.Pattern[str]], ...]:
    entries: Mapping[str, str] = load(_PATTERNS)["intents"]
    return tuple((name, re.compile(str(text).strip())) for name, text in entries.items())


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(str(load(_PATTERNS)[name]).strip())
