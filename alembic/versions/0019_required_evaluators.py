"""the evaluators that must be asked before something is published."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("publish_requirement", sa.Column("evaluators", Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("publish_requirement", "evaluators")
