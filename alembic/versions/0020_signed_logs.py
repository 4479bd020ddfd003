"""the signed end of each log, and an end for the log of every organisation."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# The first start afterwards signs what stands here.
BEGIN = """
INSERT INTO audit_head (organisation_id, sequence, hash, signed_end)
SELECT id, 0, '', '' FROM organisation WHERE id NOT IN (SELECT organisation_id FROM audit_head)
"""


def upgrade() -> None:
    op.add_column("audit_head", sa.Column("signed_end", sa.String(), nullable=False, server_default=""))
    op.execute(sa.text(BEGIN))


def downgrade() -> None:
    op.drop_column("audit_head", "signed_end")
