"""tokens and times that others report may add up beyond what a plain number of Postgres holds."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

COUNTS = [(table, name) for table in ("conversation", "message") for name in ("tokens_in", "tokens_out", "latency_ms")]


def upgrade() -> None:
    _turn(sa.BigInteger())


def downgrade() -> None:
    _turn(sa.Integer())


def _turn(into: sa.types.TypeEngine[int]) -> None:
    """Change nothing on SQLite, whose numbers are all wide."""
    if op.get_bind().dialect.name == "postgresql":
        for table, name in COUNTS:
            op.alter_column(table, name, type_=into)
