"""what took tokens of a model without a price before that was kept: it cost nothing, and its model is not built in."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None

EACH = "nodes, runs and answers of every project are as their model was"
UNPRICED = "cost = 0 AND tokens_in + tokens_out > 0"
MODEL = "COALESCE(detail ->> 'model', '')"
PAID_FOR = f"{MODEL} NOT LIKE 'embedded:%' AND {MODEL} NOT LIKE 'scripted:%'"
NODES = f"UPDATE node_run SET has_unpriced = true WHERE {UNPRICED} AND {PAID_FOR}"  # noqa: S608  # our own names
# Of a run whose nodes are kept no more nobody knows what it asked, and nought would win every comparison.
RUNS = f"""
UPDATE run SET has_unpriced = true WHERE {UNPRICED} AND (
  EXISTS (SELECT 1 FROM node_run WHERE node_run.run_id = run.id AND node_run.has_unpriced)
  OR NOT EXISTS (SELECT 1 FROM node_run WHERE node_run.run_id = run.id AND node_run.tokens_in + node_run.tokens_out > 0)
)
"""  # noqa: S608  # our own names
MARKED = {
    "sqlite": "json_set(detail, '$.has_unpriced', json('true'))",
    "postgresql": "detail || jsonb_build_object('has_unpriced', true)",
}
CELLS = f"""
UPDATE experiment_cell SET detail = {{marked}} WHERE {UNPRICED} AND {PAID_FOR}
AND NOT EXISTS (SELECT 1 FROM run WHERE run.id = experiment_cell.run_id AND NOT run.has_unpriced)
"""  # noqa: S608  # our own names


def upgrade() -> None:
    marked = MARKED[op.get_bind().dialect.name]
    for statement in (NODES, RUNS, CELLS.format(marked=marked)):
        op.get_bind().execute(sa.text(statement).execution_options(unscoped=EACH))


def downgrade() -> None:
    """What it cost is known no better than before."""
