"""Files whose end is missing: they are said, and nothing is met on their word."""
from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from reportlab.platypus import Paragraph

from api.service.cases import comparison
from assistant.correcting import corrections
from assistant.correcting.corrections import Act, Decision
from assistant.judging import assessing
from ingestion import reading
from ingestion.domain import Finding, Outcome
from ingestion.policies import policy
from tests.support import pdf_samples
from tests.support.web_samples import APPLICATION

DAY = date(2025, 6, 30)


def outcomes(folder: Path, language: str) -> dict[str, tuple[Outcome, str]]:
    found = assessing.assess([folder], policy.load(), "joint_research_center", DAY, language)
    return {one.criterion.id: (one.outcome, one.gap) for one in found.findings}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_nothing_is_met_by_a_file_that_was_cut_off(tmp_path: Path, language: str) -> None:
    """The same file whole meets them; cut off it is named, with what to do."""
    whole = pdf_samples.flowed([Paragraph(line, pdf_samples.BODY) for line in APPLICATION.split("\n")])
    path = tmp_path / "申报书.pdf"
    path.write_bytes(whole)
    met = {key for key, (outcome, _) in outcomes(tmp_path, language).items() if outcome is Outcome.MET}
    assert {"8.2.papers", "8.2.joint_papers", "5.2.officers"} <= met
    path.write_bytes(whole[:whole.rindex(b"%%EOF")])
    cut = outcomes(tmp_path, language)
    assert [key for key, (outcome, _) in cut.items() if outcome is Outcome.MET] == []
    assert {(cut[key][0], "申报书.pdf" in cut[key][1]) for key in met} == {(Outcome.INSUFFICIENT, True)}


def test_what_a_whole_file_says_stays_met(tmp_path: Path) -> None:
    """A file cut off beside it takes nothing away where it says nothing about it."""
    (tmp_path / "申报书.txt").write_text(APPLICATION, encoding="utf-8")
    other = pdf_samples.flowed([Paragraph("附件说明。", pdf_samples.BODY)])
    (tmp_path / "附.pdf").write_bytes(other[:other.rindex(b"%%EOF")])
    assert outcomes(tmp_path, "zh")["8.2.papers"][0] is Outcome.MET


def test_every_way_to_outcomes_weighs_a_file_that_was_cut_off(tmp_path: Path) -> None:
    """Reviewing without a decision and comparing base types say what the assessment says; what a person has vouched
    for is met.
    """
    whole = pdf_samples.flowed([Paragraph(line, pdf_samples.BODY) for line in APPLICATION.split("\n")])
    (tmp_path / "申报书.pdf").write_bytes(whole[:whole.rindex(b"%%EOF")])
    known = policy.load()
    extracted = assessing.extract(reading.read_all([tmp_path]), known, DAY)
    found = assessing.check(extracted, known, "joint_research_center", DAY)

    def outcome(findings: tuple[Finding, ...]) -> Outcome:
        return next(one.outcome for one in findings if one.criterion.id == "8.2.papers")

    assert outcome(found.findings) is Outcome.INSUFFICIENT
    assert outcome(corrections.review(found, (), known).assessment.findings) is Outcome.INSUFFICIENT
    sure = corrections.review(found, (Decision(Act.CONFIRM, "sci_ei_papers"),), known)
    assert outcome(sure.assessment.findings) is Outcome.MET
    (side,) = [one for one in comparison.compare(extracted.found, extracted.documents, known, "zh")
               if one.base_type == "joint_research_center"]
    assert "8.2.papers" in {one.criterion for one in side.shortfalls}
