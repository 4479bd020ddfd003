"""Save the draft: whole, or by operations; never over somebody else's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backend.columns import storable, utc_now
from backend.flows.document import FlowDocument
from backend.flows.errors import StaleDraft
from backend.flows.graph.operations import apply, read_operations
from backend.flows.graph.order import plates_of
from backend.flows.graph.validation import in_order
from backend.flows.models import FlowRow
from backend.flows.repository.flows import FlowRepository
from backend.flows.service.parts import UseCases, flow_row, kept_document, undo_steps
from backend.flows.types import Saved, flow_topic
from backend.operator import Operator, Permission
from backend.unit_of_work import Work


class DraftUseCases(UseCases):
    """Every save names the version it was based on, and raises it by one."""

    async def save_draft(self, operator: Operator, name: str, document: FlowDocument, base_version: int) -> Saved:
        """Put a whole document in place of the draft. Raise FlowNotFound, StaleDraft."""
        operator.require(Permission.FLOWS_EDIT)
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            row = await self._fresh(rows, name, base_version)
            saved = self._put(work, operator, row, document)
        return await self._told(operator, saved, document)

    async def apply(self, operator: Operator, name: str, base_version: int, operations: Any) -> Saved:
        """Apply all edits or none; the answer undoes them. Raise FlowNotFound, StaleDraft, OperationRefused."""
        operator.require(Permission.FLOWS_EDIT)
        edits = read_operations(storable(operations))
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            row = await self._fresh(rows, name, base_version)
            applied = apply(FlowDocument.stored(row.draft), edits)
            saved = self._put(work, operator, row, applied.document, undo_steps(applied.inverse))
        return await self._told(operator, saved, applied.document)

    async def _told(self, operator: Operator, saved: Saved, document: FlowDocument) -> Saved:
        """Return it with what stands outside too. That is asked when the draft is kept, so it waits for none."""
        found = await self._outside_problems(operator, document)
        placed = [replace(problem, plate=saved.plates.get(problem.node, 0)) for problem in found]
        return replace(saved, problems=in_order([*saved.problems, *placed]))

    async def _fresh(self, rows: FlowRepository, name: str, base_version: int) -> FlowRow:
        row = await flow_row(rows, name, lock=True)
        if row.draft_version != base_version:
            raise StaleDraft(row.draft_version, row.draft_saved_by or "Somebody", row.draft_saved_at)
        return row

    def _put(
        self,
        work: Work,
        operator: Operator,
        row: FlowRow,
        document: FlowDocument,
        inverse: list[dict[str, Any]] | None = None,
    ) -> Saved:
        numbered = kept_document(document)
        row.draft = numbered.as_json()
        row.draft_fingerprint = numbered.fingerprint()
        row.draft_version += 1
        row.draft_saved_at = row.updated_at = utc_now()
        row.draft_saved_by = operator.name
        work.session.add(row)
        flow_id, version = row.id, row.draft_version

        async def tell() -> None:
            told = {"event": "draft.saved", "flow_id": flow_id, "version": version, "by": operator.name}
            await self._events.publish(flow_topic(flow_id), told)

        work.after_commit(tell)
        return Saved(
            version=version,
            saved_at=row.draft_saved_at,
            saved_by=row.draft_saved_by,
            plates=plates_of(numbered),
            problems=self._problems(numbered),
            is_changed=row.draft_fingerprint != row.published_fingerprint,
            inverse=inverse or [],
        )
