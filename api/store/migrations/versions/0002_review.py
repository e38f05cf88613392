"""What reviewers do."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id_users"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
    )
    op.create_table(
        "checks",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_checks_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "subject", name=op.f("pk_checks")),
    )
    with op.batch_alter_table("checks") as batch_op:
        batch_op.create_index(batch_op.f("ix_checks_subject_state"), ["subject", "state"])

    op.create_table(
        "decisions",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("assessment_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=True),
        sa.Column("high", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("document", sa.String(length=1000), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("machine_low", sa.BigInteger(), nullable=True),
        sa.Column("machine_high", sa.BigInteger(), nullable=True),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_decisions_by_id_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_decisions_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("case_id", "subject", "version", name=op.f("uq_decisions_case_id_subject_version")),
    )
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.create_index(batch_op.f("ix_decisions_act_subject"), ["act", "subject"])

    op.create_table(
        "item_keys",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("fact", sa.String(length=100), nullable=False),
        sa.Column("document", sa.String(length=1000), nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_item_keys_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("kind", "value", "case_id", name=op.f("pk_item_keys")),
    )
    with op.batch_alter_table("item_keys") as batch_op:
        batch_op.create_index(batch_op.f("ix_item_keys_case_id"), ["case_id"])

    op.create_table(
        "letters",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_letters_by_id_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_letters_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letters")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_letters_case_id_number")),
    )
    op.create_table(
        "presences",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_presences_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_presences_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "user_id", name=op.f("pk_presences")),
    )
    op.create_table(
        "review_steps",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_review_steps_by_id_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_review_steps_case_id_cases"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_steps")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("review_steps") as batch_op:
        batch_op.create_index(batch_op.f("ix_review_steps_case_id_id"), ["case_id", "id"])

    op.create_table(
        "reviews",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("assignee_id", sa.String(length=32), nullable=True),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("received", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("unchecked", sa.Integer(), nullable=False),
        sa.Column("conflicts", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["assignee_id"], ["users.id"], name=op.f("fk_reviews_assignee_id_users")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reviews_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_assignee_id_status_due"), ["assignee_id", "status", "due"])
        batch_op.create_index(batch_op.f("ix_reviews_changed_case_id"), ["changed", "case_id"])
        batch_op.create_index(batch_op.f("ix_reviews_due_case_id"), ["due", "case_id"])
        batch_op.create_index(batch_op.f("ix_reviews_received_case_id"), ["received", "case_id"])
        batch_op.create_index(batch_op.f("ix_reviews_status_changed_case_id"), ["status", "changed", "case_id"])
        batch_op.create_index(batch_op.f("ix_reviews_status_due_case_id"), ["status", "due", "case_id"])
        batch_op.create_index(batch_op.f("ix_reviews_status_received_case_id"), ["status", "received", "case_id"])

    op.create_table(
        "standings",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("criterion", sa.String(length=100), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("machine", sa.String(length=40), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_standings_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", "criterion", name=op.f("pk_standings")),
    )
    with op.batch_alter_table("standings") as batch_op:
        batch_op.create_index(batch_op.f("ix_standings_criterion_outcome_missing"), ["criterion", "outcome", "missing"])


def downgrade() -> None:
    with op.batch_alter_table("standings") as batch_op:
        batch_op.drop_index(batch_op.f("ix_standings_criterion_outcome_missing"))

    op.drop_table("standings")
    with op.batch_alter_table("reviews") as batch_op:
        batch_op.drop_index(batch_op.f("ix_reviews_status_received_case_id"))
        batch_op.drop_index(batch_op.f("ix_reviews_status_due_case_id"))
        batch_op.drop_index(batch_op.f("ix_reviews_status_changed_case_id"))
        batch_op.drop_index(batch_op.f("ix_reviews_received_case_id"))
        batch_op.drop_index(batch_op.f("ix_reviews_due_case_id"))
        batch_op.drop_index(batch_op.f("ix_reviews_changed_case_id"))
        batch_op.drop_index(batch_op.f("ix_reviews_assignee_id_status_due"))

    op.drop_table("reviews")
    with op.batch_alter_table("review_steps") as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_steps_case_id_id"))

    op.drop_table("review_steps")
    op.drop_table("presences")
    op.drop_table("letters")
    with op.batch_alter_table("item_keys") as batch_op:
        batch_op.drop_index(batch_op.f("ix_item_keys_case_id"))

    op.drop_table("item_keys")
    with op.batch_alter_table("decisions") as batch_op:
        batch_op.drop_index(batch_op.f("ix_decisions_act_subject"))

    op.drop_table("decisions")
    with op.batch_alter_table("checks") as batch_op:
        batch_op.drop_index(batch_op.f("ix_checks_subject_state"))

    op.drop_table("checks")
    op.drop_table("saved_views")
