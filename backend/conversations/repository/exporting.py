"""What an export reads: first which conversations, then those that are still there, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import col, select

from backend.conversations.models import ConversationRecordRow, ConversationRow
from backend.conversations.repository.conversations import ConversationRepository, Found
from backend.conversations.repository.places import one_of
from backend.conversations.types import Filters

Place = tuple[datetime, str]


class ExportRepository(ConversationRepository):
    """Opened for one moment of the database and one project."""

    async def places(self, filters: Filters, found: Found | None, behind: Place | None, limit: int) -> Sequence[Place]:
        """Return when conversations were last spoken in, and their ids, the last spoken in first."""
        order = (col(ConversationRow.last_message_at), col(ConversationRow.id))
        statement = select(*order).where(*self._mine(), *self._chosen(filters), *self._among(found))
        if behind is not None:
            statement = statement.where(tuple_(*order) < tuple_(*behind))
        newest = statement.order_by(*(one.desc() for one in order)).limit(limit)
        return [(at, id_) for at, id_ in await self._session.exec(newest)]

    async def rows(self, conversation_ids: Sequence[str]) -> Sequence[ConversationRow]:
        """Return those that were not deleted meanwhile, in the order of the ids."""
        among = one_of(col(ConversationRow.id), conversation_ids, self._session.get_bind().dialect.name)
        kept = {row.id: row for row in await self._session.exec(select(ConversationRow).where(*self._mine(), among))}
        return [kept[one] for one in conversation_ids if one in kept]

    async def details(self, conversation_ids: Sequence[str]) -> dict[str, Any]:
        """Return the metadata of those that have any, without the transcripts that lie beside it."""
        row = ConversationRecordRow
        among = one_of(col(row.conversation_id), conversation_ids, self._session.get_bind().dialect.name)
        statement = select(row.conversation_id, row.details).where(col(row.project_id) == self._project_id, among)
        return {one: details for one, details in await self._session.exec(statement) if details}
