"""Let a second person decide about a protected label."""

from __future__ import annotations

from collections.abc import Sequence

from backend.columns import storable
from backend.operator import Operator, Permission
from backend.prompts.checks import MAX_COMMENT, checked_text
from backend.prompts.content import Content
from backend.prompts.errors import PromptNotFound
from backend.prompts.models import PromptApprovalRow, PromptRow
from backend.prompts.repository import LabelRepository, PromptRepository
from backend.prompts.service.labels import LabelUseCases, Step
from backend.prompts.service.served import served_under
from backend.prompts.shapes import approval_of, label_of
from backend.prompts.types import Approval, ApprovalState, Label
from backend.second_person import check_second, check_taken_back_by, check_waits, decide, dismiss, nothing_to_decide
from backend.unit_of_work import Work


class ApprovalUseCases(LabelUseCases):
    """Nobody approves their own change: neither who asked nor who wrote the version."""

    async def approvals(self, operator: Operator, name: str = "", *, waiting: bool = True) -> Sequence[Approval]:
        """Return the wishes of one prompt, or of all with an empty name: those that wait, or all. Newest first."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            rows, labels = self._repositories(session, operator)
            prompt_id = (await self._row(rows, name)).id if name else ""
            found = await labels.approvals(prompt_id=prompt_id, waiting=waiting)
            names = await rows.names({one.prompt_id for one in found})
            return [approval_of(one, names.get(one.prompt_id, "")) for one in found]

    async def refusals(self, operator: Operator, name: str) -> Sequence[Approval]:
        """Return what was refused of one prompt, until there is another wish, the label moves, or it is put away."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            rows, labels = self._repositories(session, operator)
            prompt = await self._row(rows, name)
            now = {one.name: one.version for one in await labels.labels([prompt.id])}
            newest: dict[str, PromptApprovalRow] = {}
            for one in await labels.approvals(prompt_id=prompt.id, waiting=False):
                newest.setdefault(one.label, one)
            return [
                approval_of(one, prompt.name)
                for one in newest.values()
                if one.state == "refused" and not one.dismissed and now.get(one.label) == one.from_version
            ]

    async def dismiss_refusal(self, operator: Operator, identifier: str) -> None:
        """Put away a refusal of one's own wish. Raise NotFound, Forbidden for another's, Conflict for what is none."""
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            _, labels = self._repositories(work.session, operator)
            labels.add(dismiss(operator, await labels.approval(storable(identifier), lock=True)))

    async def approve(self, operator: Operator, identifier: str) -> Label:
        """Move the label. Raise NotFound, Forbidden for one's own change, Conflict once decided or by a gate."""
        operator.require(Permission.PROMPTS_APPROVE)
        async with self._units.read(operator) as session:
            rows, labels = self._repositories(session, operator)
            wish, _ = await self._waiting(rows, labels, identifier, lock=False)
        await self.check_label(operator, wish.prompt_id, wish.label, wish.version)
        async with self._units.write(operator) as work:
            rows, labels = self._repositories(work.session, operator)
            asked, row = await self._waiting(rows, labels, identifier)
            theirs = (asked.asked_by_id, asked.asked_by_support_id, asked.author_id, asked.author_support_id)
            check_second(operator, *theirs)
            version = await self._version(rows, row, asked.version)
            await self._check_renders(work.session, row, Content.model_validate(version.content))
            await self._refuse_loose(work.session, operator.project_id, served_under(row, version, asked.label))
            decide(operator, asked, "approved")
            labels.add(asked)
            await work.session.flush()
            step = Step(asked.label, asked.version, asked.from_version, asked.comment, asked.asked_by, operator.name)
            moved = await self._move(work, operator, row, step)
            await self._record(work, operator, row, "prompt.label.approve", step)
            return label_of(moved, {asked.label})

    async def refuse(self, operator: Operator, identifier: str, reason: str) -> Approval:
        """Say no, and why. Raise NotFound, InvalidInput without a reason, Conflict once it is decided."""
        operator.require(Permission.PROMPTS_APPROVE)
        reason = checked_text(reason, "reason", MAX_COMMENT, shortest=1).strip()
        async with self._units.write(operator) as work:
            return await self._end(work, operator, identifier, "refused", reason)

    async def withdraw(self, operator: Operator, identifier: str) -> Approval:
        """Take one's own wish back. Raise NotFound, Forbidden for another's, Conflict once it is decided."""
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            return await self._end(work, operator, identifier, "withdrawn", "", own=True)

    async def _end(
        self,
        work: Work,
        operator: Operator,
        identifier: str,
        state: ApprovalState,
        reason: str,
        *,
        own: bool = False,
    ) -> Approval:
        rows, labels = self._repositories(work.session, operator)
        asked, row = await self._waiting(rows, labels, identifier)
        if own:
            check_taken_back_by(operator, asked)
        decide(operator, asked, state, reason)
        labels.add(asked)
        step = Step(asked.label, asked.version, asked.from_version)
        await self._record(work, operator, row, f"prompt.label.{state}", step)
        return approval_of(asked, row.name)

    async def _waiting(
        self, rows: PromptRepository, labels: LabelRepository, identifier: str, *, lock: bool = True
    ) -> tuple[PromptApprovalRow, PromptRow]:
        """Return a wish that waits and its prompt. The prompt is locked first, as whoever moves its label does."""
        found = await labels.approval(storable(identifier))
        if found is None:
            raise nothing_to_decide()
        try:
            row = await self._row(rows, found.prompt_id, lock=lock)
        except PromptNotFound as error:
            raise nothing_to_decide() from error
        if lock:
            found = await labels.approval(found.id, lock=True) or found
        check_waits(found)
        return found, row
