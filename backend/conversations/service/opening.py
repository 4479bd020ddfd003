"""A transcript that is opened at a message, and read on from there."""

from __future__ import annotations

from backend.columns import storable
from backend.conversations.repository import ConversationRepository
from backend.conversations.service.reading import WINDOW, ReadingUseCases
from backend.conversations.shapes import conversation_of, message_of
from backend.conversations.types import Opened
from backend.operator import Operator, Permission


class OpeningUseCases(ReadingUseCases):
    """Both raise ConversationNotFound."""

    async def around(self, operator: Operator, conversation_id: str, message_id: str, limit: int = WINDOW) -> Opened:
        """Return the messages around one; the last ones where it is among them, or none of this conversation."""
        operator.require(Permission.CONVERSATIONS_READ)
        at, num_up_to = storable(message_id) or " ", limit // 2
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            conversation = await self._row(rows, conversation_id)
            up_to = await rows.window(conversation_id, until=at, limit=num_up_to + 1)
            behind = await rows.window(conversation_id, after=at, limit=limit - num_up_to + 1)
            if up_to and up_to[-1][0].id == at and len(behind) > limit - num_up_to:
                shown = [*up_to[-num_up_to:], *behind[:-1]]
                return Opened(
                    conversation_of(conversation),
                    tuple(message_of(*row) for row in shown),
                    has_earlier=len(up_to) > num_up_to,
                    details=await self._details(rows, conversation_id),
                    has_later=True,
                    num_before=await rows.num_before(conversation_id, shown[0][0].id),
                )
        return await self.opened(operator, conversation_id, limit)

    async def later(self, operator: Operator, conversation_id: str, after: str, limit: int = WINDOW) -> Opened:
        """Return the first messages behind one."""
        operator.require(Permission.CONVERSATIONS_READ)
        async with self._units.read(operator) as session:
            rows = ConversationRepository(session, operator.project_id)
            conversation = await self._row(rows, conversation_id)
            found = await rows.window(conversation_id, after=storable(after) or " ", limit=limit + 1)
            return Opened(
                conversation_of(conversation),
                tuple(message_of(*row) for row in found[:limit]),
                has_earlier=True,
                details=await self._details(rows, conversation_id),
                has_later=len(found) > limit,
            )
