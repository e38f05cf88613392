"""How many right readings break where documents are worded, laid out or written otherwise and say the same.

    python -m tests.bench.bench_perturbations [FOLDER ...] [--kinds KIND ...] [--show] [--json FILE]

FOLDERs hold cases (case.json, documents/, gold.json or none) or are files of sentences (.jsonl); without any, the cases
and sentences that the tests have, and those in ../shared beside the project where there are any. A reading is right
where it is as gold says, or, without gold, as it was before. Of cases, those readings are counted whose evidence stands
in a changed document, and whatever breaks. In sentences one word at a time is put for another. The goal: at most 5 % of
the right readings break by each kind.
"""
from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from ingestion import facts, reading
from ingestion.domain import Document
from ingestion.policies import policy
from tests.bench import perturbations

ROOT = Path(__file__).parents[2]
DEFAULT = (ROOT / "tests/data/applications", ROOT / "../shared/cases", ROOT / "../shared/cases-messy",
           ROOT / "tests/data/sentences.jsonl", ROOT / "../shared/cases/sentences.jsonl")
GOAL = 0.05
AS_PDF, ONE_WORD = "docx as pdf", "one synonym in a sentence"
POLICY = policy.load()
Reading = tuple[int, int | None, bool]  # low, high, whether documents contradict each other


class Break(Struct, frozen=True):
    """A right reading that is another after the change."""

    kind: str
    case: str
    fact: str
    before: Reading | None
    after: Reading | None
    by: str = ""  # the word that does it alone, where one does


class Result(Struct):
    right: int = 0
    broken: list[Break] = field(default_factory=list)


class Case(Struct, frozen=True):
    """An application with what it reads, and what it says, where that is known."""

    id: str
    files: tuple[Path, ...]
    documents: tuple[Document, ...]
    on: date
    keys: frozenset[str]
    gold: Mapping[str, Reading] | None

    def read(self, documents: Sequence[Document]) -> tuple[dict[str, Reading], dict[str, set[str]]]:
        """What the documents come to by fact, and in which of them the evidence stands."""
        found = facts.extract(documents, POLICY, self.on, keys=self.keys).facts
        return ({key: (fact.interval.low, fact.interval.high, fact.conflict) for key, fact in found.items()},
                {key: {one.document for one in fact.evidence} for key, fact in found.items()})


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("folders", nargs="*", type=Path)
    options.add_argument("--kinds", nargs="+", choices=(*perturbations.KINDS, AS_PDF, ONE_WORD))
    options.add_argument("--show", action="store_true", help="name every break")
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    kinds = given.kinds or [*perturbations.KINDS, AS_PDF, ONE_WORD]
    results: dict[str, Result] = {kind: Result() for kind in kinds}
    for folder in given.folders or [path for path in DEFAULT if path.exists()]:
        if folder.suffix == ".jsonl":
            if ONE_WORD in kinds:
                sentences(folder, results[ONE_WORD])
            continue
        for case in cases(folder):
            measure(case, results)
    report(results, show=given.show)
    if given.json:
        rows = [{"kind": b.kind, "case": b.case, "fact": b.fact, "before": b.before, "after": b.after, "by": b.by}
                for result in results.values() for b in result.broken]
        given.json.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    sys.exit(any(len(one.broken) > GOAL * one.right for one in results.values()))


def cases(folder: Path) -> Iterator[Case]:
    """The cases below a folder, or the one that it is."""
    for path in sorted([*folder.glob("case.json"), *folder.glob("*/case.json")]):
        said = json.loads(path.read_text(encoding="utf-8"))
        known = path.with_name("gold.json")
        gold = json.loads(known.read_text(encoding="utf-8"))["facts"] if known.exists() else None
        criteria = POLICY.criteria_for(said["base_type"])
        documents = reading.read_all([path.parent / "documents"])
        keys = frozenset(key for one in criteria for key in one.facts)
        yield Case(said["id"], tuple(path.parent / "documents" / one.name for one in documents), tuple(documents),
                   date.fromisoformat(said["application_date"]), keys,
                   None if gold is None else
                   {key: (one["low"], one["high"], bool(one.get("conflict"))) for key, one in gold.items()})


def measure(case: Case, results: Mapping[str, Result]) -> None:
    """What of a case breaks, by kind."""
    plain = [perturbations.rebuilt(document) for document in case.documents]
    before, stands = case.read(plain)
    truth = before if case.gold is None else case.gold
    for kind, result in results.items():
        documents = list(changed(case, kind, plain))
        touched = {new.name for new, old in zip(documents, plain, strict=True) if new != old}
        if not touched:
            continue
        after, _ = case.read(documents)
        for key in sorted(case.keys):
            if before.get(key) != truth.get(key):
                continue
            broken = after.get(key) != before.get(key)
            result.right += broken or bool(stands.get(key, set()) & touched)
            if broken:
                by = culprit(case, kind, plain, key) if kind.startswith("synonyms") else ""
                result.broken.append(Break(kind, case.id, key, before.get(key), after.get(key), by))


def changed(case: Case, kind: str, documents: Sequence[Document]) -> Iterator[Document]:
    """The documents after a change."""
    if kind in perturbations.KINDS:
        yield from map(perturbations.KINDS[kind], documents)
    for path, document in zip(case.files, documents, strict=True) if kind == AS_PDF else ():
        if path.suffix != ".docx" or not path.exists():
            yield document
            continue
        with tempfile.TemporaryDirectory() as folder:
            made = perturbations.as_pdf(path, Path(folder))
            yield replace(reading.read_all([made])[0], name=document.name) if made else document
    if kind == ONE_WORD:
        yield from documents


def culprit(case: Case, kind: str, documents: Sequence[Document], key: str) -> str:
    """The pair of words that changes a reading alone."""
    swaps = perturbations.forward() if kind == "synonyms" else perturbations.backward()
    before = case.read(documents)[0].get(key)
    for swap in swaps:
        change = perturbations.everywhere(partial(perturbations.other_word, swaps=(swap,)))
        made = [change(document) if swap[0] in document.text else document for document in documents]
        if any(swap[0] in one.text for one in documents) and case.read(made)[0].get(key) != before:
            return f"{swap[0]}→{swap[1]}"
    return ""


def sentences(path: Path, result: Result) -> None:
    """What breaks in sentences that are read right, one word at a time."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        gold = {key: (one["low"], one["high"]) for key, one in row["gold"].items()}
        on, variants = date.fromisoformat(row["application_date"]), list(perturbations.one_by_one(row["text"]))
        if not variants or not gold:
            continue
        before = _said(row["text"], on)
        right = {key for key, one in gold.items() if before.get(key, ())[:2] == one}
        for by, text in variants:
            after = _said(text, on)
            result.right += len(right)
            result.broken += [Break(ONE_WORD, row["id"], key, before[key], after.get(key), by)
                              for key in sorted(right) if after.get(key) != before[key]]


def _said(text: str, on: date) -> dict[str, Any]:
    found = facts.extract_text(text, POLICY, on).facts
    return {key: (*fact.interval, fact.conflict) for key, fact in found.items()}


def report(results: Mapping[str, Result], *, show: bool) -> None:
    for kind, one in results.items():
        share = len(one.broken) / one.right if one.right else 0.0
        note = "  above the goal" if share > GOAL else ""
        print(f"{kind:28} {len(one.broken):5} of {one.right:6}  {share:6.1%}{note}")
    for kind, one in results.items():
        by: dict[str, int] = defaultdict(int)
        for each in one.broken:
            by[each.by] += bool(each.by)
            if show and kind != ONE_WORD:
                print(f"{kind}: {each.case} {each.fact}: {each.before} -> {each.after} {each.by}")
        if any(by.values()):
            most = sorted(by.items(), key=lambda item: -item[1])[:40]
            print(f"{kind}, by word: " + ", ".join(f"{word} {number}" for word, number in most if number))


if __name__ == "__main__":
    main()
