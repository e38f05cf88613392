"""The audit as a chain that is only added to; what administrators set; who people are elsewhere."""
from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
_START = "0" * 64
_TRIGGERS = {
    "sqlite": [f"CREATE TRIGGER audit_keeps_{what} BEFORE {what} ON audit "
               "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END" for what in ("update", "delete")],
    "postgresql": [
        ("CREATE OR REPLACE FUNCTION audit_keeps() RETURNS trigger LANGUAGE plpgsql AS "
         "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"),
        "CREATE TRIGGER audit_keeps_rows BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_keeps()",
        "CREATE TRIGGER audit_keeps_all BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_keeps()"],
}
_NO_TRIGGERS = {
    "sqlite": [f"DROP TRIGGER IF EXISTS audit_keeps_{what}" for what in ("update", "delete")],
    "postgresql": ["DROP TRIGGER IF EXISTS audit_keeps_rows ON audit",
                   "DROP TRIGGER IF EXISTS audit_keeps_all ON audit",
                   "DROP FUNCTION IF EXISTS audit_keeps()"],
}


def upgrade() -> None:
    op.create_table(
        "settings",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_by", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "identities",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("issuer", sa.String(length=300), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_identities_user_id_users"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
    )
    with op.batch_alter_table("identities") as batch_op:
        batch_op.create_index(batch_op.f("ix_identities_user_id"), ["user_id"], unique=False)
    with op.batch_alter_table("audit") as batch_op:
        batch_op.add_column(sa.Column("before", _JSON, nullable=True))
        batch_op.add_column(sa.Column("after", _JSON, nullable=True))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("previous", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("hash", sa.String(length=64), nullable=False, server_default=""))
    _chain()
    for statement in _TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in _NO_TRIGGERS[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table("audit", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        for name in ("hash", "previous", "reason", "after", "before"):
            batch_op.drop_column(name)
    with op.batch_alter_table("identities") as batch_op:
        batch_op.drop_index(batch_op.f("ix_identities_user_id"))
    op.drop_table("identities")
    op.drop_table("settings")


def _chain() -> None:
    """Hash the rows that are there, each over the one before."""
    connection = op.get_bind()
    audit = sa.table("audit", *(sa.column(name) for name in (
        "id", "actor_id", "role", "action", "object_kind", "object_id", "reason", "previous", "hash")),
        sa.column("at", sa.DateTime(timezone=True)), sa.column("detail", _JSON), sa.column("before", _JSON),
        sa.column("after", _JSON))
    previous, last = _START, 0
    while rows := connection.execute(sa.select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(1000)).all():
        for row in rows:
            found = _digest(row, previous)
            connection.execute(sa.update(audit).where(audit.c.id == row.id).values(previous=previous, hash=found))
            previous, last = found, row.id


def _digest(row: Any, previous: str) -> str:
    at: datetime = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
    said = {"previous": previous, "at": at.astimezone(UTC).isoformat(timespec="microseconds"), "actor": row.actor_id,
            "role": row.role, "action": row.action, "kind": row.object_kind, "object": row.object_id,
            "before": row.before, "after": row.after, "reason": row.reason, "detail": row.detail}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
                          ).hexdigest()
