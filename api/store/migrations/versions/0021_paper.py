"""Applications that came on paper carry the number that the office received them under."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("paper_number", sa.String(length=100), nullable=True))
    op.create_index(op.f("uq_cases_paper_number"), "cases", ["paper_number"], unique=True)


def downgrade() -> None:
    op.drop_index(op.f("uq_cases_paper_number"), "cases")
    op.drop_column("cases", "paper_number")
