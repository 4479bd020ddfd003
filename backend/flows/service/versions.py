"""Publish, list and bring back versions."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.errors import Conflict, InvalidInput
from backend.flows.document import FlowDocument
from backend.flows.errors import FlowHasProblems, StaleDraft, VersionNotFound
from backend.flows.graph.validation import errors_of
from backend.flows.models import FlowVersionRow
from backend.flows.repository.flows import FlowRepository
from backend.flows.service.drafts import DraftUseCases
from backend.flows.service.flows import FIRST_PAGE, FlowUseCases
from backend.flows.service.parts import flow_row
from backend.flows.shapes import flow_of, version_of
from backend.flows.types import Flow, FlowVersion, Problem, Saved, VersionInfo
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.ports.publish_gate import Publishing

MAX_COMMENT = 2_000


class VersionUseCases(FlowUseCases, DraftUseCases):
    """Versions are numbered from 1 and never change."""

    async def publish(
        self, operator: Operator, name: str, comment: str = "", base_version: int | None = None
    ) -> VersionInfo:
        """Make the draft the next version. Raise FlowNotFound, FlowHasProblems, StaleDraft, Conflict without a change.

        `base_version` is the draft that the person saw; None takes the one that stands.
        """
        operator.require(Permission.FLOWS_PUBLISH)
        if len(comment) > MAX_COMMENT:
            raise InvalidInput(f"A comment has at most {MAX_COMMENT} characters.", fields={"comment": "too long"})
        passed = await self._pass_gates(operator, name)
        async with self._units.write(operator) as work:
            rows = FlowRepository(work.session, operator.project_id)
            row = await flow_row(rows, name, lock=True)
            if base_version is not None and base_version != row.draft_version:
                raise StaleDraft(row.draft_version, row.draft_saved_by or "Somebody", row.draft_saved_at)
            if passed and passed != row.draft_fingerprint:
                raise StaleDraft(row.draft_version, row.draft_saved_by or "Somebody", row.draft_saved_at)
            draft = FlowDocument.stored(row.draft)
            refuse_errors(errors_of(self._problems(draft)), "published")
            if row.published_version is not None and row.published_fingerprint == row.draft_fingerprint:
                raise Conflict(f"The draft is the same as version {row.published_version}.", hint="Nothing to publish.")
            version = FlowVersionRow(
                flow_id=row.id,
                number=(row.published_version or 0) + 1,
                project_id=operator.project_id,
                snapshot_id=await rows.keep_snapshot(draft),
                fingerprint=draft.fingerprint(),
                comment=storable(comment).strip(),
                num_nodes=len(draft.nodes),
                created_by=operator.name,
            )
            rows.add(version)
            before = {"version": row.published_version}
            row.published_version, row.published_fingerprint = version.number, version.fingerprint
            row.published_at = row.updated_at = utc_now()
            rows.add(row)
            self._forget(work, row.id)
            after = {"version": version.number, "fingerprint": version.fingerprint, "comment": version.comment}
            target = Target("flow", row.id, row.name)
            await AuditTrail(work.session).record(operator, "flow.publish", target, before=before, after=after)
            return version_of(version)

    async def _pass_gates(self, operator: Operator, name: str) -> str:
        """Ask whoever may refuse; return what passed, empty where nobody is asked. Raise FlowNotFound, Conflict."""
        if not self.gates:
            return ""
        async with self._units.read(operator) as session:
            row = await flow_row(FlowRepository(session, operator.project_id), name)
        for gate in self.gates:
            await gate.check(Publishing("flow", operator.project_id, row.id, row.name, row.draft_fingerprint))
        return row.draft_fingerprint

    async def list_versions(self, operator: Operator, name: str, page: Page = FIRST_PAGE) -> Listed[VersionInfo]:
        """Return a page of versions, newest first; `after` is a number. Raise FlowNotFound."""
        operator.require(Permission.FLOWS_READ)
        async with self._units.read(operator) as session:
            rows = FlowRepository(session, operator.project_id)
            row = await flow_row(rows, name)
            return Listed.cut([version_of(one) for one in await rows.versions(row.id, page)], page, key="number")

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
            return self._put(work, operator, row, version.document)


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
