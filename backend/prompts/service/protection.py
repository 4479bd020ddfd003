"""Which labels move only with a second person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.errors import Forbidden
from backend.operator import Operator, Permission
from backend.prompts.checks import checked_label
from backend.prompts.models import PromptProtectedLabelRow, PromptRow, PromptVersionRow
from backend.prompts.repository import LabelRepository, PromptRepository
from backend.prompts.service.served import ServedUseCases, served_under
from backend.unit_of_work import Work


class ProtectionUseCases(ServedUseCases):
    """A label is protected for all prompts of the project."""

    async def protected_labels(self, operator: Operator) -> Sequence[str]:
        """Return the protected labels of the project, by name."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            return [one.name for one in await LabelRepository(session, operator.project_id).protected()]

    async def protect_label(self, operator: Operator, label: str, *, protected: bool) -> None:
        """Let a label of every prompt move only with a second person's approval, or freely again.

        Raise Conflict where a live test serves versions under it that nobody approved, or where a protected text would
        follow what one person changes alone: a text under this label, or one that follows it once it is free.
        """
        operator.require(Permission.PROJECT_MANAGE)
        label = checked_label(label)
        async with self._units.write(operator) as work:
            labels = LabelRepository(work.session, operator.project_id)
            await labels.take_turn(label)
            now = await labels.protection(label)
            if (now is not None) is protected:
                return
            if now is None:
                for check in self.protecting:
                    await check(work, operator, label)
                row = PromptProtectedLabelRow(project_id=operator.project_id, name=label, protected_by=operator.name)
                labels.add(row)
            else:
                await labels.delete(now)
            await work.session.flush()
            for served in await self._served(work.session, operator.project_id):
                await self._refuse_loose(work.session, operator.project_id, served)
            before, after = {"protected": not protected}, {"protected": protected}
            target = Target("prompt_label", label, label)
            await AuditTrail(work.session).record(operator, "prompt.label.protect", target, before=before, after=after)

    async def check_stands_still(self, work: Work, operator: Operator, name: str, label: str, version: int) -> None:
        """Refuse it in the unit that serves it from now on: the label may be protected by now, and is not meanwhile.

        Raise PromptNotFound, VersionNotFound, Forbidden.
        """
        rows, labels = self._repositories(work.session, operator)
        await labels.take_turn(label)
        row = await self._row(rows, name)
        await self._check_protection(work.session, operator, row, await self._version(rows, row, version), label)

    async def _check_protection(
        self, session: AsyncSession, operator: Operator, row: PromptRow, wanted: PromptVersionRow, label: str
    ) -> None:
        """Raise Forbidden or Conflict where the label is protected and the operator alone may not put this under it."""
        if await LabelRepository(session, operator.project_id).protection(label) is None:
            return
        operator.require(Permission.PROMPTS_APPROVE)
        if operator.is_one_of(wanted.created_by_id, wanted.created_by_support_id):
            words = f"{label} is protected, and you wrote v{wanted.number}."
            raise Forbidden(words, hint="Ask somebody else who may approve.")
        await self._refuse_loose(session, operator.project_id, served_under(row, wanted, label))

    def _repositories(self, session: AsyncSession, operator: Operator) -> tuple[PromptRepository, LabelRepository]:
        return PromptRepository(session, operator.project_id), LabelRepository(session, operator.project_id)
