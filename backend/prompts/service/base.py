"""What the use cases of prompts share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Protocol

from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import storable
from backend.errors import InvalidInput
from backend.operator import Operator
from backend.ports.language_model import LanguageModel, ModelEndpoint, Usage
from backend.ports.publish_gate import PublishGate
from backend.ports.templates import Templates
from backend.prompts.composing import Composer, Find, Found
from backend.prompts.content import Content
from backend.prompts.errors import CannotRender, PromptNotFound, VersionNotFound
from backend.prompts.models import PromptRow, PromptVersionRow
from backend.prompts.repository import LabelRepository, PromptRepository
from backend.prompts.types import LATEST, Drawn, Served, Taking, Use, VersionRef
from backend.unit_of_work import Units, Work

# Tell who else uses the prompt of this slug, in the operator's project.
# Called with the id and the slug of a prompt.
Users = Callable[[Operator, str, str], Awaitable[Sequence[Use]]]
Leaving = Callable[[Work, str, str], Awaitable[None]]
# Return what else of a project is served as two people approved it, and takes prompts in.
Serving = Callable[[AsyncSession, str], Awaitable[Sequence[Served]]]
# Called in the unit that protects a label; raises Conflict where something stands against it.
Protecting = Callable[[Work, Operator, str], Awaitable[None]]
# Say what of a prompt (by id) stands under a label (the number it points at) for whoever takes it; None: that number.
Split = Callable[[Operator, str, str, int, Taking], Awaitable[Drawn | None]]


class Models(Protocol):
    """Which model a prompt means, and what it costs."""

    async def resolve(self, operator: Operator, reference: str) -> ModelEndpoint:
        """Return where "provider:model" is asked, the project's default for "". Raise NotFound."""
        ...

    def cost(self, endpoint: ModelEndpoint, usage: Usage) -> Decimal:
        """Return US dollars."""
        ...


class UseCases:
    """The base of each group. Whoever uses prompts adds itself to `users`: it stands above and is not known here."""

    def __init__(self, units: Units, templates: Templates, models: Models, language_model: LanguageModel) -> None:
        self._units, self._templates = units, templates
        self._models, self._language_model = models, language_model
        self.users: list[Users] = []
        self.gates: list[PublishGate] = []
        self.splits: list[Split] = []
        self.protecting: list[Protecting] = []
        self.serving: list[Serving] = []
        # Called in the unit that deletes a prompt, with its project and id.
        self.leaving: list[Leaving] = []

    async def _row(self, rows: PromptRepository, name: str, *, lock: bool = False) -> PromptRow:
        """Return the prompt of this id or slug. Raise PromptNotFound."""
        row = await rows.prompt(storable(name), lock=lock)
        if row is None:
            raise PromptNotFound
        return row

    async def _version(self, rows: PromptRepository, row: PromptRow, number: int) -> PromptVersionRow:
        version = await rows.version(row.id, number)
        if version is None:
            raise VersionNotFound(f"{row.name} has no version {number}.")
        return version

    async def _meant(
        self, rows: PromptRepository, labels: LabelRepository, row: PromptRow, ref: VersionRef
    ) -> PromptVersionRow:
        """Return the version that is meant. Raise VersionNotFound."""
        if ref.version is not None:
            return await self._version(rows, row, ref.version)
        if ref.label == LATEST:
            return await self._version(rows, row, row.latest)
        label = await labels.label(row.id, ref.label)
        if label is None:
            hint = f"Give a version that label, or name {LATEST}."
            raise VersionNotFound(f"{row.name} has no version under {ref.label}.", hint=hint)
        return await self._version(rows, row, label.version)

    def _finder(self, session: AsyncSession, project_id: str) -> Find:
        rows, labels = PromptRepository(session, project_id), LabelRepository(session, project_id)

        async def find(slug: str, ref: VersionRef) -> Found | None:
            row = await rows.prompt(slug)
            if row is None:
                return None
            try:
                version = await self._meant(rows, labels, row, ref)
            except VersionNotFound:
                return None
            return Found(row.id, row.slug, version.number, Content.model_validate(version.content))

        return find

    async def _composed(self, session: AsyncSession, row: PromptRow, content: Content) -> Content:
        """Return the content with all that it takes in. Raise CannotRender, Circle for what could become one."""
        return await Composer(self._finder(session, row.project_id)).composed(row.id, row.slug, content)

    async def _check_renders(self, session: AsyncSession, row: PromptRow, content: Content) -> None:
        """Raise CannotRender where no values could ever fill it."""
        composed = await self._composed(session, row, content)
        for template in composed.templates:
            try:
                self._templates.check(template)
            except InvalidInput as error:
                raise CannotRender(error.message, hint=error.hint) from error


def kept(content: Content) -> Content:
    """Return the content as every database keeps it. Raise InvalidInput when two names become one."""
    given = content.as_json()
    clean = storable(given)
    if clean == given:
        return content
    try:
        return Content.model_validate(clean)
    except ValidationError as error:
        raise InvalidInput(f"The prompt cannot be kept: {error.errors()[0]['msg']}.") from error
