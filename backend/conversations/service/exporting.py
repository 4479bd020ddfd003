"""The log as a file that no spreadsheet runs."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator

from backend.conversations.repository import ConversationRepository, Found
from backend.conversations.service.base import Base
from backend.conversations.shapes import conversation_of
from backend.conversations.types import Conversation, Filters
from backend.operator import Operator, Permission
from backend.paging import MAX_LIMIT, Listed, Page
from backend.spreadsheets import csv_line

COLUMNS = (
    "id", "title", "last_text", "flow_name", "agent_config", "session_id", "person", "channel", "state", "rating",
    "model", "prompt_name", "prompt_version", "num_messages", "num_turns", "tokens_in", "tokens_out", "cost",
    "latency_ms", "seconds", "satisfaction", "task_completed",
)  # fmt: skip


class ExportUseCases(Base):
    """Rows go out as they are read, so that an export of everything holds nothing up."""

    async def export(self, operator: Operator, filters: Filters) -> AsyncIterator[str]:
        """Return the lines of a CSV file, the last spoken in first."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            found = await self._find(session, operator, filters.text, most=sys.maxsize)
        return self._lines(operator, filters, found)

    async def _lines(self, operator: Operator, filters: Filters, found: Found | None) -> AsyncIterator[str]:
        yield csv_line([*COLUMNS, "started_at", "last_message_at", "tags"])
        after: str | None = ""
        while after is not None:
            page = Page(MAX_LIMIT, after)
            async with self._units.read(operator) as session:
                rows = await ConversationRepository(session, operator.project_id).list(filters, page, found)
            listed = Listed.cut([conversation_of(row) for row in rows], page)
            yield "".join(_line(one) for one in listed.items)
            after = listed.next


def _line(one: Conversation) -> str:
    values = [getattr(one, name) for name in COLUMNS]
    return csv_line([*values, one.started_at.isoformat(), one.last_message_at.isoformat(), ", ".join(one.tags)])
