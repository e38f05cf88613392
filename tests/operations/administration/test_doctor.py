"""The doctor finds what was broken, mends what can be mended, says what it did, and leaves the rest as it is."""
from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from api.cli import main
from api.service.context import now
from api.store.files import Files
from api.store.models import Case, Executor, Job
from api.store.rows import INSTALLATION
from tests.support.web_samples import Installation, installation


def well(data: Path, *options: str) -> int:
    return main(["doctor", "--data", str(data), "--lang", "en", *options])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with one assessed case, its server stopped."""
    with installation(tmp_path / "data") as site:
        site.client().assessed()
    return tmp_path / "data"


def orphan(data: Path) -> None:
    Files((data / "files").as_uri()).put("ab" * 32, open(os.devnull, "rb"))  # noqa: PTH123, SIM115


def unreadable_made(data: Path) -> None:
    next((data / "files" / "made").rglob("*.z")).write_bytes(b"no zlib")


def guards(data: Path) -> None:
    statement(data, "DROP TRIGGER audit_keeps_update")


def latest(data: Path) -> None:
    statement(data, "UPDATE cases SET latest_id = NULL")


def engine(data: Path) -> None:
    (data / "jobs.sqlite3").write_bytes(b"SQLite format 3\0" + b"x" * 5000)


def index(data: Path) -> None:
    folder = data / "retrieval" / "chroma"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chroma.sqlite3").write_bytes(os.urandom(5000))


def stuck(data: Path) -> None:
    statement(data, "UPDATE jobs SET state = 'running', updated = '2020-01-01 00:00:00.000000'")
    statement(data, "DELETE FROM executors")


def statement(data: Path, sql: str) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(data / "guohe.sqlite3")) as connection:
        connection.execute(sql)
        connection.commit()


@pytest.mark.parametrize(("breaks", "line"), [
    (orphan, "contents that belong to nothing"), (unreadable_made, "what was read from files"),
    (guards, "what keeps the audit from changes"), (latest, "the newest result of each case"),
    (engine, "the job engine's own tables"), (index, "the search index"), (stuck, "assessments that stand still")])
def test_what_can_be_mended_is(data: Path, breaks: Callable[[Path], None], line: str,
                               capsys: pytest.CaptureFixture[str]) -> None:
    """A check alone finds it and changes nothing; then it is mended, and the next look finds nothing."""
    breaks(data)
    assert well(data, "--check") == 2
    assert f"{line}: 1 found that can be mended" in capsys.readouterr().out
    assert well(data) == 0
    assert f"{line}: 1 found and mended" in capsys.readouterr().out
    assert well(data) == 0
    assert "found" not in capsys.readouterr().out
    with installation(data) as site:
        with site.services.context.database.reading(INSTALLATION) as session:
            assert session.scalars(select(Case)).one().latest_id is not None
        site.client().assessed()


@pytest.mark.parametrize("place", ["content", "audit"])
def test_what_cannot_be_mended_is_named(data: Path, place: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Lost bytes and a touched audit: status 2, the hash or the row, nothing made up."""
    if place == "content":
        path = next(one for one in (data / "files" / "content").rglob("*") if one.is_file())
        path.write_bytes(b"other")
        name = path.name
    else:
        statement(data, "DROP TRIGGER audit_keeps_update")
        statement(data, "UPDATE audit SET role = 'x' WHERE id = 2")
        name = "2"
    assert well(data) == 2
    said = capsys.readouterr()
    assert f"cannot be mended; restore them from a backup ({name})" in said.out
    assert "1 checks are not well" in said.err


def test_an_old_schema_is_brought_up_to_date(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a start would do."""
    from alembic import command

    from api.store.database import Database, alembic_config

    database = Database(f"sqlite:///{data / 'guohe.sqlite3'}")
    command.downgrade(alembic_config(database.engine), "0003")
    database.close()
    assert well(data) == 0
    assert "version of the schema: 1 found and mended (0003" in capsys.readouterr().out


def test_mending_waits_until_the_server_is_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Checking does not; a job that a living process works on is not stuck."""
    with installation(tmp_path) as site:
        site.client().assessed()
        assert well(tmp_path) == 2
        assert "another guohe is running" in capsys.readouterr().err
        running(site)
        assert well(tmp_path, "--check") == 0


def running(site: Installation) -> None:
    with site.services.context.database.writing(INSTALLATION) as session:
        session.execute(update(Job).values(state="running", updated=now() - timedelta(hours=3)))
        session.add(Executor(id="e" * 32, seen=now()))
        session.execute(text("SELECT 1"))
