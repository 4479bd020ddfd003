"""What stands in the metadata of the log: its names, and how often each value of a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, literal, select
from sqlmodel import col

from backend.conversations.facet_types import IS
from backend.conversations.models import ConversationDetailRow as Row
from backend.conversations.models import ConversationRow
from backend.conversations.repository.conversations import ConversationRepository, Found
from backend.conversations.types import Filters

MAX_KNOWN, MAX_VALUES = 100, 20
# How many names are looked at for the most frequent, and up to how many conversations each is counted.
MAX_LOOKED_AT, ENOUGH = 2_000, 100


class MetadataRepository(ConversationRepository):
    """Opened for one unit of work; sees one project."""

    async def names(self, most: int = MAX_KNOWN) -> Sequence[str]:
        """Return the most frequent names in order, a look at the index for each: a million conversations have few."""
        mine, name = col(Row.project_id) == self._project_id, col(Row.name)
        names = select(func.min(name).label("name")).where(mine).cte("names", recursive=True)
        behind = select(func.min(name)).where(mine, name > names.c.name).correlate(names).scalar_subquery()
        names = names.union_all(select(behind).where(names.c.name.is_not(None)))
        known = select(names.c.name).where(names.c.name.is_not(None)).limit(MAX_LOOKED_AT).subquery()
        counted = (
            select(literal(1).label("one"))
            .select_from(Row)
            .join(ConversationRow, col(ConversationRow.id) == col(Row.conversation_id))
            .where(mine, name == known.c.name, *self._mine())
            .limit(ENOUGH)
            .correlate(known)
            .subquery()
        )
        number = select(func.count()).select_from(counted).correlate(known).scalar_subquery().label("number")
        found = select(known.c.name, number).subquery()
        statement = (
            select(found.c.name).where(found.c.number > 0).order_by(found.c.number.desc(), found.c.name).limit(most)
        )
        return sorted(await (await self._session.connection()).scalars(statement))

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
