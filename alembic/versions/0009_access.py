"""access."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("project") as batch_op:
        batch_op.add_column(sa.Column("archived_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("member") as batch_op:
        batch_op.add_column(sa.Column("group_rule_id", sa.String(), nullable=True))
        batch_op.create_index("ix_member_user_id", ["user_id"], unique=False)
    op.create_table(
        "project_role",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("project_id", "user_id"),
    )
    op.create_index("ix_project_role_user_id", "project_role", ["user_id"], unique=False)
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("invited_by", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["invited_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    waiting = sa.text("accepted_at IS NULL AND revoked_at IS NULL")
    op.create_index(
        "ix_invitation_waiting",
        "invitation",
        ["organisation_id", "email"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "group_rule",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("group_name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "group_name"),
    )


def downgrade() -> None:
    op.drop_table("group_rule")
    op.drop_index("ix_invitation_waiting", "invitation")
    op.drop_table("invitation")
    op.drop_index("ix_project_role_user_id", "project_role")
    op.drop_table("project_role")
    with op.batch_alter_table("member") as batch_op:
        batch_op.drop_index("ix_member_user_id")
        batch_op.drop_column("group_rule_id")
    with op.batch_alter_table("project") as batch_op:
        batch_op.drop_column("archived_at")
