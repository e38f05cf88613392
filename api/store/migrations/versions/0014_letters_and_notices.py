"""Letters as official documents, with what stands around their text; notices, each person's choices, what is sent."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WORDS = {"language": (5, "zh"), "title": (200, ""), "issuer": (200, ""), "reference": (100, ""), "contact": (500, "")}
_REST = (("due", sa.Date()), ("days", sa.Integer()), ("dated", sa.Date()), ("year", sa.Integer()),
         ("serial", sa.Integer()))
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_ID, _MOMENT = sa.String(length=32), sa.DateTime(timezone=True)
_NEW = ("notices", "notice_choices", "dispatches")
_MINE = ("CASE WHEN (SELECT current_setting('guohe.sight', true)) = 'everything' THEN true ELSE "
         "user_id = (SELECT current_setting('guohe.actor', true)) END")


def upgrade() -> None:
    with op.batch_alter_table("letters") as batch_op:
        for name, (length, default) in _WORDS.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=default))
        for name, kind in _REST:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.create_unique_constraint(op.f("uq_letters_year_serial"), ["year", "serial"])
    op.create_table(
        "notices",
        sa.Column("id", _ID, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("case_id", _ID, nullable=True),
        sa.Column("detail", _JSON, nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("read", _MOMENT, nullable=True),
        sa.Column("mark", sa.String(length=120), nullable=True),
        *_keys("notices"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("mark", name=op.f("uq_notices_mark")),
    )
    op.create_index(op.f("ix_notices_case_id"), "notices", ["case_id"])
    op.create_index(op.f("ix_notices_user_id_created_id"), "notices", ["user_id", "created", "id"])
    op.create_index(op.f("ix_notices_user_id_shown_read"), "notices", ["user_id", "shown", "read"])
    op.create_table(
        "notice_choices",
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("page", _JSON, nullable=False),
        sa.Column("mail", _JSON, nullable=False),
        sa.Column("digest", sa.Boolean(), nullable=False),
        _keys("notice_choices")[0],
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_choices")),
    )
    op.create_table(
        "dispatches",
        sa.Column("id", _ID, nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.Column("user_id", _ID, nullable=True),
        sa.Column("case_id", _ID, nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("detail", _JSON, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due", _MOMENT, nullable=False),
        sa.Column("leased", _MOMENT, nullable=True),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("ended", _MOMENT, nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=False),
        *_keys("dispatches"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dispatches")),
    )
    op.create_index(op.f("ix_dispatches_case_id"), "dispatches", ["case_id"])
    op.create_index(op.f("ix_dispatches_user_id"), "dispatches", ["user_id"])
    op.create_index(op.f("ix_dispatches_created_id"), "dispatches", ["created", "id"])
    op.create_index(op.f("ix_dispatches_way_state_due"), "dispatches", ["way", "state", "due"])
    _guard()


def downgrade() -> None:
    for table in _NEW:
        op.drop_table(table)
    with op.batch_alter_table("letters") as batch_op:
        batch_op.drop_constraint(op.f("uq_letters_year_serial"), type_="unique")
        for name in (*_WORDS, *(name for name, _ in _REST)):
            batch_op.drop_column(name)


def _keys(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"),
                                    ondelete="CASCADE"),
            sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f(f"fk_{table}_case_id_cases"),
                                    ondelete="CASCADE"))


def _guard() -> None:
    """A notice is for whom it is written to (`api.store.models.row_security`)."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _NEW:
        for statement in ("ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"):
            op.execute(f"ALTER TABLE {table} {statement}")
        for name, way in (("read", f"FOR SELECT USING ({_MINE})"), ("add", f"FOR INSERT WITH CHECK ({_MINE})"),
                          ("change", f"FOR UPDATE USING ({_MINE}) WITH CHECK ({_MINE})"),
                          ("remove", f"FOR DELETE USING ({_MINE})")):
            op.execute(f"CREATE POLICY {table}_{name} ON {table} {way}")
