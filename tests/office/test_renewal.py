"""Many cases of an older policy version assessed again at once: how many is said first, each waits for its turn."""
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.service.administration.stored_settings import LimitSettings
from api.service.records import Role
from tests.api.policies.test_versions import published
from tests.support import policy_samples
from tests.support.review_samples import handed_in
from tests.support.web_samples import Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def outdated(site: Installation, owner: Client, count: int) -> list[str]:
    """Cases that were handed in before another version was published."""
    cases = [handed_in(owner, title=f"第{number}案") for number in range(count)]
    published(site, policy_samples.stricter())
    return cases


def renewed(reviewer: Client, cases: list[str]) -> dict[str, str]:
    """What became of each case: "" or why not."""
    answer = reviewer.post("/api/v1/review/cases/assessments", json={"cases": cases})
    assert answer.status_code == 202, answer.text
    return {one["case_id"]: one["code"] for one in answer.json()}


def confirmed(reviewer: Client, page: str) -> Any:
    """The answer to the form of a confirmation, sent as it stands."""
    form = {"cases": re.findall(r'name="cases" value="(\w+)"', page),
            "back": re.findall(r'name="back" value="([^"]*)"', page)[0].replace("&amp;", "&")}
    return reviewer.post("/review/renewal", data=form)


def test_each_case_is_assessed_again_or_says_why_not(site: Installation) -> None:
    """One that rests on the version in force, is done, was changed since, or is one's own stays as it is."""
    owner, reviewer = site.client(), site.client(Role.REVIEWER)
    cases = outdated(site, owner, 3)
    reviewer.patch(f"/api/v1/review/cases/{cases[1]}", json={"status": "done"})
    reviewer.patch(f"/api/v1/review/cases/{cases[2]}", json={"status": "returned", "note": "请补充证明"})
    owner.upload(cases[2], ("补充.txt", "补充说明。".encode()))
    current, strange = handed_in(owner), "0" * 32
    assert renewed(reviewer, [*cases, current, strange]) == {
        cases[0]: "", cases[1]: "review_closed", cases[2]: "changed_since", current: "up_to_date", strange: "not_found"}
    assert owner.get(f"/api/v1/cases/{cases[0]}").json()["latest"]["policy_version"] == "1.1.0"
    assert [len(owner.get(f"/api/v1/cases/{one}/assessments").json()["items"]) for one in cases] == [2, 1, 1]
    assert set(renewed(site.client(Role.AUDITOR), cases).values()) == {"forbidden"}
    assert set(renewed(site.client(), cases).values()) == {"not_found"}


def test_each_stands_in_the_audit_with_both_versions(site: Installation) -> None:
    """Who asked for it, for which case; what was not done is not there."""
    owner, reviewer, auditor = site.client(), site.client(Role.REVIEWER), site.client(Role.AUDITOR)
    cases = outdated(site, owner, 2)
    renewed(reviewer, cases)
    renewed(reviewer, cases)
    lines = auditor.get("/api/v1/audit", params={"action": "assess_again"}).json()["items"]
    found = {(one["object_id"], one["actor_id"], one["before"]["version"], one["after"]["version"]) for one in lines}
    assert found == {
        (case, reviewer.actor.id, "1.0.0", "1.1.0") for case in cases}
    assert len(lines) == 2


def test_nobody_fills_the_queue_and_the_worklist_shows_what_waits(site: Installation) -> None:
    """What may not wait any more is said and can be chosen again; what waits is marked and counted until it is made."""
    owner, reviewer, admin = site.client(), site.client(Role.REVIEWER), site.client(Role.ADMINISTRATOR)
    cases = outdated(site, owner, 3)
    site.services.administration.kept.put(admin.actor, LimitSettings(waiting=2))
    site.services.jobs.held = True  # type: ignore[attr-defined]
    assert list(renewed(reviewer, cases).values()) == ["", "", "queue_full"]
    assert list(renewed(reviewer, cases).values()) == ["queued_already", "queued_already", "queue_full"]
    assert reviewer.get("/api/v1/review/assessments").json() == {"waiting": 2, "running": 0, "done": 0, "failed": 0}
    assert site.client(Role.REVIEWER).get("/api/v1/review/assessments").json()["waiting"] == 0
    assert site.client().get("/api/v1/review/assessments").status_code == 403
    page = reviewer.get("/review").text
    assert "重新预审：排队 2，进行中 0，已完成 0，失败 0" in page
    assert page.count('<span class="tag">排队中</span>') == 2
    assert {one["under_way"] for one in reviewer.get("/api/v1/review/cases").json()["items"]} == {"queued", None}


def test_the_page_says_how_many_before_it_does_anything(site: Installation) -> None:
    """The chosen cases, or all that match the filter; what cannot be is listed with its reason."""
    owner, reviewer = site.client(), site.client(Role.REVIEWER)
    cases = outdated(site, owner, 3)
    reviewer.patch(f"/api/v1/review/cases/{cases[2]}", json={"status": "done"})
    assert "按现行版本重新预审所选" in reviewer.get("/review").text
    asked = reviewer.post("/review/bulk", data={"cases": [cases[0], cases[2]], "assess": "1", "back": "sort=due"}).text
    assert "将按现行版本 1.1.0 重新预审 1 件" in asked
    assert "不重新预审（1）" in asked
    assert "案卷已退回补正或已办结" in asked
    assert len(owner.get(f"/api/v1/cases/{cases[0]}/assessments").json()["items"]) == 1
    every = reviewer.get("/review/renewal", params={"outdated": "true", "search": "案"}).text
    assert "重新预审 2 件" in every
    done = confirmed(reviewer, every)
    assert "重新预审：排队 0，进行中 0，已完成 2，失败 0" in done.text
    assert "search=" in str(done.url)
    assert [len(owner.get(f"/api/v1/cases/{one}/assessments").json()["items"]) for one in cases] == [2, 2, 1]
    assert "所选案卷都不需要或不能重新预审" in reviewer.post("/review/bulk", data={"assess": "1", "cases": cases}).text
    for act in ({}, {"assess": "1"}, {"export": "docx"}):
        assert "请先在列表中勾选案卷" in reviewer.post("/review/bulk", data=act).text
    assert "按现行版本重新预审所选" not in reviewer.get("/review").text


def test_more_than_can_be_asked_for_at_once_is_refused(site: Installation) -> None:
    """Nothing is begun."""
    reviewer = site.client(Role.REVIEWER)
    answer = reviewer.post("/api/v1/review/cases/assessments", json={"cases": [f"{one:032}" for one in range(201)]})
    assert answer.status_code == 422


@pytest.mark.parametrize(("query", "said"), [
    ("refused=queue_full:3", "未加入 3 件：您的排队已满"), ("refused=%3Cb%3E:1,x&since=nonsense", ""),
    ("since=2099-01-01T00:00:00", ""),
])
def test_an_address_that_somebody_wrote_breaks_nothing(site: Installation, query: str, said: str) -> None:
    """Counts that are none and times that are none are left out."""
    answer = site.client(Role.REVIEWER).get(f"/review?{query}")
    assert answer.status_code == 200
    assert said in answer.text
    assert ("未加入" in answer.text) == bool(said)
