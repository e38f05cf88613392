"""Databases for the tests of what is stored."""
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.store.database import Database
from tests.databases import KINDS, fresh, server


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL without a database, "" where its programs are not installed."""
    if "postgresql" not in KINDS:
        yield ""
        return
    with server() as address:
        yield address


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path, postgres: str) -> Iterator[Database]:
    """An empty database of each kind with today's schema."""
    made = Database(f"sqlite:///{tmp_path / 'guohe.sqlite3'}" if request.param == "sqlite" else fresh(postgres))
    made.migrate()
    yield made
    made.close()
