"""Situations in situations/*.yaml: facts in, outcomes out, one sentence of law each."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.judging import rules
from ingestion.domain import Evidence, Fact, Finding, Interval, Method, Outcome, Span
from ingestion.policies import policy

FOLDER = Path(__file__).parent / "situations"
SITUATIONS: list[dict[str, Any]] = [
    one for path in sorted(FOLDER.glob("*.yaml")) for one in yaml.safe_load(path.read_text(encoding="utf-8"))]
POLICY = policy.load()


def fact(key: str, written: Any) -> Fact:
    """A fact as a situation writes it, with one piece of evidence for each bound."""
    conflict = isinstance(written, dict) and bool(written.get("conflict"))
    low, high = (written["low"], written["high"]) if isinstance(written, dict) else \
        written if isinstance(written, list) else (int(written), int(written))
    evidence = tuple(
        Evidence(f"材料{number}.pdf", number, Span(0, 4), key, Method.DECLARED, Interval(bound, bound))
        for number, bound in enumerate(dict.fromkeys((low, high)), 1) if bound is not None)
    return Fact(key, Interval(low, high), POLICY.facts.facts[key].unit, conflict, evidence)


def findings(situation: dict[str, Any], language: str = "zh") -> dict[str, Finding]:
    facts = {key: fact(key, written) for key, written in situation["facts"].items()}
    checked = rules.check(POLICY.criteria_for(situation["base_type"]), facts, policy=POLICY, language=language)
    return {one.criterion.id: one for one in checked}


@pytest.mark.parametrize("situation", SITUATIONS, ids=[one["name"] for one in SITUATIONS])
def test_situation(situation: dict[str, Any]) -> None:
    """The outcomes, the overall outcome and the words are those of the sentence."""
    found = findings(situation)
    assert {key: found[key].outcome.value for key in situation["outcomes"]} == situation["outcomes"]
    if "overall" in situation:
        assert rules.overall(found.values()).value == situation["overall"]
    for key, words in situation.get("says", {}).items():
        assert words in found[key].explanation
    for key, words in situation.get("gap", {}).items():
        assert words in found[key].gap


@pytest.mark.parametrize("situation", SITUATIONS, ids=[one["name"] for one in SITUATIONS])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_finding_explains_itself(situation: dict[str, Any], language: str) -> None:
    """An explanation always, a gap unless the criterion is met, which repeats neither its name nor
    its clause, and no word left unfilled."""
    for finding in findings(situation, language).values():
        citation = finding.criterion.citation if language == "zh" else "Article"
        label, label_en = finding.criterion.label, finding.criterion.label_en
        assert finding.explanation
        assert "{" not in finding.explanation + finding.gap
        assert "  " not in finding.explanation + finding.gap
        assert "“”" not in finding.explanation + finding.gap
        if finding.outcome is Outcome.MET:
            assert finding.gap == ""
        else:
            assert finding.gap
            assert citation not in finding.gap
            assert f"“{label if language == 'zh' else label_en}”" not in finding.gap


def test_situations_cover_the_policy() -> None:
    """Every criterion has a situation, and every outcome that its kind can come to."""
    covered: dict[str, set[str]] = {}
    for situation in SITUATIONS:
        for key, outcome in situation["outcomes"].items():
            covered.setdefault(key, set()).add(outcome)
    assert set(covered) == {one.id for one in POLICY.criteria}
    for criterion in POLICY.criteria:
        if criterion.kind.value == "judgement":
            assert covered[criterion.id] == {"needs_judgement"}
        else:
            assert "not_met" in covered[criterion.id]
            assert ("needs_judgement" if criterion.kind.value == "plural" else "met") in covered[criterion.id]


def test_names_are_sentences_of_their_own() -> None:
    """No two situations have one name, and there are enough of them."""
    names = [one["name"] for one in SITUATIONS]
    assert len(set(names)) == len(names)
    assert len(names) >= 60
