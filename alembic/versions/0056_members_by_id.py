"""what members say in conversations stands under their id: two may have one name."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

EACH = "members are members of every project"
IS_NAMED = "author_id != ''"
# The log of acts tells who replied; the act is written down right behind the reply.
REPLIED = """
UPDATE message SET author_id = coalesce((
    SELECT a.actor_id FROM audit_event a
    WHERE a.action = 'conversation.reply' AND a.target_id = message.conversation_id AND a.actor_name = message.author
        AND a.at >= message.created_at
    ORDER BY a.sequence LIMIT 1), '')
WHERE role = 'assistant' AND conversation_id IN (
    SELECT target_id FROM audit_event WHERE action = 'conversation.reply')
"""
TRIED = """
UPDATE message SET author_id = (SELECT started_by_id FROM run WHERE run.id = message.run_id)
WHERE role = 'user' AND run_id IN (
    SELECT id FROM run WHERE "trigger" = 'console' AND person = '' AND started_by = message.author)
"""
# Nothing else tells who judged: where a name is two people's, it stays under the name.
JUDGED = """
UPDATE feedback SET given_by_id = (SELECT id FROM user_account WHERE name = feedback.given_by)
WHERE (SELECT count(*) FROM user_account WHERE name = feedback.given_by) = 1
"""


def upgrade() -> None:
    op.add_column("message", sa.Column("author_id", sa.String(), nullable=False, server_default=""))
    op.add_column("feedback", sa.Column("given_by_id", sa.String(), nullable=False, server_default=""))
    for statement in (REPLIED, TRIED, JUDGED):
        op.get_bind().execute(sa.text(statement).execution_options(unscoped=EACH))
    where = sa.text(IS_NAMED)
    op.create_index(
        "ix_message_by_member", "message", ["project_id", "author_id"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    op.drop_index("ix_message_by_member", "message")
    op.drop_column("feedback", "given_by_id")
    op.drop_column("message", "author_id")
