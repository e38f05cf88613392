"""The order of the tests and their share between processes, their folders, and databases for what is stored."""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Table, event
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.sql.util import find_tables

from api.store import rows
from api.store.database import Database
from api.store.models import RULES
from ingestion import caches
from ingestion.patterns import compiled
from tests.support.databases import CHOSEN, KINDS, MEMORY, prepare, prepared, roomy, server

if TYPE_CHECKING:
    from tests.support.web_samples import Installation

BROWSER = "tests/browser"
# In this order, so that no process is left alone with one of them at the end
SLOWEST = (BROWSER, *(f"tests/{one}.py" for one in (
    "ingestion/parsing/test_hostile", "assistant/second_reader/test_second_reading", "api/policies/test_versions",
    "office/test_notices", "office/test_intakes", "assistant/policy_versions/test_checks",
    "assistant/policy_versions/test_stale_figures", "api/access/test_characters", "operations/running/test_outages",
    "ingestion/parsing/test_wall", "office/test_review", "api/access/test_tenants", "api/access/test_floods",
    "ingestion/facts/test_limits", "assistant/dialogue/test_grounded", "office/test_renewal",
    "assistant/second_reader/test_recorded", "api/policies/test_trials", "operations/running/test_jobs",
    "ingestion/facts/test_sentences", "office/test_submissions", "ingestion/facts/test_shortcuts",
    "operations/running/test_faults", "ingestion/policies/test_policy", "operations/running/test_deployment",
    "operations/storing/test_row_security")))


def pytest_configure(config: pytest.Config) -> None:
    """Folders of tests are in memory, where it has room: a commit on a disk waits for it."""
    if roomy(MEMORY):
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def unit(test: str) -> str:
    """What one process does as a whole: a file, whose tests share what is made for it; all that shares a browser."""
    file = test.partition("::")[0]
    return BROWSER if file.startswith(BROWSER) else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: place.get(unit(item.nodeid), len(SLOWEST)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Whole files go to a process, in their order, unless the command says otherwise."""
    from xdist.scheduler import LoadScopeScheduling

    class Units(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return unit(nodeid)

    if config.getvalue("dist") != "load":
        return None
    config.option.loadscopereorder = False
    return Units(config, log)


@pytest.fixture(scope="session")
def kept_patterns() -> Path:
    return caches.folder() / "patterns"


@pytest.fixture(scope="module", autouse=True)
def patterns(kept_patterns: Path) -> Iterator[None]:
    """Word lists are translated once, as commands do it, for all tests and the processes that they start."""
    if compiled._kept.path != kept_patterns:
        compiled.use(kept_patterns)
    yield
    if compiled._kept.path == kept_patterns:
        compiled.keep()


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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, store: str) -> Iterator[Installation]:
    """An installation for the tests of a module, on each database in turn; a module that needs another has its own."""
    from tests.support.web_samples import installation

    with installation(tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path, postgres: str) -> Iterator[Database]:
    """An empty database of each kind with today's schema, as a first start makes it."""
    prepare(tmp_path / "guohe.sqlite3")
    made = Database(f"sqlite:///{tmp_path / 'guohe.sqlite3'}" if request.param == "sqlite" else prepared(postgres))
    made.migrate()
    yield made
    made.close()
