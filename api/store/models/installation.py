"""The installation: who did what, and which processes work."""
from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import DDL, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from api.store.models.base import Base, Digest, Id, Moment, own_id


class Audit(Base):
    """Who did what to which object, and why. Rows are only ever added, by `api.store.chain`; the database refuses
    everything else. `before` and `after` hold ids, roles, numbers and hashes, never what an applicant wrote.
    """

    __tablename__ = "audit"
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy's own declaration

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    actor_id: Mapped[str] = mapped_column(Id)
    role: Mapped[str] = mapped_column(String(20))
    action: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    reason: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(Digest)   # the hash of the row before
    hash: Mapped[str] = mapped_column(Digest)


class Executor(Base):
    """A process that works on jobs, and when it was last known to live."""

    __tablename__ = "executors"

    id: Mapped[str] = own_id()
    seen: Mapped[datetime]


# What keeps the audit as it is. A migration that rebuilds the table has to make them again.
APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_keeps_{what} BEFORE {what} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
        for what in ("update", "delete")),
    "postgresql": (
        ("CREATE OR REPLACE FUNCTION audit_keeps() RETURNS trigger LANGUAGE plpgsql AS "
         "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"),
        "CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_keeps()",
        "CREATE TRIGGER audit_keeps_all BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps()"),
}
for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(Audit.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
