"""keys and secrets."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _named(table: str, value: sa.Column[str], *more: sa.Column[str]) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        value,
        *more,
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("updated_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "name"),
    )


def upgrade() -> None:
    with op.batch_alter_table("api_key") as keys:
        keys.add_column(sa.Column("organisation_id", sa.String(), nullable=True))
        keys.add_column(sa.Column("public_id", sa.String(), nullable=True))
        keys.add_column(sa.Column("last_four", sa.String(), nullable=False, server_default=""))
        keys.add_column(sa.Column("expires_at", UtcDateTime(), nullable=True))
        keys.add_column(sa.Column("previous_hash", sa.String(), nullable=True))
        keys.add_column(sa.Column("previous_public_id", sa.String(), nullable=True))
        keys.add_column(sa.Column("previous_until", UtcDateTime(), nullable=True))
        keys.alter_column("project_id", existing_type=sa.String(), nullable=True)
    op.execute(
        "UPDATE api_key SET organisation_id = "
        "(SELECT organisation_id FROM project WHERE project.id = api_key.project_id)"
    )
    with op.batch_alter_table("api_key") as keys:
        keys.alter_column("organisation_id", existing_type=sa.String(), nullable=False)
        keys.create_foreign_key("fk_api_key_organisation", "organisation", ["organisation_id"], ["id"])
        keys.create_index("ix_api_key_organisation_id", ["organisation_id"], unique=False)
        keys.create_index("ix_api_key_public_id", ["public_id"], unique=True)
        keys.create_index("ix_api_key_previous_public_id", ["previous_public_id"], unique=True)
        keys.create_index("ix_api_key_previous_hash", ["previous_hash"], unique=True)
    _named(
        "secret",
        sa.Column("sealed_value", sa.String(), nullable=False),
        sa.Column("last_four", sa.String(), nullable=False),
    )
    _named("variable", sa.Column("value", sa.String(), nullable=False))


def downgrade() -> None:
    op.drop_table("variable")
    op.drop_table("secret")
    # A key of the whole organisation has no place in the older tables.
    op.execute("DELETE FROM api_key WHERE project_id IS NULL")
    with op.batch_alter_table("api_key") as keys:
        keys.drop_index("ix_api_key_previous_hash")
        keys.drop_index("ix_api_key_previous_public_id")
        keys.drop_index("ix_api_key_public_id")
        keys.drop_index("ix_api_key_organisation_id")
        keys.drop_constraint("fk_api_key_organisation", type_="foreignkey")
    with op.batch_alter_table("api_key") as keys:
        for name in (
            "previous_until",
            "previous_public_id",
            "previous_hash",
            "expires_at",
            "last_four",
            "public_id",
            "organisation_id",
        ):
            keys.drop_column(name)
        keys.alter_column("project_id", existing_type=sa.String(), nullable=False)
