"""Whose rows a transaction sees: said to PostgreSQL, whose row-level security holds to it. SQLite has none.

The settings `guohe.actor` and `guohe.sight` are local to one transaction, so that a pooled connection takes nothing to
the next. A transaction that says nothing sees no row of an applicant's: what forgets to ask finds nothing. The policies
stand in `api.store.models.row_security`. This keeps a query that lacks its condition harmless; it is no defence against
who may run statements of their own.
"""
from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

_SCOPE = "guohe_scope"
_SAY = text("SELECT set_config('guohe.actor', :actor, true), set_config('guohe.sight', :sight, true)")


class Sight(StrEnum):
    OWN = "own"
    ALL = "all"                  # every case, and what reviewers write about it; files and results are their owner's
    POLICY = "policy"            # one's own, and what was asked about the policy by anybody
    EVERYTHING = "everything"    # the installation itself: jobs, retention, backup, checks


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a transaction works: a user's id, and how far it sees."""

    actor: str
    sight: Sight


NOBODY = Scope("", Sight.OWN)
INSTALLATION = Scope("", Sight.EVERYTHING)


def of(session: Session) -> Scope:
    """For whom the session works."""
    found: Scope = session.info.get(_SCOPE, NOBODY)
    return found


def enter(session: Session, scope: Scope) -> None:
    """From now on the session's transactions, the one under way too, are this one's."""
    if of(session) == scope:
        return
    session.info[_SCOPE] = scope
    if session.in_transaction():
        say(session.connection(), scope)


@contextmanager
def widened(session: Session) -> Iterator[None]:
    """For a step that the installation takes within a person's transaction, such as a count over all cases."""
    before = of(session)
    enter(session, INSTALLATION)
    yield
    session.flush()
    enter(session, before)


def begun(session: Session, _transaction: Any, connection: Connection) -> None:
    """For SQLAlchemy's `after_begin`."""
    scope = of(session)
    if scope != NOBODY:
        say(connection, scope)


def say(connection: Connection, scope: Scope) -> None:
    """Until the end of the transaction that the connection is in."""
    if connection.dialect.name == "postgresql":
        connection.execute(_SAY, {"actor": scope.actor, "sight": scope.sight.value})
