"""What is deleted leaves nothing behind but ids and hashes of the audit; periods apply by themselves;
logs name nobody.
"""
from __future__ import annotations

import logging
import time
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text, update

from api.app import create_app
from api.service.administration.auditing import verify
from api.service.administration.retention import Applied
from api.service.administration.stored_settings import RetentionSettings
from api.service.context import now
from api.service.environment import settings
from api.service.records import Role
from api.store.models import Audit, Case, Conversation, User
from api.store.rows import INSTALLATION
from tests.api.pages.test_pages import Browser
from tests.support.places import APPLICATIONS
from tests.support.web_samples import APPLICATION, Client, Installation, installation

pytestmark = pytest.mark.usefixtures("store")

PICTURE = next((APPLICATIONS).rglob("营业执照副本.jpg"))
CANARY, NUMBER = "金丝雀六三零五", "500103199001017711"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def filled(owner: Client) -> str:
    """A case with the canary in its title, names, files, questions, and an assessment of it."""
    words = f"{CANARY}。身份证号{NUMBER}。{APPLICATION}"
    case = owner.assessed((f"{CANARY}.txt", words.encode()), title=CANARY, applicant=CANARY)
    owner.post(f"/api/v1/cases/{case}/answers", json={"question": f"{CANARY}的论文够了吗？"})
    owner.upload(case, (f"{CANARY}二.txt", f"{words}补充".encode()))
    owner.post(f"/api/v1/cases/{case}/assessments")
    return case


def traces(folder: Path) -> set[str]:
    """Files of the data folder that hold a canary, as it is or packed, in any encoding that we write."""
    marks = [one.encode(encoding) for one in (CANARY, NUMBER) for encoding in ("utf-8", "utf-16-le", "gb18030")]
    marks.append(CANARY.encode("unicode_escape"))
    found = set()
    for path in folder.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        if path.name.endswith(".z"):
            data += zlib.decompress(data)
        if any(mark in data for mark in marks):
            found.add(path.relative_to(folder).parts[0])
    return found


def rows(site: Installation) -> dict[str, int]:
    """How many rows each table has, but those of the installation."""
    database = site.services.context.database
    with database.reading(INSTALLATION) as session:
        return {name: session.execute(text(f'SELECT count(*) FROM "{name}"')).scalar() or 0  # noqa: S608
                for name in inspect(database.engine).get_table_names()
                if name not in {"audit", "alembic_version", "sessions", "users", "executors", "sqlite_sequence"}}


def test_a_deleted_case_leaves_no_byte_behind(site: Installation, tmp_path: Path, store: str) -> None:
    """Not in the database's pages, files, caches, events, conversations; no row but the audit's."""
    empty = rows(site)
    owner = site.client()
    case = filled(owner)
    assert {"files", *(["guohe.sqlite3"] if store == "sqlite" else ())} <= traces(tmp_path)
    assert owner.delete(f"/api/v1/cases/{case}").status_code == 204
    assert traces(tmp_path) == set()
    assert rows(site) == empty
    assert verify(site.services.context.database).broken is None


def test_the_job_engine_and_its_caches_keep_nothing_either(tmp_path: Path, caplog: pytest.LogCaptureFixture,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    """With the durable engine, and recognition of a picture; and no line of the log holds what people wrote."""
    from fastapi.testclient import TestClient

    monkeypatch.setenv("GUOHE_CACHE", str(tmp_path / "cache"))
    caplog.set_level(logging.DEBUG)
    with TestClient(create_app(settings.read({}, tmp_path))) as client:
        person = Browser(client)
        person.register("canary-6305@example.com")
        person.post("/cases/new", base_type="joint_research_center", application_date="2025-06-30", title=CANARY)
        case = person.address
        client.post(f"{case}/files", data={"csrf": person.token(), "start": "1"}, files=[
            ("files", (f"{CANARY}.txt", f"{CANARY}，身份证号{NUMBER}。{APPLICATION}".encode())),
            ("files", (f"{CANARY}.jpg", PICTURE.read_bytes())),
            ("files", (f"{CANARY}.bin", b"\0\1\2"))])
        for _ in range(240):
            if client.get(f"/api/v1{case}").json()["latest"]:
                break
            time.sleep(0.25)
        person.post(f"{case}/ask", question=f"{CANARY}的论文够了吗？")
        client.get(f"/cases/none?q={CANARY}")
        assert traces(tmp_path) >= {"guohe.sqlite3", "files"}
        assert person.post(f"{case}/delete") == 200
        assert traces(tmp_path) == set()
        assert [one for one in (tmp_path / "cache").rglob("*") if one.is_file()] == []
    assert traces(tmp_path) == set()
    logged = "\n".join(f"{one.name} {one.getMessage()} {one.exc_text or ''}" for one in caplog.records
                       if not one.name.startswith(("httpx", "multipart", "python_multipart", "asyncio", "sqlalchemy")))
    assert CANARY not in logged
    assert NUMBER not in logged
    assert "canary-6305" not in logged


def test_periods_delete_what_is_older_and_nothing_else(site: Installation, tmp_path: Path) -> None:
    """Each kind by its own period; nothing without one; the audit says that the installation did it."""
    owner, admin = site.client(), site.client(Role.ADMINISTRATOR)
    old, young = filled(owner), owner.assessed()
    owner.post("/api/v1/answers", json={"question": f"要几篇论文？{CANARY}"})
    with site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Case).where(Case.id == old).values(updated=now() - timedelta(days=400)))
        session.execute(update(Conversation).values(updated=now() - timedelta(days=40)))
    retention = site.services.administration.retention
    assert retention.apply() == Applied()
    site.services.administration.kept.put(admin.actor, RetentionSettings(cases=365, conversations=30))
    assert admin.get("/api/v1/admin/retention").json() == {"cases": 1, "conversations": 2, "traces": 0}
    assert retention.apply().cases == 1
    assert traces(tmp_path) == set()
    assert [one["id"] for one in owner.get("/api/v1/cases").json()["items"]] == [young]
    with site.services.context.database.reading(INSTALLATION) as session:
        row = session.scalars(select(Audit).where(Audit.action == "delete", Audit.object_id == old)).one()
    assert (row.actor_id, row.reason) == ("system", "retention")


def test_a_case_that_is_being_assessed_is_not_deleted_by_its_period(site: Installation) -> None:
    """Whatever its age."""
    site.services.jobs.held = True  # type: ignore[attr-defined]
    owner, admin = site.client(), site.client(Role.ADMINISTRATOR)
    owner.assessed()
    with site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Case).values(updated=now() - timedelta(days=400)))
    site.services.administration.kept.put(admin.actor, RetentionSettings(cases=1))
    assert site.services.administration.retention.apply().cases == 0


def test_an_erased_person_is_gone_with_everything_of_theirs(site: Installation, tmp_path: Path) -> None:
    """Name and address too; they cannot come back in; nobody erases themselves."""
    owner, admin = site.client(name=CANARY), site.client(Role.ADMINISTRATOR)
    filled(owner)
    page = admin.get(f"/admin/users/{owner.actor.id}/erase").text
    assert CANARY in page
    answer = admin.post(f"/admin/users/{owner.actor.id}/erase",
                        data={"csrf": admin.http.headers["X-CSRF-Token"], "reason": "本人要求"})
    assert answer.status_code == 200
    assert traces(tmp_path) == set()
    assert owner.get("/api/v1/cases").status_code == 401
    with site.services.context.database.reading(INSTALLATION) as session:
        user = session.get_one(User, owner.actor.id)
    assert (user.name, user.active, user.email.endswith("@erased.invalid")) == ("", False, True)
    assert admin.post(f"/api/v1/users/{admin.actor.id}/erasure", json={}).status_code == 403
    assert admin.post(f"/api/v1/users/{'0' * 32}/erasure", json={}).status_code == 404
