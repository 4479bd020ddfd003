"""what a version of a dataset tells of rows kept from the log names nobody: it stays when a person is removed."""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0085"
down_revision = "0084"
branch_labels = None
depends_on = None

EACH = "versions of every project name nobody"
# Rows of who was removed already are gone, so not "where a row of it is from the log": where none is from elsewhere.
BLANK = """
UPDATE dataset_version SET about = '' WHERE act = 'add' AND about <> '' AND NOT EXISTS (
  SELECT 1 FROM dataset_item WHERE dataset_item.dataset_id = dataset_version.dataset_id
  AND dataset_item.valid_from = dataset_version.number AND dataset_item.source_kind <> 'log'
)
"""


def upgrade() -> None:
    op.get_bind().execute(sa.text(BLANK).execution_options(unscoped=EACH))


def downgrade() -> None:
    """Who was named is not known any more."""
