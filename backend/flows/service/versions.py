"""List and bring back versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.flows.document import FlowDocument
from backend.flows.errors import VersionNotFound
from backend.flows.repository.flows import FlowRepository
from backend.flows.service.drafts import DraftUseCases
from backend.flows.service.flows import FIRST_PAGE
from backend.flows.service.parts import flow_row
from backend.flows.service.publish_approvals import PublishApprovalUseCases
from backend.flows.shapes import flow_of, version_of
from backend.flows.types import Flow, FlowVersion, Publishing, Saved, VersionInfo
from backend.operator import Operator, Permission
from backend.paging import Listed, Page

MAX_PUBLISHINGS = 200


class VersionUseCases(PublishApprovalUseCases, DraftUseCases):
    """Versions are numbered from 1 and never change."""

    async def list_versions(self, operator: Operator, name: str, page: Page = FIRST_PAGE) -> Listed[VersionInfo]:
        """Return a page of versions, newest first; `after` is a number. Raise FlowNotFound."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = FlowRepository(session, operator.project_id)
            row = await flow_row(rows, name)
            return Listed.cut([version_of(one) for one in await rows.versions(row.id, page)], page, key="number")

    async def publishings(
        self, operator: Operator, since: datetime, until: datetime, flow_ids: Sequence[str] = ()
    ) -> list[Publishing]:
        """Return what was published in a range, the newest of it, of all flows where none is named."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = FlowRepository(session, operator.project_id)
            found = await rows.published(since, until, flow_ids, MAX_PUBLISHINGS)
        return [Publishing(row.flow_id, name, row.number, row.created_at, row.created_by) for row, name in found]

    async def get_version(self, operator: Operator, name: str, number: int) -> FlowVersion:
        """Return a version with its document. Raise FlowNotFound, VersionNotFound."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = FlowRepository(session, operator.project_id)
            row = await flow_row(rows, name)
            version = await rows.version(row.id, number)
            document = await rows.snapshot(version.snapshot_id) if version else None
            if version is None or document is None:
                raise VersionNotFound(f"This flow has no version {number}.")
            return FlowVersion(version_of(version), FlowDocument.stored(document))

    async def change(
        self,
        operator: Operator,
        name: str,
        base_version: int,
        *,
        document: FlowDocument | None = None,
        new_name: str | None = None,
        slug: str | None = None,
        description: str | None = None,
    ) -> Flow:
        """Save and rename in one unit, what is not None. Raise as `save_draft` and `rename` do."""
        operator.require(Permission.FLOWS_EDIT)
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            row = await self._fresh(rows, name, base_version)
            await self._name(work, rows, row, new_name=new_name, slug=slug, description=description)
            if document is not None:
                self._put(work, operator, row, document)
            return flow_of(row)

    async def restore(self, operator: Operator, name: str, number: int, base_version: int) -> Saved:
        """Make a version the draft again. Raise FlowNotFound, VersionNotFound, StaleDraft."""
        operator.require(Permission.FLOWS_EDIT)
        version = await self.get_version(operator, name, number)
        async with self._units.write(operator) as work:
            row = await self._fresh(FlowRepository(work.session, operator.project_id), name, base_version)
            target = Target("flow", row.id, row.name)
            await AuditTrail(work.session).record(operator, "flow.restore", target, after={"draft_of_version": number})
            saved = self._put(work, operator, row, version.document)
        return await self._told(operator, saved, version.document)
