"""Who speaks in a conversation beside the person that it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import literal_column, union
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import ConversationPersonRow, ConversationRow, MessageRow
from backend.conversations.types import Role


class Others:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def note(self, conversation: ConversationRow, people: Iterable[str]) -> None:
        """Note who speaks in a conversation; the first becomes its person where it has none."""
        for person in people:
            if person and not conversation.person:
                conversation.person = person
                conversation.indexed_to = ""  # it is found by that name too
        rows = [
            {"conversation_id": conversation.id, "person": one, "project_id": self._project_id}
            for one in sorted({*people} - {"", conversation.person})
        ]
        if rows:
            insert = postgresql.insert if self._session.get_bind().dialect.name == "postgresql" else sqlite.insert
            new = await self._session.exec(insert(ConversationPersonRow).values(rows).on_conflict_do_nothing())
            if new.rowcount:
                conversation.indexed_to, conversation.is_fresh = "", True  # it is found by each of them

    async def of(self, conversation_ids: Sequence[str]) -> dict[str, list[str]]:
        """Return who speaks in conversations beside the person that each names."""
        row = ConversationPersonRow
        statement = select(row.conversation_id, row.person).where(
            col(row.project_id) == self._project_id, col(row.conversation_id).in_(conversation_ids)
        )
        found: dict[str, list[str]] = {}
        for conversation_id, person in await self._session.exec(statement):
            found.setdefault(conversation_id, []).append(person)
        return found


def conversations_of(project_id: str, names: Sequence[str]) -> Any:
    """Return the conversations in which a person speaks, as a query of their ids: each part has its index.

    A member, named by the id, speaks where they tried a flow.
    """
    row, other, said = ConversationRow, ConversationPersonRow, MessageRow
    return union(
        select(row.id).where(col(row.project_id) == project_id, col(row.person).in_(names)),
        select(other.conversation_id).where(col(other.project_id) == project_id, col(other.person).in_(names)),
        select(said.conversation_id).where(
            col(said.project_id) == project_id,
            col(said.author_id).in_(names),
            col(said.author_id) != literal_column("''"),  # as the index has it
            col(said.role) == Role.USER.value,
        ),
    )
