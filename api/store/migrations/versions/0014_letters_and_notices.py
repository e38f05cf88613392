"""Letters as official documents, with what stands around their text; notices, each person's choices, what is sent."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_WORDS = {"language": (5, "zh"), "title": (200, ""), "issuer": (200, ""), "reference": (100, ""), "contact": (500, "")}
_REST = (("due", sa.Date()), ("days", sa.Integer()), ("dated", sa.Date()), ("year", sa.Integer()),
         ("serial", sa.Integer()))


def upgrade() -> None:
    with op.batch_alter_table("letters") as batch_op:
        for name, (length, default) in _WORDS.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=default))
        for name, kind in _REST:
            batch_op.add_column(sa.Column(name, kind, nullable=True))
        batch_op.create_unique_constraint(op.f("uq_letters_year_serial"), ["year", "serial"])


def downgrade() -> None:
    with op.batch_alter_table("letters") as batch_op:
        batch_op.drop_constraint(op.f("uq_letters_year_serial"), type_="unique")
        for name in (*_WORDS, *(name for name, _ in _REST)):
            batch_op.drop_column(name)
