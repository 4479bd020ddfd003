"""what the list of the log is sorted by: its tokens, its mean latency, its cost and its turns, each in an index."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0083"
down_revision = "0082"
branch_labels = None
depends_on = None

COMPUTED = {
    "tokens": "tokens_in + tokens_out",
    "mean_latency_ms": "CASE WHEN num_turns > 0 THEN latency_ms / num_turns ELSE 0 END",
}
SORTED = (*COMPUTED, "cost", "num_turns")
SHOWN = "channel != 'experiment' AND deleted_at IS NULL"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # which computes them for the index alone
        for name, value in COMPUTED.items():
            op.execute(f"ALTER TABLE conversation ADD COLUMN {name} INTEGER GENERATED ALWAYS AS ({value}) VIRTUAL")
    else:  # at once: each writes the whole table anew
        added = (f"ADD COLUMN {name} BIGINT GENERATED ALWAYS AS ({value}) STORED" for name, value in COMPUTED.items())
        op.execute(f"ALTER TABLE conversation {', '.join(added)}")
    shown = sa.text(SHOWN)
    for name in SORTED:
        places = ["project_id", name, "id"]
        op.create_index(index_of(name), "conversation", places, sqlite_where=shown, postgresql_where=shown)


def downgrade() -> None:
    for name in SORTED:
        op.drop_index(index_of(name), "conversation")
    for name in COMPUTED:
        op.drop_column("conversation", name)


def index_of(name: str) -> str:
    return f"ix_conversation_by_{name}"
