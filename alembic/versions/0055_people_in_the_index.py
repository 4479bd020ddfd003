"""conversations of several people are indexed anew: each of them is found."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

EACH = "the log of every project is read again by the index"
ANEW = """
UPDATE conversation SET indexed_to = '', is_fresh = true WHERE id IN (SELECT conversation_id FROM conversation_person)
"""


def upgrade() -> None:
    op.get_bind().execute(sa.text(ANEW).execution_options(unscoped=EACH))


def downgrade() -> None:
    """Leave the words: whoever searches finds more."""
