"""The sentences that a fact's file shows its rules with: whether each gives what it says, and which rule none needs.

Sentences are read under the first of the window's readings, whichever is in force. A rule is needed where a sentence
reads otherwise without it. Rules are named by their place in the file: the id of a statement, `needs.2`, `exclude`,
`kinds.transfer`, `listing.reject.1`.
"""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from ingestion.domain import Fact
from ingestion.errors import PolicyError
from ingestion.facts import extraction, fact_files, schema
from ingestion.facts.schema import FactBook, FactSpec, Listing, Sample
from ingestion.numbers.windows import WindowSetting
from ingestion.parsing.text import from_string
from ingestion.policies.files import Problems
from ingestion.policies.policy import Policy

DAY = date(2025, 6, 30)   # of an application, where a sentence says no day
_LISTS = ("exclude", "exclude_clause", "exclude_sentence", "applicant", "fulfilled", "subtract", "overlap", "disjoint",
          "none_words", "spent", "not_spent", "received", "classes")
_MARKS = ("home_only", "doubtful_origin", "joined")
_OF_LISTS = ("columns", "avoid", "names", "kinds", "named_in", "subjects", "objects", "events")
_LIST_MARKS = ("dated", "term", "enumerated", "held", "bare", "split", "host_only")


class _Wording(Struct):
    """What extraction needs of a policy."""

    text: str
    facts: FactBook
    window: WindowSetting


class _Case(Struct):
    sample: Sample
    prepared: extraction.Prepared
    day: date


def check(policy: Policy) -> Problems:
    """A mistake for every sentence that does not give what it says."""
    problems = Problems(policy.root)
    for key, written in _written(policy.root).items():
        for place, sample in enumerate(written.sentences):
            file, keys = fact_files.locate(policy.root, ["facts", key, "sentences", place])
            try:
                case = _case(policy, sample)
            except ValueError:
                problems.add(file, [*keys, "day"], f"{sample.day!r} is no day; write it as 2025-06-30",
                             f"{sample.day} 不是日期，请写作 2025-06-30")
                continue
            got = _read(policy, policy.facts, key, case)
            if got != (wanted := _wanted(sample)):
                chinese = _say(got, chinese=True), _say(wanted, chinese=True)
                problems.add(file, keys, f"the sentence gives {_say(got)}, not {_say(wanted)}; mend the rules, or what "
                             "it says", f"此句读作 {chinese[0]}，与所写的 {chinese[1]} 不符，请改正规则或此处")
    return problems


def unneeded(policy: Policy) -> Iterator[tuple[str, str]]:
    """File and name of every rule without which all sentences of its fact read the same; facts without any aside."""
    for key, written in _written(policy.root).items():
        cases = [_case(policy, sample) for sample in written.sentences]
        if not cases:
            continue
        spec = policy.facts.facts[key]
        before = [_read(policy, policy.facts, key, case) for case in cases]
        for rule, without in rules(spec):
            book = replace(policy.facts, facts={**policy.facts.facts, key: without})
            if all(_read(policy, book, key, case) == known for case, known in zip(cases, before, strict=True)):
                yield fact_files.locate(policy.root, ["facts", key])[0], rule


def rules(spec: FactSpec) -> Iterator[tuple[str, FactSpec]]:
    """Each rule of a fact by its name, and the fact without it."""
    for number, rule in enumerate(spec.rules):
        yield rule.id, replace(spec, rules=[*spec.rules[:number], *spec.rules[number + 1:]])
        if rule.none or rule.none_so_far:
            plain = replace(rule, none=[], none_so_far=[])
            yield f"{rule.id}.none", replace(spec, rules=[*spec.rules[:number], plain, *spec.rules[number + 1:]])
    for number in range(len(spec.needs)):
        yield f"needs.{number + 1}", replace(spec, needs=[*spec.needs[:number], *spec.needs[number + 1:]])
    for name in _LISTS:
        if getattr(spec, name):
            yield name, replace(spec, **{name: []})
    for name in _MARKS:
        if getattr(spec, name):
            yield name, replace(spec, **{name: False})
    if spec.kinds is not None:
        for name in spec.kinds.names:
            others = {one: words for one, words in spec.kinds.names.items() if one != name}
            yield f"kinds.{name}", replace(spec, kinds=replace(spec.kinds, names=others))
    if spec.amounts is not None:
        yield "amounts", replace(spec, amounts=None)
    if spec.listing is not None:
        yield "listing", replace(spec, listing=None)
        for name, listing in _of_a_list(spec.listing):
            yield f"listing.{name}", replace(spec, listing=listing)


def _of_a_list(listing: Listing) -> Iterator[tuple[str, Listing]]:
    """The listing with one of its rules left out, each in turn."""
    for name in ("require", "reject"):
        entries = getattr(listing, name)
        for number in range(len(entries)):
            yield f"{name}.{number + 1}", replace(listing, **{name: [*entries[:number], *entries[number + 1:]]})
    for name in _OF_LISTS:
        if getattr(listing, name):
            yield name, replace(listing, **{name: []})
    for name in _LIST_MARKS:
        if getattr(listing, name):
            yield name, replace(listing, **{name: False})


# What a sentence gives ------------------------------------------------------------------------------------------------

Value = tuple[int, int | None, bool] | None   # low, high and whether it is a conflict


def _written(root: Path) -> Mapping[str, schema.Described]:
    try:
        return schema.described(root)
    except PolicyError:
        return {}   # said where the facts are read


def _case(policy: Policy, sample: Sample) -> _Case:
    day = date.fromisoformat(sample.day) if sample.day else DAY
    return _Case(sample, extraction.prepare([from_string(sample.text)], policy), day)


def _read(policy: Policy, book: FactBook, key: str, case: _Case) -> Value:
    wording = _Wording(policy.text, book, replace(policy.window, reading=policy.window.readings[0].id))
    prepared = replace(case.prepared, claims={}, beyond={})
    found: Fact | None = extraction.read(prepared, wording, case.day, None, {key}, bare=True).facts.get(key)
    return (found.interval.low, found.interval.high, found.conflict) if found is not None else None


def _wanted(sample: Sample) -> Value:
    if sample.low is None:
        return None
    high: Any = sample.low if sample.high is None else sample.high
    return sample.low, None if high == "none" else high, sample.conflict


def _say(value: Value, *, chinese: bool = False) -> str:
    if value is None:
        return "无" if chinese else "nothing"
    low, high, conflict = value
    beside = (" 且矛盾" if chinese else " and a conflict") if conflict else ""
    return f"{low}..{'' if high is None else high}{beside}"
