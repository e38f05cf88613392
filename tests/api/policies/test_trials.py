"""A version tried on stored cases weighs them as their pages do; once it is in force, open cases of another say so."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reportlab.platypus import Paragraph

from api.service.policies import folders
from api.service.policies.version_records import CaseFlip
from api.service.records import Role
from tests.support import pdf_samples, policy_samples
from tests.support.review_samples import PAPERS, TEXT, decide, handed_in, review
from tests.support.web_samples import APPLICATION, Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")

STRENGTH = ("在前沿技术和基础科学领域具有较强研发实力", "在前沿技术或基础科学领域具有突出研发实力")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def rewritten(version: str = "1.1.0") -> dict[str, bytes]:
    """A sound folder that asks for 25 papers, and for strength in other words."""
    files = folders.with_text(policy_samples.stricter(version), policy_samples.text(
        (policy_samples.PAPERS[0], policy_samples.PAPERS[1]), STRENGTH).encode(), version)
    return folders.with_criterion(files, "8.1.strength", {"quote": STRENGTH[1]})


def tried(site: Installation, files: dict[str, bytes]) -> tuple[str, str, dict[str, CaseFlip]]:
    """The version's id and digest, and what flips in a trial of it, by case."""
    work, staff = site.services.policy_work, site.client(Role.POLICY_STAFF).actor
    made = work.versions.upload(staff, policy_samples.zipped(files))
    assert made.problems == ()
    work.trials.wait(work.trials.start(staff, made.line.id).id)
    trial = work.trials.latest(staff, made.line.id)
    assert trial
    assert trial.found
    work.versions.propose(staff, made.line.id, made.line.digest)
    return made.line.id, made.line.digest, {one.case_id: one for one in trial.found.flips}


def publish(site: Installation, version_id: str, digest: str) -> None:
    site.services.policy_work.versions.publish(site.client(Role.POLICY_STAFF).actor, version_id, digest)


def outcomes(reviewer: Client, case: str) -> dict[str, str]:
    return {one["id"]: one["outcome"] for one in review(reviewer, case)["criteria"]}


def judge(reviewer: Client, case: str, criterion: str) -> Any:
    return reviewer.post(f"/api/v1/review/cases/{case}/decisions", json={
        "act": "judge", "subject": criterion, "version": 0, "reason": "核对原件", "outcome": "met"})


@pytest.fixture
def cut_off(site: Installation) -> str:
    """A case whose only file lacks its end, handed in."""
    whole = pdf_samples.flowed([Paragraph(line, pdf_samples.BODY) for line in APPLICATION.split("\n")])
    owner = site.client()
    case = owner.assessed(("申报书.pdf", whole[:whole.rindex(b"%%EOF")]))
    assert owner.post(f"/api/v1/cases/{case}/submission").status_code == 201
    return case


def test_a_trial_comes_to_what_the_pages_come_to(site: Installation, cut_off: str) -> None:
    """What flips in the trial is what differs on the reviewers' pages before the publication and after: with a figure
    that a reviewer corrected, one rejected, judgements, and a file that was cut off.
    """
    reviewer, owner = site.client(Role.REVIEWER), site.client()
    corrected, rejected, judged = (handed_in(owner, text=TEXT.replace("18篇", "26篇")) for _ in range(3))
    assert decide(reviewer, corrected, "correct", low=22, high=22).status_code == 201
    assert decide(reviewer, rejected, "reject").status_code == 201
    for criterion in ("8.1.strength", "5.2.team_and_funds"):
        assert judge(reviewer, judged, criterion).status_code == 201
    cases = (corrected, rejected, judged, cut_off)
    before = {case: outcomes(reviewer, case) for case in cases}
    version_id, digest, flips = tried(site, rewritten())
    publish(site, version_id, digest)
    for case in cases:
        assert reviewer.post(f"/api/v1/review/cases/{case}/assessments").status_code == 202
    after = {case: outcomes(reviewer, case) for case in cases}
    for case in cases:
        told = {one.criterion: (one.before, one.after) for one in flips[case].flips} if case in flips else {}
        assert told == {key: (before[case][key], after[case][key]) for key in after[case]
                        if before[case][key] != after[case][key]}
    assert [(one.criterion, one.before, one.after) for one in flips[corrected].flips] == [
        ("8.2.papers", "met", "not_met")]
    assert rejected not in flips
    assert [(one.criterion, one.before, one.after) for one in flips[judged].flips] == [
        ("8.1.strength", "met", "needs_judgement")]
    assert [(one.criterion, one.before) for one in flips[cut_off].flips] == [("8.2.papers", "insufficient_evidence")]


def test_a_flip_names_whose_value_it_rests_on(site: Installation) -> None:
    """The reviewer's and the program's, and how many pieces of evidence."""
    reviewer = site.client(Role.REVIEWER)
    case = handed_in(site.client(), text=TEXT.replace("18篇", "26篇"))
    decide(reviewer, case, "correct", low=22, high=22)
    (value,) = tried(site, policy_samples.stricter())[2][case].flips[0].facts
    assert value.value
    assert value.machine
    assert (value.value.low, value.machine.low, value.by_person, value.evidence) == (22, 26, True, 1)


def test_a_judgement_made_under_other_words_is_kept_and_not_applied(site: Installation) -> None:
    """A clause that asks for something else is judged anew; the reviewer reads what was judged before, and why not now.
    """
    reviewer = site.client(Role.REVIEWER)
    case = handed_in(site.client())
    judge(reviewer, case, "8.1.strength")
    judge(reviewer, case, "5.2.team_and_funds")
    version_id, digest, _ = tried(site, rewritten())
    publish(site, version_id, digest)
    reviewer.post(f"/api/v1/review/cases/{case}/assessments")
    history = {one["subject"]: one["holds"] for one in
               reviewer.get(f"/api/v1/review/cases/{case}/decisions").json()["items"]}
    assert history == {"8.1.strength": False, "5.2.team_and_funds": True}
    assert outcomes(reviewer, case)["8.1.strength"] == "needs_judgement"


# In force -------------------------------------------------------------------------------------------------------------

def worklist(reviewer: Client, **wanted: Any) -> dict[str, tuple[bool, str]]:
    found = reviewer.get("/api/v1/review/cases", params=wanted).json()["items"]
    return {one["case_id"]: (one["outdated"], one["policy_version"]) for one in found}


def test_open_cases_of_an_older_version_say_so_until_they_are_assessed_again(site: Installation) -> None:
    """In the worklist, on the pages and in the API; one that is done stays as it was decided; old results are kept."""
    reviewer, owner = site.client(Role.REVIEWER), site.client()
    open_, done = handed_in(owner), handed_in(owner)
    assert reviewer.patch(f"/api/v1/review/cases/{done}", json={"status": "done"}).status_code == 204
    decide(reviewer, open_, "correct", low=23, high=23)
    old = owner.get(f"/api/v1/cases/{open_}").json()["latest"]
    assert worklist(reviewer, outdated=True) == {}
    version_id, digest, _ = tried(site, policy_samples.stricter())
    publish(site, version_id, digest)

    assert worklist(reviewer) == {open_: (True, old["policy_version"]), done: (False, old["policy_version"])}
    assert set(worklist(reviewer, outdated=True)) == {open_}
    seen = review(reviewer, open_)
    assert (seen["outdated"], seen["policy_version"], seen["policy_in_force"]) == (True, old["policy_version"], "1.1.0")
    assert {one["id"]: one["outdated"] for one in owner.get("/api/v1/cases").json()["items"]} == {
        open_: True, done: False}
    case = owner.get(f"/api/v1/cases/{open_}").json()
    assert (case["outdated"], case["policy_version"]) == (True, "1.1.0")
    theirs, its_owners = reviewer.get(f"/review/cases/{open_}").text, owner.get(f"/cases/{open_}").text
    for page in (theirs, its_owners):
        assert f"依据办法的版本 {old['policy_version']}；现行版本是 1.1.0" in page
    assert "按现行版本重新预审" in theirs
    assert "按现行版本重新预审" not in its_owners    # what is handed in is not the applicant's to assess again
    assert "依据旧版办法</a>" in reviewer.get("/review").text
    assert "按现行版本重新预审" not in reviewer.get(f"/review/cases/{done}").text

    assert reviewer.post(f"/review/cases/{open_}/assess", follow_redirects=False).status_code == 303
    assert worklist(reviewer, outdated=True) == {}
    history = owner.get(f"/api/v1/cases/{open_}/assessments").json()["items"]
    assert [one["policy_version"] for one in history] == ["1.1.0", old["policy_version"]]
    assert history[1] == old
    now = review(reviewer, open_)
    assert next(one["outcome"] for one in now["criteria"] if one["id"] == "8.2.papers") == "not_met"
    assert next(one["person"]["low"] for one in now["facts"] if one["key"] == PAPERS) == 23


def test_only_a_reviewer_of_an_open_case_that_its_applicant_left_as_it_was_assesses_it(site: Installation) -> None:
    """Not the auditor, not for a case that is done, not one whose files are others since."""
    owner, reviewer = site.client(), site.client(Role.REVIEWER)
    case, done = handed_in(owner), handed_in(owner)
    path = f"/api/v1/review/cases/{case}/assessments"
    assert site.client(Role.AUDITOR).post(path).status_code == 403
    assert site.client().post(path).status_code == 404
    reviewer.patch(f"/api/v1/review/cases/{done}", json={"status": "done"})
    assert reviewer.post(f"/api/v1/review/cases/{done}/assessments").json()["error"]["code"] == "review_closed"
    reviewer.patch(f"/api/v1/review/cases/{case}", json={"status": "returned", "note": "请补充证明"})
    owner.upload(case, ("补充.txt", "补充说明。".encode()))
    assert reviewer.post(path).json()["error"]["code"] == "changed_since"
