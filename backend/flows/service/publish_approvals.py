"""Let a second person decide whether a protected flow is published."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.columns import storable
from backend.flows.document import FlowDocument
from backend.flows.errors import FlowNotFound
from backend.flows.models import FlowRow, PublishApprovalRow
from backend.flows.repository.flows import FlowRepository
from backend.flows.repository.publishing import PublishApprovals
from backend.flows.service.parts import flow_row
from backend.flows.service.publishing import PublishUseCases, checked_comment
from backend.flows.shapes import publish_approval_of
from backend.flows.types import PublishApproval, PublishState, VersionInfo
from backend.operator import Operator, Permission
from backend.second_person import check_second, check_taken_back_by, check_waits, decide, dismiss, nothing_to_decide


class PublishApprovalUseCases(PublishUseCases):
    """A draft has many hands: the two are who asks for the publication and who approves it."""

    async def publish_approvals(
        self, operator: Operator, name: str = "", *, waiting: bool = True
    ) -> Sequence[PublishApproval]:
        """Return the wishes of one flow, or of all with an empty name: those that wait, or all. Newest first."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            flow_id = (await flow_row(FlowRepository(session, operator.project_id), name)).id if name else ""
            found = await PublishApprovals(session, operator.project_id).list(flow_id, waiting=waiting)
            return [publish_approval_of(one, flow) for one, flow in found]

    async def publish_refusal(self, operator: Operator, name: str) -> PublishApproval | None:
        """Return the last wish if it was refused, until something is published, or it is put away."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            row = await flow_row(FlowRepository(session, operator.project_id), name)
            for newest, flow in (await PublishApprovals(session, operator.project_id).list(row.id, waiting=False))[:1]:
                stands = flow.published_version == newest.from_version
                if newest.state == "refused" and stands and not newest.dismissed:
                    return publish_approval_of(newest, flow)
        return None

    async def dismiss_publish_refusal(self, operator: Operator, identifier: str) -> PublishApproval:
        """Put away a refusal of one's own wish. Raise NotFound, Forbidden for another's, Conflict for what is none."""
        operator.require(Permission.FLOWS_PUBLISH)
        async with self._units.write(operator) as work:
            wishes = PublishApprovals(work.session, operator.project_id)
            found = dismiss(operator, await wishes.get(storable(identifier), lock=True))
            work.session.add(found)
            row = await flow_row(FlowRepository(work.session, operator.project_id), found.flow_id)
            return publish_approval_of(found, row)

    async def approve_publish(self, operator: Operator, identifier: str) -> VersionInfo:
        """Publish the very document that was asked for, whatever the draft says by now.

        Raise NotFound, Forbidden for one's own wish, FlowHasProblems, Conflict once decided or by a gate.
        """
        operator.require(Permission.FLOWS_APPROVE)
        async with self._units.read(operator) as session:
            wish, flow = await self._waiting(session, operator, identifier)
            wanted = await FlowRepository(session, operator.project_id).snapshot(wish.snapshot_id)
        check_second(operator, wish.asked_by_id, wish.asked_by_support_id)
        if wanted is None:
            raise nothing_to_decide()
        document = FlowDocument.stored(wanted)
        await self._check_followed(operator, flow.name, document)
        await self._pass_gates(operator, wish.flow_id, wish.fingerprint)
        async with self._units.write(operator) as work:
            asked, row = await self._waiting(work.session, operator, identifier, lock=True)
            self._check(row, document)
            decide(operator, asked, "approved")
            await work.session.flush()
            await self._record(work, operator, row, "flow.publish.approve", asked)
            return await self._put_out(work, operator, row, document, comment=asked.comment, asked=asked)

    async def refuse_publish(self, operator: Operator, identifier: str, reason: str) -> PublishApproval:
        """Say no, and why. Raise NotFound, InvalidInput without a reason, Conflict once it is decided."""
        operator.require(Permission.FLOWS_APPROVE)
        return await self._end(operator, identifier, "refused", checked_comment(reason, "reason", shortest=1))

    async def withdraw_publish(self, operator: Operator, identifier: str) -> PublishApproval:
        """Take one's own wish back. Raise NotFound, Forbidden for another's, Conflict once it is decided."""
        operator.require(Permission.FLOWS_PUBLISH)
        return await self._end(operator, identifier, "withdrawn", own=True)

    async def _end(
        self, operator: Operator, identifier: str, state: PublishState, reason: str = "", *, own: bool = False
    ) -> PublishApproval:
        async with self._units.write(operator) as work:
            asked, row = await self._waiting(work.session, operator, identifier, lock=True)
            if own:
                check_taken_back_by(operator, asked)
            decide(operator, asked, state, reason)
            work.session.add(asked)
            await self._record(work, operator, row, f"flow.publish.{state}", asked)
            return publish_approval_of(asked, row)

    async def _waiting(
        self, session: AsyncSession, operator: Operator, identifier: str, *, lock: bool = False
    ) -> tuple[PublishApprovalRow, FlowRow]:
        """Return a wish that waits and its flow. The flow is locked first, as whoever publishes it does."""
        wishes = PublishApprovals(session, operator.project_id)
        found = await wishes.get(storable(identifier))
        if found is None:
            raise nothing_to_decide()
        try:
            row = await flow_row(FlowRepository(session, operator.project_id), found.flow_id, lock=lock)
        except FlowNotFound as error:
            raise nothing_to_decide() from error
        if lock:
            found = await wishes.get(found.id, lock=True) or found
        check_waits(found)
        return found, row
