"""Users, roles and invitations, for administrators: as pages and by the API."""
from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import select

from api.service.records import Role
from api.store.models import Audit
from api.store.rows import INSTALLATION
from tests.support.web_samples import Installation, installation

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def test_pages_of_administration_are_for_those_who_may(site: Installation) -> None:
    """Each page asks the one rule; the menu shows only what one may open."""
    open_to = {"/admin/users": {Role.ADMINISTRATOR}, "/admin/audit": {Role.ADMINISTRATOR, Role.AUDITOR}}
    for role in Role:
        client = site.client(role)
        for address, roles in open_to.items():
            assert client.get(address).status_code == (200 if role in roles else 403), (role, address)
        assert ("/admin" in client.get("/cases").text) == (role in {Role.ADMINISTRATOR, Role.AUDITOR})
    assert site.visitor().get("/admin/users", follow_redirects=False).headers["location"].startswith("/login")


def test_users_are_found_by_name_address_role_and_state(site: Installation) -> None:
    """A percent sign is one, not a wildcard."""
    admin = site.client(Role.ADMINISTRATOR)
    for name, role in (("李审查", Role.REVIEWER), ("王百分%", Role.APPLICANT), ("王二", Role.APPLICANT)):
        site.client(role, name)
    shut = site.client(name="王停用")
    admin.patch(f"/api/v1/users/{shut.actor.id}", json={"active": False, "reason": "离职"})

    def names(query: str) -> set[str]:
        found = {one["name"] for one in admin.get(f"/api/v1/users?{query}").json()["items"]}
        page = unescape(admin.get(f"/admin/users?{query.replace('search', 'q')}").text)
        assert all(name in page for name in found)
        return found

    assert names("search=王") == {"王百分%", "王二", "王停用"}
    assert names("search=%25") == {"王百分%"}
    assert names("role=reviewer") == {"李审查"}
    assert {one["name"] for one in admin.get("/api/v1/users?active=false").json()["items"]} == {"王停用"}
    assert "王停用" in admin.get("/admin/users?state=shut_out").text
    assert names("search=nobody") == set()


def test_a_role_is_changed_on_the_page_with_a_reason(site: Installation) -> None:
    """Before, after and reason stand in the audit; shutting somebody out ends their sessions at once."""
    admin, other = site.client(Role.ADMINISTRATOR), site.client()
    token = admin.http.headers["X-CSRF-Token"]
    admin.post(f"/admin/users/{other.actor.id}", data={"csrf": token, "role": "reviewer", "active": "active",
                                                       "reason": "调入审查科"})
    assert other.get("/api/v1/session").json()["user"]["role"] == "reviewer"
    admin.post(f"/admin/users/{other.actor.id}", data={"csrf": token, "role": "reviewer", "active": "shut_out"})
    assert other.get("/api/v1/cases").status_code == 401
    with site.services.context.database.reading(INSTALLATION) as session:
        first = session.scalars(select(Audit).where(Audit.action == "change_user").order_by(Audit.id)).first()
    assert first is not None
    assert (first.reason, first.before, first.after) == (
        "调入审查科", {"role": "applicant", "active": True}, {"role": "reviewer", "active": True})


def test_the_last_administrator_stays_one(site: Installation) -> None:
    """Whatever the page is told; the reason is said on the page."""
    admin = site.client(Role.ADMINISTRATOR)
    token = admin.http.headers["X-CSRF-Token"]
    answer = admin.post(f"/admin/users/{admin.actor.id}", data={"csrf": token, "role": "applicant", "active": "active"})
    assert answer.status_code == 409
    assert "至少要保留一名管理员" in answer.text
    assert admin.get("/api/v1/session").json()["user"]["role"] == "administrator"


def test_an_invitation_is_made_on_the_page_and_withdrawn(site: Installation) -> None:
    """Its link is shown once and works until it is withdrawn."""
    admin = site.client(Role.ADMINISTRATOR)
    token = admin.http.headers["X-CSRF-Token"]
    answer = admin.post("/admin/invitations", data={"csrf": token, "email": "new@example.com", "role": "auditor"})
    link = re.search(r"http://127.0.0.1:8000(/invitation/[\w-]+)", answer.text)
    assert link
    assert site.visitor().get(link[1]).status_code == 200
    (known,) = admin.get("/api/v1/invitations").json()
    assert (known["email"], known["role"], known["secret"]) == ("new@example.com", "auditor", "")
    assert link[1] not in admin.get("/admin/users").text
    admin.post(f"/admin/invitations/{known['id']}/withdraw", data={"csrf": token})
    assert site.visitor().get(link[1]).status_code == 410
    assert admin.delete(f"/api/v1/invitations/{known['id']}").status_code == 404
    assert admin.post("/admin/invitations", data={"csrf": token, "email": "keine"}).status_code == 422


def test_the_audit_page_filters_verifies_and_exports(site: Installation) -> None:
    """What the filter finds is what the file holds; the chain is verified at a click."""
    owner, auditor = site.client(), site.client(Role.AUDITOR)
    case = owner.case()
    owner.case()
    page = auditor.get(f"/admin/audit?object_id={case}").text
    assert page.count("<tr>") == 2
    assert owner.actor.name in page
    lines = auditor.get(f"/admin/audit/export?object_id={case}&form=jsonl").text.splitlines()
    assert len(lines) == 1
    assert case in lines[0]
    assert "完整：3 行" in auditor.get("/admin/audit?verify=1").text
    assert "没有符合条件的记录" in auditor.get("/admin/audit?since=2999-01-01").text
