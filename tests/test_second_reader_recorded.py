"""A strong reader's recorded answer about the bundled application: what was asked is still what was answered, code
verifies what it says, and under `cautious` nothing becomes met that the first reader alone does not have.

The answer is the first one that the reader gave to the request beside it, unedited; it saw nothing else.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from tests.model_server import Endpoint, saying, serving

DATA = Path(__file__).parent / "data" / "second_reader"
FOLDER = Path(__file__).parents[1] / "examples" / "membrane-center"
ARGUMENTS = ("--base-type", "joint_research_center", "--date", "2025-06-30", "--quiet")


def assessed(target: Path, *more: str) -> dict[str, Any]:
    assert main(["assess", str(FOLDER), *ARGUMENTS, "--json", str(target), *more]) == 0
    found: dict[str, Any] = json.loads(target.read_text(encoding="utf-8"))
    return found


def met(result: dict[str, Any]) -> set[str]:
    return {one["id"] for one in result["criteria"] if one["outcome"] in ("met", "needs_judgement")}


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, Any], dict[str, Any], Endpoint]:
    """The first reader alone, both readers, and what the endpoint was asked."""
    monkeypatch.setenv("GUOHE_CACHE", str(tmp_path / "cache"))
    alone = assessed(tmp_path / "alone.json")
    with serving(saying((DATA / "membrane-center.answer.json").read_text(encoding="utf-8"))) as endpoint:
        for name, value in (("URL", endpoint.url), ("MODEL", "recorded")):
            monkeypatch.setenv(f"GUOHE_LLM_{name}", value)
        both = assessed(tmp_path / "both.json", "--second-reader", "--unexamined")
    return alone, both, endpoint


def test_the_recorded_request_is_what_is_sent(read: tuple[dict[str, Any], dict[str, Any], Endpoint]) -> None:
    """One request, byte for byte the recorded one: a change of what is sent needs a new answer."""
    _, _, endpoint = read
    assert len(endpoint.requests) == 1
    sent = endpoint.requests[0]["messages"][1]["content"]
    assert sent == (DATA / "membrane-center.request.txt").read_text(encoding="utf-8")


def test_a_recorded_answer_is_verified_and_agrees(read: tuple[dict[str, Any], dict[str, Any], Endpoint]) -> None:
    """Every fact of both readers agrees and is verified, no claim is dropped, and the outcomes stay the rules'."""
    alone, both, _ = read
    second = both["second_reader"]
    assert second["failed"] == []
    assert second["dropped"] == 0
    assert set(second["agreement"].values()) == {"agree"}
    assert [key for key, one in second["facts"].items() if not one["verified"]] == []
    assert (second["facts"]["sci_ei_papers"]["low"], second["facts"]["sci_ei_papers"]["high"]) == (19, 24)
    assert met(both) <= met(alone)
    assert both["overall"] == alone["overall"] == "insufficient_evidence"
