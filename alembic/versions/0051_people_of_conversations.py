"""people who speak in a conversation beside the one that it names."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.row_security import of_project, protect

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversation_person",
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "person"),
    )
    op.create_index("ix_conversation_person_named", "conversation_person", ["project_id", "person"])
    protect(op, {"conversation_person": of_project()})


def downgrade() -> None:
    op.drop_table("conversation_person")
