"""An exam holds for one policy: what of its folder the reader was told and asked. Exams before hold for none."""
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0015"
branch_labels = None
depends_on = None

_OLD, _NEW = "ix_exams_model_prompts_hash_taken", "ix_exams_model_prompts_hash_policy_hash_taken"


def upgrade() -> None:
    op.add_column("exams", sa.Column("policy_hash", sa.String(length=64), nullable=False, server_default=""))
    op.drop_index(op.f(_OLD), "exams")
    op.create_index(op.f(_NEW), "exams", ["model", "prompts_hash", "policy_hash", "taken"])


def downgrade() -> None:
    op.drop_index(op.f(_NEW), "exams")
    op.create_index(op.f(_OLD), "exams", ["model", "prompts_hash", "taken"])
    op.drop_column("exams", "policy_hash")
