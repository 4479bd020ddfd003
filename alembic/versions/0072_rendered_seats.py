"""what was rendered last under a session; digests of sessions without a key go."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None
TABLE = "live_test_seat"
EACH = "every project's seats are named anew"
UNKEYED = (
    "DELETE FROM live_test_seat WHERE run_id LIKE 'session%' AND conversation_id = ''",
    "UPDATE live_test_seat SET run_id = 'session_' || conversation_id WHERE run_id LIKE 'session%'",
)


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("rendered", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(TABLE, sa.Column("rendered_at", sa.DateTime(timezone=True), nullable=True))
    for statement in UNKEYED:
        op.get_bind().execute(sa.text(statement).execution_options(unscoped=EACH))


def downgrade() -> None:
    op.drop_column(TABLE, "rendered_at")
    op.drop_column(TABLE, "rendered")
