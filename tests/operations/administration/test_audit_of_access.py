"""The audit has who failed to sign in, looked at others' cases and took things away; administration counts them."""
from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from api.service.administration import noting
from api.service.records import Role
from api.store.models import Audit
from api.store.rows import INSTALLATION
from tests.support.review_samples import handed_in
from tests.support.web_samples import PASSWORD, Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def noted(site: Installation) -> list[tuple[str, str, str, str]]:
    """What stands in the audit of it: who, what, which kind, which one."""
    with site.services.context.database.reading(INSTALLATION) as session:
        return [(one.actor_id, one.action, one.object_kind, one.object_id) for one in session.scalars(
            select(Audit).where(Audit.action.in_(noting.WATCHED)).order_by(Audit.id))]


def test_a_look_at_anothers_case_is_noted_once_an_hour(site: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever page or answer of it, by reviewers and auditors; never one's own, never what was not to be seen."""
    clock = [0.0]
    monkeypatch.setattr(site.services.administration.noting, "_clock", lambda: clock[0])
    owner, reviewer, auditor = site.client(), site.client(Role.REVIEWER), site.client(Role.AUDITOR)
    case, draft = handed_in(owner), owner.assessed()
    for address in (f"/cases/{case}", f"/api/v1/cases/{case}", f"/review/cases/{case}"):
        for who in (owner, reviewer, auditor):
            who.get(address)
    for who in (reviewer, owner):
        who.get(f"/cases/{draft}")
    assert noted(site) == [(one.actor.id, "view", "case", case) for one in (reviewer, auditor)]
    clock[0] = noting.EVERY + 1
    reviewer.get(f"/cases/{case}")
    assert len(noted(site)) == 3


def test_whatever_is_taken_away_is_noted(site: Installation) -> None:
    """Files, reports, tables, lists, the audit itself: by page and by API, the owner's too; a refusal is not."""
    owner, reviewer, admin = site.client(), site.client(Role.REVIEWER), site.client(Role.ADMINISTRATOR)
    case = handed_in(owner)
    file = owner.get(f"/api/v1/cases/{case}/files").json()[0]["id"]
    taken: list[tuple[Client, str, tuple[str, str, str]]] = [
        (owner, f"/cases/{case}/files/{file}/content", ("download", "file", file)),
        (owner, f"/api/v1/cases/{case}/files/{file}/content", ("download", "file", file)),
        (owner, f"/cases/{case}/reports/docx", ("export", "case", case)),
        (reviewer, f"/review/cases/{case}/files/xlsx", ("export", "case", case)),
        (reviewer, "/review/export/xlsx", ("export", "list", "/review/export/xlsx")),
        (admin, "/admin/audit/export?form=jsonl", ("export", "list", "/admin/audit/export"))]
    for who, address, _ in taken:
        assert who.get(address).status_code == 200, address
    assert owner.get(f"/cases/{case}/reports/exe").status_code == 404
    assert reviewer.get(f"/cases/{case}/files/{'0' * 32}/content").status_code == 404
    assert [one for one in noted(site) if one[1] != "view"] == [
        (who.actor.id, *what) for who, _, what in taken]


def test_sign_ins_that_fail_are_noted_without_what_was_typed(site: Installation) -> None:
    """With the account where there is one: a password in the wrong field must not stand in the audit for ever."""
    known = site.visitor().post("/api/v1/users", json={"email": "li@example.com", "password": PASSWORD}).json()["user"]
    for email in ("li@example.com", "my-password-by-mistake@example.com"):
        site.visitor().post("/api/v1/session", json={"email": email, "password": "wrong wrong"})
    assert [one[1:] for one in noted(site)] == [
        ("sign_in_failed", "user", known["id"]), ("sign_in_failed", "user", "unknown")]
    assert "by-mistake" not in site.client(Role.AUDITOR).get("/api/v1/admin/audit").text


def test_administration_counts_them(site: Installation) -> None:
    """In a day, a week, a month, with the way to their rows; nobody else reads that."""
    owner, reviewer, admin = site.client(), site.client(Role.REVIEWER), site.client(Role.ADMINISTRATOR)
    case = handed_in(owner)
    reviewer.get(f"/review/cases/{case}")
    owner.get(f"/cases/{case}/reports/docx")
    site.visitor().post("/api/v1/session", json={"email": "x@example.com", "password": "wrong wrong"})
    page = admin.get("/admin/audit").text
    table = page[page.index('class="list watched"'):]
    table = table[:table.index("</table>")]
    found = dict(re.findall(r'action=(\w+)">[^<]+</a></th><td class="num right"[^>]*>(\d+)</td>', table))
    assert found == {"sign_in_failed": "1", "view": "1", "download": "0", "export": "1"}
    assert reviewer.get("/admin/audit").status_code == 403
