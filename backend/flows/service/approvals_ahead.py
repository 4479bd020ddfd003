"""What comes of a decision, told before it is made."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from backend.columns import storable
from backend.flows.document import FlowDocument
from backend.flows.errors import ApprovalNotFound
from backend.flows.models import ApprovalRow
from backend.flows.repository.approvals import ApprovalRepository
from backend.flows.service.foretelling import Foretelling, Unknown, leads_on
from backend.operator import Operator, Permission
from backend.ports.templates import Templates
from backend.unit_of_work import Units


class AheadUseCases:
    """Read of the flow as it was when the run began."""

    _units: Units
    _templates: Templates | None

    async def reply(self, operator: Operator, approval_id: str) -> Any:
        """Return what the run will answer if this is approved as it stands; None where that is not known before.

        Raise ApprovalNotFound.
        """
        row, flow, values = await self._known(operator, approval_id)
        if self._templates is None or flow is None:
            return None
        with suppress(Unknown):
            return await Foretelling(self._templates, flow, row.node, row.value, values).answer()
        return None

    async def goes_on_refused(self, operator: Operator, approval_id: str) -> bool:
        """Tell whether the flow leads anywhere when this is refused. Raise ApprovalNotFound."""
        row, flow, _ = await self._known(operator, approval_id)
        return flow is not None and leads_on(flow, row.node)

    async def _known(
        self, operator: Operator, approval_id: str
    ) -> tuple[ApprovalRow, FlowDocument | None, dict[str, Any]]:
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = ApprovalRepository(session, operator.project_id)
            found = await rows.found(storable(approval_id))
            if found is None:
                raise ApprovalNotFound("There is no such approval.")
            row, run, *_ = found
            document, values = await rows.known(run)
        return row, None if document is None else FlowDocument.stored(document), values
