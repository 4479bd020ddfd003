"""what the metadata of conversations says under each name, to filter and split the log by; also of those of before."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from alembic import op
from backend.row_security import of_project, protect

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

EACH = "the log of every project says anew what its metadata holds"
AT_ONCE = 1_000
MAX_NAMES, MAX_NAME, MAX_VALUE, MAX_DEPTH = 50, 60, 120, 3
TABLE = "conversation_detail"
SOME = """
SELECT conversation_id, project_id, details FROM conversation_record
WHERE conversation_id > :after ORDER BY conversation_id LIMIT :most
"""


def upgrade() -> None:
    made = op.create_table(
        TABLE,
        sa.Column("conversation_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("conversation_id", "name"),
    )
    op.create_index("ix_conversation_detail_told", TABLE, ["project_id", "name", "value", "conversation_id"])
    some = sa.text(SOME).execution_options(unscoped=EACH)
    after = ""
    while rows := op.get_bind().execute(some, {"after": after, "most": AT_ONCE}).all():
        after = rows[-1][0]
        found = [
            {"conversation_id": id_, "project_id": project_id, "name": name, "value": value}
            for id_, project_id, details in rows
            for name, value in values_in(details).items()
        ]
        if found:
            op.bulk_insert(made, found)
    protect(op, {TABLE: of_project()})


def downgrade() -> None:
    op.drop_table(TABLE)


def values_in(details: Any) -> dict[str, str]:
    """Return what the metadata says in a word, as the log reads it since then."""
    details = json.loads(details) if isinstance(details, str) else details
    found: dict[str, str] = {}
    for name, value in flat(details if isinstance(details, dict) else {}, "", MAX_DEPTH):
        if len(found) < MAX_NAMES and fits(name, MAX_NAME) and "=" not in name and fits(value, MAX_VALUE):
            found.setdefault(name, value)
    return found


def flat(details: Mapping[str, Any], before: str, depth: int) -> Iterator[tuple[str, str]]:
    for name, value in details.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.", depth - 1) if depth > 1 else ()
        else:
            yield f"{before}{name}", word(value)


def word(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(filter(None, map(word, value))) if len(value) <= MAX_VALUE else ""
    if value is None or isinstance(value, dict) or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    return json.dumps(value)


def fits(text: str, most: int) -> bool:
    return 0 < len(text) <= most and not any(ord(one) < ord(" ") for one in text)
