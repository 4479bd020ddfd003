"""which row of a dataset a run of an experiment answered, so that it goes with the row whatever became of its cell."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

ASKED = sa.text("item_id <> ''")
NOBODYS = sa.text("attempt = -1")
OF_RUNS: dict[str, Any] = {"sqlite_where": ASKED, "postgresql_where": ASKED}
OF_CELLS: dict[str, Any] = {"sqlite_where": NOBODYS, "postgresql_where": NOBODYS}


def upgrade() -> None:
    op.add_column("run", sa.Column("item_id", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_run_item", "run", ["project_id", "item_id"], **OF_RUNS)
    op.create_index("ix_experiment_cell_nobodys", "experiment_cell", ["project_id", "item_id"], **OF_CELLS)


def downgrade() -> None:
    op.drop_index("ix_experiment_cell_nobodys", "experiment_cell")
    op.drop_index("ix_run_item", "run")
    op.drop_column("run", "item_id")
