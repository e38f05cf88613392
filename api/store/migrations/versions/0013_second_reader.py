"""The second reader: readings, a model's answers, exams, what was used; what persons were shown when they decided."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_BOUNDS = ("first_low", "first_high", "second_low", "second_high")
_WORDS = {"model": 200, "prompt": 100}
_CASE = ("CASE WHEN (SELECT current_setting('guohe.sight', true)) = 'everything' THEN true ELSE "
         "EXISTS (SELECT 1 FROM cases WHERE cases.id = {table}.case_id) END")


def upgrade() -> None:
    op.create_table(
        "readings",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("assessment_id", sa.String(length=32), nullable=False),
        sa.Column("requested_by", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=300), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("foreseen", sa.BigInteger(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("error_en", sa.Text(), nullable=False),
        sa.Column("made_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_readings_case_id_cases"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["requested_by"], ["users.id"], name=op.f("fk_readings_requested_by_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    op.create_index(op.f("ix_readings_case_id_created"), "readings", ["case_id", "created"])
    op.create_index(op.f("ix_readings_state"), "readings", ["state"])
    op.create_table(
        "reader_answers",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("ended", sa.String(length=20), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reader_answers_case_id_cases"),
                                ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader_answers")),
        sa.UniqueConstraint("case_id", "digest", name=op.f("uq_reader_answers_case_id_digest")),
    )
    op.create_table(
        "exams",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("model", sa.String(length=200), nullable=False),
        sa.Column("prompts_hash", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("first", sa.Float(), nullable=False),
        sa.Column("obeyed", sa.Integer(), nullable=False),
        sa.Column("taken", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exams")),
    )
    op.create_index(op.f("ix_exams_model_prompts_hash_taken"), "exams", ["model", "prompts_hash", "taken"])
    op.create_table(
        "model_use",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.String(length=32), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "user_id", name=op.f("pk_model_use")),
    )
    op.add_column("cases", sa.Column("withheld", sa.Boolean(), nullable=True))
    op.add_column("assessments", sa.Column("first_id", sa.String(length=32), nullable=True))
    op.add_column("reviews", sa.Column("to_check", sa.Integer(), nullable=False, server_default="0"))
    for name in _BOUNDS:
        op.add_column("decisions", sa.Column(name, sa.BigInteger(), nullable=True))
    for name, length in _WORDS.items():
        op.add_column("decisions", sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    _guard()


def downgrade() -> None:
    for table, names in (("decisions", (*_BOUNDS, *_WORDS)), ("reviews", ("to_check",)),
                         ("assessments", ("first_id",)), ("cases", ("withheld",))):
        for name in names:
            op.drop_column(table, name)
    for table in ("model_use", "exams", "reader_answers", "readings"):
        op.drop_table(table)


def _guard() -> None:
    """Rows of a case are for who sees the case (`api.store.models.row_security`)."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in ("readings", "reader_answers"):
        rule = _CASE.format(table=table)
        for statement in ("ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"):
            op.execute(f"ALTER TABLE {table} {statement}")
        for name, way in (("read", f"FOR SELECT USING ({rule})"), ("add", f"FOR INSERT WITH CHECK ({rule})"),
                          ("change", f"FOR UPDATE USING ({rule}) WITH CHECK ({rule})"),
                          ("remove", f"FOR DELETE USING ({rule})")):
            op.execute(f"CREATE POLICY {table}_{name} ON {table} {way}")
