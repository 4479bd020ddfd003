"""Put what was said into the index of words, behind the turns that said it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

from backend.conversations.folding import searched
from backend.conversations.models import ConversationRow
from backend.conversations.repository import ConversationRepository, WordRepository, projects
from backend.conversations.repository.others import Others
from backend.conversations.service.base import MESSAGES_AT_ONCE, Base, Places, names_of, note
from backend.conversations.words import words_of
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID
from backend.unit_of_work import Work

AT_ONCE = 50
# Between two batches others write.
BREATH_SECONDS = 0.02


class IndexingUseCases(Base):
    """Of the server alone: no operator asks for it, and it shows nothing to anybody."""

    async def projects(self) -> list[str]:
        """Return every project there is."""
        async with self._units.read(BY_ID) as session:
            return list(await projects(session))

    async def catch_up(self) -> None:
        """Index all that waits, a few conversations in each unit of work."""
        for project_id in await self.projects():
            num_indexed = 1
            while num_indexed:
                num_indexed = await self.index(project_id)
                await asyncio.sleep(BREATH_SECONDS if num_indexed else 0)

    async def index(self, project_id: str, limit: int = AT_ONCE) -> int:
        """Index some of what waits for it; return how many conversations that was, 0 when none waits."""
        async with self._units.read(OfProject(project_id)) as session:
            if not await WordRepository(session, project_id).waits():
                return 0
        async with self._units.write(OfProject(project_id)) as work:
            words = WordRepository(work.session, project_id)
            counter = await words.take_turn()
            places: Places = {}
            waiting = _some(await words.to_index(limit))
            said = await words.unread([row.id for row in waiting])
            others = await Others(work.session, project_id).of([row.id for row in waiting])
            found = await asyncio.to_thread(_found, said)  # a long conversation takes seconds
            for row in waiting:
                last, theirs = found.get(row.id, (row.indexed_to, set()))
                if not row.number:
                    counter.num_numbered += 1
                    row.number = counter.num_numbered
                if not row.indexed_to:
                    theirs |= words_of(names_of(row, others.get(row.id, ())))
                note(places, row, theirs)
                row.indexed_to, row.is_fresh = last, False
                work.session.add(row)
            work.session.add(counter)
            await words.write(places)
            return len(waiting)

    async def reword(self, work: Work, project_id: str, run_id: str, change: Callable[[str], str]) -> None:
        """Change what a run said in its conversation, where there is something to change; the index reads it anew."""
        rows = ConversationRepository(work.session, project_id)
        said = await rows.answers_of(run_id)
        changed = {
            one.conversation_id for one in said if (change(one.text), change(one.error)) != (one.text, one.error)
        }
        await self._unindex(work, project_id, sorted(changed))
        for conversation_id in changed:
            if conversation := await rows.conversation(conversation_id, deleted=True):
                conversation.last_text = change(conversation.last_text)
                conversation.indexed_to, conversation.is_fresh = "", True
                rows.add(conversation)
        for one in said:
            one.text, one.error = change(one.text), change(one.error)
            one.folded = searched(one.text, one.error)
            rows.add(one)


def _some(waiting: Sequence[ConversationRow]) -> Sequence[ConversationRow]:
    """Return the first with few enough messages together; one at least."""
    totals = accumulate(row.num_messages for row in waiting)
    return [row for row, total in zip(waiting, totals, strict=True) if total <= MESSAGES_AT_ONCE] or waiting[:1]


def _found(said: Iterable[tuple[str, str, str]]) -> dict[str, tuple[str, set[str]]]:
    """Return the last message and the words of each conversation."""
    found: dict[str, tuple[str, set[str]]] = {}
    for conversation_id, message_id, text in said:
        last, words = found.get(conversation_id, ("", set()))
        words |= words_of(text)
        found[conversation_id] = max(last, message_id), words
    return found
