"""What is kept: the schema and its migrations on both databases, transactions, files by content, the data folder."""
from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import func, inspect, select, text
from sqlalchemy.exc import OperationalError

from api.errors import Failure
from api.service.context import new_id, now
from api.service.environment import settings
from api.store.database import HEAD, Database, alembic_config
from api.store.files import Files, spooled
from api.store.lock import FolderLock
from api.store.models import RULES, Base, Token, User
from ingestion.errors import UsageError
from tests.operations.running.test_jobs import until


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files((tmp_path / "files").as_uri())


def person(email: str = "a@example.com") -> User:
    return User(id=new_id(), email=email, name="甲", role="applicant", password_hash="-", active=True, created=now())


# The schema -----------------------------------------------------------------------------------------------------------

def test_the_migrations_make_the_schema_of_the_models(database: Database) -> None:
    """One set of migrations gives, on either database, just what the models say; so does a start on an empty one."""
    from alembic import command

    command.check(alembic_config(database.engine))
    begun = _tables(database)
    command.downgrade(alembic_config(database.engine), "base")
    command.upgrade(alembic_config(database.engine), "head")
    command.check(alembic_config(database.engine))
    assert _tables(database) == begun


def _tables(database: Database) -> dict[str, object]:
    """Columns, indexes, keys and rules of rows as the database itself tells them."""
    found = inspect(database.engine)
    rules: list[object] = []
    if not database.embedded:
        with database.engine.connect() as connection:
            rules += connection.execute(text("SELECT tablename, policyname, cmd, qual, with_check FROM pg_policies "
                                             "ORDER BY 1, 2")).all()
            rules += connection.execute(text("SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class "
                                             "WHERE relrowsecurity ORDER BY 1")).all()
        assert len(rules) == 5 * len(RULES)
    tables = {name: (sorted((one["name"], str(one["type"]), one["nullable"]) for one in found.get_columns(name)),
                     sorted((str(one["name"]), one["unique"], one["column_names"]) for one in found.get_indexes(name)),
                     sorted(str(one["name"]) for one in found.get_unique_constraints(name)),
                     sorted(str(one["name"]) for one in found.get_foreign_keys(name)),
                     found.get_pk_constraint(name)["name"])
              for name in found.get_table_names()}
    return {"rules": rules, **tables}


def test_the_migrations_can_be_undone_and_done_again(database: Database) -> None:
    """Down to nothing and up again, on either database."""
    from alembic import command

    command.downgrade(alembic_config(database.engine), "base")
    assert set(inspect(database.engine).get_table_names()) & set(Base.metadata.tables) == set()
    database.migrate()
    assert set(Base.metadata.tables) <= set(inspect(database.engine).get_table_names())


def test_tokens_of_before_end_and_administer_nothing(database: Database) -> None:
    """They go on for 90 days with what their persons' roles allow, but for administering."""
    from alembic import command

    command.downgrade(alembic_config(database.engine), "0010")
    with database.engine.begin() as connection:
        for number, role in enumerate(("applicant", "reviewer", "administrator")):
            values = {"id": str(number), "role": role, "email": f"{number}@example.com"}
            connection.execute(text("INSERT INTO users (id, email, name, role, password_hash, active, created) VALUES "
                                    "(:id, :email, 'x', :role, '-', true, '2026-01-01 00:00:00')"), values)
            connection.execute(text("INSERT INTO tokens (id, digest, user_id, name, prefix, created) VALUES "
                                    "(:id, :email, :id, 'x', 'guohe_', '2026-01-01 00:00:00')"), values)
    database.migrate()
    with database.reading() as session:
        found = session.scalars(select(Token).order_by(Token.id)).all()
    assert [one.scopes for one in found] == ["read write", "read write review", "read write review"]
    assert all(timedelta(days=89) < one.expires - now() < timedelta(days=91) for one in found)


def test_the_newest_migration_is_the_one_that_a_start_looks_for(tmp_path: Path) -> None:
    """A start compares one name and loads Alembic only if it must; that name is the newest migration's."""
    from alembic.script import ScriptDirectory

    engine = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}").engine
    assert ScriptDirectory.from_config(alembic_config(engine)).get_current_head() == HEAD


def test_a_database_of_a_newer_version_is_refused(database: Database) -> None:
    """Its schema is unknown here: nothing is touched and the user is told."""
    with database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(UsageError, match="another version"):
        database.migrate()


def test_a_database_that_cannot_be_reached_is_one_line_without_its_password() -> None:
    """No stack trace and no secret."""
    with pytest.raises(UsageError, match="cannot be reached") as caught:
        Database("postgresql+psycopg://guohe:geheim@127.0.0.1:1/none").migrate()
    assert "geheim" not in str(caught.value)


# Transactions ---------------------------------------------------------------------------------------------------------

def test_times_come_back_as_they_went_in(database: Database) -> None:
    """Aware and in UTC, whatever zone they were given in."""
    given = datetime(2025, 6, 30, 8, 0, tzinfo=timezone(timedelta(hours=8)))
    with database.writing() as session:
        made = person()
        made.created = given
        session.add(made)
    with database.reading() as session:
        found = session.scalar(select(User.created))
    assert found == given
    assert found is not None
    assert found.tzinfo is UTC


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    """All of it or none of it."""
    def fail() -> None:
        with database.writing() as session:
            session.add(person())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 0


def test_what_many_threads_count_is_right(database: Database) -> None:
    """Reading and then writing in one transaction is safe: no update is lost, no thread is refused."""
    with database.writing() as session:
        session.add(person("0@example.com"))

    def count() -> None:
        for _ in range(10):
            with database.writing() as session:
                database.alone(session, 77)
                row = session.scalars(select(User)).one()
                row.email = f"{int(row.email.partition('@')[0]) + 1}@example.com"

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert session.scalars(select(User)).one().email == "40@example.com"


def test_sqlite_keeps_a_rollback_journal(tmp_path: Path) -> None:
    """WAL can lose commits in the SQLite that Python links here; deleted text is overwritten."""
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    with database.engine.connect() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                 for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")}
    assert found == {"journal_mode": "truncate", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_what_is_read_within_a_reading_waits_for_no_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On SQLite a writer that commits waits for who reads, and who comes to read waits for it: whoever reads already
    must not be made to come again.
    """
    monkeypatch.setattr("api.store.database.BUSY_MILLISECONDS", 10_000)
    database = Database(f"sqlite:///{tmp_path / 'a.sqlite3'}")
    database.migrate()
    failures: list[BaseException] = []

    def write() -> None:
        try:
            with database.writing() as session:
                session.add(person())
        except OperationalError as error:
            failures.append(error)

    def commits() -> bool:
        """Whether a writer keeps newcomers out."""
        with closing(sqlite3.connect(tmp_path / "a.sqlite3", timeout=0)) as newcomer:
            try:
                newcomer.execute("SELECT count(*) FROM users").fetchone()
            except sqlite3.OperationalError:
                return True
        return False

    writer = threading.Thread(target=write)
    with database.reading() as session:
        before = session.scalar(select(func.count()).select_from(User))
        writer.start()
        until(commits)
        with database.reading() as again:
            assert again.scalar(select(func.count()).select_from(User)) == before == 0
    writer.join()
    assert failures == []
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1
    database.close()


# Files by content -----------------------------------------------------------------------------------------------------

def test_content_is_kept_once_and_found_by_its_hash(files: Files) -> None:
    """The same bytes twice are one file."""
    stream, sha256, size = spooled(io.BytesIO("材料".encode()), 100)
    assert (sha256, size) == (hashlib.sha256("材料".encode()).hexdigest(), 6)
    files.put(sha256, stream)
    files.put(sha256, stream)
    assert files.read(sha256) == "材料".encode()
    assert files.has(sha256)


def test_deleting_content_takes_what_was_made_of_it_along(files: Files, tmp_path: Path) -> None:
    """No byte of it is left, nor of what was read from it; twice is no error."""
    sha256 = hashlib.sha256(b"x").hexdigest()
    files.put(sha256, io.BytesIO(b"x"))
    files.put_made(sha256, "txt-1.json.z", b"made of x")
    files.delete(sha256)
    files.delete(sha256)
    assert files.made(sha256, "txt-1.json.z") is None
    with pytest.raises(Failure):
        files.read(sha256)
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []


def test_an_upload_is_never_larger_than_its_limit() -> None:
    """It is counted while it comes, so that a size that lies does not help."""
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            return b"x" * max(size, 1)

    with pytest.raises(Failure) as caught:
        spooled(Endless(), 3_000_000)
    assert caught.value.code == "too_large"


# The data folder ------------------------------------------------------------------------------------------------------

def test_the_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    """The second start finds the first one's secret; nobody else can read it."""
    first, second = settings.read({}, tmp_path / "data"), settings.read({}, tmp_path / "data")
    assert len(first.secret) >= settings.SECRET_LENGTH
    assert first.secret == second.secret
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / "data" / settings.SECRET_FILE).stat().st_mode) == 0o600
    assert first.secret not in repr(first)


@pytest.mark.parametrize(("name", "value"), [
    ("GUOHE_DATABASE_URL", "mysql://x"), ("GUOHE_REGISTRATION", "maybe"), ("GUOHE_SESSION_HOURS", "soon"),
    ("GUOHE_UPLOAD_MB", "-1"), ("GUOHE_SECRET", "short"), ("GUOHE_WORKERS", "0")])
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    """With the variable's name, in both languages."""
    with pytest.raises(UsageError, match=name) as caught:
        settings.read({name: value}, tmp_path)
    assert name in caught.value.chinese


def test_a_data_folder_has_one_process(tmp_path: Path) -> None:
    """A second one is refused with what to do; the end of the first, however it came, lets it in."""
    holder = subprocess.Popen(
        [sys.executable, "-c", ("import sys, pathlib; from api.store.lock import FolderLock\n"
                               "lock = FolderLock(pathlib.Path(sys.argv[1])); print('held', flush=True); input()"),
         str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(UsageError, match="another guohe is running"):
            FolderLock(tmp_path)
    finally:
        holder.kill()
        holder.communicate()
    FolderLock(tmp_path).release()
