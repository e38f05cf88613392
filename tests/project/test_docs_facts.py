"""`docs/facts.md`, followed word by word: the fact and the criterion that it adds work."""
from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import msgspec
import pytest

from api.cli import main
from assistant.policy_versions import folder_checks
from ingestion.facts.schema import Described
from tests.support.places import ROOT, YUNLING

PAGE = (ROOT / "docs" / "facts.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^ +<!-- (text|file|append): ([^;>]+?)(?:; (.+?))? -->\n +```\w*\n(.*?)\n +```$", PAGE,
                   re.DOTALL | re.MULTILINE)


@pytest.fixture
def followed(tmp_path: Path) -> Path:
    """A copy of the invented policy after all steps of the page."""
    folder = Path(shutil.copytree(YUNLING, tmp_path / "policy"))
    for act, name, after, block in STEPS:
        text = "\n".join(line[3:] for line in block.split("\n")) + "\n"
        path = folder / name
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        assert after in before
        made = {"file": text, "append": before + text, "text": before.replace(f"{after}\n", f"{after}\n{text}", 1)}[act]
        path.write_text(made, encoding="utf-8")
    (problem,) = [one for one in folder_checks.check(folder) if one.file == "policy.yaml"]
    digest = re.search(r"sha256 is ([0-9a-f]{64})", problem.english)
    assert digest is not None
    head = folder / "policy.yaml"
    head.write_text(re.sub(r"sha256: \w+", f"sha256: {digest[1]}", head.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


def test_the_folder_is_sound_after_the_steps(followed: Path) -> None:
    """Each step is found on the page; the check has nothing to say."""
    assert [(act, name) for act, name, _, _ in STEPS] == [
        ("text", "text.txt"), ("file", "facts/inverter_pumps.yaml"), ("append", "criteria.yaml")]
    assert folder_checks.check(followed) == []


def test_the_new_fact_decides_its_criterion(followed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Assessed by the policy so changed, and explained."""
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "申报书.txt").write_text("本实验室现有变频水泵24台，其中5台已停用。\n", encoding="utf-8")
    given = [str(documents), "--policy", str(followed), "--date", "2025-06-30"]
    assert main(["assess", *given, "--base-type", "model_laboratory", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert next(one["outcome"] for one in found["criteria"] if one["id"] == "pumps") == "not_met"
    assert main(["facts", *given, "--explain", "inverter_pumps", "--json", "-"]) == 0
    way = json.loads(capsys.readouterr().out)
    assert (way["low"], way["high"], way["said"][0]["rules"][0]["rule"]) == (19, 19, "heads")


def test_every_field_that_the_page_names_is_one() -> None:
    """In the tables of a fact's file."""
    known = {field.name for field in msgspec.structs.fields(Described)}
    tables = PAGE.split("## A fact's file")[1].split("How a yes or no is worded")[0]
    first_cells = re.findall(r"^\| (`.+?) \|", tables, re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert named - {"_en"} <= known


def test_every_fate_is_on_the_page() -> None:
    """What can become of a statement is told in the words of the trace."""
    import yaml

    words = yaml.safe_load((ROOT / "assistant" / "report" / "language" / "way.yaml").read_text(encoding="utf-8"))
    assert all(f"`{fate}`" in PAGE for fate in words["en"]["fate"])


def test_every_place_that_the_architecture_names_is_there() -> None:
    """Files and folders of `docs/architecture.md`; bare module names are of `ingestion/facts`."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    for name in re.findall(r"`([\w./<>*-]+(?:\.py|\.yaml|\.txt|\.md|/))`", page):
        if "<" in name or "*" in name or name in ("criteria.yaml", "text.txt", "policy.yaml", "reading.yaml"):
            continue
        places = [ROOT / name, ROOT / "ingestion" / name, ROOT / "ingestion" / "facts" / name]
        assert any(place.exists() for place in places), name


def test_the_picture_names_every_room_of_the_assistant() -> None:
    """As the contract of imports lists them."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [path.parent.name for path in (ROOT / "assistant").glob("*/__init__.py")]
    assert [room for room in rooms if not re.search(rf"\b{room}\b", page)] == []
