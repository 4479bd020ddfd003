"""Whose conversations these are, and what would go with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import (
    ConversationCommentRow,
    ConversationPersonRow,
    ConversationRow,
    FeedbackRow,
    MessageRow,
)
from backend.conversations.repository.others import conversations_of
from backend.conversations.repository.places import one_of
from backend.datasets.models import FOREVER, DatasetItemRow
from backend.experiments.models import ExperimentCellRow
from backend.flows.models import IS_REPLAY, ApprovalRow, RunRow
from backend.ids import id_at
from backend.privacy.repository.copies import Copies
from backend.privacy.repository.made import Made
from backend.privacy.types import Going


class People:
    """Opened for one unit of work and one project. `names` are those that one person may stand under."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def of_person(self, names: Sequence[str], until: datetime | None = None) -> tuple[ColumnElement[bool], ...]:
        """Choose all in which a person speaks, or those that began to be kept before a moment."""
        speaks = col(ConversationRow.id).in_(conversations_of(self._project_id, names))
        theirs = (col(ConversationRow.project_id) == self._project_id, speaks)
        return theirs if until is None else (*theirs, col(ConversationRow.id) < id_at("conv", until))

    async def masked_as(self, end: str) -> set[str]:
        """Return under which masked names that end so somebody stands, by a rule that may be gone."""
        found = set[str]()
        for table in (ConversationRow, ConversationPersonRow, RunRow):
            row: Any = table
            named = col(row.person).startswith("[") & col(row.person).endswith(end, autoescape=True)
            found.update(await self._session.exec(select(row.person).where(self._ours(row), named).distinct()))
        return found

    def before(self, moment: datetime) -> tuple[ColumnElement[bool], ...]:
        return (col(ConversationRow.project_id) == self._project_id, col(ConversationRow.last_message_at) < moment)

    def deleted(self, moment: datetime) -> tuple[ColumnElement[bool], ...]:
        return (col(ConversationRow.project_id) == self._project_id, col(ConversationRow.deleted_at) < moment)

    async def some(self, whose: Sequence[ColumnElement[bool]], limit: int, most_messages: int) -> list[str]:
        """Return a few of the conversations: as many as have so many messages together, one at least."""
        statement = select(ConversationRow.id, ConversationRow.num_messages).where(*whose).limit(limit)
        found, num = list[str](), 0
        for id_, num_messages in await self._session.exec(statement):
            num += num_messages
            if found and num > most_messages:
                break
            found.append(id_)
        return found

    async def held(self, whose: Sequence[ColumnElement[bool]], conversation_ids: Sequence[str]) -> list[str]:
        """Return those that are still among them, locked until the unit ends: nobody brings one back meanwhile."""
        among = col(ConversationRow.id).in_(conversation_ids)
        statement = select(ConversationRow.id).where(*whose, among).order_by(col(ConversationRow.id))
        return list(await self._session.exec(statement.with_for_update()))

    async def page(self, whose: Sequence[ColumnElement[bool]], after: str, limit: int) -> Sequence[ConversationRow]:
        statement = select(ConversationRow).where(*whose, col(ConversationRow.id) > after)
        return (await self._session.exec(statement.order_by(col(ConversationRow.id)).limit(limit))).all()

    async def count(self, whose: Sequence[ColumnElement[bool]]) -> int:
        return (await self._session.exec(select(func.count()).select_from(ConversationRow).where(*whose))).one()

    async def going(self, whose: Sequence[ColumnElement[bool]], *, with_items: bool, lone: Sequence[Any] = ()) -> Going:
        """Count what would be removed; `with_items` counts the rows of datasets made from turns, which else stay.

        `lone` are queries of runs that stand in no conversation and go too.
        """
        ids = select(ConversationRow.id).where(*whose).scalar_subquery()
        messages = select(MessageRow.id).where(self._ours(MessageRow), col(MessageRow.conversation_id).in_(ids))
        runs = select(MessageRow.run_id).where(
            self._ours(MessageRow), col(MessageRow.conversation_id).in_(ids), MessageRow.run_id != ""
        )
        replays = select(RunRow.id).where(self._ours(RunRow), IS_REPLAY, col(RunRow.conversation_id).in_(ids))
        origins = [ids, *(one.scalar_subquery() for one in (messages, runs, replays)), *lone]
        made = await Made(self._session, self._project_id).of(origins) if with_items else []
        copies, dialect = Copies(self._session, self._project_id), self._session.get_bind().dialect.name
        living = one_of(col(DatasetItemRow.item_id), made, dialect), DatasetItemRow.valid_to == FOREVER
        held = one_of(col(ExperimentCellRow.item_id), made, dialect)
        return Going(
            num_conversations=await self.count(whose),
            num_messages=await self._num(MessageRow, col(MessageRow.conversation_id).in_(ids)),
            num_runs=await self._num(RunRow, col(RunRow.id).in_(runs.scalar_subquery()))
            + await self._num(RunRow, IS_REPLAY, col(RunRow.conversation_id).in_(ids)),
            num_approvals=await self._num(ApprovalRow, col(ApprovalRow.run_id).in_(runs.scalar_subquery())),
            num_remarks=await self._num(FeedbackRow, col(FeedbackRow.conversation_id).in_(ids))
            + await self._num(ConversationCommentRow, col(ConversationCommentRow.conversation_id).in_(ids)),
            num_items=await self._num(DatasetItemRow, *living) if with_items else 0,
            num_cells=await self._num(ExperimentCellRow, held) if with_items else 0,
            num_playgrounds=await copies.num_playgrounds(origins, made),
            prompts=tuple(await copies.prompts(origins, made)),
        )

    def _ours(self, row: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = col(row.project_id) == self._project_id
        return found

    async def _num(self, row: Any, *conditions: Any) -> int:
        statement = select_columns(func.count()).select_from(row).where(self._ours(row), *conditions)
        return int((await (await self._session.connection()).execute(statement)).scalar_one())
