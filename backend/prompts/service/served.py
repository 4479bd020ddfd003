"""What is served as two people approved it, and what it may take in."""

from __future__ import annotations

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.errors import Conflict
from backend.operator import Operator
from backend.prompts.composing import references
from backend.prompts.content import Content
from backend.prompts.following import refuse_loose, takes_in
from backend.prompts.models import PromptRow, PromptVersionRow
from backend.prompts.repository import LabelRepository, PromptRepository
from backend.prompts.service.base import UseCases
from backend.prompts.types import Served


class ServedUseCases(UseCases):
    """A text under a protected label, and a protected flow, take in versions and protected labels only."""

    async def check_followed(self, operator: Operator, served: Served) -> None:
        """Raise Conflict where what is served as two people approved it would follow what one changes alone."""
        async with self._units.read(operator) as session:
            await self._refuse_loose(session, operator.project_id, served)

    async def _refuse_loose(self, session: AsyncSession, project_id: str, served: Served) -> None:
        """Raise Conflict where it follows, itself or through another, what one person changes alone."""
        if served.takes_in:
            protected = {one.name for one in await LabelRepository(session, project_id).protected()}
            await refuse_loose(self._finder(session, project_id), served, protected)

    async def _refuse_taken_in(self, session: AsyncSession, row: PromptRow) -> None:
        """Raise Conflict where something that two people approved takes the prompt in."""
        find = self._finder(session, row.project_id)
        for served in await self._served(session, row.project_id):
            if await takes_in(find, served, row.slug):
                raise Conflict(f"{served.name} takes {row.name} in.", hint="Take it out of there first.")

    async def _served(self, session: AsyncSession, project_id: str) -> list[Served]:
        """Return what is served as two people approved it and takes prompts in."""
        rows, labels = PromptRepository(session, project_id), LabelRepository(session, project_id)
        protected = [one.name for one in await labels.protected()]
        texts = [served_under(*found) for found in await rows.under(protected, holding="{%")]
        for serving in self.serving:
            texts += await serving(session, project_id)
        return [one for one in texts if one.takes_in]


def served_under(row: PromptRow, version: PromptVersionRow, label: str) -> Served:
    """Return what is served of a prompt under a label."""
    return Served(f"{row.name} under {label}", references(Content.model_validate(version.content)))
