"""the runs that repeat a turn of a conversation, in an index."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

REPLAYED = sa.text("\"trigger\" = 'replay'")


def upgrade() -> None:
    op.create_index("ix_run_replay", "run", ["conversation_id"], sqlite_where=REPLAYED, postgresql_where=REPLAYED)


def downgrade() -> None:
    op.drop_index("ix_run_replay", "run")
