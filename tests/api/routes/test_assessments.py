"""Assessments: stored for good with all they rest on, compared, explained, reported."""
from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from api.cli import main
from api.service import versions
from api.service.cases import stored
from api.service.cases.work import Assessing
from api.store.models import Assessment, Audit, Job
from api.store.rows import INSTALLATION
from assistant.judging import assessing
from assistant.report import serialising
from ingestion import reading
from tests.support.places import EXAMPLE, YUNLING
from tests.support.web_samples import APPLICATION, PASSWORD, Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")

FEWER = APPLICATION.replace("23篇", "17篇")


@pytest.fixture
def me(site: Installation) -> Client:
    return site.client()


def latest(me: Client, case: str, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = me.get(f"/api/v1/cases/{case}/assessments/latest", **options).json()
    return found


def outcome(body: dict[str, Any], criterion: str) -> str:
    return next(str(one["outcome"]) for one in body["criteria"] if one["id"] == criterion)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_says_what_the_command_line_says(me: Client, capsys: pytest.CaptureFixture[str],
                                                  language: str) -> None:
    """The same documents, the same body, in either language."""
    case = me.post("/api/v1/cases/demo").json()["id"]
    assert main(["assess", str(EXAMPLE), "--base-type", "joint_research_center", "--date", "2025-06-30", "--json", "-",
                 "--quiet", "--lang", language]) == 0
    assert latest(me, case, params={"lang": language}) == json.loads(capsys.readouterr().out)


def test_one_reading_serves_every_base_type(site: Installation) -> None:
    """Checked from what was extracted for all, each type's assessment is the one made for it alone."""
    policy = site.services.policies.current
    documents, day = reading.read_all([EXAMPLE]), date(2025, 6, 30)
    extracted = assessing.extract(documents, policy, day)
    for base in policy.base_types:
        alone = assessing.assess_documents(documents, policy, base.id, day)
        together = assessing.check(extracted, policy, base.id, day)
        assert serialising.assessment(together, policy) == serialising.assessment(alone, policy)


def test_an_assessment_names_all_it_rests_on(me: Client, site: Installation) -> None:
    """Documents by hash, policy with version and folder, window, extractor, date; and a key over them."""
    case = me.assessed()
    with site.services.context.database.reading(INSTALLATION) as session:
        row = session.scalars(select(Assessment).where(Assessment.case_id == case)).one()
        actions = session.scalars(select(Audit.action).where(Audit.object_id == case)).all()
    policy = site.services.policies.current
    assert (row.policy_id, row.policy_version, row.policy_sha256, row.policy_digest) == (
        policy.id, policy.version, policy.sha256, site.services.policies.digest)
    assert row.extractor == versions.extractor()
    assert (row.window_start, row.window_end) == policy.window_on(date(2025, 6, 30))
    view = site.services.assessments.get(me.actor, case, row.id)
    assert row.key == stored.key(view.result.documents, row.policy_digest, row.extractor, row.base_type,
                                 row.application_date)
    assert list(actions) == ["create", "upload", "assess"]


def test_the_stored_result_is_the_one_that_was_made(me: Client, site: Installation) -> None:
    """With its texts again it equals, word for word, the assessment of its documents."""
    case = me.assessed()
    view = site.services.assessments.latest(me.actor, case, texts=True)
    assert view is not None
    again = assessing.assess_documents(view.result.documents, site.services.policies.current, "joint_research_center",
                                       date(2025, 6, 30))
    assert view.result == again
    for fact in view.result.facts.values():
        for piece in fact.evidence:
            document = next(one for one in view.result.documents if one.name == piece.document)
            assert document.quote(piece.span) == piece.quote


def test_a_change_makes_a_new_assessment_and_keeps_the_old_one(me: Client) -> None:
    """The old one says what it said, also after its file was replaced."""
    case = me.assessed(("申报书.txt", APPLICATION.encode()))
    first = latest(me, case)
    old = me.get(f"/api/v1/cases/{case}").json()["latest"]["id"]
    me.upload(case, ("申报书.txt", FEWER.encode()))
    assert me.get(f"/api/v1/cases/{case}").json()["stale"] is True
    me.post(f"/api/v1/cases/{case}/assessments")
    second = latest(me, case)
    assert [outcome(body, "8.2.papers") for body in (first, second)] == ["met", "not_met"]
    assert me.get(f"/api/v1/cases/{case}/assessments/{old}").json() == first
    history = me.get(f"/api/v1/cases/{case}/assessments").json()["items"]
    assert [one["number"] for one in history] == [2, 1]


def test_what_changed_is_explained_by_files_and_facts(me: Client) -> None:
    """From one assessment to the next: which file, which fact, which outcome."""
    case = me.assessed(("申报书.txt", APPLICATION.encode()), ("说明.txt", "本中心位于重庆市。".encode()))
    me.upload(case, ("申报书.txt", FEWER.encode()))
    me.post(f"/api/v1/cases/{case}/assessments")
    new, old = (one["id"] for one in me.get(f"/api/v1/cases/{case}/assessments").json()["items"])
    found = me.get(f"/api/v1/cases/{case}/difference", params={"before": old, "after": new}).json()
    assert found["files"] == [{"name": "申报书.txt", "change": "replaced"}]
    assert found["settings"] == []
    (fact,) = found["facts"]
    assert (fact["key"], fact["before"]["high"], fact["after"]["low"], fact["files"]) == (
        "sci_ei_papers", 23, 17, ["申报书.txt"])
    assert fact["after"] == latest(me, case)["facts"]["sci_ei_papers"]
    (changed,) = found["outcomes"]
    assert (changed["criterion"], changed["before"], changed["after"], changed["facts"], changed["files"]) == (
        "8.2.papers", "met", "not_met", ["sci_ei_papers"], ["申报书.txt"])


def test_another_base_type_or_date_is_named_as_the_reason(me: Client) -> None:
    """No file changed then; a criterion that was not asked before has no outcome before."""
    case = me.assessed()
    me.patch(f"/api/v1/cases/{case}", json={"base_type": "innovation_park", "application_date": "2025-07-01"})
    me.post(f"/api/v1/cases/{case}/assessments")
    new, old = (one["id"] for one in me.get(f"/api/v1/cases/{case}/assessments").json()["items"])
    found = me.get(f"/api/v1/cases/{case}/difference", params={"before": old, "after": new}).json()
    assert found["files"] == []
    assert found["settings"] == ["base_type", "application_date"]
    by_id = {one["criterion"]: one for one in found["outcomes"]}
    assert by_id["6.2.enterprises"]["before"] is None
    assert by_id["8.2.papers"]["after"] is None


def test_every_base_type_is_compared_without_reading_again(me: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The closest first, with what each lacks and by how much."""
    from ingestion.parsing import formats

    case = me.assessed(("申报书.txt", FEWER.encode()))
    monkeypatch.setattr(formats, "read", None)
    found = me.get(f"/api/v1/cases/{case}/assessments/latest/comparison").json()
    assert [one["rank"] for one in found] == [1, 2, 3, 4]
    assert [one["distance"] for one in found] == sorted(one["distance"] for one in found)
    assert found[0]["base_type"] == "joint_research_center"
    papers = next(one for one in found[0]["shortfalls"] if one["criterion"] == "8.2.papers")
    assert (papers["have"], papers["bar"], papers["missing"], papers["outcome"]) == (
        {"low": 17, "high": 17}, 20, 3, "not_met")


def test_asking_again_for_what_is_there_gives_what_is_there(me: Client, site: Installation) -> None:
    """Nothing changed, so nothing is made."""
    case = me.assessed()
    again = me.post(f"/api/v1/cases/{case}/assessments").json()
    assert again["state"] == "done"
    assert again["assessment_id"] == me.get(f"/api/v1/cases/{case}").json()["latest"]["id"]
    with site.services.context.database.reading(INSTALLATION) as session:
        assert len(session.scalars(select(Job).where(Job.case_id == case)).all()) == 1


def test_one_that_waits_takes_the_files_that_came_meanwhile(me: Client, site: Installation) -> None:
    """Asked for twice before it began, it is one job, and it sees the case as it is when it begins."""
    queue: Any = site.services.jobs
    case = me.case()
    me.upload(case, ("a.txt", APPLICATION.encode()))
    queue.held = True
    try:
        first = me.post(f"/api/v1/cases/{case}/assessments").json()
        me.upload(case, ("b.txt", "另有说明。".encode()))
        assert me.post(f"/api/v1/cases/{case}/assessments").json()["id"] == first["id"]
    finally:
        queue.held = False
    queue.submit(first["id"])
    shown = me.get(f"/api/v1/cases/{case}").json()
    assert (shown["stale"], shown["latest"]["files"]) == (False, 2)


def test_a_job_that_runs_again_leaves_one_result(me: Client, site: Installation) -> None:
    """Whatever step a crash made it repeat."""
    case = me.assessed()
    with site.services.context.database.reading(INSTALLATION) as session:
        job = session.scalars(select(Job).where(Job.case_id == case)).one()
    queue: Any = site.services.jobs
    queue.submit(job.id)
    assert [one["number"] for one in me.get(f"/api/v1/cases/{case}/assessments").json()["items"]] == [1]
    assert me.get(f"/api/v1/cases/{case}/job").json()["state"] == "done"


def test_without_files_there_is_nothing_to_assess(me: Client) -> None:
    """That is said; and so is that there is no result yet."""
    case = me.case()
    refused = me.post(f"/api/v1/cases/{case}/assessments")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "no_files")
    missing = me.get(f"/api/v1/cases/{case}/assessments/latest")
    assert (missing.status_code, missing.json()["error"]["code"]) == (409, "not_assessed")
    assert me.get(f"/api/v1/cases/{case}/job").json() is None


def test_a_failure_nobody_foresaw_is_told_without_its_content(me: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job has failed with a text in both languages; trying again is possible."""
    def fail(*_: object) -> stored.Stored:
        raise ZeroDivisionError("the secret of 海棠")

    with monkeypatch.context() as broken:
        broken.setattr(stored, "make", fail)
        case = me.assessed()
    job = me.get(f"/api/v1/cases/{case}/job").json()
    assert (job["state"], job["assessment_id"]) == ("failed", None)
    assert "ZeroDivisionError" in job["error_en"]
    assert "海棠" not in job["error"] + job["error_en"]
    assert me.post(f"/api/v1/cases/{case}/assessments").json()["id"] != job["id"]
    assert me.get(f"/api/v1/cases/{case}/job").json()["state"] == "done"


def test_a_case_deleted_under_a_job_ends_it_quietly(me: Client, site: Installation) -> None:
    """Nothing is left and nothing is raised."""
    queue: Any = site.services.jobs
    queue.held = True
    try:
        case = me.assessed()
    finally:
        queue.held = False
    with site.services.context.database.reading(INSTALLATION) as session:
        job = session.scalars(select(Job.id).where(Job.case_id == case)).one()
    work: Assessing = queue.work
    me.delete(f"/api/v1/cases/{case}")
    work(job, lambda _name, do: do())
    with site.services.context.database.reading(INSTALLATION) as session:
        assert session.get(Job, job) is None
        assert session.scalars(select(Assessment.id).where(Assessment.case_id == case)).all() == []


def test_old_assessments_keep_the_policy_they_were_made_with(me: Client, site: Installation) -> None:
    """Its folder is kept: when the current one has changed, their reports are still made from it."""
    case = me.assessed()
    policies = site.services.policies
    digest = policies.digest
    other = YUNLING
    again = type(policies)(site.services.context.contents, other)
    assert again.digest != digest
    found = again.of(digest)
    assert (found.sha256, found.version) == (policies.current.sha256, policies.current.version)
    assert found.criteria == policies.current.criteria
    again.close()
    assert me.get(f"/api/v1/cases/{case}/assessments/latest/report?kind=docx").status_code == 200


def test_history_is_paged(me: Client) -> None:
    """Every assessment once, the newest first."""
    case = me.assessed()
    for day in ("2025-07-01", "2025-07-02"):
        me.patch(f"/api/v1/cases/{case}", json={"application_date": day})
        me.post(f"/api/v1/cases/{case}/assessments")
    first = me.get(f"/api/v1/cases/{case}/assessments?limit=2").json()
    second = me.get(f"/api/v1/cases/{case}/assessments?limit=2&after={first['after']}").json()
    assert [one["number"] for one in first["items"] + second["items"]] == [3, 2, 1]
    assert second["after"] is None


def test_the_report_comes_as_word_and_as_json(me: Client) -> None:
    """Named after the case; the JSON is the stored body."""
    case = me.assessed(title="海棠/2025")
    word = me.get(f"/api/v1/cases/{case}/assessments/latest/report?kind=docx")
    assert zipfile.ZipFile(io.BytesIO(word.content)).testzip() is None
    assert "%E6%B5%B7%E6%A3%A0_2025.docx" in word.headers["content-disposition"]
    plain = me.get(f"/api/v1/cases/{case}/assessments/latest/report?kind=json")
    assert plain.json() == latest(me, case)


def test_a_file_that_cannot_be_read_does_not_stop_the_others(me: Client) -> None:
    """It is named in the result, as on the command line."""
    case = me.assessed(("申报书.txt", APPLICATION.encode()), ("坏.pdf", b"%PDF-1.4 broken"))
    body = latest(me, case)
    assert outcome(body, "8.2.papers") == "met"
    assert next(one for one in body["documents"] if one["name"] == "坏.pdf")["warnings"]


def test_the_journey_is_the_same_on_every_database(tmp_path: Path, store: str) -> None:
    """Register, files, assessment, a change, what changed, a question, paging, deletion."""
    with installation(tmp_path) as site:
        assert site.services.context.database.embedded is (store == "sqlite")
        joined = site.visitor().post("/api/v1/users", json={"email": "a@example.com", "password": PASSWORD})
        assert joined.json()["user"]["role"] == "administrator"
        me = site.client()
        case = me.assessed(("申报书.txt", APPLICATION.encode()), title="海棠")
        me.upload(case, ("申报书.txt", FEWER.encode()))
        me.post(f"/api/v1/cases/{case}/assessments")
        new, old = (one["id"] for one in me.get(f"/api/v1/cases/{case}/assessments").json()["items"])
        changes = me.get(f"/api/v1/cases/{case}/difference", params={"before": old, "after": new}).json()
        assert [one["key"] for one in changes["facts"]] == ["sci_ei_papers"]
        asked = {"question": "我们的论文够了吗？"}
        assert "17" in me.post(f"/api/v1/cases/{case}/answers", json=asked).json()["answer"]
        me.case(title="第二")
        page = me.get("/api/v1/cases?limit=1").json()
        rest = me.get(f"/api/v1/cases?limit=1&after={page['after']}").json()
        assert [one["title"] for one in page["items"] + rest["items"]] == ["第二", "海棠"]
        assert [one["title"] for one in me.get("/api/v1/cases?search=海").json()["items"]] == ["海棠"]
        assert me.delete(f"/api/v1/cases/{case}").status_code == 204
        assert [path for path in (tmp_path / "files" / "content").rglob("*") if path.is_file()] == []
