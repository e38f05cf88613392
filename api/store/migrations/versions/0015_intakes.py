"""Rounds of applications, and which of them a case was handed in to."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_ID, _MOMENT = sa.String(length=32), sa.DateTime(timezone=True)
_INDEXES = {"reviews": (("intake_id", "status", "received", "case_id"), ("intake_id", "changed", "duplicates")),
            "checks": (("intake_id", "subject", "state"),),
            "standings": (("intake_id", "criterion", "outcome", "missing"),)}


def upgrade() -> None:
    op.create_table(
        "intakes",
        sa.Column("id", _ID, nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("base_type", sa.String(length=64), nullable=False),
        sa.Column("version_id", _ID, nullable=True),
        sa.Column("policy_digest", sa.String(length=64), nullable=False),
        sa.Column("policy_version", sa.String(length=50), nullable=False),
        sa.Column("opens", sa.Date(), nullable=False),
        sa.Column("closes", sa.Date(), nullable=False),
        sa.Column("quota", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("created_by", _ID, nullable=False),
        sa.Column("changed", _MOMENT, nullable=False),
        sa.Column("changed_by", _ID, nullable=False),
        sa.Column("ended", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["policy_versions.id"],
                                name=op.f("fk_intakes_version_id_policy_versions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intakes")),
    )
    op.create_index(op.f("ix_intakes_base_type_closes"), "intakes", ["base_type", "closes"])
    op.create_index(op.f("ix_intakes_opens_id"), "intakes", ["opens", "id"])
    for table in ("checks", "standings"):
        op.add_column(table, sa.Column("intake_id", _ID, nullable=True))
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.add_column(sa.Column("intake_id", _ID, nullable=True))
        batch_op.create_foreign_key(op.f("fk_reviews_intake_id_intakes"), "intakes", ["intake_id"], ["id"])
    for table, indexes in _INDEXES.items():
        for columns in indexes:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def downgrade() -> None:
    for table, indexes in _INDEXES.items():
        for columns in indexes:
            op.drop_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table_name=table)
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.drop_constraint(op.f("fk_reviews_intake_id_intakes"), type_="foreignkey")
        batch_op.drop_column("intake_id")
    for table in ("checks", "standings"):
        op.drop_column(table, "intake_id")
    op.drop_table("intakes")
