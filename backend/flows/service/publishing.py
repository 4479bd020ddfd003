"""Publish the draft; a protected flow waits for a second person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.errors import Conflict, InvalidInput
from backend.flows.document import FlowDocument
from backend.flows.errors import FlowHasProblems, StaleDraft
from backend.flows.graph.validation import errors_of
from backend.flows.managed import taken_in
from backend.flows.models import FlowRow, FlowVersionRow, PublishApprovalRow
from backend.flows.repository.flows import FlowRepository
from backend.flows.repository.publishing import PublishApprovals
from backend.flows.service.flows import FlowUseCases
from backend.flows.service.parts import flow_row
from backend.flows.shapes import publish_approval_of, version_of
from backend.flows.types import Problem, PublishApproval, PublishChange, VersionInfo
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.publish_gate import Publishing
from backend.prompts.types import Served
from backend.unit_of_work import Work

MAX_COMMENT = 2_000


class PublishUseCases(FlowUseCases):
    """What is published is a version; on a protected flow a wish that holds the very document comes before."""

    async def publish(
        self, operator: Operator, name: str, comment: str = "", base_version: int | None = None
    ) -> PublishChange:
        """Make the draft the next version, or ask for it where the flow is protected.

        `base_version` is the draft that the person saw; None takes the one that stands. Raise FlowNotFound,
        FlowHasProblems, StaleDraft, Conflict without a change, by a gate, or where a protected flow would follow what
        one person changes alone.
        """
        operator.require(Permission.FLOWS_PUBLISH)
        comment = checked_comment(comment, "comment")
        flow = await self.get(operator, name)
        seen = flow.draft
        refuse_errors(errors_of(await self._all_problems(operator, seen)), "published")
        if flow.is_protected:
            await self._check_followed(operator, flow.name, seen)
        passed = await self._pass_gates(operator, name)
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            row = await flow_row(rows, name, lock=True)
            if base_version is not None and base_version != row.draft_version:
                raise StaleDraft(row.draft_version, row.draft_saved_by or "Somebody", row.draft_saved_at)
            if passed and passed != row.draft_fingerprint:
                raise StaleDraft(row.draft_version, row.draft_saved_by or "Somebody", row.draft_saved_at)
            draft = FlowDocument.stored(row.draft)
            self._check(row, draft, seen.fingerprint())
            if row.is_protected:
                return PublishChange(None, await self._ask(work, operator, row, draft, comment))
            return PublishChange(await self._put_out(work, operator, row, draft, comment=comment))

    async def protect(self, operator: Operator, name: str, *, protected: bool) -> None:
        """Let a flow be published only with a second person's approval, or freely again.

        Raise FlowNotFound, Conflict where what is published follows what one person changes alone.
        """
        operator.require(Permission.PROJECT_MANAGE)
        checked = await self._check_stands(operator, name) if protected else None
        async with self._units.write(operator) as work:
            row = await flow_row(FlowRepository(work.session, operator.project_id), name, lock=True)
            if row.is_protected is protected:
                return
            if protected and row.published_version != checked:
                raise Conflict(f"{row.name} was published meanwhile.", hint="Try again.")
            row.is_protected = protected
            work.session.add(row)
            before, after = {"protected": not protected}, {"protected": protected}
            target = Target("flow", row.id, row.name)
            await AuditTrail(work.session).record(operator, "flow.protect", target, before=before, after=after)

    async def served(self, session: AsyncSession, project_id: str) -> Sequence[Served]:
        """Return what protected flows take in of prompts."""
        found = await FlowRepository(session, project_id).protected_documents()
        return [Served(row.name, taken_in(FlowDocument.stored(document))) for row, document in found]

    async def _check_stands(self, operator: Operator, name: str) -> int | None:
        """Return which version is published, and stays what two people approved. Raise FlowNotFound, Conflict."""
        async with self._units.read(operator) as session:
            rows = FlowRepository(session, operator.project_id)
            row = await flow_row(rows, name)
            document = await rows.published_document(row.id)
        if document is not None:
            await self._check_followed(operator, row.name, FlowDocument.stored(document))
        return row.published_version

    def _check(self, row: FlowRow, document: FlowDocument, seen: str = "") -> None:
        """Raise FlowHasProblems, unless it is the one `seen` without any, or Conflict where it is what is published."""
        fingerprint = document.fingerprint()
        if fingerprint != seen:
            refuse_errors(errors_of(self._problems(document)), "published")
        if row.published_version is not None and row.published_fingerprint == fingerprint:
            raise Conflict(f"The draft is the same as version {row.published_version}.", hint="Nothing to publish.")

    async def _ask(
        self, work: Work, operator: Operator, row: FlowRow, document: FlowDocument, comment: str
    ) -> PublishApproval:
        """Keep the wish in place of one that waits; the same one again is that one."""
        wishes = PublishApprovals(work.session, operator.project_id)
        snapshot_id = await FlowRepository(work.session, operator.project_id).keep_snapshot(document)
        for waiting, _ in await wishes.list(row.id):
            if (waiting.snapshot_id, waiting.comment) == (snapshot_id, comment):
                return publish_approval_of(waiting, row)
        await self._overtake(wishes, row)
        asked = PublishApprovalRow(
            id=new_id("fpa"),
            project_id=operator.project_id,
            flow_id=row.id,
            snapshot_id=snapshot_id,
            fingerprint=document.fingerprint(),
            from_version=row.published_version,
            comment=comment,
            asked_by=operator.name,
            asked_by_id=operator.user_id,
            asked_by_support_id=operator.support_id,
        )
        wishes.add(asked)
        await self._record(work, operator, row, "flow.publish.ask", asked)
        return publish_approval_of(asked, row)

    async def _put_out(
        self,
        work: Work,
        operator: Operator,
        row: FlowRow,
        document: FlowDocument,
        *,
        comment: str,
        asked: PublishApprovalRow | None = None,
    ) -> VersionInfo:
        """Publish it now. Wishes that still wait were about what stood before, so they are overtaken."""
        rows = FlowRepository(work.session, operator.project_id)
        version = FlowVersionRow(
            flow_id=row.id,
            number=(row.published_version or 0) + 1,
            project_id=operator.project_id,
            snapshot_id=await rows.keep_snapshot(document),
            fingerprint=document.fingerprint(),
            comment=comment,
            num_nodes=len(document.nodes),
            created_by=asked.asked_by if asked else operator.name,
            approved_by=operator.name if asked else "",
        )
        rows.add(version)
        before = {"version": row.published_version}
        row.published_version, row.published_fingerprint = version.number, version.fingerprint
        row.published_at = row.updated_at = utc_now()
        rows.add(row)
        await self._overtake(PublishApprovals(work.session, operator.project_id), row)
        self._forget(work, row.id)
        after = {"version": version.number, "fingerprint": version.fingerprint, "comment": version.comment}
        target = Target("flow", row.id, row.name)
        await AuditTrail(work.session).record(operator, "flow.publish", target, before=before, after=after)
        return version_of(version)

    async def _overtake(self, wishes: PublishApprovals, row: FlowRow) -> None:
        for waiting, _ in await wishes.list(row.id):
            waiting.state, waiting.decided_at = "overtaken", utc_now()
            wishes.add(waiting)

    async def _record(
        self, work: Work, operator: Operator, row: FlowRow, action: str, asked: PublishApprovalRow
    ) -> None:
        before = {"version": row.published_version}
        after = {"version": (asked.from_version or 0) + 1, "fingerprint": asked.fingerprint, "approval": asked.id}
        after |= {name: said for name in ("comment", "reason") if (said := getattr(asked, name))}
        target = Target("flow", row.id, row.name)
        await AuditTrail(work.session).record(operator, action, target, before=before, after=after)

    async def _pass_gates(self, operator: Operator, name: str, fingerprint: str = "") -> str:
        """Ask whoever may refuse of the draft, or of what is named; return what passed, empty where nobody is asked.

        Raise FlowNotFound, Conflict.
        """
        if not self.gates:
            return ""
        async with self._units.read(operator) as session:
            row = await flow_row(FlowRepository(session, operator.project_id), name)
        passed = fingerprint or row.draft_fingerprint
        for gate in self.gates:
            await gate.check(Publishing("flow", operator.project_id, row.id, row.name, passed))
        return passed


def checked_comment(comment: str, field: str, *, shortest: int = 0) -> str:
    """Return it as every database keeps it. Raise InvalidInput."""
    said = str(storable(comment)).strip()
    if len(said) < shortest:
        raise InvalidInput(f"Say a {field}.", fields={field: "Say why not."})
    if len(comment) > MAX_COMMENT:
        raise InvalidInput(f"A {field} has at most {MAX_COMMENT} characters.", fields={field: "too long"})
    return said


def refuse_errors(errors: list[Problem], act: str) -> None:
    """Raise FlowHasProblems that says the first error and how many there are."""
    if not errors:
        return
    first = errors[0]
    place = f"{first.plate:02d}: " if first.plate else ""
    more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
    raise FlowHasProblems(
        f"The flow cannot be {act}. {place}{first.sentence}{more and f' ({more.strip()})'}", hint=first.fix
    )
