"""Find the holes of a prompt, and fill them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backend.columns import storable
from backend.operator import Operator, Permission
from backend.ports.language_model import Message
from backend.ports.templates import TemplateFailed, TemplateVariable
from backend.prompts.composing import Composer, references
from backend.prompts.content import Content, Turn
from backend.prompts.errors import CannotRender
from backend.prompts.models import PromptRow
from backend.prompts.repository import LabelRepository, PromptRepository
from backend.prompts.service.base import UseCases
from backend.prompts.types import LATEST, Drawn, Holes, Prompt, Rendered, Taking, Values, VersionRef

MAX_PUT_IN = 500
ROLES = ("system", "user", "assistant")


class RenderingUseCases(UseCases):
    """Rendering reads; it asks no model."""

    async def holes(self, operator: Operator, content: Content, name: str = "") -> Holes:
        """Return what has to be filled, and what is wrong. `name` is the prompt whose content it is, empty for none."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            row = await PromptRepository(session, operator.project_id).prompt(storable(name)) if name else None
            finder = self._finder(session, operator.project_id)
            return await self._holes(Composer(finder), row.id if row else "", row.slug if row else "", content)

    async def holes_of(self, operator: Operator, prompts: Sequence[Prompt]) -> Sequence[Holes]:
        """Return what has to be filled in the newest version of each, in their order."""
        operator.require(Permission.PROMPTS_READ)
        found: list[Holes] = []
        async with self._units.read(operator) as session:
            finder = self._finder(session, operator.project_id)
            for one in prompts:
                found.append(await self._holes(Composer(finder), one.id, one.slug, one.content))
                await asyncio.sleep(0)  # others take their turn: templates are read here
        return found

    async def _holes(self, composer: Composer, prompt_id: str, slug: str, content: Content) -> Holes:
        taken = tuple(other for other, _ in references(content))
        try:
            composed = await composer.composed(prompt_id, slug, content)
            return Holes(self._variables(composed), content.placeholders, taken)
        except TemplateFailed as error:
            return Holes((), content.placeholders, taken, error.message, error.line)
        except CannotRender as error:
            return Holes((), content.placeholders, taken, f"{error.message} {error.hint}".strip())

    async def render(
        self,
        operator: Operator,
        name: str,
        ref: VersionRef,
        variables: Mapping[str, Any],
        placeholders: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
        *,
        taking: Taking | None = None,
    ) -> Rendered:
        """Fill a version, of a label that is split the one that whoever takes it gets; with nobody, the label's own.

        Raise PromptNotFound, VersionNotFound, CannotRender with a field for each missing value.
        """
        operator.require(Permission.PROMPTS_READ)
        row, number, content, composed, parts = await self._standing(operator, name, ref)
        drawn = await self._drawn(operator, row.id, ref, number, taking)
        if drawn is not None and drawn.version != number:
            row, number, content, composed, parts = await self._standing(operator, name, VersionRef("", drawn.version))
        rendered = await self._filled(composed, Values(variables, placeholders or {}), f"{row.name} v{number}")
        return replace(
            rendered,
            prompt_id=row.id,
            slug=row.slug,
            version=number,
            label="" if ref.version is not None else ref.label,
            content=content,
            parts=parts,
            drawn=drawn,
        )

    async def needed(self, operator: Operator, name: str, ref: VersionRef) -> Sequence[str]:
        """Return the variables and places that a version cannot be filled without.

        Raise PromptNotFound, VersionNotFound, CannotRender.
        """
        operator.require(Permission.PROMPTS_READ)
        _, _, _, composed, _ = await self._standing(operator, name, ref)
        return [*self._required(composed), *composed.placeholders]

    async def _standing(
        self, operator: Operator, name: str, ref: VersionRef
    ) -> tuple[PromptRow, int, Content, Content, tuple[tuple[str, int], ...]]:
        """Return the prompt, the number and content that are meant, the content with its parts in it, and those."""
        async with self._units.read(operator) as session:
            rows, labels = (
                PromptRepository(session, operator.project_id),
                LabelRepository(session, operator.project_id),
            )
            row = await self._row(rows, name)
            version = await self._meant(rows, labels, row, ref)
            content = Content.model_validate(version.content)
            composer = Composer(self._finder(session, operator.project_id), strict=False)
            composed = await composer.composed(row.id, row.slug, content, version.number)
        return row, version.number, content, composed, tuple(dict.fromkeys(composer.parts))

    async def composed(self, operator: Operator, name: str, number: int) -> dict[str, Any] | None:
        """Return a version's content with what it takes in, as labels stand now; None where it takes nothing in.

        Raise PromptNotFound, VersionNotFound, CannotRender.
        """
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            rows = PromptRepository(session, operator.project_id)
            row = await self._row(rows, name)
            content = Content.model_validate((await self._version(rows, row, number)).content)
            if not references(content):
                return None
            composer = Composer(self._finder(session, operator.project_id), strict=False)
            return (await composer.composed(row.id, row.slug, content, number)).as_json()

    async def render_content(self, operator: Operator, content: Content, values: Values, name: str = "") -> Rendered:
        """Fill a content that need not be saved. Raise CannotRender."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            row = await PromptRepository(session, operator.project_id).prompt(storable(name)) if name else None
            composer = Composer(self._finder(session, operator.project_id), strict=False)
            composed = await composer.composed(row.id if row else "", row.slug if row else "", content)
        rendered = await self._filled(composed, values, "The prompt")
        return replace(rendered, content=content, parts=tuple(dict.fromkeys(composer.parts)))

    async def pinned(self, operator: Operator, name: str, label: str, taking: Taking | None = None) -> int:
        """Return the number of the version under a label, for whoever takes it where the label is split.

        Raise PromptNotFound, VersionNotFound.
        """
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            rows, labels = (
                PromptRepository(session, operator.project_id),
                LabelRepository(session, operator.project_id),
            )
            row = await self._row(rows, name)
            number = (await self._meant(rows, labels, row, VersionRef(label))).number
        drawn = await self._drawn(operator, row.id, VersionRef(label), number, taking)
        return drawn.version if drawn else number

    async def _drawn(
        self, operator: Operator, prompt_id: str, ref: VersionRef, number: int, taking: Taking | None
    ) -> Drawn | None:
        """Return what a live test of the label gives; None where there is none, or nobody takes it."""
        label = "" if ref.version is not None or ref.label == LATEST else ref.label
        if taking is None or not (label or taking.session_id):
            return None
        for split in self.splits:
            drawn = await split(operator, prompt_id, label, number, taking)
            if drawn is not None:
                return drawn
        return None

    def _variables(self, content: Content) -> tuple[TemplateVariable, ...]:
        """Return the variables of all templates in it. Raise TemplateFailed."""
        found: dict[str, TemplateVariable] = {}
        for template in content.templates:
            for one in self._templates.variables(template):
                found[one.name] = _merged(found.get(one.name, one), one)
        return tuple(found[name] for name in sorted(found))

    async def _filled(self, content: Content, values: Values, what: str) -> Rendered:
        self._check_complete(content, values, what)
        variables = storable(dict(values.variables))
        messages: list[Message] = []
        text = await self._render(content.text, variables)
        extra = await self._render(content.instructions or "", variables)
        if system := "\n\n".join(part for part in (text, extra) if part.strip()):
            messages.append(Message("system", system))
        for one in content.messages:
            if isinstance(one, Turn):
                messages.append(Message(one.role, await self._render(one.content, variables)))
            else:
                messages += _put_in(one.placeholder, values.placeholders[one.placeholder])
        instructions = None if content.instructions is None else extra
        return Rendered("", "", 0, "", text, tuple(messages), instructions, content)

    async def _render(self, template: str, variables: Mapping[str, Any]) -> str:
        try:
            return await self._templates.render(template, variables)
        except TemplateFailed as error:
            raise CannotRender(error.message, hint=error.hint) from error

    def _required(self, content: Content) -> list[str]:
        try:
            return [one.name for one in self._variables(content) if one.required]
        except TemplateFailed as error:
            raise CannotRender(error.message, hint=error.hint) from error

    def _check_complete(self, content: Content, values: Values, what: str) -> None:
        """Raise CannotRender unless everything that must be there is: a hole never reaches a model."""
        missing = [name for name in self._required(content) if name not in values.variables]
        missing += [name for name in content.placeholders if name not in values.placeholders]
        if missing:
            words = f"{what} needs {_listed(missing)}."
            raise CannotRender(words, fields=dict.fromkeys(missing, "It has no value."))


def _merged(one: TemplateVariable, other: TemplateVariable) -> TemplateVariable:
    kinds = {one.kind, other.kind}
    kind = next((kind for kind in ("object", "list", "text") if kind in kinds), "boolean")
    keys = tuple(sorted({*one.keys, *other.keys}))
    return TemplateVariable(one.name, kind, keys, one.required or other.required)  # type: ignore[arg-type]


def _put_in(name: str, said: Iterable[Mapping[str, Any]]) -> list[Message]:
    messages = []
    for one in said:
        role, content = one.get("role"), one.get("content")
        if role not in ROLES or not isinstance(content, str):
            words = f"{name} is a list of messages with a role ({', '.join(ROLES)}) and a content."
            raise CannotRender(words, fields={name: words})
        messages.append(Message(role, str(storable(content))))
    if len(messages) > MAX_PUT_IN:
        raise CannotRender(f"{name} has at most {MAX_PUT_IN} messages.")
    return messages


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
