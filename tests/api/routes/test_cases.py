"""Cases, who sees them, and what is left of one that was deleted."""
from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from api.service.records import Role
from api.store.models import Audit, Base, Case, User
from api.store.rows import INSTALLATION
from tests.support.review_samples import handed_in
from tests.support.web_samples import APPLICATION, Installation, installation

pytestmark = pytest.mark.usefixtures("store")


def test_a_case_is_made_changed_and_shown(site: Installation) -> None:
    """What was given comes back; what is left out of a change stays."""
    me = site.client()
    case = me.case(title="2025年申报", applicant="海棠研究院")
    changed = me.patch(f"/api/v1/cases/{case}", json={"base_type": "innovation_park"}).json()
    shown = me.get(f"/api/v1/cases/{case}").json()
    assert shown == changed
    assert (shown["title"], shown["applicant"], shown["base_type"], shown["application_date"], shown["may_change"]) == (
        "2025年申报", "海棠研究院", "innovation_park", "2025-06-30", True)


def test_a_case_without_a_title_has_a_name(site: Installation) -> None:
    """That of the applicant, else of the base type."""
    me = site.client()
    titles = [me.get(f"/api/v1/cases/{me.case(**given)}").json()["title"] for given in ({"applicant": "海棠"}, {})]
    assert titles == ["海棠", "国际联合研究中心"]


@pytest.mark.parametrize(("given", "code"), [
    ({"base_type": "castle"}, "unknown_base_type"), ({"application_date": "1850-01-01"}, "date_out_of_range"),
    ({"application_date": "2025-02-30"}, "invalid"), ({"title": "长" * 201}, "invalid"),
    ({"colour": "red"}, "invalid")])
def test_what_a_case_cannot_be_is_said(site: Installation, given: dict[str, str], code: str) -> None:
    """In the one shape of errors, with both languages."""
    answer = site.client().post("/api/v1/cases", json={
        "base_type": "innovation_park", "application_date": "2025-06-30", **given})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, code)
    assert set(error) == {"code", "message", "message_en", "detail"}
    assert error["message"]
    assert error["message_en"]


def test_the_sample_case_is_one_click_away(site: Installation) -> None:
    """With its files and its assessment."""
    me = site.client()
    made = me.post("/api/v1/cases/demo").json()
    shown = me.get(f"/api/v1/cases/{made['id']}").json()
    assert shown["demo"] is True
    assert shown["latest"]["overall"] == "insufficient_evidence"
    assert len(me.get(f"/api/v1/cases/{made['id']}/files").json()) == 3


def test_cases_are_paged_and_searched(site: Installation) -> None:
    """Each once, the most recently changed first; a search takes its signs literally."""
    me = site.client()
    made = [me.case(title=f"第{number}号") for number in range(5)] + [me.case(title="100%膜_材料")]
    me.patch(f"/api/v1/cases/{made[0]}", json={"applicant": "海棠"})
    seen, after = [], ""
    while True:
        page = me.get(f"/api/v1/cases?limit=4{after}").json()
        seen += [one["id"] for one in page["items"]]
        if page["after"] is None:
            break
        after = f"&after={page['after']}"
    assert seen == [made[0], *reversed(made[1:])]
    found = {text: [one["id"] for one in me.get("/api/v1/cases", params={"search": text}).json()["items"]]
             for text in ("海棠", "0%膜", "_材", "%", "号")}
    assert found["海棠"] == [made[0]]
    assert found["0%膜"] == found["_材"] == found["%"] == [made[5]]
    assert len(found["号"]) == 5


@pytest.mark.parametrize("cursor", ["x", "W10", "W251bGxd", "eyJhIjoxfQ", "WyJub3QgYSBkYXRlIiwgImEiXQ"])
def test_a_cursor_that_nobody_gave_out_is_refused(site: Installation, cursor: str) -> None:
    """It is input like any other."""
    answer = site.client().get(f"/api/v1/cases?after={cursor}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "cursor_invalid")


def test_ones_own_cases_are_seen_by_oneself_reviewers_and_auditors(site: Installation) -> None:
    """Once it was handed in; everybody else finds nothing there, in the same words as for what does not exist."""
    owner = site.client()
    case = handed_in(owner)
    seen = {role: site.client(role).get(f"/api/v1/cases/{case}") for role in Role}
    assert {role: answer.status_code for role, answer in seen.items()} == {
        Role.APPLICANT: 404, Role.REVIEWER: 200, Role.POLICY_STAFF: 404, Role.ADMINISTRATOR: 404, Role.AUDITOR: 200}
    nowhere = site.client().get(f"/api/v1/cases/{'0' * 32}")
    assert nowhere.content == seen[Role.APPLICANT].content
    assert seen[Role.REVIEWER].json()["may_change"] is False


def test_those_who_see_a_case_that_is_not_theirs_do_not_change_it(site: Installation) -> None:
    """A reviewer is told so; for others it is not there."""
    owner = site.client()
    case = handed_in(owner)
    for role, status in ((Role.REVIEWER, 403), (Role.AUDITOR, 403), (Role.APPLICANT, 404)):
        other = site.client(role)
        assert other.patch(f"/api/v1/cases/{case}", json={"title": "x"}).status_code == status
        assert other.delete(f"/api/v1/cases/{case}").status_code == status
        assert other.post(f"/api/v1/cases/{case}/assessments").status_code == status
        files = [("files", ("x.txt", b"x"))]
        assert other.post(f"/api/v1/cases/{case}/files", files=files).status_code == status


def test_auditors_begin_no_case(site: Installation) -> None:
    """They look."""
    answer = site.client(Role.AUDITOR).post("/api/v1/cases/demo")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


def test_no_text_of_a_deleted_case_is_left(tmp_path: Path) -> None:
    """Not in the database, not among the files: neither names nor words nor what was asked about them."""
    with installation(tmp_path) as site:
        me = site.client()
        text = (APPLICATION + "暗号紫檀。").encode()
        case = me.assessed(("海棠计划.txt", text), title="紫檀专项", applicant="紫檀公司")
        me.post(f"/api/v1/cases/{case}/answers", json={"question": "紫檀专项论文够了吗？"})
        assert me.delete(f"/api/v1/cases/{case}").status_code == 204
        assert me.get(f"/api/v1/cases/{case}").status_code == 404
        with site.services.context.database.reading(INSTALLATION) as session:
            left = {name: session.execute(select(table)).all() for name, table in Base.metadata.tables.items()}
            actions = [row.action for row in session.scalars(select(Audit).order_by(Audit.id))]
        assert {name for name, rows in left.items() if rows} <= {"users", "sessions", "audit", "settings"}
        assert actions[-1] == "delete"
        me.http.close()
    contents = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert "紫檀".encode() not in contents
    assert "海棠计划".encode() not in contents
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file() and "kept" not in path.parts] == []


def test_content_that_another_case_holds_survives(site: Installation) -> None:
    """Deleting one case takes nothing from another one with the same file."""
    me, other = site.client(), site.client()
    first, second = (client.assessed(("共同.txt", (APPLICATION + "共同").encode())) for client in (me, other))
    me.delete(f"/api/v1/cases/{first}")
    (file,) = other.get(f"/api/v1/cases/{second}/files").json()
    kept = other.get(f"/api/v1/cases/{second}/files/{file['id']}/content")
    assert kept.content == (APPLICATION + "共同").encode()


def test_a_change_of_title_leaves_the_assessment_current(site: Installation) -> None:
    """Another base type or date does not."""
    me = site.client()
    case = me.assessed()

    def stale(**change: str) -> bool:
        return bool(me.patch(f"/api/v1/cases/{case}", json=change).json()["stale"])

    assert stale(title="新名") is False
    assert stale(application_date="2025-07-01") is True


def test_a_person_who_has_cases_cannot_vanish_from_under_them(site: Installation) -> None:
    """The database itself refuses to delete a user who owns cases."""
    from sqlalchemy.exc import IntegrityError

    owner = site.client()
    case = owner.case()

    def delete() -> None:
        with site.services.context.database.writing(INSTALLATION) as session:
            session.delete(session.get_one(User, owner.actor.id))

    with pytest.raises(IntegrityError):
        delete()
    with site.services.context.database.reading(INSTALLATION) as session:
        assert session.get(Case, case) is not None
