"""turns in which a person refused something are told so, also those of before."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None

EACH = "the log of every project says anew how it stands"
# The reason is short, and sorts nearly all steps out before their detail is read.
TURNS = """
WITH refusal AS (
    SELECT run_id, min(reason) AS why FROM node_run
    WHERE reason LIKE '%refused it%' AND replace(CAST(detail AS TEXT), ' ', '') LIKE '%"outcome":"refused"%'
    GROUP BY run_id)
UPDATE message SET state = 'refused', error = CASE WHEN text = '' THEN
    (SELECT why FROM refusal WHERE refusal.run_id = message.run_id) ELSE error END
WHERE role = 'assistant' AND state IN ('answered', 'unanswered') AND run_id IN (SELECT run_id FROM refusal)
"""
TALKS = """
UPDATE conversation SET state = 'refused' WHERE state IN ('answered', 'unanswered') AND 'refused' = (
    SELECT state FROM message WHERE message.conversation_id = conversation.id ORDER BY message.id DESC LIMIT 1)
AND id IN (SELECT conversation_id FROM message WHERE state = 'refused')
"""


def upgrade() -> None:
    for statement in (TURNS, TALKS):
        op.get_bind().execute(sa.text(statement).execution_options(unscoped=EACH))


def downgrade() -> None:
    """Leave the words: they were there before too."""
