"""Share a playground by its address, and tell who uses a prompt."""

from __future__ import annotations

from collections.abc import Sequence

from backend.columns import storable
from backend.errors import InvalidInput, NotFound
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.prompts.checks import MAX_NAME
from backend.prompts.composing import references
from backend.prompts.content import Content
from backend.prompts.models import PromptPlaygroundRow
from backend.prompts.play_types import MAX_SHARED, PlayDocument
from backend.prompts.repository import PromptRepository
from backend.prompts.service.base import UseCases
from backend.prompts.types import Playground, Use


class SharingUseCases(UseCases):
    """Whoever may read the prompt may open what was shared of it."""

    async def share(self, operator: Operator, name: str, document: PlayDocument, origin: str = "") -> Playground:
        """Keep columns and values under an address, until what they came from is removed.

        Raise PromptNotFound, InvalidInput where they are too long.
        """
        operator.require(Permission.PROMPTS_RUN)
        if sum(len(text) for text in document.values.values()) > MAX_SHARED:
            raise InvalidInput(f"The values are too long to be shared: at most {MAX_SHARED:,} characters.")
        async with self._units.write(operator) as work:
            rows = PromptRepository(work.session, operator.project_id)
            row = await self._row(rows, name)
            made = PromptPlaygroundRow(
                id=new_id("play"),
                project_id=operator.project_id,
                prompt_id=row.id,
                document=storable(document.model_dump(mode="json")),
                origin=storable(origin)[:MAX_NAME],
                created_by=operator.name,
            )
            rows.add(made)
            return Playground(made.id, row.id, document, operator.name, made.origin)

    async def shared(self, operator: Operator, identifier: str) -> Playground:
        """Return what was shared. Raise NotFound."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            row = await PromptRepository(session, operator.project_id).playground(storable(identifier))
        if row is None:
            raise NotFound("There is no playground at this address.")
        document = PlayDocument.model_validate(row.document)
        return Playground(row.id, row.prompt_id, document, row.created_by, row.origin)

    async def uses(self, operator: Operator, name: str) -> Sequence[Use]:
        """Return who uses a prompt: prompts that take it in, flows, then experiments. Raise PromptNotFound."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            rows = PromptRepository(session, operator.project_id)
            row = await self._row(rows, name)
            found = [
                Use("prompt", other.id, other.name, f"v{version.number}", ref.label, ref.version)
                for other, version in await rows.newest(holding=row.slug)
                for slug, ref in references(Content.model_validate(version.content))
                if slug == row.slug
            ]
        for users in self.users:
            found += await users(operator, row.id, row.slug)
        return found
