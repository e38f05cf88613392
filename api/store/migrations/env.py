"""Alembic's entry: one set of migrations for SQLite and PostgreSQL, on an engine that the caller brings."""
from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import text

from api.store import rows


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """Tables of the job engine may stand in the same database."""
    return kind != "table" or name in context.config.attributes["metadata"].tables


def run() -> None:
    with context.config.attributes["engine"].connect() as connection:
        embedded = connection.dialect.name == "sqlite"
        if embedded:  # a table that is rebuilt must not take the rows that refer to it along; settable outside only
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        context.configure(connection=connection, target_metadata=context.config.attributes["metadata"],
                          render_as_batch=True, include_object=_ours, compare_type=True)
        if not embedded:  # of several processes that start together one does it, the others find it done
            connection.execute(text("SELECT pg_advisory_xact_lock(4)"))
            rows.say(connection, rows.INSTALLATION)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if embedded:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


run()
