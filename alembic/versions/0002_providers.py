"""providers."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op
from backend.columns import Json, Money, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_default",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_table(
        "provider",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("sealed_key", sa.String(), nullable=False),
        sa.Column("key_hint", sa.String(), nullable=False),
        sa.Column("allow_private_address", sa.Boolean(), nullable=False),
        sa.Column("private_allowed_by", sa.String(), nullable=False),
        sa.Column("private_allowed_at", UtcDateTime(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("deleted_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "slug"),
    )
    with op.batch_alter_table("provider", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_project_id"), ["project_id"], unique=False)

    op.create_table(
        "provider_model",
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("function_calling", sa.Boolean(), nullable=False),
        sa.Column("vision", sa.Boolean(), nullable=False),
        sa.Column("json_schema", sa.Boolean(), nullable=False),
        sa.Column("context_size", sa.Integer(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("input_price", Money(), nullable=False),
        sa.Column("output_price", Money(), nullable=False),
        sa.Column("last_test", Json, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.ForeignKeyConstraint(
            ["provider_id"],
            ["provider.id"],
        ),
        sa.PrimaryKeyConstraint("provider_id", "name"),
    )
    with op.batch_alter_table("provider_model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_provider_model_project_id"), ["project_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("provider_model", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_model_project_id"))

    op.drop_table("provider_model")
    with op.batch_alter_table("provider", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_provider_project_id"))

    op.drop_table("provider")
    op.drop_table("model_default")
