"""the search finds words with accents by the letters below them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from alembic import op
from backend.conversations.folding import folded

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None

EACH = "the log of every project is folded anew"
AT_ONCE = 5_000
# What is ASCII, nearly all of a log in English, is as it was.
IS_WIDE = {
    "sqlite": "length(CAST({0} AS BLOB)) <> length({0})",
    "postgresql": "octet_length({0}) <> char_length({0})",
}
MESSAGES = "SELECT id, conversation_id, folded FROM message WHERE id > :after AND {wide} ORDER BY id LIMIT :most"
WORDS = "SELECT project_id, word, block FROM conversation_word WHERE {wide}"
GONE = "DELETE FROM conversation_word WHERE project_id = :project_id AND word = :word AND block = :block"
NAMES = """
SELECT id, session_id || ' ' || person FROM conversation WHERE {session} OR {person}
UNION ALL SELECT conversation_id, person FROM conversation_person WHERE {person}
"""
ANEW = "UPDATE conversation SET indexed_to = '', is_fresh = true WHERE id = :id"


def upgrade() -> None:
    """Fold what has accents, a few thousand at a time, and have its conversations indexed anew.

    What stood in the index under such a word goes: nothing would take it out with its conversation.
    """
    wide = IS_WIDE[op.get_bind().dialect.name]
    names = NAMES.format(session=wide.format("session_id"), person=wide.format("person"))
    anew = {id_ for id_, name in _run(names) if folded(name) != _before(name)}
    for rows in _each(MESSAGES.format(wide=wide.format("folded"))):
        changed = [(id_, talk, new) for id_, talk, old in rows if (new := folded(old)) != old]
        _all("UPDATE message SET folded = :new WHERE id = :id", [{"id": id_, "new": new} for id_, _, new in changed])
        anew |= {talk for _, talk, _ in changed}
    _all(
        GONE,
        [dict(one._mapping) for one in _run(WORDS.format(wide=wide.format("word"))) if folded(one.word) != one.word],
    )
    _all(ANEW, [{"id": one} for one in sorted(anew)])


def downgrade() -> None:
    """Leave the words: they are found by their plain letters."""


def _before(name: str) -> str:
    return " ".join(name.casefold().split())


def _each(statement: str) -> Iterator[list[Any]]:
    after: str | None = ""
    while after is not None:
        rows = list(_run(statement, after=after, most=AT_ONCE))
        after = str(rows[-1][0]) if len(rows) == AT_ONCE else None
        yield rows


def _run(statement: str, **values: Any) -> Any:
    return op.get_bind().execute(sa.text(statement).execution_options(unscoped=EACH), values)


def _all(statement: str, values: list[dict[str, Any]]) -> None:
    if values:
        op.get_bind().execute(sa.text(statement).execution_options(unscoped=EACH), values)
