"""Every statement on the approvals of code."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.experiments.models import CodeApprovalRow

MOST = 200


class Codes:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: CodeApprovalRow) -> None:
        self._session.add(row)

    async def get(self, identifier: str, *, lock: bool) -> CodeApprovalRow | None:
        """Return one; locked for a decision, of two who decide at once the second finds it decided."""
        statement = select(CodeApprovalRow).where(
            CodeApprovalRow.project_id == self._project_id, CodeApprovalRow.id == identifier
        )
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def of(self, fingerprints: Collection[str]) -> list[CodeApprovalRow]:
        """Return every wish about these texts, newest first."""
        statement = select(CodeApprovalRow).where(
            CodeApprovalRow.project_id == self._project_id, col(CodeApprovalRow.fingerprint).in_(fingerprints)
        )
        return list(await self._session.exec(statement.order_by(col(CodeApprovalRow.id).desc())))

    async def list(self, *, waiting: bool) -> list[CodeApprovalRow]:
        """Return the newest first: those that wait, or all."""
        statement = select(CodeApprovalRow).where(CodeApprovalRow.project_id == self._project_id)
        if waiting:
            statement = statement.where(CodeApprovalRow.state == "waiting")
        return list(await self._session.exec(statement.order_by(col(CodeApprovalRow.id).desc()).limit(MOST)))
