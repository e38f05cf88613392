"""Policy staff work with labels: thresholds, periods, wording, status in forms; the files behind stay as they were."""
from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from api.errors import Failure
from api.service.governance import amounts, forms
from api.service.governance.form_records import FormChange, FormPart
from api.service.records import Role
from assistant.policy_versions import folder_checks
from ingestion.domain import Comparator
from tests.support import policy_samples
from tests.support.policy_samples import FILES
from tests.support.web_samples import Client, Installation, installation


def changed(part: FormPart, name: str, reword: bool = False, **values: str) -> dict[str, bytes]:
    return forms.changed(FILES, FormChange(part, name, values, reword))


def lines(files: dict[str, bytes]) -> dict[str, list[str]]:
    """The lines of each file that were put in place of others."""
    return {name: [line[1:].strip() for line in difflib.unified_diff(
        FILES[name].decode().split("\n"), content.decode().split("\n"), n=0) if line.startswith("+") and
        not line.startswith("+++")] for name, content in files.items() if content != FILES[name]}


@pytest.mark.parametrize(("number", "unit", "expected"), [
    (2_000_000, "元", "200万元"), (2_055_000, "元", "205.5万元"), (20, "篇", "20篇"), (2_000_001, "元", "2,000,001元"),
    (10_000, "", "1万")])
def test_a_number_is_written_as_staff_write_it(number: int, unit: str, expected: str) -> None:
    """And read again as the same number."""
    assert amounts.written(number, unit) == expected
    assert amounts.read(expected, unit) == number


@pytest.mark.parametrize("typed", [
    "200万元", "200 万元", "2,000,000", "２００万", "2000000元", "二百万元", "2，000，000 元"])
def test_a_sum_can_be_entered_in_every_usual_way(typed: str) -> None:
    """With units and blanks, in either width, in Chinese numerals."""
    assert amounts.read(typed, "元") == 2_000_000


@pytest.mark.parametrize("typed", ["", "约200万", "200万篇", "1.5", "-3", "200-300万", "很多"])
def test_what_is_no_whole_number_is_refused(typed: str) -> None:
    """Rather than taken for something near it."""
    with pytest.raises(Failure) as refused:
        amounts.read(typed, "元")
    assert refused.value.code == "policy_amount"


@pytest.mark.parametrize(("quote", "bar", "unit", "expected"), [
    ("近三年用于国际科技合作的经费200万元以上", 3_500_000, "元", "近三年用于国际科技合作的经费350万元以上"),
    ("近三年发表论文20篇（含）以上", 25, "篇", "近三年发表论文25篇（含）以上"), ("项目超过5项", 9, "项", "项目超过8项"),
    ("设有管理人员", 2, "人", "")])
def test_a_clause_can_name_another_number(quote: str, bar: int, unit: str, expected: str) -> None:
    """All else in it stays; 近三年 is no threshold."""
    assert amounts.reworded(quote, bar, Comparator.AT_LEAST, unit) == expected


def test_forms_show_every_setting_with_its_place() -> None:
    """Each with the line of its file that holds it."""
    found = {one.id: one for one in forms.criteria(FILES)}
    funding = found["9.4.funding"]
    assert (funding.bar, funding.unit, funding.rewords, funding.required) == ("200万元", "元", True, True)
    text = FILES["criteria.yaml"].decode().split("\n")
    assert all(text[one.stands.line - 1] == f"- id: {one.id}" for one in found.values())
    assert [one.id for one in found.values() if not one.required] == ["8.4.platform"]
    assert len(forms.facts(FILES)) == 24
    window = forms.window(FILES, date(2024, 6, 15))
    assert window is not None
    assert [(one.first, one.last) for one in window.readings][:2] == [
        (date(2021, 1, 1), date(2024, 6, 15)), (date(2021, 6, 16), date(2024, 6, 15))]
    assert window.readings[2].end.years == 1


def test_a_threshold_changes_the_criterion_the_clause_and_nothing_else() -> None:
    """200万元 to 350万元: its bar, its quotation, the text, the text's digest."""
    files = changed(FormPart.CRITERION, "9.4.funding", reword=True, bar="350万元")
    found = lines(files)
    assert found["criteria.yaml"] == ['quote: "近三年用于国际科技合作的经费350万元以上"', "bar: 3500000"]
    assert len(found["text.txt"]) == 1
    assert found["policy.yaml"][0].startswith(f'sha256: "{policy_samples.digest(files["text.txt"])}"')
    assert set(found) == {"criteria.yaml", "text.txt", "policy.yaml"}


def test_without_the_clause_the_check_says_that_they_disagree() -> None:
    """A bar alone is a mistake of the folder, in its line."""
    with folders_written(changed(FormPart.CRITERION, "9.4.funding", bar="350万")) as problems:
        assert [one.file for one in problems] == ["criteria.yaml"]
        assert "200万元以上" in problems[0].chinese


def test_a_draft_becomes_a_measure_in_force() -> None:
    """Status, number and days; comments and the order of the file stay."""
    files = changed(FormPart.HEAD, "", status="正式", status_en="in force", number="渝科局发〔2025〕8号",
                    issued="2025-01-10", effective="2025-02-01", version="1.2.0")
    assert "# of this folder" in files["policy.yaml"].decode()
    assert lines(files).keys() == {"policy.yaml"}
    head = forms.head(files)
    assert head is not None
    assert (head.status, head.number, head.issued, head.effective) == (
        "正式", "渝科局发〔2025〕8号", date(2025, 1, 10), date(2025, 2, 1))
    again = forms.changed(files, FormChange(FormPart.HEAD, "", {"issued": "", "number": ""}))
    head = forms.head(again)
    assert head is not None
    assert (head.issued, head.number) == (None, "")
    for each in (files, again):
        with folders_written(each) as problems:
            assert problems == []


@pytest.mark.parametrize(("part", "name", "values", "expected"), [
    (FormPart.WINDOW, "", {"reading": "rolling_36_months"}, 'reading: "rolling_36_months"'),
    (FormPart.READING, "last_three_complete_years", {"start_years": "4", "start_month": "1", "start_day": "1"},
     'start: {"years": -4, "month": 1, "day": 1}'),
    (FormPart.READING, "", {"label": "两年", "label_en": "two years", "start_years": "2"},
     '- {"id": "reading_1", "label": "两年", "label_en": "two years", "start": {"years": -2}}'),
    (FormPart.FACT, "granted_ip", {"unit_zh": "个"}, 'unit_zh: "个"'),
    (FormPart.CRITERION, "5.1.registered", {"note": "“注册”：登记 # 住所"}, 'note: "“注册”：登记 # 住所"'),
    (FormPart.CRITERION, "8.4.platform", {"required": "true"}, "priority: false")])
def test_each_form_changes_its_line(part: FormPart, name: str, values: dict[str, str], expected: str) -> None:
    """And the folder is as sound as before."""
    files = changed(part, name, **values)
    found = lines(files)
    assert [one for each in found.values() for one in each if expected in one], found
    with folders_written(files) as problems:
        assert problems == []


@pytest.mark.parametrize(("part", "name", "values", "code"), [
    (FormPart.HEAD, "", {"issued": "10.1.2025"}, "policy_field"), (FormPart.HEAD, "", {"title": " "}, "policy_field"),
    (FormPart.HEAD, "", {"sha256": "0"}, "policy_field"), (FormPart.WINDOW, "", {"reading": "x"}, "policy_field"),
    (FormPart.READING, "rolling_36_months", {"start_months": "1e3"}, "policy_field"),
    (FormPart.READING, "rolling_36_months", {"start_month": "13"}, "policy_field"),
    (FormPart.READING, "nothing", {"label": "x"}, "not_found"), (FormPart.CRITERION, "x", {"bar": "2"}, "not_found"),
    (FormPart.FACT, "granted_ip", {"time": "never"}, "policy_field"), (FormPart.FACT, "x", {"unit": "y"}, "not_found"),
    (FormPart.CRITERION, "8.2.papers", {"bar": "很多"}, "policy_amount"),
    (FormPart.CRITERION, "8.2.papers", {"label": "x" * 2_000}, "policy_field")])
def test_what_a_field_cannot_hold_is_refused(part: FormPart, name: str, values: dict[str, str], code: str) -> None:
    """No day, number or name that cannot be; no field that no form has."""
    with pytest.raises(Failure) as refused:
        changed(part, name, **values)
    assert refused.value.code == code


class folders_written:  # noqa: N801 - reads as a function
    """The mistakes of a folder with these files."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._files = files

    def __enter__(self) -> list[Any]:
        from api.service.policies import folders

        with folders.written(self._files) as folder:
            return list(folder_checks.check(folder))

    def __exit__(self, *_: object) -> None: ...


# In an installation ---------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installation(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def staff(site: Installation) -> Client:
    return site.client(Role.POLICY_STAFF)


def draft(staff: Client) -> dict[str, Any]:
    made = staff.post("/api/v1/policy/versions/text", json={"text": policy_samples.TEXT, "version": "1.3.0"})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()["line"]
    return found


def test_a_script_mends_by_labels_too(staff: Client) -> None:
    """And is told where each value stands."""
    line = draft(staff)
    path = f"/api/v1/policy/versions/{line['id']}/forms"
    body = {"digest": line["digest"], "part": "criterion", "id": "9.4.funding", "values": {"bar": "350万元"},
            "reword": True}
    answer = staff.patch(path, json=body)
    assert answer.status_code == 200, answer.text
    assert all(one["file"] in {"points.yaml", "examples.yaml"} for one in answer.json()["problems"])
    found = staff.get(path).json()
    funding = next(one for one in found["criteria"] if one["id"] == "9.4.funding")
    assert (funding["bar"], funding["stands"]["file"]) == ("350万元", "criteria.yaml")
    assert staff.patch(path, json=body).json()["error"]["code"] == "policy_changed"
    refused = staff.patch(path, json={**body, "digest": found["line"]["digest"], "values": {"bar": "很多"}})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "policy_amount")


def test_what_cannot_be_saved_is_shown_again_as_it_was_typed(staff: Client) -> None:
    """With what is wrong, also where somebody else changed the draft meanwhile; nothing is lost."""
    line = draft(staff)
    path = f"/policy/versions/{line['id']}/forms/criterion/8.2.papers"
    page = staff.post(path, data={"digest": line["digest"], "bar": "二十来篇", "note": "新的说明"})
    assert page.status_code == 422
    assert "二十来篇" in page.text
    assert "新的说明" in page.text
    head = f"/policy/versions/{line['id']}/forms/head"
    assert staff.post(head, data={"digest": line["digest"], "usual_status": "in_force", "number": "渝〔2025〕8号"},
                      follow_redirects=False).status_code == 303
    shown = staff.get(f"/policy/versions/{line['id']}/forms").text
    assert 'value="in_force" selected' in shown
    late = staff.post(path, data={"digest": line["digest"], "bar": "22篇", "note": "晚到的说明"})
    assert late.status_code == 409
    assert "晚到的说明" in late.text


def test_who_only_reads_sees_the_forms_closed(site: Installation, staff: Client) -> None:
    """Auditors look; applicants and reviewers do not find them; a published version is closed for all."""
    line = draft(staff)
    path = f"/policy/versions/{line['id']}/forms"
    page = site.client(Role.AUDITOR).get(path)
    assert page.status_code == 200
    assert "<fieldset disabled>" in page.text
    assert site.client().get(path).status_code == 403
    body = {"digest": line["digest"], "part": "head", "values": {"number": "1"}}
    assert site.client(Role.AUDITOR).patch(f"/api/v1{path}", json=body).status_code == 403


def test_a_mistake_in_a_criterion_leads_to_its_form(staff: Client) -> None:
    """And its file and line are there for who wants them."""
    line = draft(staff)
    path = f"/api/v1/policy/versions/{line['id']}/forms"
    answer = staff.patch(path, json={"digest": line["digest"], "part": "criterion", "id": "8.2.papers",
                                     "values": {"bar": "22"}}).json()
    assert [one["criterion"] for one in answer["problems"]] == ["8.2.papers"]
    page = staff.get(f"/policy/versions/{line['id']}").text
    assert f'/policy/versions/{line["id"]}/forms/criterion/8.2.papers"' in page
    assert f"criteria.yaml:{answer['problems'][0]['line']}</code>" in page
