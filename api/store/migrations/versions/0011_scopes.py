"""What tokens may be used for and until when; wrong passwords before a session began.

Tokens that are there keep what they could do but for administering, for 90 days more.
"""
from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_DAYS = 90


def upgrade() -> None:
    with op.batch_alter_table("sessions") as table:
        table.add_column(sa.Column("failed", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("tokens") as table:
        table.add_column(sa.Column("scopes", sa.String(length=60), nullable=False, server_default="read write review"))
        table.add_column(sa.Column("expires", sa.DateTime(timezone=True), nullable=True))
    tokens = sa.table("tokens", sa.column("expires", sa.DateTime(timezone=True)))
    op.execute(tokens.update().values(expires=datetime.now(UTC) + timedelta(days=_DAYS)))
    op.execute("UPDATE tokens SET scopes = 'read write' WHERE user_id IN "
               "(SELECT id FROM users WHERE role NOT IN ('reviewer', 'policy_staff', 'administrator'))")
    with op.batch_alter_table("tokens") as table:
        table.alter_column("scopes", server_default=None)
        table.alter_column("expires", nullable=False)
    with op.batch_alter_table("sessions") as table:
        table.alter_column("failed", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("tokens") as table:
        table.drop_column("expires")
        table.drop_column("scopes")
    with op.batch_alter_table("sessions") as table:
        table.drop_column("failed")
