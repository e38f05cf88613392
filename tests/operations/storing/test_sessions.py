"""On SQLite a commit waits for every session that reads, and whoever begins to read waits for the commit: a session
within a session would wait for itself, for as long as the store has patience. No page and no answer opens one.
"""
from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from api.service.policies import policies
from api.service.records import Role
from api.store import database
from api.store.database import Database
from api.store.rows import Scope
from tests.support import policy_samples
from tests.support.review_samples import decide, handed_in
from tests.support.web_samples import installation


@pytest.fixture
def nested(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Where a session that reads was opened within another one of the same thread."""
    found: list[str] = []
    own, reading = threading.local(), Database.reading

    @contextmanager
    def watched(store: Database, *scope: Scope) -> Iterator[Session]:
        own.depth = getattr(own, "depth", 0) + 1
        if own.depth > 1:
            found.append(threading.current_thread().name)
        try:
            with reading(store, *scope) as session:
                yield session
        finally:
            own.depth -= 1

    monkeypatch.setattr(Database, "reading", watched)
    monkeypatch.setattr(policies, "LOOK_EVERY", 0.0)   # so that every look for a newer policy is seen
    return found


def test_no_session_is_opened_within_another(tmp_path: Path, nested: list[str]) -> None:
    """Walked by whoever sees most: lists, cases, reviews, letters, statistics, versions, trials, administration."""
    with installation(tmp_path) as site:
        owner, reviewer, staff, admin = (site.client(role) for role in (
            Role.APPLICANT, Role.REVIEWER, Role.POLICY_STAFF, Role.ADMINISTRATOR))
        case = handed_in(owner)
        decide(reviewer, case, "correct", low=21, high=21)
        version = staff.post("/api/v1/policy/versions", files={
            "file": ("policy.zip", policy_samples.zipped(policy_samples.stricter()))}).json()["line"]["id"]
        trial = staff.post(f"/api/v1/policy/versions/{version}/trial").json()["id"]
        site.services.policy_work.trials.wait(trial)
        owner.post("/api/v1/answers", json={"question": "公示多少天？"})
        walked = (
            (owner, ("/", "/cases", f"/cases/{case}", f"/cases/{case}/compare", f"/cases/{case}/changes", "/ask",
                    f"/cases/{case}/facts/sci_ei_papers", "/policy", "/account", f"/cases/{case}/reports/docx")),
            (reviewer, ("/review", f"/review/cases/{case}", f"/review/cases/{case}/letter", "/review/statistics",
                       "/review/export/xlsx", f"/review/cases/{case}/files/docx",
                       f"/api/v1/review/cases/{case}/decisions", f"/api/v1/review/cases/{case}/presence")),
            (staff, ("/policy/versions", f"/policy/versions/{version}", "/policy/questions", "/policy/articles/8")),
            (admin, ("/admin", "/admin/users", "/admin/audit", "/admin/settings", "/admin/webhooks")))
        for client, addresses in walked:
            for address in addresses:
                assert client.get(address).status_code == 200, address
                assert nested == [], address


def test_a_commit_that_was_refused_keeps_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that waited in vain for a session that reads is undone whole: the next one goes through."""
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    store = Database(f"sqlite:///{tmp_path / 'guohe.sqlite3'}")
    store.migrate()

    def write(number: int) -> None:
        with store.writing() as session:
            session.execute(text("INSERT INTO alembic_version VALUES (:number)"), {"number": str(number)})

    with store.reading() as session:
        session.execute(text("SELECT * FROM alembic_version")).all()
        with ThreadPoolExecutor(1) as pool, pytest.raises(OperationalError, match="locked"):
            pool.submit(write, 1).result()
    write(2)
    with store.reading() as session:
        assert session.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [database.HEAD, "2"]
    store.close()
