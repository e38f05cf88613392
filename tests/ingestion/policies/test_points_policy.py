"""A policy of another kind, invented, that is nothing but a folder: points and passing marks, dollars, areas, years."""
from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from api.cli import main
from assistant.correcting.corrections import Act, Decision, review
from assistant.judging import assessing
from assistant.questions import guide
from assistant.report.composing import compose
from ingestion.domain import Assessment, Finding, Interval, Outcome, Overall, Scale
from ingestion.policies import policy as policies
from ingestion.policies import scales
from tests.support.places import POLICIES

FOLDER, FILES = POLICIES / "donglan-overseas-warehouses", POLICIES / "donglan-application"
POLICY = policies.load(FOLDER)
DAY = date(2024, 6, 15)


def assess(base_type: str = "public_warehouse", language: str = "zh", folder: Path = FILES) -> Assessment:
    return assessing.assess([folder], POLICY, base_type, DAY, language)


def found(assessment: Assessment, name: str) -> Finding:
    return next(one for one in assessment.findings if one.criterion.id == name)


def points(assessment: Assessment) -> dict[str, tuple[int, int | None]]:
    return {one.criterion.id: (one.points.low, one.points.high) for one in assessment.findings if one.points}


@pytest.fixture
def poorer(tmp_path: Path) -> Path:
    """The application without its list of enterprises and its audit report."""
    folder = Path(shutil.copytree(FILES, tmp_path / "application"))
    (folder / "服务企业清单.md").unlink()
    (folder / "专项审计报告.md").unlink()
    return folder


def test_its_folder_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    """`guohe policy check` says what it holds."""
    assert main(["policy", "check", str(FOLDER), "--lang", "en"]) == 0
    out = capsys.readouterr().out
    assert all(words in out for words in ("Donglan", "17 ", "11 "))


def test_its_facts_are_read() -> None:
    """An area less the offices', machines less an idle one, years, countries, dollars, a list with a duplicate."""
    facts = assess().facts
    assert {key: tuple(one.interval) for key, one in facts.items()} == {
        "registered_in_donglan": (1, 1), "tax_grade": (1, 1), "no_customs_penalties": (1, 1), "operating_years": (3, 3),
        "warehouse_area": (12_600, 12_600), "export_value": (18_600_000, 18_600_000), "served_enterprises": (10, 10),
        "sorting_machines": (5, 5), "countries_served": (7, 7), "information_system": (1, 1),
        "advanced_certificate": (1, 1)}
    assert not any(one.conflict for one in facts.values())


def test_its_own_questions_lead_to_its_types() -> None:
    """The questions for those who do not know what to apply for are the policy's, not the program's."""
    assert guide.suggestion(POLICY, {"size": "many", "countries": "more"}) == ("model_warehouse",)
    assert guide.suggestion(POLICY, {"size": "some"}) == ("public_warehouse",)
    assert guide.questions(policies.load(POLICIES / "yunling-green-laboratories")) == {}


def test_its_window_is_two_fiscal_years() -> None:
    """The two complete years before, not up to the day of the application."""
    assert assess().window == (date(2022, 1, 1), date(2023, 12, 31))


def test_points_are_added_up() -> None:
    """Steps, so many each, a yes, what a person awards, at most the most of each; and the totals."""
    assert points(assess()) == {
        "area": (12, 12), "exports": (18, 18), "enterprises": (10, 10), "machines": (10, 10), "countries": (10, 10),
        "system": (10, 10), "certificate": (5, 5), "influence": (0, 5), "public_mark": (75, 80),
        "public_services": (28, 28)}


@pytest.mark.parametrize(("base_type", "total", "outcome", "overall"), [
    ("public_warehouse", "public_mark", Outcome.MET, Overall.PENDING),
    ("model_warehouse", "model_mark", Outcome.JUDGEMENT, Overall.PENDING),   # 75 to 80: a person's points decide
])
def test_passing_marks(base_type: str, total: str, outcome: Outcome, overall: Overall) -> None:
    """One type's mark is reached whatever a person awards, the other's depends on it."""
    assessment = assess(base_type)
    assert found(assessment, total).outcome is outcome
    assert assessment.overall is overall


def test_a_missing_document_leaves_points_open(poorer: Path) -> None:
    """What was not found may earn nothing or all: it is never 0 points."""
    assessment = assess(folder=poorer)
    assert points(assessment)["exports"] == (0, 25)
    assert found(assessment, "public_mark").outcome is Outcome.INSUFFICIENT
    assert "13分" in found(assessment, "public_mark").gap          # 47 are sure of 60
    assert assessment.overall is Overall.INSUFFICIENT


def test_a_total_that_cannot_be_reached_fails(tmp_path: Path) -> None:
    """Items that surely earn nothing or little decide together what none of them decides alone."""
    text = (FILES / "申报书.txt").read_text(encoding="utf-8")
    for old, new in (("12600", "4000"), ("6台套，其中1台套闲置", "1台套"), ("德国、法国、波兰等7个国家", "德国1个国家"),
                     ("，并与省公共服务平台对接", "，尚未与省公共服务平台对接"),
                     ("公司已取得海关高级认证企业证书", "公司为一般认证企业")):
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "申报书.txt").write_text(text, encoding="utf-8")
    for name in ("专项审计报告.md", "服务企业清单.md"):
        shutil.copy(FILES / name, tmp_path / name)
    assessment = assess(folder=tmp_path)
    mark = found(assessment, "public_mark")
    assert (mark.points, mark.outcome) == (Interval(32, 37), Outcome.NOT_MET)
    assert found(assessment, "area").outcome is Outcome.NOT_MET
    assert "至少还差23分" in mark.gap
    assert assessment.overall is Overall.FAILS
    assert [one.criterion.id for one in assessment.findings
            if one.criterion.required and one.outcome is Outcome.NOT_MET] == ["public_mark"]


@pytest.mark.parametrize(("outcome", "value", "total", "reached"), [
    (Outcome.MET, None, 80, Outcome.MET), (Outcome.NOT_MET, None, 75, Outcome.NOT_MET),
    (Outcome.MET, Interval(4, 4), 79, Outcome.NOT_MET)])
def test_a_person_awards_points(outcome: Outcome, value: Interval | None, total: int, reached: Outcome) -> None:
    """All of them, none, or so many; the total follows."""
    reviewed = review(assess("model_warehouse"), [
        Decision(Act.JUDGE, "influence", "专家评定", value=value, outcome=outcome)], POLICY)
    mark = found(reviewed.assessment, "model_mark")
    assert (mark.points, mark.outcome) == (Interval(total, total), reached)


def test_dollars_are_not_converted() -> None:
    """Yuan beside a fact that is counted in dollars are left out, and sums say what they are in."""
    explanation = found(assess(), "exports").explanation
    assert "1,860万美元" in explanation
    assert "得18分（满分25分）" in explanation
    assert "USD 18,600,000" in found(assess(language="en"), "exports").explanation


def test_what_is_left_out_is_named() -> None:
    """Plans, letters of intent, ended agreements, duplicates."""
    left = assess().exclusions
    assert {(key, one.reason) for key, group in left.items() for one in group} >= {
        ("warehouse_area", "planned"), ("export_value", "planned"), ("served_enterprises", "expired"),
        ("served_enterprises", "duplicate"), ("sorting_machines", "planned")}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_shows_points(language: str) -> None:
    """Each item with what it earns, the totals with their sum, all in one line; nothing of another policy's words."""
    report = compose(assess(language=language), POLICY, language)
    rows = {row.item: row for row in report.rows}
    area, mark = ("仓储面积得分", "总分") if language == "zh" else ("Points for the storage area", "All points")
    assert ("12分" if language == "zh" else "12 points") in rows[area].word
    assert ("75至80分" if language == "zh" else "75 to 80 points") == rows[mark].figure
    assert any(("75至80分" if language == "zh" else "75 to 80 points") in line for line in report.tally)
    said = json.dumps([report.title, *map(list, report.head), *report.tally], ensure_ascii=False)
    assert not any(word in said for word in ("近三年", "基地", "base,", "three years"))


def test_the_json_has_points(capsys: pytest.CaptureFixture[str]) -> None:
    """A criterion that earns points says how many of how many, a total its sum, others nothing."""
    assert main(["assess", str(FILES), "--policy", str(FOLDER), "--base-type", "public_warehouse", "--date",
                 DAY.isoformat(), "--json", "-"]) == 0
    body: dict[str, Any] = json.loads(capsys.readouterr().out)
    by_id = {one["id"]: one for one in body["criteria"]}
    assert by_id["area"]["points"] == {"low": 12, "high": 12, "most": 15}
    assert by_id["public_mark"]["points"] == {"low": 75, "high": 80}
    assert "points" not in by_id["registered"]


@pytest.mark.parametrize(("clause", "scale", "unit"), [
    ("每服务1家得2分，最高20分", Scale(20, 2), "家"),
    ("每100万美元得1分，最高25分", Scale(25, 1, 1_000_000), "美元"),
    ("达到3家的得5分，达到10家的得12分", Scale(12, steps=((3, 5), (10, 12))), "家"),
    ("建有信息系统的，得10分", Scale(10), ""),
    ("由专家评定，满分5分", Scale(5), ""),
])
def test_scales_are_read_as_worded(clause: str, scale: Scale, unit: str) -> None:
    """So many each, from so many on, for a yes, or by a person."""
    read = scales.read(clause)
    assert read is not None
    assert (read.scale, read.unit) == (scale, unit)


@pytest.mark.parametrize("clause", ["近三年发表论文20篇以上", "得到广泛认可"])
def test_what_names_no_points_is_no_scale(clause: str) -> None:
    """A bar is no scale, nor is every word that can mean to earn."""
    assert scales.read(clause) is None


@pytest.mark.parametrize(("old", "new", "mend"), [
    ("[10000, 12]", "[10000, 13]", "write what the policy says"),
    ("points: {most: 25, each: 1, every: 1000000}", "points: {most: 25, each: 1, every: 10000}", "every: 1000000"),
    ("points: {most: 20, each: 1}", "points: {most: 20, each: 1}\n  bar: 3", "has no bar"),
    ("sums: [exports, enterprises]", "sums: [exports, registered]", "registered earns none"),
    ("bar: 80", "bar: 85", "write what the policy says"),
])
def test_a_broken_scale_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str,
                                 mend: str) -> None:
    """Points that are not the clause's are refused, with what the clause says."""
    broken = Path(shutil.copytree(FOLDER, tmp_path / "policy"))
    text = (broken / "criteria.yaml").read_text(encoding="utf-8")
    assert old in text
    (broken / "criteria.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    assert main(["policy", "check", str(broken), "--lang", "en"]) == 2
    assert mend in capsys.readouterr().err
