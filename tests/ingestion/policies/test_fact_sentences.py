"""The sentences in a fact's file: each gives what it says, and a rule that none of them needs is named."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from api.cli import main
from assistant.policy_versions import fact_sentences, folder_checks
from ingestion.facts import schema
from ingestion.policies import policy
from tests.support import samples
from tests.support.places import YUNLING

MANAGERS = "facts/energy_managers.yaml"
SAID = """sentences:
  - {text: "实验室现有专职节能管理人员3人，另有兼职人员5人。", low: 3}
  - text: |
      实验室现有专职节能管理人员5人，
      其中1人已离岗。
    low: 4
    day: "2024-06-15"
  - {text: "实验室有专职财务人员2人。"}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The invented policy with sentences for one of its facts."""
    made = Path(shutil.copytree(YUNLING, tmp_path / "policy"))
    path = made / MANAGERS
    path.write_text(path.read_text(encoding="utf-8").partition("sentences:")[0] + SAID, encoding="utf-8")
    return made


def change(folder: Path, old: str, new: str, name: str = MANAGERS) -> Path:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


def test_right_sentences_are_no_mistake(folder: Path) -> None:
    """Also one of several lines, one with a day of its own, and one that gives nothing."""
    assert folder_checks.check(folder) == []


@pytest.mark.parametrize(("old", "new", "line", "said"), [
    ("low: 3}", "low: 8}", 2, "gives 3..3, not 8..8"), ("low: 3}", "low: 3, high: none}", 2, "gives 3..3, not 3.."),
    ('2人。"}', '2人。", low: 2}', 8, "gives nothing, not 2..2"), ('"2024-06-15"', '"15 June"', 7, "is no day"),
])
def test_a_wrong_sentence_is_named_with_its_line(folder: Path, old: str, new: str, line: int, said: str) -> None:
    """Its file, its line, what it gives and what it was to give, in both languages."""
    (problem,) = folder_checks.check(change(folder, old, new))
    above = (folder / MANAGERS).read_text(encoding="utf-8").split("sentences:")[0].count("\n")
    assert (problem.file, problem.line - above, said in problem.english) == (MANAGERS, line, True), problem
    assert problem.chinese


def test_a_changed_rule_shows_in_the_sentences_that_need_it(folder: Path) -> None:
    """Taking words from a rule is noticed before anything is published."""
    (problem,) = folder_checks.check(change(folder, "subtract: [兼职, 已离岗]", "subtract: [兼职]"))
    assert "gives 5..5, not 4..4" in problem.english


def test_what_no_sentence_needs_is_named(folder: Path) -> None:
    """By its place in the file; a fact without sentences is left alone."""
    loaded = policy.load(folder)
    found = [rule for file, rule in fact_sentences.unneeded(loaded) if file == MANAGERS]
    assert "none_words" in found
    assert not {"needs.2", "subtract"} & set(found)
    assert {file for file, _ in fact_sentences.unneeded(loaded)} <= {
        f"facts/{key}.yaml" for key, one in schema.described(folder).items() if one.sentences}


def test_the_command_notes_it_and_accepts_the_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A note is no mistake; --quiet leaves it out."""
    assert main(["policy", "check", str(folder), "--lang", "en"]) == 0
    assert f"{MANAGERS}: no sentence needs " in capsys.readouterr().out
    assert main(["policy", "check", str(folder), "--lang", "en", "--quiet"]) == 0
    assert "no sentence needs" not in capsys.readouterr().out


def test_every_shipped_fact_says_what_it_is() -> None:
    """In both languages: its definition, what counts, what does not, its readings; and shows it with sentences, also
    with one that gives nothing.
    """
    for key, one in schema.described(samples.policy().root).items():
        assert all((one.definition, one.definition_en, one.counts, one.not_counted, one.readings)), key
        assert (len(one.counts), len(one.not_counted)) == (len(one.counts_en), len(one.not_counted_en)), key
        assert len(one.sentences) >= 5, key
        assert {sample.low is None for sample in one.sentences} == {True, False}, key
        assert set(one.readings) <= set(range(1, 40)), key


def test_rules_of_a_fact_have_names_of_their_own() -> None:
    """No two rules are called the same, so that a note names one."""
    for key, spec in samples.policy().facts.facts.items():
        names = [name for name, _ in fact_sentences.rules(spec)]
        assert len(names) == len(set(names)), key
