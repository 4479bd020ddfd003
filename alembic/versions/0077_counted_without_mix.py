"""the index of what is counted in Postgres without the mix, which may be longer than a row of an index."""

from __future__ import annotations

from alembic import op

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None

INDEX = "ix_conversation_counted"
BEFORE = ["project_id", "deleted_at", "mix", "number", "id"]
AFTER = ["project_id", "deleted_at", "number", "id"]


def upgrade() -> None:
    made_of(AFTER)


def downgrade() -> None:
    made_of(BEFORE)


def made_of(columns: list[str]) -> None:
    """SQLite, whose index may have rows of any length, counts by another."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index(INDEX, "conversation")
        op.create_index(INDEX, "conversation", columns)
