"""judgements: judges over conversations of the log, and the scores that they give them."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.row_security import of_project, protect

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None
OF_TALKS = sa.text("conversation_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("experiment", sa.Column("kind", sa.String(), nullable=False, server_default="experiment"))
    op.add_column("experiment_cell", sa.Column("conversation_id", sa.String(), nullable=True))
    op.create_index(
        "ix_experiment_cell_talk",
        "experiment_cell",
        ["conversation_id"],
        sqlite_where=OF_TALKS,
        postgresql_where=OF_TALKS,
    )
    op.create_table(
        "conversation_score",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("judge", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("judgement_id", sa.String(), nullable=False),
        sa.Column("is_newest", sa.Boolean(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "message_id", "judge", "version"),
    )
    op.create_index(
        "ix_conversation_score_counted",
        "conversation_score",
        ["project_id", "is_newest", "judge", "verdict", "conversation_id"],
    )
    op.create_index("ix_conversation_score_given", "conversation_score", ["project_id", "judgement_id"])
    protect(op, {"conversation_score": of_project()})


def downgrade() -> None:
    op.drop_table("conversation_score")
    op.drop_index("ix_experiment_cell_talk", table_name="experiment_cell")
    op.execute("DELETE FROM experiment_cell WHERE conversation_id IS NOT NULL")
    op.drop_column("experiment_cell", "conversation_id")
    op.execute("DELETE FROM experiment WHERE kind <> 'experiment'")
    op.drop_column("experiment", "kind")
