"""What people made of conversations and runs in prompts: a prompt of a call, a playground with its values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.repository.places import one_of
from backend.prompts.content import Content
from backend.prompts.models import PromptPlaygroundRow, PromptRow, PromptVersionRow

EMPTIED = Content(text="[removed]")


class Copies:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id
        self._dialect = session.get_bind().dialect.name

    async def num_playgrounds(self, origins: Sequence[Any], item_ids: Sequence[str]) -> int:
        """Count what was shared of values; `origins` are queries of ids, `item_ids` are those of rows."""
        row = PromptPlaygroundRow
        made = self._from(row.origin, origins, item_ids)
        statement = select(func.count()).select_from(row).where(self._ours(row), made)
        return (await self._session.exec(statement)).one()

    async def prompts(self, origins: Sequence[Any], item_ids: Sequence[str]) -> list[str]:
        """Return the names of the prompts that were made of calls and are not deleted. Told as above."""
        row = PromptRow
        made = self._from(row.origin, origins, item_ids)
        statement = select(row.name).where(self._ours(row), made, col(row.deleted_at).is_(None))
        return list(await self._session.exec(statement.order_by(row.name)))

    async def remove(self, origins: Sequence[str]) -> None:
        """Remove the playgrounds, and empty each prompt that was deleted: one that is not may answer people."""
        gone = select(PromptRow.id).where(
            self._ours(PromptRow), self._among(PromptRow.origin, origins), col(PromptRow.deleted_at).is_not(None)
        )
        prompt_ids = list(await self._session.exec(gone))
        play = PromptPlaygroundRow
        of_them = or_(self._among(play.origin, origins), self._among(play.prompt_id, prompt_ids))
        await self._session.exec(delete(play).where(self._ours(play), of_them))
        version = PromptVersionRow
        theirs = self._ours(version), self._among(version.prompt_id, prompt_ids)
        blank = {"content": EMPTIED.as_json(), "fingerprint": EMPTIED.fingerprint(), "comment": ""}
        await self._session.exec(update(version).where(*theirs).values(**blank))

    def _from(self, column: Any, origins: Sequence[Any], item_ids: Sequence[str]) -> ColumnElement[bool]:
        return or_(self._among(column, item_ids), *(col(column).in_(one) for one in origins))

    def _among(self, column: Any, values: Sequence[str]) -> ColumnElement[bool]:
        return one_of(col(column), values, self._dialect)

    def _ours(self, row: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = col(row.project_id) == self._project_id
        return found
