"""Which message shows what a search found, for the few conversations that a page lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, case, func, literal, or_
from sqlalchemy import select as select_columns
from sqlmodel import col

from backend.conversations.models import MessageRow
from backend.conversations.repository.messages import MessageRepository
from backend.conversations.repository.places import holds
from backend.conversations.words import MAX_CHARACTERS, begins_words


class Said(NamedTuple):
    """A message, cut where the index of words ends."""

    conversation_id: str
    message_id: str
    text: str


class ShowingRepository(MessageRepository):
    """Opened for one moment of the database and one project."""

    async def saying(self, conversation_ids: Sequence[str], terms: Sequence[str]) -> Sequence[Said]:
        """Return of each conversation the message in which most of the terms stand, of equals the first."""
        row = MessageRow
        stand = [self._stands(term) for term in terms]
        num: ColumnElement[int] = literal(0)
        for one in stand:
            num = num + case((one, 1), else_=0)
        best = func.row_number().over(partition_by=col(row.conversation_id), order_by=(num.desc(), col(row.id)))
        ours = col(row.project_id) == self._project_id
        ranked = (
            select_columns(col(row.id).label("id"), best.label("place"))
            .where(ours, col(row.conversation_id).in_(conversation_ids), or_(*stand))
            .subquery()
        )
        said = case((col(row.error) == "", col(row.text)), else_=col(row.text) + " " + col(row.error))
        statement = (
            select_columns(col(row.conversation_id), col(row.id), func.substr(said, 1, MAX_CHARACTERS))
            .join(ranked, ranked.c.id == col(row.id))
            .where(ours, ranked.c.place == 1)
        )
        return [Said(*one) for one in await (await self._session.connection()).execute(statement)]

    def _stands(self, term: str) -> ColumnElement[bool]:
        dialect = self._session.get_bind().dialect.name
        text = func.substr(MessageRow.folded, 1, MAX_CHARACTERS)  # what is behind would not be shown
        return holds(literal(" ") + text, f" {term}", dialect) if begins_words(term) else holds(text, term, dialect)
