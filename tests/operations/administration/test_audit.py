"""The audit: a chain that is only added to, on both databases, and what shows that it was touched."""
from __future__ import annotations

import csv
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from api.cli import main
from api.service.administration.auditing import verify
from api.service.context import new_id, now, record
from api.service.records import Actor, Role
from api.store.database import Database, alembic_config
from api.store.models import Audit
from api.store.rows import INSTALLATION
from tests.support.web_samples import Installation, installation

SOMEBODY = Actor("a" * 32, "a@example.com", "甲", Role.ADMINISTRATOR)
CANARY = "金丝雀八八二六"


def tell(database: Database, count: int = 1) -> None:
    for number in range(count):
        with database.writing() as session:
            record(session, SOMEBODY, "change", "case", new_id(), before={"n": number, "x": 1.5}, after={"n": 1},
                   reason="补正", why=["材料"])


def tampered(database: Database, statement: str) -> None:
    """What somebody with the database in their hands could do: switch the guard off first."""
    with database.writing() as session:
        if database.embedded:
            for what in ("update", "delete"):
                session.execute(text(f"DROP TRIGGER audit_keeps_{what}"))
        else:
            session.execute(text("ALTER TABLE audit DISABLE TRIGGER ALL"))
        session.execute(text(statement))


def test_each_row_is_hashed_over_the_one_before(database: Database) -> None:
    """The chain starts at nothing, holds every row, and its end is the last row's hash."""
    tell(database, 3)
    with database.reading() as session:
        rows = session.scalars(select(Audit).order_by(Audit.id)).all()
    assert [row.previous for row in rows] == ["0" * 64, rows[0].hash, rows[1].hash]
    found = verify(database)
    assert (found.rows, found.head, found.broken) == (3, rows[2].hash, None)


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor_id = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_change_the_audit(database: Database, statement: str) -> None:
    """Neither a row's content nor its being there."""
    tell(database)
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(statement))
    assert verify(database).rows == 1


def test_postgresql_refuses_to_empty_the_audit(database: Database) -> None:
    """TRUNCATE is a way around row triggers there; SQLite has none."""
    tell(database)
    statement = "DELETE FROM audit" if database.embedded else "TRUNCATE audit"
    with pytest.raises(DBAPIError, match="append-only"), database.writing() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(("statement", "row", "problem"), [
    ("UPDATE audit SET reason = 'x' WHERE id = 3", 3, "changed"),
    ("UPDATE audit SET after = NULL WHERE id = 2", 2, "changed"),
    ("UPDATE audit SET at = '2020-01-01' WHERE id = 4", 4, "changed"),
    ("DELETE FROM audit WHERE id = 2", 3, "unlinked"),
    ("DELETE FROM audit WHERE id = 1", 2, "unlinked"),
])
def test_the_first_row_that_was_touched_is_named(database: Database, statement: str, row: int, problem: str) -> None:
    """A change breaks its own row, a deletion the next one."""
    tell(database, 5)
    tampered(database, statement)
    found = verify(database)
    assert (found.broken, found.problem) == (row, problem)


def test_rows_taken_off_the_end_show_against_a_hash_noted_before(database: Database) -> None:
    """The chain alone cannot tell; its end, kept elsewhere, can."""
    tell(database, 3)
    head = verify(database).head
    tell(database)
    assert verify(database, head).broken is None
    tampered(database, "DELETE FROM audit WHERE id >= 3")
    assert verify(database).broken is None
    assert verify(database, head).broken == 3


def test_many_writers_make_one_chain(database: Database) -> None:
    """Threads with connections of their own: no row is hashed over the same row as another."""
    threads = [threading.Thread(target=tell, args=(database, 15)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verify(database)
    assert (found.rows, found.broken) == (90, None)


def test_a_change_that_fails_leaves_no_row(database: Database) -> None:
    """The row is written in the transaction of the change."""
    def fail() -> None:
        with database.writing() as session:
            record(session, SOMEBODY, "change", "case", new_id())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Audit)) == 0


def test_rows_from_before_the_chain_are_chained_by_the_migration(database: Database) -> None:
    """An installation that is brought up to date has a whole chain."""
    from alembic import command

    command.downgrade(alembic_config(database.engine), "0003")
    with database.writing() as session:
        for number in range(3):
            session.execute(text("INSERT INTO audit (at, actor_id, role, action, object_kind, object_id, detail) "
                                 "VALUES (:at, 'a', 'applicant', 'create', 'case', 'c', :detail)"),
                            {"at": now().replace(tzinfo=None) if database.embedded else now(),
                             "detail": json.dumps({"n": number, "demo": False})})
    command.upgrade(alembic_config(database.engine), "head")
    tell(database)
    found = verify(database)
    assert (found.rows, found.broken) == (4, None)


# The command line and the API -----------------------------------------------------------------------------------------

@pytest.fixture
def site(tmp_path: Path) -> Iterator[Installation]:
    with installation(tmp_path) as made:
        yield made


def test_the_command_line_says_whether_the_audit_is_whole(site: Installation, tmp_path: Path,
                                                          capsys: pytest.CaptureFixture[str]) -> None:
    """While the server runs; the first broken row is named, with status 2."""
    site.client().case()
    site.client().case()
    assert main(["audit", "verify", "--data", str(tmp_path), "--lang", "en"]) == 0
    assert "the audit is whole: 2 rows" in capsys.readouterr().out
    tampered(site.services.context.database, "UPDATE audit SET role = 'reviewer' WHERE id = 2")
    assert main(["audit", "verify", "--data", str(tmp_path), "--lang", "en"]) == 2
    assert "row 2 of the audit is not as it was written" in capsys.readouterr().err


def test_the_audit_is_for_administrators_and_auditors(site: Installation) -> None:
    """Filtered, paged, exported and verified; for everybody else it is forbidden."""
    owner = site.client()
    ids = [owner.case() for _ in range(3)]
    for role in Role:
        client = site.client(role)
        status = 200 if role in {Role.ADMINISTRATOR, Role.AUDITOR} else 403
        assert {client.get(f"/api/v1/audit{path}").status_code for path in ("", "/verification", "/export")} == {status}
    auditor = site.client(Role.AUDITOR)
    page = auditor.get(f"/api/v1/audit?actor={owner.actor.email}&action=create&limit=2").json()
    assert [one["object_id"] for one in page["items"]] == ids[:0:-1]
    assert (page["total"], page["items"][0]["actor_name"]) == (3, owner.actor.name)
    last = auditor.get(f"/api/v1/audit?actor={owner.actor.email}&action=create&limit=2&after={page['after']}").json()
    assert [one["object_id"] for one in last["items"]] == ids[:1]
    assert auditor.get("/api/v1/audit?since=2999-01-01T00:00:00Z").json()["total"] == 0
    assert auditor.get("/api/v1/audit/verification").json()["broken"] is None
    rows = list(csv.DictReader(io.StringIO(auditor.get("/api/v1/audit/export").text.removeprefix("\ufeff"))))
    lines = [json.loads(line) for line in auditor.get("/api/v1/audit/export?form=jsonl").text.splitlines()]
    assert [row["hash"] for row in rows] == [line["hash"] for line in lines][:-1]   # each export is a row, too
    assert [row["action"] for row in rows] == ["create"] * 3 + ["export"] * 3
    assert auditor.get("/api/v1/audit/export?form=xml").json()["error"]["code"] == "unknown_format"


def test_the_audit_holds_nothing_that_an_applicant_wrote(site: Installation) -> None:
    """Ids, roles, numbers and hashes: it stays when the rest is deleted."""
    owner = site.client(name=CANARY)
    case = owner.assessed((f"{CANARY}.txt", f"{CANARY}。近三年发表SCI论文23篇。".encode()), title=CANARY,
                          applicant=CANARY)
    owner.patch(f"/api/v1/cases/{case}", json={"title": f"{CANARY}二", "application_date": "2025-07-01"})
    owner.post(f"/api/v1/cases/{case}/answers", json={"question": f"{CANARY}的论文够了吗？"})
    owner.delete(f"/api/v1/cases/{case}/files/{owner.get(f'/api/v1/cases/{case}/files').json()[0]['id']}")
    owner.delete(f"/api/v1/cases/{case}")
    with site.services.context.database.reading(INSTALLATION) as session:
        rows = session.scalars(select(Audit)).all()
    assert {row.action for row in rows} >= {"create", "upload", "assess", "change", "ask", "remove_file", "delete"}
    assert CANARY not in json.dumps([[row.detail, row.before, row.after, row.reason, row.object_id] for row in rows],
                                    ensure_ascii=False)
