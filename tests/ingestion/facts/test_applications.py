"""Whole applications from their files: data/applications, each with case.json, documents and the gold of a reader.

Some of them hold a scan or a photo, so that recognition runs, too; its cache starts empty.
"""
from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from assistant.judging import assessing
from assistant.report import serialising
from ingestion.domain import Assessment
from ingestion.policies import policy
from tests.ingestion.facts.quotes import misquoted, pieces
from tests.support.places import APPLICATIONS, ROOT

CASES = sorted(path.parent.name for path in APPLICATIONS.glob("*/case.json"))
PLAIN = [name for name in CASES if not any(
    path.suffix in {".jpg", ".png"} or "扫描" in path.name for path in (APPLICATIONS / name / "documents").iterdir())]
POLICY = policy.load()
SHARED_RUN = 12      # characters in a row that make two quotes the same place

each_case = pytest.mark.parametrize("name", CASES)


@pytest.fixture(scope="module", autouse=True)
def _empty_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is recognised is recognised here, not taken from the machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GUOHE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@cache
def case(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((APPLICATIONS / name / "case.json").read_text(encoding="utf-8"))
    return loaded


@cache
def gold(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((APPLICATIONS / name / "gold.json").read_text(encoding="utf-8"))
    return loaded


@cache
def assessed(name: str) -> Assessment:
    return assessing.assess([APPLICATIONS / name / "documents"], POLICY, case(name)["base_type"], day(name))


def day(name: str) -> date:
    return date.fromisoformat(case(name)["application_date"])


def same_place(one: str, other: str) -> bool:
    """One quote holds the other, or they share a run of characters; blanks do not count."""
    first, second = "".join(one.split()), "".join(other.split())
    if first in second or second in first:
        return True
    runs = {first[start:start + SHARED_RUN] for start in range(len(first) - SHARED_RUN + 1)}
    return any(second[start:start + SHARED_RUN] in runs for start in range(len(second) - SHARED_RUN + 1))


def test_every_base_type_is_there() -> None:
    """Each base type has an application, and each overall outcome has one."""
    assert {case(name)["base_type"] for name in CASES} == {one.id for one in POLICY.base_types}
    assert {gold(name)["overall"] for name in CASES} == {
        "does_not_qualify", "insufficient_evidence", "qualifies_pending_judgement"}


@each_case
def test_facts(name: str) -> None:
    """The facts that the base type asks for, their bounds and conflicts are the reader's, and no other is there."""
    asked = {key for one in POLICY.criteria_for(case(name)["base_type"]) for key in one.facts}
    found = {key: (fact.interval.low, fact.interval.high, fact.conflict)
             for key, fact in assessed(name).facts.items() if key in asked}
    assert found == {key: (fact["low"], fact["high"], fact["conflict"]) for key, fact in gold(name)["facts"].items()}


@each_case
def test_outcomes(name: str) -> None:
    """Every criterion and the overall outcome are the reader's."""
    result = assessed(name)
    assert {one.criterion.id: one.outcome.value for one in result.findings} == gold(name)["criteria"]
    assert result.overall.value == gold(name)["overall"]


@each_case
def test_evidence_stands_where_the_reader_found_it(name: str) -> None:
    """Each fact's evidence holds a place that the reader marked, in the same document."""
    for key, wanted in gold(name)["facts"].items():
        evidence = assessed(name).facts[key].evidence
        assert any(one.document == mark["document"] and same_place(one.quote, mark["quote"])
                   for one in evidence for mark in wanted["evidence"]), key


@each_case
def test_quotes_are_verbatim_and_located(name: str) -> None:
    """Every quote of evidence and of what was left out is the document's text at its offsets, on its page."""
    result = assessed(name)
    assert pieces(result)
    assert misquoted(result, result.documents) == []
    documents = {one.name: one for one in result.documents}
    for piece in pieces(result):
        if documents[piece.document].lines:
            boxes = documents[piece.document].boxes(piece.span)
            assert boxes
            assert all(box.left < box.right and box.top < box.bottom for box in boxes)


@each_case
def test_no_file_is_left_unread(name: str) -> None:
    """Each document gave text."""
    assert all(one.text.strip() for one in assessed(name).documents)


@each_case
def test_the_order_of_documents_does_not_matter(name: str) -> None:
    """Documents in another order give the same JSON, but for the list of the documents itself."""
    result = assessed(name)
    other = assessing.assess_documents(result.documents[::-1], POLICY, result.base_type, result.application_date)
    first, second = (serialising.assessment(one, POLICY) for one in (result, other))
    assert first.pop("documents") == second.pop("documents")[::-1]
    assert json.dumps(first, ensure_ascii=False) == json.dumps(second, ensure_ascii=False)


@pytest.mark.parametrize("name", PLAIN)
def test_the_same_bytes_everywhere(name: str) -> None:
    """Paths in any order, hash seed, time zone and locale do not change a byte of `--json -`."""
    files = sorted((APPLICATIONS / name / "documents").iterdir())
    outputs = []
    for order, environment in ((files, {"PYTHONHASHSEED": "1", "TZ": "America/Los_Angeles", "LC_ALL": "C"}),
                               (files[1:] + files[:1],
                                {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"})):
        done = subprocess.run(
            [sys.executable, "-m", "api.cli", "assess", *map(str, order), "--base-type", case(name)["base_type"],
             "--date", case(name)["application_date"], "--json", "-"],
            capture_output=True, check=True, cwd=ROOT, env={**os.environ, **environment})
        outputs.append(done.stdout)
    assert outputs[0] == outputs[1]
    body = json.loads(outputs[0])
    assert body["overall"] == gold(name)["overall"]
    assert body == serialising.assessment(assessed(name), POLICY)
