"""Databases for the tests of what is stored."""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Table, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.util import find_tables

from api.store import rows
from api.store.database import Database
from api.store.models import RULES
from tests.databases import CHOSEN, KINDS, fresh, server


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL without a database, "" where its programs are not installed."""
    if "postgresql" not in KINDS:
        yield ""
        return
    with server() as address:
        yield address


@pytest.fixture(scope="session", autouse=True)
def everywhere(request: pytest.FixtureRequest) -> None:
    """GUOHE_TESTS_ON=postgresql: every installation of every test, not only of those that ask for `store`."""
    if os.environ.get("GUOHE_TESTS_ON") == "postgresql":
        CHOSEN.set(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session", autouse=True)
def asked_for_somebody() -> Iterator[None]:
    """Whatever the database: a statement about what belongs to somebody says for whom it is asked. On PostgreSQL it
    would find nothing otherwise.
    """
    def check(state: ORMExecuteState) -> None:
        if rows.of(state.session) == rows.NOBODY:
            tables = find_tables(state.statement, check_columns=True, include_crud=True, include_joins=True)
            found = {one.name for one in tables if isinstance(one, Table)} & set(RULES)
            assert not found, f"nobody asks about {found}: give the session its scope"

    event.listen(Session, "do_orm_execute", check)
    yield
    event.remove(Session, "do_orm_execute", check)


@pytest.fixture(scope="module", params=KINDS)
def store(request: pytest.FixtureRequest, postgres: str) -> Iterator[str]:
    """The kind of database that the module's installations are made on; each of its tests runs on every kind."""
    token = CHOSEN.set(postgres if request.param == "postgresql" else "")
    yield request.param
    CHOSEN.reset(token)


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path, postgres: str) -> Iterator[Database]:
    """An empty database of each kind with today's schema."""
    made = Database(f"sqlite:///{tmp_path / 'guohe.sqlite3'}" if request.param == "sqlite" else fresh(postgres))
    made.migrate()
    yield made
    made.close()
