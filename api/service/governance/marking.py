"""A version of the policy against the one before it: clauses, criteria, and what else differs. Pure."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from api.service.governance import renumbering
from api.service.policies.folders import Folder, written
from api.service.policies.version_records import ClauseChangeView, CriterionMark, VersionDifference
from assistant.policy_versions import text_difference
from assistant.policy_versions.text_difference import Change, ClauseChange
from assistant.questions.topics import GAPS, POINTS, TOPICS
from ingestion import typed_yaml
from ingestion.errors import PolicyError
from ingestion.facts import fact_files, schema
from ingestion.policies import measures
from ingestion.policies.files import CRITERIA, FACTS, HEAD, TEXT, CriterionEntry

ASKED = ("kind", "facts", "bar", "unit", "comparator", "presence", "priority", "quote", "cites")


def difference(before: Folder, after: Folder) -> VersionDifference:
    """`after` may have mistakes: what of it can be read is compared."""
    texts = _text(before), _text(after)
    changes = text_difference.compare(*texts)
    old, new = criteria(before), criteria(after)
    resting = defaultdict(list)
    for one in new.values():
        resting[one.cites].append(one.id)
    for one in old.values():
        if one.id not in resting[one.cites]:
            resting[one.cites].append(one.id)
    marks = tuple(_marks(old, new, changes, texts[1]))
    changed = [one for one in changes if one.change is not Change.SAME]
    refs = {one.before.ref for one in changed if one.before} | {one.after.ref for one in changed if one.after}
    heads = head(before), head(after)
    became = renumbering.numbers(changes)
    return VersionDifference(
        str(heads[0].get("version", "")), str(heads[1].get("version", "")),
        tuple(_view(one, resting) for one in changed), len(changes) - len(changed), marks,
        sum(name in new for name in old) - sum(one.id in old and one.id in new for one in marks),
        tuple(_others(before, after, heads)), tuple(became.items()), renumbering.waiting(before, after, became),
        tuple(sorted(refs & _glossed(after))))


def criteria(files: Folder) -> dict[str, CriterionEntry]:
    """The criteria that can be read, by id."""
    found = {}
    for one in _list(files, CRITERIA):
        try:
            entry = msgspec.convert(one, CriterionEntry)
        except msgspec.ValidationError:
            continue
        found[entry.id] = entry
    return found


def head(files: Folder) -> Mapping[str, object]:
    found = _read(files, HEAD)
    return found if isinstance(found, dict) else {}


def _view(one: ClauseChange, resting: Mapping[str, Sequence[str]]) -> ClauseChangeView:
    before, after = one.before, one.after
    refs = dict.fromkeys(clause.ref for clause in (after, before) if clause)
    ids = tuple(dict.fromkeys(name for ref in refs for name in resting.get(ref, ())))
    return ClauseChangeView(one.change.value, one.ref, before.ref if before else "", before.text if before else "",
                            after.text if after else "", one.runs, ids)


def _marks(old: Mapping[str, CriterionEntry], new: Mapping[str, CriterionEntry], changes: Sequence[ClauseChange],
           text: str) -> Iterator[CriterionMark]:
    """Every criterion that is not the same, those that must be mended first."""
    found = []
    became = text_difference.by_ref(changes)
    for name in (*new, *(name for name in old if name not in new)):
        first, second = old.get(name), new.get(name)
        if second is None:
            state = "removed"
        elif second.quote not in text:
            state = "gone"
        elif first is None:
            state = "added"
        elif any(getattr(first, field) != getattr(second, field) for field in ASKED):
            state = "changed"
        else:
            change = became.get(first.cites)
            state = "same" if change is None or change.change is Change.SAME else "clause_changed"
        if state != "same":
            found.append(_mark(name, state, first, second, became))
    order = ("gone", "changed", "clause_changed", "removed", "added")
    yield from sorted(found, key=lambda one: order.index(one.state))


def _mark(name: str, state: str, first: CriterionEntry | None, second: CriterionEntry | None,
          became: Mapping[str, ClauseChange]) -> CriterionMark:
    """A criterion in both versions; for one whose quotation is gone, what may stand in its place."""
    one = second or first
    assert one is not None  # noqa: S101 - it stands in one of the two
    suggestion, citation, bar = "", "", None
    stale = second if state == "gone" else None
    change = became.get(stale.cites) if stale else None
    if stale is not None and change is not None and change.before is not None and change.after is not None:
        suggestion = text_difference.counterpart(change.before.text, change.after.text, stale.quote)
        citation = change.after.ref
        read = measures.measures(suggestion)
        bar = read[0].bar if len(read) == 1 and stale.bar is not None else stale.bar
    return CriterionMark(name, one.label, one.label_en, state, first.cites if first else "",
                         second.cites if second else "", first.quote if first else "", second.quote if second else "",
                         first.bar if first else None, second.bar if second else None, suggestion, citation, bar)


def _others(before: Folder, after: Folder, heads: tuple[Mapping[str, object], Mapping[str, object]]) -> Iterator[str]:
    for name, keys in (("base_types", ("base_types", "common_articles")), ("window", ("window",))):
        if any(heads[0].get(key) != heads[1].get(key) for key in keys):
            yield name
    if _facts(before) != _facts(after):
        yield "facts"
    if any(_read(before, name) != _read(after, name) for name in (TOPICS, POINTS, GAPS, "vocabulary.yaml")):
        yield "questions"


def _facts(files: Folder) -> object:
    """How facts are read by the files, in whichever form: not what else is said of them, nor the names of rules."""
    with written({name: content for name, content in files.items()
                  if name == fact_files.SINGLE or name.startswith(f"{FACTS}/")}) as folder:
        try:
            book = schema.load(folder)
        except PolicyError:
            return None
    return msgspec.structs.replace(book, facts={
        key: msgspec.structs.replace(spec, rules=[msgspec.structs.replace(rule, id="") for rule in spec.rules])
        for key, spec in book.facts.items()})


def _glossed(files: Folder) -> set[str]:
    """The clauses that points.yaml explains in words of its own."""
    found = _read(files, POINTS)
    return set(found.get("clauses", {})) if isinstance(found, dict) else set()


def _text(files: Folder) -> str:
    return files.get(TEXT, b"").decode("utf-8", "replace").removeprefix("\ufeff")


def _list(files: Folder, name: str) -> list[object]:
    found = _read(files, name)
    return found if isinstance(found, list) else []


def _read(files: Folder, name: str) -> object:
    if name not in files:
        return None
    try:
        with written({name: files[name]}) as folder:
            return typed_yaml.read(Path(folder) / name)
    except PolicyError:
        return None
