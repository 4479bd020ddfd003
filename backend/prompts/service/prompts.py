"""Make, list, change and delete prompts: what the compatible API shows, and a little more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from pydantic import ValidationError

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.errors import Conflict, InvalidInput, QuotaExceeded
from backend.operator import Operator, Permission
from backend.prompts.checks import (
    MAX_DESCRIPTION,
    MAX_NAME,
    checked_folder,
    checked_name,
    checked_tags,
    checked_text,
    free_slug,
)
from backend.prompts.content import Content
from backend.prompts.errors import PromptNotFound
from backend.prompts.models import PromptRow
from backend.prompts.repository import LabelRepository, PromptRepository
from backend.prompts.service.served import ServedUseCases
from backend.prompts.service.versions import VersionUseCases
from backend.prompts.shapes import TOMBSTONE, prompt_of
from backend.prompts.types import Filters, NewPrompt, Prompt, PromptChange, RunTally
from backend.taking_turns import take_turn
from backend.unit_of_work import Work

EVERYTHING = Filters()
MAX_PROMPTS = 5_000
KEEP_DELETED = timedelta(hours=1)
PERCENT = 100
OF_THE_CONTENT = frozenset({"instructions", "temperature", "max_tokens", "voice"})


class PromptUseCases(VersionUseCases, ServedUseCases):
    """The prompt as a whole."""

    async def list(self, operator: Operator, filters: Filters = EVERYTHING) -> Sequence[Prompt]:
        """Return every prompt that fits: those never changed first, then the last changed."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            found = await PromptRepository(session, operator.project_id).newest(
                agent_config=storable(filters.agent_config),
                agent_name=storable(filters.agent_name),
                is_active=filters.is_active,
            )
            labels: dict[str, dict[str, int]] = {}
            for label in await LabelRepository(session, operator.project_id).labels():
                labels.setdefault(label.prompt_id, {})[label.name] = label.version
        wanted = set(filters.tags)
        return [
            prompt_of(row, version, labels.get(row.id, {}))
            for row, version in found
            if not wanted or wanted & set(row.tags)
        ]

    async def get(self, operator: Operator, name: str) -> Prompt:
        """Return the prompt of this id or slug. Raise PromptNotFound."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            return await self._read(PromptRepository(session, operator.project_id),
                                    LabelRepository(session, operator.project_id), storable(name))  # fmt: skip

    async def create(self, operator: Operator, new: NewPrompt) -> Prompt:
        """Make a prompt and its first version. Raise InvalidInput, QuotaExceeded."""
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            rows = PromptRepository(work.session, operator.project_id)
            if await rows.num_prompts() >= MAX_PROMPTS:
                raise QuotaExceeded(f"A project has at most {MAX_PROMPTS:,} prompts.")
            name = checked_name(new.name)
            row = PromptRow(
                id=str(uuid4()),
                project_id=operator.project_id,
                slug=await free_slug(rows, name),
                name=name,
                folder=checked_folder(new.folder),
                description=_description(new.description),
                tags=checked_tags(new.tags),
                agent_config=checked_text(new.agent_config, "agent_config", MAX_NAME),
                agent_name=checked_text(new.agent_name, "agent_name", MAX_NAME),
                is_active=new.is_active,
                origin=storable(new.origin)[:MAX_NAME],
            )
            rows.add(row)
            await work.session.flush()
            await self._add_version(work, operator, row, new.content, new.comment, number=1)
            if row.is_active:
                await self._deactivate_others(work, rows, row)
            target = Target("prompt", row.id, row.name)
            after = {"slug": row.slug, "folder": row.folder, "is_active": row.is_active}
            await AuditTrail(work.session).record(operator, "prompt.create", target, after=after)
            await work.session.flush()
            return await self._read(rows, LabelRepository(work.session, operator.project_id), row.id)

    async def change(self, operator: Operator, name: str, change: PromptChange) -> Prompt:
        """Change what is given; a new text or parameter is a new version. Raise PromptNotFound, InvalidInput."""
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            rows = PromptRepository(work.session, operator.project_id)
            row = await self._row(rows, name, lock=True)
            before = _told(row)
            _put(row, change.values)
            newest = await self._version(rows, row, row.latest)
            content = _changed(Content.model_validate(newest.content), change.values)
            written = await self._write_version(work, operator, row, content, str(change.values.get("comment") or ""))
            if row.is_active and not before["is_active"]:
                await self._deactivate_others(work, rows, row)
            if (after := _told(row)) != before:
                row.updated_at = utc_now()
                target = Target("prompt", row.id, row.name)
                await AuditTrail(work.session).record(operator, "prompt.change", target, before=before, after=after)
            elif written.is_new:
                row.updated_at = utc_now()
            rows.add(row)
            await work.session.flush()
            return await self._read(rows, LabelRepository(work.session, operator.project_id), row.id)

    async def delete(self, operator: Operator, name: str) -> str:
        """Take a prompt away and return its id. Raise PromptNotFound, Conflict while something protected serves it."""
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            rows, labels = (
                PromptRepository(work.session, operator.project_id),
                LabelRepository(work.session, operator.project_id),
            )
            row = await self._row(rows, name, lock=True)
            protected = {one.name for one in await labels.protected()}
            if held := [one.name for one in await labels.labels([row.id]) if one.name in protected]:
                hint = "Whoever manages the project can lift the protection first."
                raise Conflict(f"{row.name} is under {held[0]}, which is protected.", hint=hint)
            await self._refuse_taken_in(work.session, row)
            target = Target("prompt", row.id, row.name)
            await AuditTrail(work.session).record(operator, "prompt.delete", target, before=_told(row))
            row.deleted_at, row.is_active = utc_now(), False
            row.slug = f"{row.slug}{TOMBSTONE}{row.id}"
            rows.add(row)
            for leave in self.leaving:
                await leave(work, operator.project_id, row.id)
            return row.id

    async def undelete(self, operator: Operator, prompt_id: str) -> Prompt:
        """Bring a deleted prompt back within the hour. Raise PromptNotFound."""
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            rows = PromptRepository(work.session, operator.project_id)
            row = await rows.deleted(storable(prompt_id))
            if row is None or row.deleted_at is None or utc_now() - row.deleted_at > KEEP_DELETED:
                raise PromptNotFound
            slug = row.slug.partition(TOMBSTONE)[0]
            row.slug = slug if not await rows.slugs_like(slug) & {slug} else await free_slug(rows, row.name)
            row.deleted_at = None
            rows.add(row)
            await AuditTrail(work.session).record(operator, "prompt.undelete", Target("prompt", row.id, row.name))
            await work.session.flush()
            return await self._read(rows, LabelRepository(work.session, operator.project_id), row.id)

    async def count_run(self, work: Work, project_id: str, prompt_id: str, tally: RunTally) -> tuple[str, int]:
        """Count one more conversation under a prompt, in the unit that keeps it; return its slug and newest version.

        Raise PromptNotFound. No permission is asked: who may record a conversation counts it. A mean duration of 0 and
        a share of nothing are not written, so that what was told before stays.
        """
        rows = PromptRepository(work.session, project_id)
        row = await self._row(rows, prompt_id, lock=True)
        if row.id != prompt_id:  # a slug, by which no other system calls it
            raise PromptNotFound
        row.total_runs += 1
        if tally.mean_duration:
            row.avg_duration = tally.mean_duration
        if tally.num_judged:
            row.success_rate = PERCENT * tally.num_completed / tally.num_judged
        row.updated_at = utc_now()
        rows.add(row)
        return row.slug, row.latest

    async def _read(self, rows: PromptRepository, labels: LabelRepository, name: str) -> Prompt:
        found = await rows.newest(prompt_id=name)
        if not found:
            raise PromptNotFound
        row, version = found[0]
        return prompt_of(row, version, {one.name: one.version for one in await labels.labels([row.id])})

    async def _deactivate_others(self, work: Work, rows: PromptRepository, row: PromptRow) -> None:
        """Leave one active prompt for each agent."""
        await work.session.flush()
        await take_turn(work.session, f"the active prompt of {row.agent_config} in {row.project_id}")
        for other in await rows.active_beside(row):
            other.is_active, other.updated_at = False, utc_now()
            rows.add(other)


def _description(text: Any) -> str | None:
    return None if text is None else checked_text(text, "description", MAX_DESCRIPTION)


def _put(row: PromptRow, values: dict[str, Any]) -> None:
    """Write what concerns the prompt and not what it says."""
    if "name" in values:
        row.name = checked_name(values["name"])
    if "folder" in values:
        row.folder = checked_folder(values["folder"])
    if "description" in values:
        row.description = _description(values["description"])
    if "tags" in values:
        row.tags = checked_tags(values["tags"])
    for name in ("is_active", "success_rate", "avg_duration"):
        if name in values:
            setattr(row, name, values[name])


def _changed(content: Content, values: dict[str, Any]) -> Content:
    """Return the content with what is given of it. Raise InvalidInput."""
    given = {name: value for name, value in values.items() if name in OF_THE_CONTENT}
    if "system_prompt" in values:
        content = content.with_system_text(values["system_prompt"])
    try:
        return Content.model_validate({**content.as_json(), **given})
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        raise InvalidInput(f"{field or 'The prompt'}: {first['msg']}.", fields={field: first["msg"]}) from error


def _told(row: PromptRow) -> dict[str, Any]:
    """Return what the audit log keeps of a prompt."""
    return {
        "name": row.name, "folder": row.folder, "description": row.description, "tags": list(row.tags),
        "is_active": row.is_active, "success_rate": row.success_rate, "avg_duration": row.avg_duration,
    }  # fmt: skip
