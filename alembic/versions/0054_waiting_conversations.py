"""conversations whose run waits for a person say so."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

EACH = "the log of every project says anew how it stands"
WAITS = """
UPDATE conversation SET state = 'waiting' WHERE state = 'running' AND EXISTS (
    SELECT 1 FROM run WHERE run.conversation_id = conversation.id AND run.status = 'waiting')
"""
BEFORE = (
    "UPDATE conversation SET state = 'running' WHERE state = 'waiting'",
    "UPDATE conversation SET state = 'answered' WHERE state = 'refused'",
    "UPDATE message SET state = 'answered' WHERE state = 'refused'",
)


def upgrade() -> None:
    _run(WAITS)


def downgrade() -> None:
    for statement in BEFORE:
        _run(statement)


def _run(statement: str) -> None:
    op.get_bind().execute(sa.text(statement).execution_options(unscoped=EACH))
