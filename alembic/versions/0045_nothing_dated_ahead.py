"""what was said "in the future", by a date that others told, counts as said now: retention would keep it until then."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from alembic import op
from backend.columns import UtcDateTime, utc_now

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    now = utc_now()
    talk, message = _table("conversation", "started_at", "last_message_at"), _table("message", "created_at")
    span = _table("span", "started_at", "ended_at")
    ahead = sa.select(talk.c.id).where(talk.c.last_message_at > now)
    _by_now(message, "created_at", now, message.c.conversation_id.in_(ahead))
    for name in ("started_at", "last_message_at"):
        _by_now(talk, name, now)
    for name in ("started_at", "ended_at"):
        _by_now(span, name, now, span.c.conversation_id.is_(None))


def downgrade() -> None:
    """Leave them: when they were meant to be nobody knows."""


def _table(name: str, *moments: str) -> Any:
    return sa.table(
        name, sa.column("id"), sa.column("conversation_id"), *(sa.column(one, UtcDateTime()) for one in moments)
    )


def _by_now(table: Any, name: str, now: Any, *those: Any) -> None:
    op.execute(sa.update(table).where(table.c[name] > now, *those).values({name: now}))
