"""Processes that work on jobs, and which of them live.

Each says so every few seconds, and on PostgreSQL it holds a lock on a connection of its own, which the database
releases with the connection, however the process ended: by kill -9 at once, by a lost machine when the connection is
found dead. A process counts as dead when its lock is gone and it has been silent for a while too (after a restart of
the database nobody has a lock yet), or when it has been silent for long although something, such as a pool of
connections in between, still holds its lock. On SQLite there is no other process.
"""
from __future__ import annotations

import contextlib
import logging
import uuid
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, NullPool, create_engine, delete, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from api.store.database import Database
from api.store.models import Executor

log = logging.getLogger(__name__)

LOST_AFTER = timedelta(seconds=6)    # of silence, where the lock is gone
DEAD_AFTER = timedelta(seconds=20)   # of silence, whatever is held
FORGOTTEN_AFTER = timedelta(days=1)
_LOCKS = 5003                        # the first of the two keys of an advisory lock; the second is the process's own
_KEEPALIVE = {"idle": 10, "interval": 5, "count": 3}    # seconds, seconds, probes: dead within 25 s at either end
_TAKE = text("SELECT pg_advisory_lock_shared(:locks, :own)")   # shared: a reconnection need not wait for the old one
_HELD = text("SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND classid = :locks AND objsubid = 2 "
             "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")


class Presence:
    """This process among the others; `id` is its name there. `beat` and `leave` are for one thread at a time."""

    def __init__(self, database: Database) -> None:
        self.id = uuid.uuid4().hex
        self._database = database
        self._lock: Connection | None = None

    def beat(self) -> None:
        """Say that this process lives, and forget those that have not said so for long."""
        if not self._database.embedded:
            self._hold()
        with self._database.writing() as session:
            now = self._now(session)
            session.merge(Executor(id=self.id, seen=now))
            if self._database.embedded:
                session.execute(delete(Executor).where(Executor.id != self.id))
            session.execute(delete(Executor).where(Executor.seen < now - FORGOTTEN_AFTER))

    def living(self) -> set[str]:
        """The processes that live."""
        with self._database.reading() as session:
            now = self._now(session)
            seen = session.execute(select(Executor.id, Executor.seen).where(Executor.seen > now - DEAD_AFTER)).all()
            if self._database.embedded:
                return {one for one, _ in seen}
            held = set(session.scalars(_HELD, {"locks": _LOCKS}))
        return {one for one, last in seen if _own(one) in held or last > now - LOST_AFTER}

    def leave(self) -> None:
        """Its jobs are for others now."""
        self._let_go()
        with self._database.writing() as session:
            session.execute(delete(Executor).where(Executor.id == self.id))

    def _hold(self) -> None:
        """Have the lock, anew where its connection was lost."""
        try:
            if self._lock is None:
                self._lock = _connection(self._database.url)
                self._lock.execute(_TAKE, {"locks": _LOCKS, "own": _own(self.id)})
            else:
                self._lock.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            log.warning("the lock that says that this process lives is lost (%s); taking it again", error)
            self._let_go()

    def _let_go(self) -> None:
        if self._lock is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._lock.close()
            self._lock = None

    def _now(self, session: Session) -> datetime:
        """By the clock that all share."""
        if self._database.embedded:
            return datetime.now(UTC)
        now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
        return now


def _own(executor: str) -> int:
    """A process's number among the locks: 31 bits of its id."""
    return int(executor[:8], 16) >> 1


def _connection(url: str) -> Connection:
    """One that is kept, outside any pool and any transaction, and that notices at both ends when the other is gone."""
    ours = {f"keepalives_{name}": value for name, value in _KEEPALIVE.items()}
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT",
                           connect_args={"connect_timeout": 5, "keepalives": 1, "tcp_user_timeout": 25_000, **ours})
    made = engine.connect()
    for name, value in _KEEPALIVE.items():
        made.execute(text(f"SET tcp_keepalives_{name} = {value}"))
    return made
