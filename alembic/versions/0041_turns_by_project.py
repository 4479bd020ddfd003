"""the indices of last answers and of replays begin with the project, as every question does."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

REPLAYED = sa.text("\"trigger\" = 'replay'")
PARTIAL: dict[str, Any] = {"sqlite_where": REPLAYED, "postgresql_where": REPLAYED}


def upgrade() -> None:
    op.drop_index("ix_experiment_cell_item", "experiment_cell")
    op.drop_index("ix_run_replay", "run")
    op.create_index("ix_experiment_cell_item", "experiment_cell", ["project_id", "item_id", "experiment_id"])
    op.create_index("ix_run_replay", "run", ["project_id", "conversation_id"], **PARTIAL)


def downgrade() -> None:
    op.drop_index("ix_run_replay", "run")
    op.drop_index("ix_experiment_cell_item", "experiment_cell")
    op.create_index("ix_experiment_cell_item", "experiment_cell", ["item_id", "experiment_id"])
    op.create_index("ix_run_replay", "run", ["conversation_id"], **PARTIAL)
