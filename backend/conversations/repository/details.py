"""The metadata of conversations: kept with each, and by which of them it can be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.details import MAX_TOGETHER, chosen_in, refuse_long, values_in
from backend.conversations.models import ConversationDetailRow, ConversationRecordRow, ConversationRow


class Details:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def add(self, conversation_id: str, details: dict[str, Any]) -> None:
        """Add to what the metadata says, the later in the place of the earlier; whoever asks holds the conversation.

        Raise InvalidInput where it is too much together.
        """
        statement = select(ConversationRecordRow).where(
            ConversationRecordRow.project_id == self._project_id,
            ConversationRecordRow.conversation_id == conversation_id,
        )
        row = (await self._session.exec(statement)).first()
        row = row or ConversationRecordRow(conversation_id=conversation_id, project_id=self._project_id)
        if row.details:
            details = {**row.details, **details}
            refuse_long(details, MAX_TOGETHER, "The metadata of a conversation has")
            old = ConversationDetailRow
            await self._session.exec(
                delete(old).where(col(old.project_id) == self._project_id, col(old.conversation_id) == conversation_id)
            )
        row.details = details
        self._session.add(row)
        self.note(conversation_id, details)

    def note(self, conversation_id: str, details: Mapping[str, Any] | None) -> None:
        """Let a conversation, of which nothing is noted, be found by its metadata."""
        for name, value in values_in(details).items():
            self._session.add(
                ConversationDetailRow(
                    conversation_id=conversation_id, name=name, value=value, project_id=self._project_id
                )
            )

    async def told(self, conversation_ids: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, str]]:
        """Return what conversations say under some names."""
        row = ConversationDetailRow
        statement = select(row.conversation_id, row.name, row.value).where(
            col(row.project_id) == self._project_id,
            col(row.conversation_id).in_(conversation_ids),
            col(row.name).in_(names),
        )
        found: dict[str, dict[str, str]] = {}
        for conversation_id, name, value in await self._session.exec(statement):
            found.setdefault(conversation_id, {})[name] = value
        return found


def by_metadata(metadata: Iterable[str], project_id: str) -> Iterator[ColumnElement[bool]]:
    """Yield what filters ask of the metadata of a conversation, a condition for each name."""
    of = ConversationRow
    for name, values in chosen_in(metadata).items():
        row = aliased(ConversationDetailRow)  # the query around may be of the same table
        named = select(row.conversation_id).where(col(row.project_id) == project_id, col(row.name) == name)
        wanted = [one for one in values if one]
        among = col(of.id).in_(named.where(col(row.value).in_(wanted)) if wanted else named)
        # Not by NOT IN, for which Postgres holds all ids in memory or reads them again for each row.
        theirs = (col(row.conversation_id) == of.id, col(row.project_id) == of.project_id)
        without = ~named.where(*theirs).correlate(of).exists()
        yield among if "" not in values else or_(among, without) if wanted else without
