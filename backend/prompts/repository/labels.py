"""Labels, their history, and the wishes to move protected ones, of one project."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.prompts.models import (
    PromptApprovalRow,
    PromptLabelMoveRow,
    PromptLabelRow,
    PromptProtectedLabelRow,
)
from backend.prompts.models import PromptRow as Prompts

AnyRow = PromptLabelRow | PromptLabelMoveRow | PromptApprovalRow | PromptProtectedLabelRow
MOST_MOVES = 200


class LabelRepository:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def take_turn(self, name: str) -> None:
        """Let nobody else protect a label, or split it, until the unit ends. SQLite has one writer anyway."""
        if self._session.get_bind().dialect.name == "postgresql":
            key = func.hashtextextended(f"label {name} of {self._project_id}", 0)
            await (await self._session.connection()).execute(select_columns(func.pg_advisory_xact_lock(key)))

    def add(self, row: AnyRow) -> None:
        self._session.add(row)

    async def delete(self, row: PromptLabelRow | PromptProtectedLabelRow) -> None:
        await self._session.delete(row)

    async def label(self, prompt_id: str, name: str) -> PromptLabelRow | None:
        statement = select(PromptLabelRow).where(
            PromptLabelRow.project_id == self._project_id,
            PromptLabelRow.prompt_id == prompt_id,
            PromptLabelRow.name == name,
        )
        return (await self._session.exec(statement)).first()

    async def labels(self, prompt_ids: Collection[str] | None = None) -> Sequence[PromptLabelRow]:
        """Return the labels of these prompts by name; None means of all."""
        statement = select(PromptLabelRow).where(PromptLabelRow.project_id == self._project_id)
        if prompt_ids is not None:
            statement = statement.where(col(PromptLabelRow.prompt_id).in_(prompt_ids))
        return (await self._session.exec(statement.order_by(PromptLabelRow.name))).all()

    async def moves(self, prompt_id: str, label: str = "") -> Sequence[PromptLabelMoveRow]:
        """Return the last moves of a label of a prompt, of all where none is named, newest first."""
        statement = (
            select(PromptLabelMoveRow)
            .where(PromptLabelMoveRow.project_id == self._project_id, PromptLabelMoveRow.prompt_id == prompt_id)
            .order_by(col(PromptLabelMoveRow.id).desc())
            .limit(MOST_MOVES)
        )
        if label:
            statement = statement.where(PromptLabelMoveRow.label == label)
        return (await self._session.exec(statement)).all()

    async def protected(self) -> Sequence[PromptProtectedLabelRow]:
        statement = select(PromptProtectedLabelRow).where(PromptProtectedLabelRow.project_id == self._project_id)
        return (await self._session.exec(statement.order_by(PromptProtectedLabelRow.name))).all()

    async def protection(self, name: str) -> PromptProtectedLabelRow | None:
        statement = select(PromptProtectedLabelRow).where(
            PromptProtectedLabelRow.project_id == self._project_id, PromptProtectedLabelRow.name == name
        )
        return (await self._session.exec(statement)).first()

    async def approval(self, identifier: str, *, lock: bool = False) -> PromptApprovalRow | None:
        """Return one; locked for a decision, of two who decide at once the second finds it decided."""
        statement = select(PromptApprovalRow).where(
            PromptApprovalRow.project_id == self._project_id, PromptApprovalRow.id == identifier
        )
        if lock:  # what this session read before the lock may be old by now
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(statement)).first()

    async def approvals(self, *, prompt_id: str = "", label: str = "", waiting: bool = True) -> list[PromptApprovalRow]:
        """Return wishes of prompts that are there, newest first: those that wait, or all."""
        living = select(Prompts.id).where(Prompts.project_id == self._project_id, col(Prompts.deleted_at).is_(None))
        statement = select(PromptApprovalRow).where(
            PromptApprovalRow.project_id == self._project_id, col(PromptApprovalRow.prompt_id).in_(living)
        )
        if prompt_id:
            statement = statement.where(PromptApprovalRow.prompt_id == prompt_id)
        if label:
            statement = statement.where(PromptApprovalRow.label == label)
        if waiting:
            statement = statement.where(PromptApprovalRow.state == "waiting")
        return list(await self._session.exec(statement.order_by(col(PromptApprovalRow.id).desc()).limit(MOST_MOVES)))
