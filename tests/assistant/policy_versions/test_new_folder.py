"""`guohe policy new`: a folder to start from, out of nothing but a policy's text."""
from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from api.cli import main
from assistant.judging import assessing
from assistant.policy_versions import starting
from ingestion.domain import CriterionKind, Scale
from ingestion.policies import policy as policies
from tests.support.places import POLICIES, ROOT, YUNLING

POINTS = POLICIES / "donglan-overseas-warehouses"
SHIPPED = ROOT / "policy_corpus" / "cq-base-measures-draft"
TEXTS = [POINTS, SHIPPED, YUNLING]


def started(folder: Path, source: Path = POINTS) -> policies.Policy:
    starting.start((source / "text.txt").read_bytes(), folder)
    return policies.load(folder)


@pytest.mark.parametrize("source", TEXTS, ids=lambda path: path.name)
def test_the_folder_can_be_loaded_at_once(tmp_path: Path, source: Path) -> None:
    """Bars, units, points and citations are those of the text, so that nothing but what is marked is wrong with it."""
    made = started(tmp_path / "new", source)
    assert policies.check(tmp_path / "new") == []
    assert made.text == (source / "text.txt").read_text(encoding="utf-8")
    assert len(made.articles) == len(policies.load(source).articles)


@pytest.mark.parametrize("source", TEXTS, ids=lambda path: path.name)
def test_every_bar_of_the_written_folder_is_found(tmp_path: Path, source: Path) -> None:
    """What people wrote as a bar, a scale or a total stands in the new folder, too, clause by clause."""
    known = {(one.citation, one.bar, one.points) for one in started(tmp_path / "new", source).criteria}
    wanted = [one for one in policies.load(source).criteria if one.kind is CriterionKind.TOTAL
              or (one.kind is CriterionKind.COUNT and policies.load(source).wordings[one.id].measure)]
    assert wanted
    assert [one.id for one in wanted if (one.citation, one.bar, one.points) not in known] == []


def test_points_and_money_are_found(tmp_path: Path) -> None:
    """So many for each 100万美元, steps, and a total; the fact is counted in dollars within the window."""
    made = started(tmp_path / "new")
    exports = next(one for one in made.criteria if one.citation == "第五条（二）")
    assert exports.points == Scale(25, 1, 1_000_000)
    spec = made.facts.facts[exports.facts[0]]
    assert (spec.kind, spec.currency, spec.time) == ("money", ["美元"], "window")
    assert made.window.term == "近两个会计年度"
    assert made.window.occurs == ("第四条（三）", "第五条（二）")


def test_an_unwritten_folder_claims_nothing(tmp_path: Path) -> None:
    """Assessed before anybody wrote how documents word its facts, it finds nothing and meets nothing."""
    made = started(tmp_path / "new")
    result = assessing.assess([POINTS.parent / "donglan-application"], made, "applicant", date(2024, 6, 15))
    assert result.facts == {}
    assert not any(one.outcome.value == "met" for one in result.findings)


def test_check_names_every_place_to_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command counts the gaps, and the check leads to each by file and line until all are written."""
    target = tmp_path / "new"
    assert main(["policy", "new", str(POINTS / "text.txt"), str(target), "--lang", "en"]) == 0
    said = capsys.readouterr().out
    gaps = len(starting.unwritten(target))
    assert f"{gaps} places" in said
    assert main(["policy", "check", str(target), "--lang", "en"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == gaps
    assert lines[0].startswith("policy.yaml:1: still to be written")
    for path in target.rglob("*.yaml"):
        path.write_text(path.read_text(encoding="utf-8").replace("TODO", "x"), encoding="utf-8")
    assert main(["policy", "check", str(target)]) == 0


def test_a_word_file_will_do(tmp_path: Path) -> None:
    """What is no plain text is read as applications are."""
    from docx import Document

    document = Document()
    for line in (POINTS / "text.txt").read_text(encoding="utf-8").splitlines():
        document.add_paragraph(line)
    document.save(str(tmp_path / "办法.docx"))
    assert main(["policy", "new", str(tmp_path / "办法.docx"), str(tmp_path / "new")]) == 0
    assert len(policies.load(tmp_path / "new").articles) == 9


@pytest.mark.parametrize(("text", "words"), [
    ("没有条文的一段话。", "第N条"), (None, "已经存在")])
def test_what_cannot_be_started(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None,
                                words: str) -> None:
    """A text without articles, and a folder that is there: one line, exit status 2, nothing overwritten."""
    source, target = tmp_path / "办法.txt", tmp_path / "new"
    source.write_text(text or (POINTS / "text.txt").read_text(encoding="utf-8"), encoding="utf-8")
    if text is None:
        shutil.copytree(SHIPPED, target)
    assert main(["policy", "new", str(source), str(target)]) == 2
    assert words in capsys.readouterr().err
    assert text is None or not (target / "policy.yaml").exists()
