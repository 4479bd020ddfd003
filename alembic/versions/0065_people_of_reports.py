"""whom the metadata of a reported conversation names is its person, also of those of before."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa

from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

EACH = "the log of every project says anew whose it is"
AT_ONCE = 1_000
NAMES = ("user_id", "person", "customer_id", "customer")
MOST = 200
SOME = """
SELECT conversation_id, details FROM conversation_record
WHERE conversation_id > :after AND conversation_id IN
    (SELECT id FROM conversation WHERE channel = 'reported' AND person = '')
ORDER BY conversation_id LIMIT :most
"""
# It is found by that name too, so the index reads it again.
TOLD = "UPDATE conversation SET person = :person, indexed_to = '', is_fresh = true WHERE id = :id"


def upgrade() -> None:
    some, told = (sa.text(one).execution_options(unscoped=EACH) for one in (SOME, TOLD))
    after = ""
    while rows := op.get_bind().execute(some, {"after": after, "most": AT_ONCE}).all():
        after = rows[-1][0]
        found = [{"id": id_, "person": person} for id_, details in rows if (person := person_in(details))]
        if found:
            op.get_bind().execute(told, found)


def person_in(details: Any) -> str:
    """Return whom metadata names. A placeholder of masking is none: a person's is another than a word's."""
    details = json.loads(details) if isinstance(details, str) else details
    if not isinstance(details, dict):
        return ""
    known = {"_".join(name.strip().lower().replace("-", " ").split()): value for name, value in details.items()}
    for name in NAMES:
        value = known.get(name)
        words = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if 0 < len(words) <= MOST and not ("[" in words and "]" in words):
            return words
    return ""


def downgrade() -> None:
    """Leave the people: a removal of theirs finds what is theirs."""
