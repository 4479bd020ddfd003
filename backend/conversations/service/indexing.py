"""Put what was said into the index of words, behind the turns that said it."""

from __future__ import annotations

from collections import defaultdict

from backend.conversations.repository import WordRepository, projects
from backend.conversations.service.base import MESSAGES_AT_ONCE, Base, Places, names_of, note
from backend.conversations.words import words_of
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID

AT_ONCE = 50


class IndexingUseCases(Base):
    """Of the server alone: no operator asks for it, and it shows nothing to anybody."""

    async def projects(self) -> list[str]:
        """Return every project there is."""
        async with self._units.read(BY_ID) as session:
            return list(await projects(session))

    async def index(self, project_id: str, limit: int = AT_ONCE) -> int:
        """Index some of what waits for it; return how many conversations that was, 0 when none waits."""
        async with self._units.read(OfProject(project_id)) as session:
            if not await WordRepository(session, project_id).waits():
                return 0
        async with self._units.write(OfProject(project_id)) as work:
            words = WordRepository(work.session, project_id)
            counter = await words.take_turn()
            places: Places = {}
            waiting = await words.to_index(limit)
            said = await words.unread([row.id for row in waiting], MESSAGES_AT_ONCE)
            theirs = defaultdict[str, list[str]](list)
            last: dict[str, str] = {}
            for conversation_id, message_id, text in said:
                theirs[conversation_id].append(text)
                last[conversation_id] = message_id
            for row in waiting:
                found = set[str]().union(*(words_of(text) for text in theirs[row.id]))
                if not row.number:
                    counter.num_numbered += 1
                    row.number = counter.num_numbered
                    found |= words_of(names_of(row))
                note(places, row, found)
                row.indexed_to = last.get(row.id, row.indexed_to)
                row.is_fresh = len(said) == MESSAGES_AT_ONCE
                work.session.add(row)
            work.session.add(counter)
            await words.write(places)
            return len(waiting)
