"""the index of words in the order of its key on SQLite, in place of a table beside an index."""

from __future__ import annotations

from alembic import op

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None

COLUMNS = (
    "project_id VARCHAR NOT NULL, word VARCHAR NOT NULL, block INTEGER NOT NULL, places BLOB NOT NULL, "
    "PRIMARY KEY (project_id, word, block), FOREIGN KEY(project_id) REFERENCES project (id)"
)


def upgrade() -> None:
    make("WITHOUT ROWID")


def downgrade() -> None:
    make("")


def make(kind: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("ALTER TABLE conversation_word RENAME TO conversation_word_before")
        op.execute(f"CREATE TABLE conversation_word ({COLUMNS}) {kind}")
        op.execute(
            "INSERT INTO conversation_word SELECT project_id, word, block, places FROM conversation_word_before"
            " ORDER BY project_id, word, block"
        )
        op.execute("DROP TABLE conversation_word_before")
