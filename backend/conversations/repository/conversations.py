"""Every statement on the log. A project's id stands in each of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, true, union_all, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from backend.conversations.computed import LONG, MIX, SHORT
from backend.conversations.errors import ImportCut
from backend.conversations.models import (
    ConversationCommentRow,
    ConversationDetailRow,
    ConversationPersonRow,
    ConversationRecordRow,
    ConversationRow,
    ConversationViewRow,
    FeedbackRow,
    MessageRow,
    SpanRow,
)
from backend.conversations.order_types import Order
from backend.conversations.repository.details import by_metadata
from backend.conversations.repository.filtering import SHOWS, chosen, narrowed
from backend.conversations.repository.messages import MessageRepository
from backend.conversations.repository.ordering import FEW, behind, ordered, place_in
from backend.conversations.repository.places import Places, stands_in
from backend.conversations.repository.scored import Scored, is_judged
from backend.conversations.types import AGENT, Channel, Filters
from backend.paging import Page

MAX_TOLD_APART = 50


@dataclass(frozen=True, slots=True)
class Found:
    """What a search names: by places what stands in the index of words, by ids what does not yet.

    `num_unread` are further conversations that hold its words; whether as it says them, nobody looked.
    """

    places: Places = field(default_factory=dict)
    ids: Sequence[str] = ()
    num_unread: int = 0


class ConversationRepository(MessageRepository):
    """Conversations as a whole."""

    async def conversation(
        self, conversation_id: str, *, deleted: bool = False, lock: bool = True
    ) -> ConversationRow | None:
        """Return the row, locked until the unit ends unless it is only looked at."""
        statement = select(ConversationRow).where(
            ConversationRow.id == conversation_id, ConversationRow.project_id == self._project_id
        )
        if not deleted:
            statement = statement.where(col(ConversationRow.deleted_at).is_(None))
        if lock:
            statement = statement.with_for_update()
        return (await self._session.exec(statement)).first()

    async def list(
        self,
        filters: Filters,
        page: Page,
        found: Found | None,
        order: Order = Order.NEWEST,
        *,
        few: bool = False,
    ) -> Sequence[ConversationRow]:
        """Return one row more than asked for; `found` are those that a search named, None for all.

        `few` says that no more than `FEW` match: they are looked for by time, where they lie in order.
        """
        statement = select(ConversationRow).where(*self._mine(), *self._chosen(filters), *self._among(found))
        if few and order is not Order.NEWEST:
            newest = statement.with_only_columns(col(ConversationRow.id)).order_by(*ordered(Order.NEWEST)).limit(FEW)
            statement = select(ConversationRow).where(*self._mine(), col(ConversationRow.id).in_(newest))
        if page.after:
            there = select_columns(*place_in(order)).where(
                col(ConversationRow.id) == page.after, col(ConversationRow.project_id) == self._project_id
            )
            last = (await (await self._session.connection()).execute(there)).first()
            if last is None:
                return []
            statement = statement.where(behind(order, (last[0], last[1])))
        return (await self._session.exec(statement.order_by(*ordered(order)).limit(page.limit + 1))).all()

    async def reported(
        self, *, agents: Sequence[str] | None, prompt_id: str | None, limit: int
    ) -> Sequence[ConversationRow]:
        """Return the newest as they began, those of an agent or a prompt where one is named."""
        statement = select(ConversationRow).where(*self._mine(), SHOWS)
        if agents is not None:
            statement = statement.where(col(ConversationRow.agent_config).in_(agents))
        if prompt_id is not None:
            statement = statement.where(col(ConversationRow.prompt_id) == prompt_id)
        newest = (col(ConversationRow.started_at).desc(), col(ConversationRow.id).desc())
        return (await self._session.exec(statement.order_by(*newest).limit(limit))).all()

    async def records(self, conversation_ids: Sequence[str]) -> dict[str, ConversationRecordRow]:
        statement = select(ConversationRecordRow).where(
            ConversationRecordRow.project_id == self._project_id,
            col(ConversationRecordRow.conversation_id).in_(conversation_ids),
        )
        return {row.conversation_id: row for row in (await self._session.exec(statement)).all()}

    async def told_of(self, prompt_id: str) -> tuple[float, int, int]:
        """Return of a prompt's conversations the mean duration, how many have a verdict, and how many are well."""
        completed = col(ConversationRow.task_completed)
        statement = select_columns(
            func.avg(ConversationRow.duration), func.count(completed), func.count().filter(completed.is_(True))
        ).where(*self._mine(), col(ConversationRow.prompt_id) == prompt_id)
        mean, judged, well = (await (await self._session.connection()).execute(statement)).one()
        return float(mean or 0), judged, well

    async def forget_prompt(self, prompt_id: str) -> None:
        """Let conversations go on without a prompt that is deleted."""
        await self._session.exec(
            update(ConversationRow)
            .where(col(ConversationRow.prompt_id) == prompt_id, col(ConversationRow.project_id) == self._project_id)
            .values(prompt_id=None)
        )

    async def some(self, conversation_ids: Sequence[str]) -> Sequence[ConversationRow]:
        statement = select(ConversationRow).where(*self._mine(), col(ConversationRow.id).in_(conversation_ids))
        return (await self._session.exec(statement)).all()

    async def count(self, conversation_ids: Sequence[str]) -> int:
        statement = select(func.count()).where(*self._mine(), col(ConversationRow.id).in_(conversation_ids))
        return (await self._session.exec(statement)).one()

    async def counts(self, filters: Filters, found: Found | None) -> dict[str, int]:
        """Return how many conversations are of each mix of what the filters choose among, as `Mix` reads it."""
        dialect = self._session.get_bind().dialect.name
        further = [
            *narrowed(filters, dialect),
            *by_metadata(filters.metadata, self._project_id),
            *self._judged(filters),
            *self._among(found),
        ]
        # Of all, Postgres counts each half by an index that holds it alone; beside another condition it reads the rows.
        halves = [true()] if further or dialect == "sqlite" else [SHORT, LONG]
        counts = [
            select_columns(MIX, func.count()).where(*self._mine(), *further, half).group_by(MIX) for half in halves
        ]
        rows = await (await self._session.connection()).execute(union_all(*counts))
        return {mix: num for mix, num in rows.all()}  # noqa: C416  # rows are no pairs to a reader of types

    async def verdicts(self, filters: Filters, found: Found | None) -> Sequence[tuple[str, str, int]]:
        """Return what judges say of the conversations that the other filters leave, and of how many."""
        conditions = [*self._mine(), *self._chosen(replace(filters, judges=())), *self._among(found)]
        return await Scored(self._session, self._project_id).verdicts(conditions)

    async def told_apart(self, names: Mapping[str, str]) -> dict[str, str]:
        """Return the names of flows and agents by their ids; agents that share one say their configuration too."""
        shared = Counter(names.values())
        alike = [one for one, name in names.items() if one.startswith(AGENT) and shared[name] > 1][:MAX_TOLD_APART]
        if not alike:
            return {**names}
        told = [
            select(ConversationRow.agent_config)
            .where(*self._mine(), ConversationRow.flow_id == one)
            .limit(1)
            .scalar_subquery()
            for one in alike
        ]
        [configs] = await (await self._session.connection()).execute(select_columns(*told))
        return {
            **names,
            **{one: f"{names[one]}, {config}" for one, config in zip(alike, configs, strict=True) if config},
        }

    def _chosen(self, filters: Filters) -> Iterable[ColumnElement[bool]]:
        yield from chosen(filters, self._session.get_bind().dialect.name)
        yield from by_metadata(filters.metadata, self._project_id)
        yield from self._judged(filters)

    def _judged(self, filters: Filters) -> Iterable[ColumnElement[bool]]:
        if filters.judges:
            yield is_judged(self._project_id, filters.judges)

    def _among(self, found: Found | None) -> Iterable[ColumnElement[bool]]:
        if found is not None:
            dialect = self._session.get_bind().dialect.name
            numbered = stands_in(col(ConversationRow.number), found.places, dialect)
            yield or_(numbered, col(ConversationRow.id).in_(found.ids)) if found.ids else numbered

    async def change(self, conversation_id: str, **values: Any) -> None:
        """Set columns; sums are given as expressions over the row."""
        await self._session.exec(
            update(ConversationRow)
            .where(col(ConversationRow.id) == conversation_id, col(ConversationRow.project_id) == self._project_id)
            .values(**values)
        )

    async def hand_over(self, flow_id: str, to: str) -> None:
        """Give the talks of a flow to the one that took its place."""
        await self._session.exec(
            update(ConversationRow)
            .where(col(ConversationRow.flow_id) == flow_id, col(ConversationRow.project_id) == self._project_id)
            .values(flow_id=to)
        )

    async def views(self) -> Sequence[ConversationViewRow]:
        ours = col(ConversationViewRow.project_id) == self._project_id
        return (
            await self._session.exec(select(ConversationViewRow).where(ours).order_by(ConversationViewRow.name))
        ).all()

    async def delete_view(self, view_id: str) -> bool:
        row = col(ConversationViewRow.id)
        gone = delete(ConversationViewRow).where(
            row == view_id, col(ConversationViewRow.project_id) == self._project_id
        )
        return bool((await self._session.exec(gone)).rowcount)

    async def deleted(self, *, before: datetime) -> Sequence[str]:
        """Return what was deleted before a moment, locked until the unit ends."""
        statement = select(ConversationRow.id).where(
            ConversationRow.project_id == self._project_id, col(ConversationRow.deleted_at) < before
        )
        return (await self._session.exec(statement.order_by(col(ConversationRow.id)).with_for_update())).all()

    async def examples(self) -> Sequence[str]:
        """Return what came with the product and still shows."""
        statement = select(ConversationRow.id).where(*self._mine(), ConversationRow.channel == Channel.EXAMPLE)
        return (await self._session.exec(statement)).all()

    async def imported(self, session_ids: Sequence[str]) -> Sequence[str]:
        """Return those of the sessions that came in by a file; of deleted ones, none."""
        statement = select(ConversationRow.session_id).where(
            *self._mine(),
            ConversationRow.channel == Channel.IMPORTED,
            col(ConversationRow.session_id).in_(session_ids),
        )
        return (await self._session.exec(statement)).all()

    async def show(self, conversation_ids: Sequence[str]) -> None:
        """Let conversations be seen that were written hidden. Raise ImportCut where one is not there any more."""
        if await self.mark(conversation_ids, deleted_at=None, is_fresh=True) < len(conversation_ids):
            raise ImportCut

    async def mark(self, conversation_ids: Sequence[str], **values: Any) -> int:
        """Set columns of many; return how many are there."""
        num = 0
        for start in range(0, len(conversation_ids), 500):
            some = conversation_ids[start : start + 500]
            done = await self._session.exec(
                update(ConversationRow)
                .where(col(ConversationRow.project_id) == self._project_id, col(ConversationRow.id).in_(some))
                .values(**values)
            )
            num += done.rowcount
        return num

    async def numbered(self, conversation_ids: Sequence[str]) -> Sequence[ConversationRow]:
        """Return those of the conversations whose words are indexed."""
        statement = select(ConversationRow).where(
            ConversationRow.project_id == self._project_id,
            col(ConversationRow.id).in_(conversation_ids),
            ConversationRow.number > 0,
        )
        return (await self._session.exec(statement)).all()

    async def purge(self, conversation_ids: Sequence[str]) -> None:
        """Remove rows for good."""
        if not conversation_ids:
            return
        hanging: tuple[Any, ...] = (
            FeedbackRow, ConversationCommentRow, MessageRow, SpanRow, ConversationRecordRow, ConversationPersonRow,
            ConversationDetailRow,
        )  # fmt: skip
        for row, column in (*((one, one.conversation_id) for one in hanging), (ConversationRow, ConversationRow.id)):
            ours = col(row.project_id) == self._project_id
            await self._session.exec(delete(row).where(ours, col(column).in_(conversation_ids)))
