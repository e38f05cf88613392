"""Versions of policies, questions and approved answers."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("base_digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=50), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("problems", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(length=32), nullable=False),
        sa.Column("proposed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.String(length=32), nullable=True),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_by", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
    )
    with op.batch_alter_table("policy_versions") as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_versions_created_id"), ["created", "id"])
        batch_op.create_index(batch_op.f("ix_policy_versions_state_published"), ["state", "published"])

    op.create_table(
        "policy_trials",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("base_digest", sa.String(length=64), nullable=False),
        sa.Column("requested_by", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("flipped", sa.Integer(), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["version_id"], ["policy_versions.id"],
                                name=op.f("fk_policy_trials_version_id_policy_versions"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_trials")),
    )
    with op.batch_alter_table("policy_trials") as batch_op:
        batch_op.create_index(batch_op.f("ix_policy_trials_version_id_started"), ["version_id", "started"])

    op.create_table(
        "asked",
        sa.Column("turn_id", sa.String(length=32), nullable=False),
        sa.Column("same", sa.String(length=64), nullable=False),
        sa.Column("about_policy", sa.Boolean(), nullable=False),
        sa.Column("unanswered", sa.Boolean(), nullable=False),
        sa.Column("down", sa.Integer(), nullable=False),
        sa.Column("up", sa.Integer(), nullable=False),
        sa.Column("wanting", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"],
                                name=op.f("fk_asked_turn_id_turns"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_asked")),
    )
    with op.batch_alter_table("asked") as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_about_policy_wanting_same"), ["about_policy", "wanting", "same"])
        batch_op.create_index(batch_op.f("ix_asked_same"), ["same"])

    op.create_table(
        "asked_clauses",
        sa.Column("turn_id", sa.String(length=32), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"],
                                name=op.f("fk_asked_clauses_turn_id_turns"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", "ref", name=op.f("pk_asked_clauses")),
    )
    with op.batch_alter_table("asked_clauses") as batch_op:
        batch_op.create_index(batch_op.f("ix_asked_clauses_ref"), ["ref"])

    op.create_table(
        "thumbs",
        sa.Column("turn_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("up", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turns.id"],
                                name=op.f("fk_thumbs_turn_id_turns"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"],
                                name=op.f("fk_thumbs_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("turn_id", "user_id", name=op.f("pk_thumbs")),
    )
    with op.batch_alter_table("thumbs") as batch_op:
        batch_op.create_index(batch_op.f("ix_thumbs_user_id"), ["user_id"])

    op.create_table(
        "approved_answers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("same", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("ref", sa.String(length=40), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("clause_sha256", sa.String(length=64), nullable=False),
        sa.Column("policy_version", sa.String(length=50), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=32), nullable=False),
        sa.Column("retired", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_by", sa.String(length=32), nullable=True),
        sa.Column("retired_why", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approved_answers")),
    )
    with op.batch_alter_table("approved_answers") as batch_op:
        batch_op.create_index(batch_op.f("ix_approved_answers_created_id"), ["created", "id"])
        batch_op.create_index(batch_op.f("ix_approved_answers_same_retired"), ["same", "retired"])


def downgrade() -> None:
    for name in ("approved_answers", "thumbs", "asked_clauses", "asked", "policy_trials", "policy_versions"):
        op.drop_table(name)
