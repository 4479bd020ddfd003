"""Save, list and read versions."""

from __future__ import annotations

from collections import defaultdict

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import InvalidInput
from backend.operator import Operator, Permission
from backend.paging import Listed, Page
from backend.prompts.checks import MAX_COMMENT, checked_text
from backend.prompts.composing import references
from backend.prompts.content import Content
from backend.prompts.errors import CannotRender, Circle, StaleVersion
from backend.prompts.models import PromptRow, PromptVersionRow
from backend.prompts.repository import LabelRepository, PromptRepository
from backend.prompts.service.base import UseCases, kept
from backend.prompts.shapes import version_of
from backend.prompts.types import Version, VersionRef, Written
from backend.unit_of_work import Work

FIRST_PAGE = Page()


class VersionUseCases(UseCases):
    """Versions are numbered from 1 and never change."""

    async def save_version(
        self, operator: Operator, name: str, content: Content, comment: str = "", base: int | None = None
    ) -> Written:
        """Make the next version, unless the newest says the same. Raise PromptNotFound, InvalidInput, StaleVersion.

        `base` is the version that the person saw last; None takes whatever stands.
        """
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            rows = PromptRepository(work.session, operator.project_id)
            row = await self._row(rows, name, lock=True)
            if base is not None and base != row.latest:
                newest = await self._version(rows, row, row.latest)
                raise StaleVersion(row.latest, newest.created_by or "Somebody")
            written = await self._write_version(work, operator, row, content, comment)
            if written.is_new:
                row.updated_at = utc_now()
                rows.add(row)
            return written

    async def list_versions(self, operator: Operator, name: str, page: Page = FIRST_PAGE) -> Listed[Version]:
        """Return a page of versions, newest first; `after` is a number. Raise PromptNotFound."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            rows = PromptRepository(session, operator.project_id)
            row = await self._row(rows, name)
            labels = await self._labels(LabelRepository(session, operator.project_id), row)
            found = [version_of(one, labels[one.number]) for one in await rows.versions(row.id, page)]
            return Listed.cut(found, page, key="number")

    async def get_version(self, operator: Operator, name: str, ref: VersionRef) -> Version:
        """Return one version, and why it cannot be rendered. Raise PromptNotFound, VersionNotFound."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            rows, of_labels = (
                PromptRepository(session, operator.project_id),
                LabelRepository(session, operator.project_id),
            )
            row = await self._row(rows, name)
            version = await self._meant(rows, of_labels, row, ref)
            labels = await self._labels(of_labels, row)
            problem = ""
            try:
                await self._check_renders(session, row, Content.model_validate(version.content))
            except CannotRender as error:
                problem = error.message
            return version_of(version, labels[version.number], problem)

    async def _write_version(
        self, work: Work, operator: Operator, row: PromptRow, content: Content, comment: str
    ) -> Written:
        rows = PromptRepository(work.session, operator.project_id)
        newest = await self._version(rows, row, row.latest)
        content = kept(content)
        labels = await self._labels(LabelRepository(work.session, operator.project_id), row)
        if newest.fingerprint == content.fingerprint():
            return Written(version_of(newest, labels[newest.number]), is_new=False)
        if content.kind != Content.model_validate(newest.content).kind:
            raise InvalidInput("A text stays a text, and a chat a chat.", hint="Make another prompt.")
        made = await self._add_version(work, operator, row, content, comment, number=row.latest + 1)
        row.latest = made.number
        rows.add(row)
        after = {"version": made.number, "fingerprint": made.fingerprint, "comment": made.comment}
        target = Target("prompt", row.id, row.name)
        await AuditTrail(work.session).record(operator, "prompt.version", target, after=after)
        return Written(version_of(made), is_new=True)

    async def _add_version(
        self, work: Work, operator: Operator, row: PromptRow, content: Content, comment: str, *, number: int
    ) -> PromptVersionRow:
        content = kept(content)
        if references(content):
            await self._refuse_circles(work, row, content)
        made = PromptVersionRow(
            prompt_id=row.id,
            number=number,
            project_id=operator.project_id,
            content=content.as_json(),
            fingerprint=content.fingerprint(),
            comment=checked_text(comment, "comment", MAX_COMMENT).strip(),
            created_by=operator.name,
            created_by_id=operator.user_id,
            created_by_support_id=operator.support_id,
        )
        PromptRepository(work.session, operator.project_id).add(made)
        await work.session.flush()
        return made

    async def _refuse_circles(self, work: Work, row: PromptRow, content: Content) -> None:
        """Raise Circle. A reference that leads nowhere yet is no reason to lose what was written."""
        try:
            await self._composed(work.session, row, content)
        except Circle:
            raise
        except CannotRender:
            return

    async def _labels(self, labels: LabelRepository, row: PromptRow) -> defaultdict[int, tuple[str, ...]]:
        """Return the labels of a prompt by version."""
        found: defaultdict[int, tuple[str, ...]] = defaultdict(tuple)
        for one in await labels.labels([row.id]):
            found[one.version] += (one.name,)
        return found
