"""Make, list, name and delete flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import Conflict
from backend.flows.document import FlowDocument
from backend.flows.errors import FlowNotFound
from backend.flows.managed import managed
from backend.flows.models import FlowRow
from backend.flows.nodes.registry import catalogue
from backend.flows.repository.flows import FlowRepository
from backend.flows.repository.runs import RunRepository
from backend.flows.service.parts import UseCases, checked_description, checked_name, flow_row, free_slug, kept_document
from backend.flows.shapes import TOMBSTONE, brief_of, flow_of
from backend.flows.slugs import checked_slug, slug_of
from backend.flows.types import Flow, FlowBrief, Problem
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.prompts.types import Use
from backend.unit_of_work import Work

FIRST_PAGE = Page()
# The undo bar stands 10 s; whoever finds out later still has an hour.
KEEP_DELETED = timedelta(hours=1)


class FlowUseCases(UseCases):
    """The flow as a whole."""

    async def create(
        self,
        operator: Operator,
        name: str,
        *,
        slug: str = "",
        description: str = "",
        document: FlowDocument | None = None,
    ) -> Flow:
        """Make a flow. Without a slug one is made of the name. Raise InvalidInput, Conflict when the slug is taken."""
        operator.require(Permission.FLOWS_EDIT)
        name, draft = checked_name(name), kept_document(document or FlowDocument())
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            wanted = checked_slug(slug) if slug else slug_of(name)
            row = FlowRow(
                id=new_id("flow"),
                project_id=operator.project_id,
                name=name,
                slug=await free_slug(rows, wanted, exact=bool(slug)),
                description=checked_description(description),
                draft=draft.as_json(),
                draft_fingerprint=draft.fingerprint(),
                draft_saved_by=operator.name,
            )
            rows.add(row)
            return flow_of(row)

    async def list(self, operator: Operator, page: Page = FIRST_PAGE) -> Listed[FlowBrief]:
        """Return a page of flows with their last runs, newest first."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = await FlowRepository(session, operator.project_id).flows(page)
            last = await RunRepository(session, operator.project_id).last_runs([row.id for row in rows])
            return Listed.cut([brief_of(row, last.get(row.id)) for row in rows], page)

    async def get(self, operator: Operator, name: str) -> Flow:
        """Return the flow of this id or slug with its draft. Raise FlowNotFound."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            return flow_of(await flow_row(FlowRepository(session, operator.project_id), name))

    async def prompt_uses(self, operator: Operator, _prompt_id: str, slug: str) -> Sequence[Use]:
        """Return the nodes of drafts and of published versions that use the prompt of this slug."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            found = await FlowRepository(session, operator.project_id).documents_with(slug)
        uses: dict[Use, bool] = {}
        for row, document, is_draft in found:
            for node, prompt in managed(FlowDocument.model_validate(document)):
                if prompt.slug == slug:
                    label = "" if prompt.version else prompt.label
                    use = Use("flow", row.id, row.name, f"{node.plate:02}", label, prompt.version)
                    uses[use] = uses.get(use, True) and is_draft
        return [replace(use, draft=is_draft) for use, is_draft in uses.items()]

    def catalogue(self, operator: Operator) -> dict[str, Any]:
        """Return every kind of node and which ports fit which, as JSON for palette, canvas and inspector."""
        operator.require(Permission.FLOWS_READ)
        return catalogue()

    async def problems(self, operator: Operator, name: str) -> Sequence[Problem]:
        """Return what is wrong with the draft, errors first. Raise FlowNotFound."""
        return await self._all_problems(operator, (await self.get(operator, name)).draft)

    async def problems_by_flow(self, operator: Operator, page: Page = FIRST_PAGE) -> dict[str, Sequence[Problem]]:
        """Return what `problems` says of each flow that `list` lists, by id."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = (await FlowRepository(session, operator.project_id).flows(page))[: page.limit]
        return {row.id: self._problems(FlowDocument.stored(row.draft)) for row in rows}

    async def rename(
        self,
        operator: Operator,
        name: str,
        *,
        new_name: str | None = None,
        slug: str | None = None,
        description: str | None = None,
    ) -> Flow:
        """Change what is not None. Raise FlowNotFound, InvalidInput, Conflict when the slug is taken."""
        operator.require(Permission.FLOWS_EDIT)
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            row = await flow_row(rows, name, lock=True)
            await self._name(work, rows, row, new_name=new_name, slug=slug, description=description)
            return flow_of(row)

    async def delete(self, operator: Operator, name: str) -> str:
        """Take a flow away and return its id; its runs and conversations stay readable.

        Raise FlowNotFound, Conflict while it is protected.
        """
        operator.require(Permission.FLOWS_EDIT)
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            row = await flow_row(rows, name, lock=True)
            _refuse_protected(row)
            before = {"slug": row.slug, "version": row.published_version}
            target = Target("flow", row.id, row.name)
            await AuditTrail(work.session).record(operator, "flow.delete", target, before=before)
            row.deleted_at = utc_now()
            row.slug = f"{row.slug}{TOMBSTONE}{row.id}"
            rows.add(row)
            self._forget(work, row.id)
            return row.id

    async def undelete(self, operator: Operator, flow_id: str) -> Flow:
        """Bring a deleted flow back within the hour. Raise FlowNotFound, Conflict when its slug is taken by now."""
        operator.require(Permission.FLOWS_EDIT)
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            row = await rows.deleted_flow(flow_id)
            if row is None or row.deleted_at is None or utc_now() - row.deleted_at > KEEP_DELETED:
                raise FlowNotFound("There is no such deleted flow.")
            slug = row.slug.partition(TOMBSTONE)[0]
            if await rows.slugs_like(slug) & {slug}:
                raise Conflict(f"Another flow has the address {slug} by now.", hint="Rename that one first.")
            row.slug, row.deleted_at = slug, None
            rows.add(row)
            await AuditTrail(work.session).record(operator, "flow.undelete", Target("flow", row.id, row.name))
            return flow_of(row)

    async def _name(
        self,
        work: Work,
        rows: FlowRepository,
        row: FlowRow,
        *,
        new_name: str | None,
        slug: str | None,
        description: str | None,
    ) -> None:
        if new_name is not None:
            row.name = checked_name(new_name)
        if description is not None:
            row.description = checked_description(description)
        if slug is not None and slug != row.slug:
            _refuse_protected(row)
            row.slug = await free_slug(rows, checked_slug(slug), exact=True)
        row.updated_at = utc_now()
        rows.add(row)
        self._forget(work, row.id)

    def _forget(self, work: Work, flow_id: str) -> None:
        async def forget() -> None:
            self._published.forget(flow_id)

        work.after_commit(forget)


def _refuse_protected(row: FlowRow) -> None:
    """Raise Conflict: another flow under its address would be published by one person."""
    if row.is_protected:
        hint = "Whoever manages the project can lift the protection first."
        raise Conflict(f"{row.name} is protected.", hint=hint)
