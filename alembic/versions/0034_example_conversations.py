"""the conversations of the example, marked as examples."""

from __future__ import annotations

import json

import sqlalchemy as sa

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

EACH = "each project has an example of its own"


def upgrade() -> None:
    _mark("console", "example")


def downgrade() -> None:
    _mark("example", "console")


def _mark(before: str, after: str) -> None:
    connection = op.get_bind()
    noted = sa.text("SELECT conversation_ids FROM demo").execution_options(unscoped=EACH)
    change = sa.text("UPDATE conversation SET channel = :after WHERE channel = :before AND id IN :ids")
    change = change.bindparams(sa.bindparam("ids", expanding=True)).execution_options(unscoped=EACH)
    for (told,) in connection.execute(noted).all():
        ids = json.loads(told) if isinstance(told, str) else told
        if ids:
            connection.execute(change, {"after": after, "before": before, "ids": ids})
