"""The relational store: sessions that read, sessions that write, and the schema brought up to date.

SQLite keeps a rollback journal: before 3.51.3 it can lose commits in WAL mode with several connections. One thread of
this one process writes at a time; a session that reads is short, since a commit waits for it.
"""
from __future__ import annotations

import io
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from api.store import chain, rows
from api.store.models import Base
from ingestion.errors import UsageError

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0021"
BUSY_MILLISECONDS = 30_000
CONNECT_SECONDS = 5   # for PostgreSQL to answer; a request waits no longer
READERS = 40              # connections that SQLite keeps open, one for each thread that answers requests
VERSIONS = "alembic_version"
_WRITES = "guohe_writes"
_MIGRATING = 4  # for pg_advisory_xact_lock, as in `Database.alone`


class Database:
    """One database. `reading()` and `writing()` give sessions; a writing one commits at its end or leaves no trace.

    On PostgreSQL a session sees what its scope sees (`api.store.rows`); without one, nothing of an applicant's.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.embedded = url.startswith("sqlite")
        self.engine = _engine(url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        event.listen(self._sessions, "before_commit", chain.close)
        event.listen(self._sessions, "after_begin", rows.begun)
        self._writer = threading.RLock() if self.embedded else None
        self._here = threading.local()   # the session that this thread reads in, on SQLite

    @contextmanager
    def reading(self, scope: rows.Scope = rows.NOBODY) -> Iterator[Session]:
        """What is committed. On SQLite one within another of its thread is the same session: a second one would wait
        for a writer that waits for the first.
        """
        outer: Session | None = getattr(self._here, "session", None)
        if outer is not None:
            yield outer
            return
        with self._sessions() as session:
            rows.enter(session, scope)
            if not self.embedded:
                yield session
                return
            self._here.session = session
            try:
                yield session
            finally:
                self._here.session = None

    @contextmanager
    def writing(self, scope: rows.Scope = rows.NOBODY) -> Iterator[Session]:
        """A transaction from its first statement on; on SQLite nobody else writes meanwhile. Not to be nested."""
        if self._writer is None:
            with self._sessions.begin() as session:
                rows.enter(session, scope)
                yield session
            return
        with self._writer, self._sessions() as session:
            rows.enter(session, scope)
            session.connection(execution_options={_WRITES: True})
            yield session
            session.commit()

    def alone(self, session: Session, what: int) -> None:
        """Until the transaction ends nobody else passes here for the same `what`; SQLite's writers are alone anyway."""
        if not self.embedded:
            session.execute(text("SELECT pg_advisory_xact_lock(:what)"), {"what": what})

    @contextmanager
    def sole(self, what: int) -> Iterator[bool]:
        """Whether this process alone is within for the same `what`; nobody waits. Transactions within are others."""
        if self.embedded:
            yield True
            return
        with self.engine.begin() as connection:
            yield bool(connection.scalar(text("SELECT pg_try_advisory_xact_lock(:what)"), {"what": what}))

    def guarded(self) -> bool:
        """Whether PostgreSQL holds this process to the rules of rows; not on SQLite, and not for a superuser."""
        if self.embedded:
            return False
        with self.engine.connect() as connection:
            return bool(connection.execute(text("SELECT row_security_active('cases')")).scalar())

    def healthy(self) -> bool:
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def migrate(self) -> None:
        """Bring the schema to this version; UsageError where the database cannot be reached or is newer."""
        try:
            with self.engine.connect() as connection:
                version = _version(connection)
        except OperationalError as error:
            address = make_url(self.url).render_as_string(hide_password=True)
            raise UsageError(f"the database {address} cannot be reached ({_reason(error)}).",
                             f"无法连接数据库 {address}（{_reason(error)}）。") from error
        if version == HEAD:
            return
        if version is None and self._begin_empty():
            return
        from alembic import command
        from alembic.util import CommandError

        log.info("database schema %s -> %s", version or "empty", HEAD)
        try:
            command.upgrade(alembic_config(self.engine), "head")
        except CommandError as error:
            raise UsageError(f"the database is of another version of guohe ({version}); start the newer one.",
                             f"数据库属于另一个版本的 guohe（{version}）；请启动较新的版本。") from error

    def _begin_empty(self) -> bool:
        """Today's schema at once where there is nothing yet: what all migrations together make, as a test holds."""
        with self.engine.begin() as connection:
            if not self.embedded:  # of several processes that start together one does it
                connection.execute(text("SELECT pg_advisory_xact_lock(:what)"), {"what": _MIGRATING})
            tables = set(inspect(connection).get_table_names())
            if tables & {VERSIONS, *Base.metadata.tables}:
                return _version(connection) == HEAD
            Base.metadata.create_all(connection)
            connection.execute(text(f"CREATE TABLE {VERSIONS} (version_num VARCHAR(32) NOT NULL, "
                                    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"))
            connection.execute(text(f"INSERT INTO {VERSIONS} VALUES (:head)"), {"head": HEAD})  # noqa: S608
        return True

    def close(self) -> None:
        self.engine.dispose()


def alembic_config(engine: Engine) -> Any:
    """What Alembic needs to run this package's migrations on `engine`."""
    from alembic.config import Config

    config = Config(stdout=io.StringIO())  # what it prints is for people at a terminal of its own
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["engine"] = engine
    config.attributes["metadata"] = Base.metadata
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSIONS):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSIONS}")).scalar()  # noqa: S608
    return found


def _engine(url: str) -> Engine:
    """An engine for PostgreSQL, or for SQLite with its journal and its patience."""
    if not url.startswith("sqlite"):
        patience = {} if "connect_timeout" in make_url(url).query else {"connect_timeout": CONNECT_SECONDS}
        shared = create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, connect_args=patience)

        @event.listens_for(shared, "connect")
        def _interpret(connection: Any, _record: object) -> None:
            """Rules of rows look so costly to the planner that it would compile what runs for milliseconds."""
            connection.execute("SET jit = off")
            connection.commit()

        return shared
    engine = create_engine(url, connect_args={"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False},
                           pool_size=READERS, max_overflow=20)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself; see _begin
        for pragma in ("journal_mode=TRUNCATE", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "checkin")
    def _end(connection: Any, _record: object) -> None:
        """A commit that was refused leaves its transaction open, and its lock on everybody."""
        if connection is not None and connection.in_transaction:
            connection.rollback()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _reason(error: OperationalError) -> str:
    return str(error.orig).strip().split("\n")[0]
