"""Find whom somebody means before their data is counted: ids are long, and nobody knows them by heart."""

from __future__ import annotations

from backend.operator import Operator, Permission
from backend.privacy.repository import Finding
from backend.privacy.service.base import Base, written
from backend.privacy.types import MAX_PERSON, Person

FEWEST_LETTERS = 2
MAX_PARTS = 5
MAX_PEOPLE = 20


class FindingUseCases(Base):
    """Tells names and counts, no word of anybody."""

    async def people(self, operator: Operator, text: str) -> list[Person]:
        """Return at most 20 whose name, address or id holds the parts of a text; nobody for single letters.

        Members come first. Where there are many, they and people of conversations have half of the room each.
        Somebody who is masked is found by their whole name alone, and stays masked.
        """
        operator.require(Permission.PROJECT_MANAGE)
        text = written(text)
        parts = text.split()[:MAX_PARTS]
        if len(text) > MAX_PERSON or max(map(len, parts), default=0) < FEWEST_LETTERS:
            return []
        async with self._units.read(operator) as session:
            exact = await self._masking.names_of(session, operator.project_id, text)
            rows = Finding(session, operator.project_id)
            people = await rows.people(parts, exact, MAX_PEOPLE)
            if operator.may(Permission.MEMBERS_READ):
                members = await rows.members(operator.organisation_id, parts, MAX_PEOPLE)
                people = [*members[: max(MAX_PEOPLE // 2, MAX_PEOPLE - len(people))], *people]
        return people[:MAX_PEOPLE]
