"""What stands in the metadata of the log: its names, and how often each value of a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select
from sqlmodel import col

from backend.conversations.facet_types import IS
from backend.conversations.models import ConversationDetailRow as Row
from backend.conversations.models import ConversationRow
from backend.conversations.repository.conversations import ConversationRepository, Found
from backend.conversations.types import Filters

MAX_KNOWN, MAX_VALUES = 100, 20


class MetadataRepository(ConversationRepository):
    """Opened for one unit of work; sees one project."""

    async def names(self) -> Sequence[str]:
        """Return the names in order, a look at the index for each: a million conversations have few of them."""
        mine, name = col(Row.project_id) == self._project_id, col(Row.name)
        names = select(func.min(name).label("name")).where(mine).cte("names", recursive=True)
        behind = select(func.min(name)).where(mine, name > names.c.name).correlate(names).scalar_subquery()
        names = names.union_all(select(behind).where(names.c.name.is_not(None)))
        statement = select(names.c.name).where(names.c.name.is_not(None)).limit(MAX_KNOWN)
        return list(await (await self._session.connection()).scalars(statement))

    async def values(self, name: str, filters: Filters, found: Found | None) -> Sequence[tuple[str, int]]:
        """Return the most frequent values of a name, and how many each has beside what the other filters choose."""
        others = tuple(one for one in filters.metadata if one.partition(IS)[0] != name)
        number = func.count()
        statement = (
            select(col(Row.value), number)
            .join(ConversationRow, col(ConversationRow.id) == col(Row.conversation_id))
            .where(
                col(Row.project_id) == self._project_id,
                col(Row.name) == name,
                *self._mine(),
                *self._chosen(replace(filters, metadata=others)),
                *self._among(found),
            )
            .group_by(col(Row.value))
            .order_by(number.desc(), col(Row.value))
            .limit(MAX_VALUES)
        )
        return [(value, num) for value, num in await (await self._session.connection()).execute(statement)]
