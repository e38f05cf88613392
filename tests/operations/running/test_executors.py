"""Which processes live: what PostgreSQL holds for them says so, whatever their clocks and their load."""
from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from api.service.background import executors
from api.service.background.executors import Presence
from api.service.context import new_id, now
from api.store.database import Database
from api.store.models import Executor
from tests.support.databases import KINDS, SUPERUSER, as_role, fresh, server, statement

LONG, NONE = timedelta(hours=1), timedelta(0)


@pytest.fixture(scope="module", params=[one for one in KINDS if one == "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with server() as address:
        made = Database(fresh(address))
        made.migrate()
        yield made
        made.close()


@pytest.fixture
def present(database: Database) -> Iterator[Presence]:
    made = Presence(database)
    made.beat()
    yield made
    made.leave()


def test_a_process_with_its_lock_lives_though_it_was_silent_for_a_while(
        database: Database, present: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes nobody's jobs away."""
    monkeypatch.setattr(executors, "LOST_AFTER", NONE)
    assert Presence(database).living() == {present.id}


def test_a_process_whose_lock_is_gone_is_dead_once_it_is_silent_too(
        database: Database, present: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a restart of the database no process has its lock yet, and all live."""
    disconnect(database)
    monkeypatch.setattr(executors, "LOST_AFTER", LONG)
    assert Presence(database).living() == {present.id}
    monkeypatch.setattr(executors, "LOST_AFTER", NONE)
    assert Presence(database).living() == set()


def test_a_process_takes_a_lock_that_was_lost_again(
        database: Database, present: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that breaks costs a process its jobs only where it stays silent as well."""
    monkeypatch.setattr(executors, "LOST_AFTER", NONE)
    disconnect(database)
    present.beat()   # notices
    present.beat()
    assert Presence(database).living() == {present.id}


def test_a_lock_that_something_else_holds_open_says_nothing_after_long_silence(
        database: Database, present: Presence, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a pool of connections between the process and the database may."""
    monkeypatch.setattr(executors, "DEAD_AFTER", NONE)
    assert present.living() == set()


def test_one_that_leaves_is_gone_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An orderly end is not waited for."""
    monkeypatch.setattr(executors, "LOST_AFTER", LONG)
    made = Presence(database)
    made.beat()
    assert made.living() == {made.id}
    made.leave()
    assert made.living() == set()


def test_one_silent_for_a_day_is_forgotten(database: Database, present: Presence) -> None:
    """The table does not grow with every start of a process."""
    with database.writing() as session:
        session.add(Executor(id=new_id(), seen=now() - executors.FORGOTTEN_AFTER - LONG))
    present.beat()
    with database.reading() as session:
        assert [one.id for one in session.query(Executor)] == [present.id]


def disconnect(database: Database) -> None:
    """End every connection but this one, as a restart of the database does."""
    statement(as_role(database.url, SUPERUSER),
              "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
              "WHERE datname = current_database() AND pid <> pg_backend_pid()")
