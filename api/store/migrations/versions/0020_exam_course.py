"""How an exam went is kept with it. Of exams before nothing more is known than their scores."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exams", sa.Column("course", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("exams", "course")
