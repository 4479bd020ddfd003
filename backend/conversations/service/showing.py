"""Where in the conversations of a page the words of a search stand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import accumulate

from backend.conversations.repository.others import Others
from backend.conversations.repository.showing import Said, ShowingRepository
from backend.conversations.service.base import MESSAGES_AT_ONCE, Base
from backend.conversations.snippet_types import FoundIn, Snippet
from backend.conversations.snippets import pieces_of
from backend.conversations.types import Conversation
from backend.conversations.words import terms_in
from backend.operator import Operator, Permission


class ShowingUseCases(Base):
    """For what is on the screen alone: it reads messages."""

    async def snippets(self, operator: Operator, text: str, shown: Sequence[Conversation]) -> dict[str, Snippet]:
        """Return by their ids what of some conversations a search found, of a message before a name.

        Of conversations behind the first 5,000 messages together nothing is told: they would take long.
        """
        operator.require(Permission.CONVERSATIONS_READ)
        totals = accumulate(one.num_messages for one in shown)
        some = [one for one, total in zip(shown, totals, strict=True) if total <= MESSAGES_AT_ONCE] or shown[:1]
        terms = terms_in(text)
        if not terms or not some:
            return {}
        async with self._units.read(operator) as session:
            said = await ShowingRepository(session, operator.project_id).saying([one.id for one in some], terms)
            found = await asyncio.to_thread(_said, said, terms)
            left = [one for one in some if one.id not in found]
            others = await Others(session, operator.project_id).of([one.id for one in left]) if left else {}
        named = await asyncio.to_thread(
            lambda: {one.id: snippet for one in left if (snippet := _named(one, others.get(one.id, ()), terms))}
        )
        return found | named


def _said(said: Sequence[Said], terms: Sequence[str]) -> dict[str, Snippet]:
    """Return by conversation where in its message the words stand: long for 50 long ones, so beside the loop."""
    told = ((one, pieces_of(one.text, terms)) for one in said)
    return {one.conversation_id: Snippet(pieces, FoundIn.MESSAGE, one.message_id) for one, pieces in told if pieces}


def _named(one: Conversation, others: Sequence[str], terms: Sequence[str]) -> Snippet | None:
    """Return which of the names of a conversation the words stand in."""
    names = (
        *((FoundIn.PERSON, person) for person in (one.person, *others)),
        (FoundIn.SESSION, one.session_id),
        (FoundIn.ID, one.id),
    )
    told = (Snippet(pieces, place) for place, name in names if (pieces := pieces_of(name, terms)))
    return next(told, None)
