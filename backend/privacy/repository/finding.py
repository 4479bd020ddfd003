"""Who is meant by a part of a name: people whom conversations name, and members of the house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal_column, or_, union_all
from sqlalchemy import select as select_columns
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import ConversationPersonRow, ConversationRow, MessageRow
from backend.conversations.repository.places import holds
from backend.conversations.types import Role
from backend.identity.models import MemberRow, UserRow
from backend.privacy.types import Person


class Finding:
    """Opened for one moment of the database and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id
        self._dialect = session.get_bind().dialect.name

    async def people(self, parts: Sequence[str], exact: Sequence[str], limit: int) -> list[Person]:
        """Return whose names hold all parts in any case, and who stands under one of `exact`; the busiest first.

        Read from the indices of names alone, each once through.
        """
        named: list[Any] = []
        for row in (ConversationRow, ConversationPersonRow):
            name: Any = col(row.person)
            fits = or_(and_(*(self._holds(name, one) for one in parts)), name.in_(exact))
            named.append(select_columns(name.label("name")).where(col(row.project_id) == self._project_id, fits))
        every = union_all(*named).subquery()
        num = func.count()
        statement = select_columns(every.c.name, num).where(every.c.name != "").group_by(every.c.name)
        found = await self._rows(statement.order_by(num.desc(), every.c.name), limit)
        return [Person(name, int(count)) for name, count in found]

    async def members(self, organisation_id: str, parts: Sequence[str], limit: int) -> list[Person]:
        """Return the members whose name and address together hold all parts, with the chats in which they asked."""
        text = col(UserRow.name) + " " + func.coalesce(col(UserRow.email), "")
        statement = (
            select_columns(col(UserRow.id), col(UserRow.name), func.coalesce(UserRow.email, ""))
            .join(MemberRow, col(MemberRow.user_id) == UserRow.id)
            .where(col(MemberRow.organisation_id) == organisation_id, *(self._holds(text, one) for one in parts))
            .order_by(col(UserRow.name), col(UserRow.id))
        )
        found = await self._rows(statement, limit)
        counts = await self._num_asked([id_ for id_, *_ in found])
        return [Person(id_, counts.get(id_, 0), " ".join(filter(None, told))) for id_, *told in found]

    async def _num_asked(self, user_ids: Sequence[str]) -> dict[str, int]:
        row = MessageRow
        statement = select_columns(col(row.author_id), func.count(col(row.conversation_id).distinct())).where(
            col(row.project_id) == self._project_id,
            col(row.author_id).in_(user_ids),
            col(row.author_id) != literal_column("''"),  # as the index has it
            col(row.role) == Role.USER.value,
        )
        found = await (await self._session.connection()).execute(statement.group_by(col(row.author_id)))
        return {str(user_id): int(num) for user_id, num in found}

    def _holds(self, text: Any, part: str) -> ColumnElement[bool]:
        """Compare without case; SQLite folds that of English letters alone, so others are asked for in each."""
        forms = {part.lower(), part.upper(), part.capitalize(), part} if not part.isascii() else set()
        return or_(
            holds(func.lower(text), part.lower(), self._dialect),
            *(holds(text, one, self._dialect) for one in sorted(forms)),
        )

    async def _rows(self, statement: Any, limit: int) -> Sequence[Any]:
        return (await (await self._session.connection()).execute(statement.limit(limit))).all()
