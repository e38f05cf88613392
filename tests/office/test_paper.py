"""Applications on paper: the office types them in and scans them, for an applicant who has no account."""
from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.service.context import now
from api.service.records import Role
from api.store.models import Audit, Review
from api.store.rows import INSTALLATION
from tests.support.review_samples import PAPERS, TEXT, decide, outcome
from tests.support.web_samples import Client, Installation

pytestmark = pytest.mark.usefixtures("store")
APPLICANT = "重庆市海棠膜材料研究院有限公司"


@pytest.fixture
def clerk(site: Installation) -> Client:
    return site.client(Role.REVIEWER, "周录")


@pytest.fixture
def reviewer(site: Installation) -> Client:
    return site.client(Role.REVIEWER, "李审")


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def register(who: Client, number: str, **changes: Any) -> Any:
    return who.post("/api/v1/cases/paper", json={
        "paper_number": number, "applicant": APPLICANT, "base_type": "joint_research_center",
        "application_date": "2025-06-30", **changes})


def scanned(who: Client, number: str, text: str = TEXT) -> str:
    """A paper application that was handed in to the worklist."""
    answer = register(who, number)
    assert answer.status_code == 201, answer.text
    case = str(answer.json()["id"])
    who.upload(case, ("扫描件.txt", text.encode()))
    assert who.post(f"/api/v1/cases/{case}/assessments").status_code == 202
    assert who.post(f"/api/v1/cases/{case}/submission").status_code == 201
    return case


def acts(site: Installation, case: str) -> list[tuple[str, str]]:
    with site.services.context.database.reading(INSTALLATION) as session:
        rows = session.scalars(select(Audit).where(Audit.object_id == case).order_by(Audit.id)).all()
        return [(one.action, one.actor_id) for one in rows]


def test_who_registers_one(site: Installation) -> None:
    """Reviewers and administrators; with an applicant's name and a number, each number once, whoever has the draft."""
    for role in (Role.APPLICANT, Role.POLICY_STAFF, Role.AUDITOR):
        who = site.client(role)
        assert code(register(who, "纸-1")) == (403, "forbidden")
        assert who.get("/cases/paper").status_code == 403
        assert "登记纸质申报" not in who.get("/cases").text
    made = register(site.client(Role.ADMINISTRATOR), " 纸-1 ").json()
    assert (made["paper_number"], made["applicant"], made["title"]) == ("纸-1", APPLICANT, APPLICANT)
    reviewer = site.client(Role.REVIEWER)
    assert code(register(reviewer, "纸-1")) == (409, "paper_number_taken")
    assert code(register(reviewer, "  ")) == (422, "paper_incomplete")
    assert code(register(reviewer, "纸-2", applicant=" ")) == (422, "paper_incomplete")
    assert reviewer.get(f"/api/v1/cases/{made['id']}").status_code == 404   # a draft, as any other


def test_the_number_is_mended_while_it_is_a_draft(clerk: Client) -> None:
    """Never to nothing, never to another one's; a case that did not come on paper has none."""
    first, other = (register(clerk, number).json()["id"] for number in ("改-1", "改-2"))
    path = f"/api/v1/cases/{first}"
    assert clerk.patch(path, json={"paper_number": "改-3"}).json()["paper_number"] == "改-3"
    assert code(clerk.patch(path, json={"paper_number": "改-2"})) == (409, "paper_number_taken")
    assert code(clerk.patch(path, json={"paper_number": ""})) == (422, "paper_incomplete")
    assert code(clerk.patch(path, json={"applicant": ""})) == (422, "paper_incomplete")
    assert code(clerk.patch(f"/api/v1/cases/{clerk.case()}", json={"paper_number": "改-4"})) == (409, "not_on_paper")
    assert clerk.get(f"/api/v1/cases/{other}").json()["paper_number"] == "改-2"


def test_it_is_reviewed_like_any_other(site: Installation, clerk: Client, reviewer: Client) -> None:
    """In the worklist, marked and found by its number; decided about by another one than who typed it in; the audit
    says what the office did, and nobody speaks for the applicant.
    """
    case = scanned(clerk, "审-1")
    (line,) = reviewer.get("/api/v1/review/cases", params={"search": "审-1"}).json()["items"]
    assert (line["case_id"], line["paper_number"], line["applicant"]) == (case, "审-1", APPLICANT)
    assert case in {one["case_id"] for one in reviewer.get("/api/v1/review/cases?paper=true").json()["items"]}
    for page in (reviewer.get("/review?paper=true").text, reviewer.get(f"/review/cases/{case}").text,
                 reviewer.get(f"/cases/{case}/submissions").text, clerk.get(f"/cases/{case}").text):
        assert "纸质申报" in page
    assert decide(reviewer, case, "correct", low=21, high=21).status_code == 201
    assert code(decide(clerk, case, "confirm", "joint_papers")) == (403, "forbidden")
    assert code(clerk.http.patch(f"/api/v1/review/cases/{case}", json={"status": "done"})) == (403, "forbidden")
    assert "由您代录，须由另一名审查人员审查" in clerk.get(f"/review/cases/{case}").text
    assert "由您代录" not in reviewer.get(f"/review/cases/{case}").text
    assert outcome(clerk, case) == "met"
    assert [one for one, _ in acts(site, case) if one in {"create", "create_paper", "submit"}] == [
        "create_paper", "submit"]
    assert reviewer.patch(f"/api/v1/review/cases/{case}", json={
        "status": "returned", "note": "请补充证明"}).status_code == 204
    said = clerk.post(f"/api/v1/cases/{case}/replies", json={"subject": PAPERS, "version": 0, "text": "以证明为准"})
    assert code(said) == (409, "paper_replies")
    assert "填写说明" not in clerk.get(f"/cases/{case}").text


def test_it_is_never_given_to_who_typed_it_in(clerk: Client, reviewer: Client) -> None:
    """Nor does it stay with the reviewer who takes it over: another one decides."""
    case = scanned(clerk, "派-1")
    path = f"/api/v1/review/cases/{case}"
    refused = reviewer.patch(path, json={"assignee": clerk.actor.id})
    assert code(refused) == (422, "own_case")
    assert "周录" in refused.json()["error"]["message"]
    assert f'<option value="{clerk.actor.id}"' not in reviewer.get(f"/review/cases/{case}").text
    assert reviewer.patch(path, json={"assignee": reviewer.actor.id}).status_code == 204
    assert reviewer.patch(path, json={"status": "returned", "note": "请补充证明"}).status_code == 204
    assert reviewer.post(f"{path}/taking-over").status_code == 200
    line = next(one for one in reviewer.get("/api/v1/review/cases?search=派-1").json()["items"])
    assert line["assignee"] is None


def test_no_case_of_ones_own_is_reviewed_by_its_owner(clerk: Client) -> None:
    """Nor taken over: it is an applicant's, whoever they are."""
    case = clerk.assessed()
    clerk.post(f"/api/v1/cases/{case}/submission")
    assert code(decide(clerk, case, "confirm")) == (403, "forbidden")
    assert code(clerk.post(f"/api/v1/review/cases/{case}/taking-over")) == (403, "forbidden")


def test_its_letter_is_printed_and_its_supplement_scanned(site: Installation, clerk: Client, reviewer: Client) -> None:
    """No notice goes to who typed it in; any reviewer takes it over, adds what came in and hands it over again."""
    case = scanned(clerk, "补-1")
    drafted = reviewer.get(f"/api/v1/review/cases/{case}/letter/draft").json()
    reviewer.http.put(f"/api/v1/review/cases/{case}/letter", json={
        "text": drafted["text"], "number": 0, "frame": drafted["frame"]})
    assert "请把通知打印出来" in reviewer.get(f"/review/cases/{case}/letter").text
    assert reviewer.post(f"/api/v1/review/cases/{case}/letter/sending").status_code == 200
    assert case not in clerk.get("/api/v1/notices").text
    assert reviewer.get(f"/cases/{case}/letters/1/docx").content.startswith(b"PK")
    add = [("files", ("补充.txt", "近三年发表SCI论文18篇。".encode()))]
    assert code(reviewer.post(f"/api/v1/cases/{case}/files", files=add)) == (403, "forbidden")
    assert "接手代录" in reviewer.get(f"/review/cases/{case}").text
    for _ in range(2):      # said twice, done once
        assert reviewer.post(f"/api/v1/review/cases/{case}/taking-over").json()["may_change"]
    assert code(decide(reviewer, case, "confirm")) == (403, "forbidden")    # it is the other one's to decide now
    assert code(clerk.post(f"/api/v1/cases/{case}/files", files=add)) == (403, "forbidden")
    assert reviewer.post(f"/api/v1/cases/{case}/files", files=add).status_code == 200
    reviewer.post(f"/api/v1/cases/{case}/assessments")
    assert reviewer.post(f"/api/v1/cases/{case}/submission").json()["round"] == 2
    assert acts(site, case).count(("take_over", reviewer.actor.id)) == 1
    assert decide(clerk, case, "confirm", "joint_papers").status_code == 201


def test_only_what_came_on_paper_is_taken_over(site: Installation, reviewer: Client) -> None:
    """What an applicant handed in is theirs."""
    owner = site.client()
    case = owner.assessed()
    owner.post(f"/api/v1/cases/{case}/submission")
    assert code(reviewer.post(f"/api/v1/review/cases/{case}/taking-over")) == (409, "not_on_paper")
    assert owner.get(f"/api/v1/cases/{case}").json()["owner_id"] == owner.actor.id


def test_a_deadline_on_paper_is_told_to_its_reviewer(site: Installation, clerk: Client, reviewer: Client) -> None:
    """The applicant hears of it by letter alone."""
    case = scanned(clerk, "期-1")
    reviewer.patch(f"/api/v1/review/cases/{case}", json={"assignee": reviewer.actor.id})
    reviewer.patch(f"/api/v1/review/cases/{case}", json={"status": "returned", "note": "请补充证明"})
    with site.services.context.database.writing(INSTALLATION) as session:
        session.get_one(Review, case).due = (now() + timedelta(days=1)).date()
    site.services.notices.postman.look()
    told = reviewer.get("/api/v1/notices").json()["items"]
    assert [one["kind"] for one in told if case in str(one)] == ["near", "submitted"]
    assert case not in clerk.get("/api/v1/notices").text


def test_who_leaves_leaves_the_offices_cases(site: Installation) -> None:
    """An erased clerk's drafts go; what they handed in for others stays, and somebody takes it over."""
    clerk, reviewer = site.client(Role.REVIEWER), site.client(Role.REVIEWER)
    kept, draft = scanned(clerk, "离-1"), register(clerk, "离-2").json()["id"]
    site.services.administration.retention.erase_user(site.client(Role.ADMINISTRATOR).actor, clerk.actor.id)
    assert reviewer.get(f"/review/cases/{kept}").status_code == 200
    assert reviewer.post(f"/api/v1/review/cases/{kept}/taking-over").status_code == 200
    assert register(reviewer, "离-2").status_code == 201
    assert reviewer.get(f"/api/v1/cases/{draft}").status_code == 404
