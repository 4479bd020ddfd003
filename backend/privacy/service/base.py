"""What the use cases share."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import storable
from backend.conversations.folding import first_words
from backend.conversations.service import ConversationService
from backend.conversations.service.reporting import MAX_NAME
from backend.errors import InvalidInput
from backend.masking.service import MaskingService
from backend.ports.database import Database
from backend.ports.jobs import Jobs
from backend.privacy.errors import PersonNotFound
from backend.privacy.repository import Beside, Erasing, Members, People
from backend.privacy.types import MAX_PERSON
from backend.unit_of_work import Units, Work

JOB = "remove_conversations"


class Base:
    """Opened once for the process."""

    def __init__(
        self, units: Units, database: Database, jobs: Jobs, *, log: ConversationService, masking: MaskingService
    ) -> None:
        self._units, self._database, self._jobs, self._log, self._masking = units, database, jobs, log, masking

    async def leave(
        self,
        work: Work,
        project_id: str,
        conversation_ids: Sequence[str],
        with_items: bool,  # noqa: FBT001  # as called
    ) -> Sequence[str]:
        """Remove all that hangs on conversations; return them with those that go along."""
        erasing = Erasing(work.session, project_id)
        reached = await erasing.reached(conversation_ids, with_items=with_items)
        await erasing.remove(reached)
        await self._masking.purge(work, project_id, reached.conversation_ids, reached.run_ids)
        return reached.conversation_ids

    async def _names(self, session: AsyncSession, project_id: str, person: str) -> list[str]:
        """Return under which names a person may stand. Raise InvalidInput, PersonNotFound."""
        person = written(person)
        if not 1 <= len(person) <= MAX_PERSON:
            raise InvalidInput(
                f"Whom it is about is said in 1 to {MAX_PERSON} characters.", fields={"user": "Say whom it is about."}
            )
        names = await self._known_as(session, project_id, person)
        people, beside = People(session, project_id), Beside(session, project_id)
        found = await people.count(people.of_person(names)) or await beside.num_runs(names)
        if not found and not await beside.num_traces(names) and not await Members(session, project_id).is_author(names):
            raise PersonNotFound(
                "No conversation, run or trace of that person is here.",
                hint="Write the id exactly as your systems send it.",
            )
        return names

    async def _known_as(self, session: AsyncSession, project_id: str, person: str) -> list[str]:
        """Return how somebody may be written in the log: as told, cut to one line, masked now or by rules before."""
        names, people = dict[str, None](), People(session, project_id)
        for one in forms_of(person):
            names |= dict.fromkeys(await self._masking.names_of(session, project_id, one))
            if end := await self._masking.name_end(session, project_id, one):
                names |= dict.fromkeys(sorted(await people.masked_as(end)))
        return [*names]


def written(person: str) -> str:
    """Return whom somebody names as a database keeps it."""
    return str(storable(person)).strip()


def forms_of(person: str) -> list[str]:
    """Return a person's id as it may stand in a row: names are kept on one line and cut, those of traces before that.

    Never an empty one, which would be everybody who has no name.
    """
    whole = written(person)
    cut = (whole, first_words(whole, MAX_NAME), first_words(whole[:MAX_NAME], MAX_NAME))
    return [one for one in dict.fromkeys(cut) if one]
