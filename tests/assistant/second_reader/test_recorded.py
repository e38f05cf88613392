"""A strong reader's recorded answers over real HTTP, for the bundled application and four others of all base types:
what is asked is still what was answered, code verifies what it says, and what stands is what it should be.

Each answer is the first one that the reader gave to the request beside it, unedited; it saw nothing else. Whoever
changes what is sent makes it the answer to another question: a new one is needed, by a reader that sees the new request
alone.
"""
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from api.service.administration.recomputing import recompute
from tests.assistant.second_reader.second_reader_samples import reading
from tests.support.model_server import Endpoint, saying, serving
from tests.support.places import DATA, EXAMPLE

RECORDED = DATA / "second_reader"
Bounds = tuple[int, int | None]
Result = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """`differs`: what the readers have otherwise: the first's, the second's, what stands under `second`; `unverified`:
    why code could not verify what both have; `dropped`: claims."""

    name: str
    overall: str
    differs: dict[str, tuple[str, Bounds | None, Bounds | None, Bounds | None]] = field(default_factory=dict)
    unverified: dict[str, list[str]] = field(default_factory=dict)
    dropped: int = 0

    @property
    def documents(self) -> Path:
        return RECORDED / self.name / "documents" if (RECORDED / self.name / "documents").is_dir() else EXAMPLE

    @property
    def about(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.text("case.json"))
        return found

    @property
    def gold(self) -> Result | None:
        """What people read, where the case has it."""
        return json.loads(self.text("gold.json")) if (RECORDED / self.name / "gold.json").is_file() else None

    def text(self, name: str) -> str:
        return (RECORDED / self.name / name).read_text(encoding="utf-8")


CASES = (
    Case("membrane-center", "insufficient_evidence"),
    Case("ip-lanqiao-two-languages", "qualifies_pending_judgement"),
    Case("ttc-dukou-plain-speech", "qualifies_pending_judgement"),
    Case("ttc-haiqiao-two-counts", "insufficient_evidence"),
    Case("oic-penang-ringgit", "does_not_qualify"),   # one of its files is a scan
)


@dataclass(frozen=True)
class Read:
    """One case: the first reader alone, both under each mode, and what the endpoint was asked."""

    case: Case
    alone: Result
    cautious: Result
    second: Result
    endpoint: Endpoint


def assessed(case: Case, target: Path, *more: str) -> Result:
    about = case.about
    assert main(["assess", str(case.documents), "--base-type", about["base_type"], "--date", about["application_date"],
                 "--applicant", about["applicant"], "--quiet", "--json", str(target), *more]) == 0
    found: Result = json.loads(target.read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def read(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Read]:
    case, folder = request.param, tmp_path_factory.mktemp("recorded")
    with pytest.MonkeyPatch.context() as patch, serving(saying(case.text("answer.json"))) as endpoint:
        for name, value in (("CACHE", str(folder / "cache")), ("LLM_URL", endpoint.url), ("LLM_MODEL", "recorded")):
            patch.setenv(f"GUOHE_{name}", value)
        both = [assessed(case, folder / f"{differ}.json", "--second-reader", "--unexamined", "--differ", differ)
                for differ in ("cautious", "second")]
        yield Read(case, assessed(case, folder / "alone.json"), both[0], both[1], endpoint)


def bounds(fact: Result | None) -> Bounds | None:
    return (fact["low"], fact["high"]) if fact is not None else None


def outcomes(result: Result) -> dict[str, str]:
    return {one["id"]: one["outcome"] for one in result["criteria"]}


def good(result: Result) -> set[str]:
    return {key for key, outcome in outcomes(result).items() if outcome in ("met", "needs_judgement")}


def test_the_recorded_request_is_what_is_sent(read: Read) -> None:
    """Byte for byte, instructions and documents; beside it at most the second question, and nothing twice."""
    first, *more = read.endpoint.requests
    assert [one["content"] for one in first["messages"]] == [
        read.case.text("instructions.txt"), read.case.text("request.txt")]
    assert [len(one["messages"]) for one in more] == ([4] if read.case.unverified else [])


def test_an_answer_is_read_as_it_was_when_it_was_recorded(read: Read) -> None:
    """How both readings lie to each other, what is verified and why not, what was dropped; in both modes the same."""
    for result in (read.cautious, read.second):
        second = result["second_reader"]
        assert second["failed"] == []
        assert second["dropped"] == read.case.dropped
        assert {key: (lie, bounds(second["first"].get(key)), bounds(second["facts"].get(key)))
                for key, lie in second["agreement"].items() if lie != "agree"} == {
            key: one[:3] for key, one in read.case.differs.items()}
        assert {key: one["why"] for key, one in second["facts"].items() if not one["verified"]} == read.case.unverified


def test_what_stands_under_either_mode(read: Read) -> None:
    """Under `cautious` what spans both readings, and no criterion met that the first reader alone does not have; under
    `second` the second's reading where it may lead. Where people have read the case, what stands is what they read."""
    for key, (_, first, second, led) in read.case.differs.items():
        spans = first and second and (min(first[0], second[0]), max(first[1] or 0, second[1] or 0))
        assert bounds(read.alone["facts"].get(key)) == first
        assert bounds(read.cautious["facts"].get(key)) == spans
        assert bounds(read.second["facts"].get(key)) == led
    assert good(read.cautious) <= good(read.alone)
    assert {read.alone["overall"], read.cautious["overall"], read.second["overall"]} == {read.case.overall}
    gold = read.case.gold
    if gold is not None:
        suggested = {key for key, one in read.case.differs.items() if one[3] is None}
        asked = set(read.second["second_reader"]["agreement"]) - suggested
        assert outcomes(read.second) == gold["criteria"]
        assert {key: bounds(read.second["facts"].get(key)) for key in asked} == {
            key: bounds(gold["facts"].get(key)) for key in asked}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_left_to_people_and_the_same_bytes_again(case: Case, tmp_path: Path) -> None:
    """待核对 of an installation has what differs, what one alone found and what agrees unverified, and no other;
    recomputing reads the files anew, asks nobody and gives the same bytes."""
    about, files = case.about, sorted(case.documents.iterdir())
    with reading(tmp_path, saying(case.text("answer.json"))) as (site, endpoint):
        me = site.client()
        made = me.assessed(*((one.name, one.read_bytes()) for one in files if one.is_file()), applicant=about[
            "applicant"], base_type=about["base_type"], application_date=about["application_date"])
        told = me.get(f"/api/v1/cases/{made}/second-reading").json()
        assert told["standing"] == "done", told["error"]
        assert {one["key"] for one in told["items"]} == {*case.differs, *case.unverified}
        assert endpoint.requests[0]["messages"][1]["content"] == case.text("request.txt")
        asked, services = len(endpoint.requests), site.services
        found = services.assessments.latest(me.actor, made)
        assert found is not None
        again = recompute(services.context.database, services.context.contents, services.policies, found.key)
        assert (again.same, again.differs) == (True, ())
        assert len(endpoint.requests) == asked
