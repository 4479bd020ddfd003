"""Move labels, and say which of them are protected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import storable, utc_now
from backend.errors import Conflict, Forbidden, NotFound
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.publish_gate import Publishing
from backend.prompts.checks import MAX_COMMENT, checked_label, checked_text
from backend.prompts.content import Content
from backend.prompts.errors import LabelMoved
from backend.prompts.models import (
    PromptApprovalRow,
    PromptLabelMoveRow,
    PromptLabelRow,
    PromptRow,
)
from backend.prompts.repository import LabelRepository, PromptRepository
from backend.prompts.service.protection import ProtectionUseCases
from backend.prompts.service.served import served_under
from backend.prompts.shapes import approval_of, label_of, move_of
from backend.prompts.types import Label, LabelChange, LabelMove
from backend.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Step:
    """One move of a label to `version` (None: off) from `before`. An empty `by` means the operator."""

    label: str
    version: int | None
    before: int | None = None
    comment: str = ""
    by: str = ""
    approved_by: str = ""


class Along(Protocol):
    """What is done in the unit that moves a label, or that asks for the move: then it `is_moved` by nobody yet."""

    async def __call__(self, work: Work, *, is_moved: bool) -> None: ...


class LabelUseCases(ProtectionUseCases):
    """A label points at one version of each prompt; every move of it is kept."""

    async def labels(self, operator: Operator, name: str) -> Sequence[Label]:
        """Return the labels of a prompt, by name. Raise PromptNotFound."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            row = await self._row(PromptRepository(session, operator.project_id), name)
            labels = LabelRepository(session, operator.project_id)
            protected = {one.name for one in await labels.protected()}
            return [label_of(one, protected) for one in await labels.labels([row.id])]

    async def moves(self, operator: Operator, name: str, label: str = "") -> Sequence[LabelMove]:
        """Return the last 200 moves of a label, of all where none is named, newest first. Raise PromptNotFound."""
        operator.require(Permission.PROMPTS_READ)
        async with self._units.read(operator) as session:
            row = await self._row(PromptRepository(session, operator.project_id), name)
            return [move_of(one) for one in await LabelRepository(session, operator.project_id).moves(row.id, label)]

    async def set_label(
        self, operator: Operator, name: str, label: str, version: int, comment: str = "", *, along: Along | None = None
    ) -> LabelChange:
        """Point a label at a version; a protected one waits for a second person.

        What goes `along` stands with it or not at all, and may refuse it.
        Raise PromptNotFound, VersionNotFound, InvalidInput, CannotRender for a version that no values could fill, or
        Conflict where a protected label would follow what one person changes alone.
        """
        operator.require(Permission.PROMPTS_EDIT)
        label, comment = checked_label(label), checked_text(comment, "comment", MAX_COMMENT).strip()
        await self.check_label(operator, name, label, version)
        async with self._units.write(operator) as work:
            rows, labels = self._repositories(work.session, operator)
            row = await self._row(rows, name, lock=True)
            wanted = await self._version(rows, row, version)
            await self._check_renders(work.session, row, Content.model_validate(wanted.content))
            now = await labels.label(row.id, label)
            is_protected = await labels.protection(label) is not None
            if along:
                await along(work, is_moved=not is_protected or (now is not None and now.version == version))
            if now is not None and now.version == version:
                return LabelChange(label_of(now, {label} if is_protected else set()))
            if not is_protected:
                return LabelChange(
                    label_of(await self._move(work, operator, row, Step(label, version, comment=comment)), set())
                )
            await self._refuse_loose(work.session, operator.project_id, served_under(row, wanted, label))
            for waiting in await labels.approvals(prompt_id=row.id, label=label):
                if waiting.version == version:
                    return LabelChange(None, approval_of(waiting, row.name))
                waiting.state, waiting.decided_at = "overtaken", utc_now()
                labels.add(waiting)
            asked = PromptApprovalRow(
                id=new_id("pap"),
                project_id=operator.project_id,
                prompt_id=row.id,
                label=label,
                version=version,
                from_version=now.version if now else None,
                comment=comment,
                author_id=wanted.created_by_id,
                author_support_id=wanted.created_by_support_id,
                asked_by=operator.name,
                asked_by_id=operator.user_id,
                asked_by_support_id=operator.support_id,
            )
            labels.add(asked)
            await self._record(work, operator, row, "prompt.label.ask", Step(label, version, asked.from_version))
            return LabelChange(None, approval_of(asked, row.name))

    async def check_label(
        self, operator: Operator, name: str, label: str, version: int, content: Content | None = None
    ) -> None:
        """Ask whoever may refuse that a label goes to a version, or to a new one of `content` with its texts.

        Raise PromptNotFound, VersionNotFound, InvalidInput, Conflict.
        """
        if not self.gates:
            return
        label = checked_label(label)
        async with self._units.read(operator) as session:
            rows = PromptRepository(session, operator.project_id)
            row = await self._row(rows, name)
            wanted = await self._version(rows, row, version)
        fingerprint = content.fingerprint() if content else wanted.fingerprint
        told = Publishing("prompt", operator.project_id, row.id, row.name, fingerprint, version, label)
        for gate in self.gates:
            await gate.check(told)

    async def check_stands(self, operator: Operator, name: str, label: str, version: int) -> None:
        """Refuse a version that the operator alone may not put before people under a label.

        Raise PromptNotFound, VersionNotFound, CannotRender, Conflict of a gate, and Forbidden where the label is
        protected and the operator may not approve or wrote the version.
        """
        operator.require(Permission.PROMPTS_EDIT)
        await self.check_label(operator, name, label, version)
        async with self._units.read(operator) as session:
            rows = PromptRepository(session, operator.project_id)
            row = await self._row(rows, name)
            wanted = await self._version(rows, row, version)
            await self._check_renders(session, row, Content.model_validate(wanted.content))
            await self._check_protection(session, operator, row, wanted, label)

    async def roll_back(self, operator: Operator, name: str, label: str, seen: int | None = None) -> Label:
        """Point a label at the version that it pointed at before, at once: that one was good enough before.

        A protected label needs the permission to approve, and no second person. `seen` is the version that stood when
        it was asked for. Raise PromptNotFound, NotFound, LabelMoved where another stands by now, Conflict where there
        was none before.
        """
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            rows, labels = self._repositories(work.session, operator)
            row = await self._row(rows, name, lock=True)
            now = await self._label(labels, row, label)
            is_protected = await labels.protection(label) is not None
            if is_protected:
                operator.require(Permission.PROMPTS_APPROVE)
            if seen not in (None, now.version):
                raise LabelMoved(label, now.version)
            if now.previous is None:
                raise Conflict(f"{label} pointed at no other version before v{now.version}.")
            back = await self._version(rows, row, now.previous)
            if is_protected:
                await self._refuse_loose(work.session, operator.project_id, served_under(row, back, label))
            await self._check_renders(work.session, row, Content.model_validate(back.content))
            words = f"Rolled back from v{now.version}"
            before = _before(await labels.moves(row.id, label), back.number)
            step = Step(label, back.number, comment=words)
            moved = await self._move(work, operator, row, step, "prompt.label.roll_back")
            # Back once more leads further back, never to what was just rolled back.
            moved.previous = before
            return label_of(moved, {label} if is_protected else set())

    async def remove_label(self, operator: Operator, name: str, label: str) -> None:
        """Take a label off a prompt. Raise PromptNotFound, NotFound, Forbidden while it is protected."""
        operator.require(Permission.PROMPTS_EDIT)
        async with self._units.write(operator) as work:
            rows, labels = self._repositories(work.session, operator)
            row = await self._row(rows, name, lock=True)
            now = await self._label(labels, row, label)
            if await labels.protection(label) is not None:
                raise Forbidden(f"{label} is protected.", hint="Whoever manages the project can lift the protection.")
            await labels.delete(now)
            await self._note(work, operator, row, "prompt.label.remove", Step(label, None, now.version))

    async def _move(
        self, work: Work, operator: Operator, row: PromptRow, step: Step, action: str = "prompt.label"
    ) -> PromptLabelRow:
        """Move it now. Wishes that still wait were about what stood before, so they are overtaken."""
        version = step.version
        assert version is not None
        labels = LabelRepository(work.session, operator.project_id)
        now = await labels.label(row.id, step.label)
        step = replace(step, before=now.version if now else None)
        if now is None:
            project = operator.project_id
            now = PromptLabelRow(prompt_id=row.id, name=step.label, project_id=project, version=version)
        now.version, now.previous = version, step.before
        now.moved_at, now.moved_by = utc_now(), step.by or operator.name
        labels.add(now)
        for waiting in await labels.approvals(prompt_id=row.id, label=step.label):
            waiting.state, waiting.decided_at = "overtaken", utc_now()
            labels.add(waiting)
        await self._note(work, operator, row, action, step)
        return now

    async def _note(self, work: Work, operator: Operator, row: PromptRow, action: str, step: Step) -> None:
        """Write a line into the history, and one into the audit log."""
        LabelRepository(work.session, operator.project_id).add(
            PromptLabelMoveRow(
                id=new_id("plm"),
                prompt_id=row.id,
                project_id=operator.project_id,
                label=step.label,
                from_version=step.before,
                version=step.version,
                moved_by=step.by or operator.name,
                comment=step.comment,
                approved_by=step.approved_by,
            )
        )
        await self._record(work, operator, row, action, step)

    async def _record(self, work: Work, operator: Operator, row: PromptRow, action: str, step: Step) -> None:
        target = Target("prompt", row.id, row.name)
        before, after = ({"label": step.label, "version": one} for one in (step.before, step.version))
        await AuditTrail(work.session).record(operator, action, target, before=before, after=after)

    async def _label(self, labels: LabelRepository, row: PromptRow, label: str) -> PromptLabelRow:
        found = await labels.label(row.id, storable(label))
        if found is None:
            raise NotFound(f"{row.name} has no version under that label.")
        return found


def _before(moves: Sequence[PromptLabelMoveRow], version: int) -> int | None:
    """Return where the label of these moves pointed before, without what it was moved back from; newest move first."""
    way: list[int] = []
    for move in reversed(moves):
        if move.version is None:
            way = []
        elif move.version in way:
            way = way[: way.index(move.version) + 1]
        else:
            way.append(move.version)
    place = way.index(version) if version in way else 0
    return way[place - 1] if place else None
