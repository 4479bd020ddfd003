"""Rules for tenants and groups, support that an owner lets in, pictures of people."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, UtcDateTime
from backend.row_security import of_organisation, protect

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("session", schema=None) as sessions:
        sessions.add_column(sa.Column("tenant", sa.String(), nullable=False, server_default=""))
        sessions.add_column(sa.Column("groups", Json, nullable=False, server_default="[]"))
        sessions.add_column(sa.Column("support_grant_id", sa.String(), nullable=True))
    with op.batch_alter_table("sign_in_policy", schema=None) as policies:
        policies.add_column(sa.Column("tenants", Json, nullable=False, server_default="[]"))
        policies.add_column(sa.Column("groups", Json, nullable=False, server_default="[]"))
    op.create_table(
        "support_grant",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.String(), nullable=False),
        sa.Column("support_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["support_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["granted_by"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_support_grant_organisation_id", "support_grant", ["organisation_id"], unique=False)
    op.create_index("ix_support_grant_support_id", "support_grant", ["support_id"], unique=False)
    op.create_table(
        "user_picture",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )

    protect(op, {"support_grant": of_organisation()})


def downgrade() -> None:
    op.drop_table("user_picture")
    op.drop_index("ix_support_grant_support_id", table_name="support_grant")
    op.drop_index("ix_support_grant_organisation_id", table_name="support_grant")
    op.drop_table("support_grant")
    with op.batch_alter_table("sign_in_policy", schema=None) as policies:
        policies.drop_column("groups")
        policies.drop_column("tenants")
    with op.batch_alter_table("session", schema=None) as sessions:
        sessions.drop_column("support_grant_id")
        sessions.drop_column("groups")
        sessions.drop_column("tenant")
