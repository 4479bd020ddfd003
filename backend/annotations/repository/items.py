"""Every statement on the items of a queue and on what people say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, update
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.errors import ItemNotFound
from backend.annotations.models import AnnotationItemRow, AnnotationRow
from backend.annotations.types import Target
from backend.conversations.models import ConversationRow, MessageRow
from backend.paging import Page

# How an annotation stands: begun, whole, or put aside.
OPEN, DONE, SKIPPED = "open", "done", "skipped"
IDS_AT_ONCE = 500


async def move_items(session: AsyncSession, project_id: str, message_id: str, to: tuple[str, str]) -> None:
    """Let items of a message be of the one that follows it, but in queues where that has one of its own."""
    item, other = AnnotationItemRow, aliased(AnnotationItemRow)
    has_own = select(other.id).where(
        col(other.project_id) == project_id, other.queue_id == item.queue_id, other.message_id == to[1]
    )
    await session.exec(
        update(item)
        .where(col(item.project_id) == project_id, col(item.message_id) == message_id, ~has_own.exists())
        .values(conversation_id=to[0], message_id=to[1])
        .execution_options(synchronize_session=False)
    )


class Items:
    """Opened for one unit of work; sees one queue of one project, whose row was read by it before."""

    def __init__(self, session: AsyncSession, project_id: str, queue_id: str) -> None:
        self._session, self._project_id, self._queue_id = session, project_id, queue_id

    def add(self, row: AnnotationItemRow | AnnotationRow) -> None:
        self._session.add(row)

    async def flush(self) -> None:
        await self._session.flush()

    def _ours(self) -> tuple[ColumnElement[bool], ...]:
        row = AnnotationItemRow
        return (col(row.queue_id) == self._queue_id, col(row.project_id) == self._project_id)

    def _is_there(self) -> ColumnElement[bool]:
        """Leave out what was deleted and may come back."""
        return and_(
            col(ConversationRow.id) == AnnotationItemRow.conversation_id,
            col(ConversationRow.project_id) == self._project_id,
            col(ConversationRow.deleted_at).is_(None),
        )

    def _said(self) -> tuple[ColumnElement[bool], ...]:
        row = AnnotationRow
        return (col(row.queue_id) == self._queue_id, col(row.project_id) == self._project_id)

    async def get(self, item_id: str, *, lock: bool = True) -> AnnotationItemRow:
        """Return an item, locked until the unit ends unless it is only looked at. Raise ItemNotFound."""
        statement = select(AnnotationItemRow).where(*self._ours(), AnnotationItemRow.id == item_id)
        row = (await self._session.exec(statement.with_for_update() if lock else statement)).first()
        if row is None:
            raise ItemNotFound
        return row

    def _free_for(self, person_id: str, now: datetime) -> ColumnElement[bool]:
        """Leave what wants a label yet and nobody else has open."""
        item = AnnotationItemRow
        free = or_(col(item.locked_by).in_(["", person_id]), col(item.locked_until) <= now)
        return and_(*self._ours(), col(item.is_done).is_(False), free)

    async def next_for(self, person_id: str, now: datetime, *, open_first: bool) -> AnnotationItemRow | None:
        """Return the first item that nobody else has: what the person has open where that may be, then what is assigned
        to them, then what is to nobody."""
        item, said = AnnotationItemRow, AnnotationRow
        statement = (
            select(item)
            .join(ConversationRow, self._is_there())
            .outerjoin(said, and_(col(said.item_id) == item.id, col(said.person_id) == person_id, *self._said()))
            .where(self._free_for(person_id, now))
            .where(or_(col(said.state).is_(None), col(said.state) == OPEN))
        )
        first = statement.order_by(col(item.id)).limit(1).with_for_update(of=col(item.id), skip_locked=True)
        tried = [col(item.locked_by) == person_id] if open_first else []
        tried += [col(item.assigned_to) == one for one in (person_id, "")]
        for condition in tried:
            if (found := (await self._session.exec(first.where(condition))).first()) is not None:
                return found
        return None

    async def skipped_by(self, person_id: str, now: datetime) -> Sequence[str]:
        """Return the ids of what a person put aside, still waits, and nobody else has or is to label, in order."""
        item, said = AnnotationItemRow, AnnotationRow
        statement = (
            select(item.id)
            .join(ConversationRow, self._is_there())
            .join(said, col(said.item_id) == item.id)
            .where(*self._said(), said.person_id == person_id, said.state == SKIPPED)
            .where(self._free_for(person_id, now), col(item.assigned_to).in_(["", person_id]))
        )
        return (await self._session.exec(statement.order_by(col(item.id)))).all()

    async def take_up(self, person_id: str, item_ids: Sequence[str]) -> None:
        """Let what a person put aside of these items be theirs to label again, with what they had begun."""
        said = AnnotationRow
        for ids in in_parts(item_ids):
            statement = select(said).where(
                *self._said(), said.person_id == person_id, said.state == SKIPPED, col(said.item_id).in_(ids)
            )
            for row in (await self._session.exec(statement.with_for_update())).all():
                await self.reopen(row)

    async def reopen(self, row: AnnotationRow) -> None:
        """Let what a person says of an item be begun, and be nothing where no label of it is left."""
        row.state = OPEN
        if row.given:
            self._session.add(row)
        else:
            await self._session.delete(row)

    async def held_by(self, person_id: str) -> Sequence[AnnotationItemRow]:
        """Return what a person has open."""
        statement = select(AnnotationItemRow).where(
            *self._ours(), col(AnnotationItemRow.is_done).is_(False), AnnotationItemRow.locked_by == person_id
        )
        return (await self._session.exec(statement.with_for_update())).all()

    async def said_by(self, person_id: str, item_id: str) -> AnnotationRow | None:
        statement = select(AnnotationRow).where(
            *self._said(), AnnotationRow.item_id == item_id, AnnotationRow.person_id == person_id
        )
        fresh = statement.with_for_update().execution_options(populate_existing=True)
        return (await self._session.exec(fresh)).first()

    async def last_of(self, person_id: str) -> AnnotationRow | None:
        """Return what a person labelled or put aside last."""
        said = AnnotationRow
        statement = (
            select(said)
            .join(AnnotationItemRow, col(AnnotationItemRow.id) == said.item_id)
            .join(ConversationRow, self._is_there())
            .where(*self._ours(), *self._said(), said.person_id == person_id)
            .order_by(col(said.labelled_at).desc(), col(said.item_id).desc())
            .limit(1)
        )
        return (await self._session.exec(statement)).first()

    async def states_of(self, person_id: str) -> dict[str, int]:
        """Return how many items a person labelled whole, began and put aside."""
        said = AnnotationRow
        statement = (
            select_columns(col(said.state), func.count())
            .where(*self._said(), col(said.person_id) == person_id)
            .group_by(col(said.state))
        )
        found = await (await self._session.connection()).execute(statement)
        return {row[0]: row[1] for row in found.all()}

    async def among(self, targets: Sequence[Target]) -> set[Target]:
        """Return those of the targets that are in the queue already."""
        row, found = AnnotationItemRow, set[Target]()
        for ids in in_parts(one.conversation_id for one in targets):
            statement = select(row.conversation_id, row.message_id).where(
                *self._ours(), col(row.conversation_id).in_(ids)
            )
            found.update(Target(*one) for one in (await self._session.exec(statement)).all())
        return found

    async def there(self, targets: Sequence[Target]) -> set[Target]:
        """Return those of the targets that the log has: conversations, and answers that stand in theirs."""
        found = set[Target]()
        for ids in in_parts(one.conversation_id for one in targets if not one.message_id):
            mine = select(ConversationRow.id).where(
                ConversationRow.project_id == self._project_id,
                col(ConversationRow.deleted_at).is_(None),
                col(ConversationRow.id).in_(ids),
            )
            found.update(Target(one) for one in (await self._session.exec(mine)).all())
        for ids in in_parts(one.message_id for one in targets if one.message_id):
            said = (
                select(MessageRow.conversation_id, MessageRow.id)
                .join(ConversationRow, col(ConversationRow.id) == MessageRow.conversation_id)
                .where(
                    MessageRow.project_id == self._project_id,
                    ConversationRow.project_id == self._project_id,
                    col(ConversationRow.deleted_at).is_(None),
                    col(MessageRow.id).in_(ids),
                )
            )
            found.update(Target(*one) for one in (await self._session.exec(said)).all())
        return found

    async def assign(self, item_ids: Sequence[str], person_id: str, name: str) -> int:
        """Assign items, to nobody where the id is empty; return how many there were."""
        num = 0
        for ids in in_parts(item_ids):
            statement = update(AnnotationItemRow).where(*self._ours(), col(AnnotationItemRow.id).in_(ids))
            num += (await self._session.exec(statement.values(assigned_to=person_id, assigned_name=name))).rowcount
        return num

    async def pass_on(self, but: Sequence[str]) -> None:
        """Assign to nobody what is assigned to others than these people: they are asked no more."""
        await self._let_go(col(AnnotationItemRow.assigned_to).not_in(["", *but]))

    async def pass_on_of(self, gone: Sequence[str]) -> None:
        """Assign to nobody what is assigned to these people, who label here no more."""
        await self._let_go(col(AnnotationItemRow.assigned_to).in_(gone))

    async def _let_go(self, whose: ColumnElement[bool]) -> None:
        statement = update(AnnotationItemRow).where(*self._ours(), whose)
        await self._session.exec(statement.values(assigned_to="", assigned_name=""))

    async def assignees(self, but: str) -> Sequence[str]:
        """Return who else is to label what waits."""
        row = AnnotationItemRow
        statement = select(row.assigned_to).where(
            *self._ours(), col(row.is_done).is_(False), col(row.assigned_to).not_in(["", but])
        )
        return (await self._session.exec(statement.distinct())).all()

    async def recount(self, num_labels: int) -> None:
        """Let items be done that have so many labels, and no others; who is through with one keeps it from nobody."""
        item, said = AnnotationItemRow, AnnotationRow
        is_done = col(item.num_done) >= num_labels
        other = update(item).where(*self._ours(), col(item.is_done) != is_done).values(is_done=is_done)
        await self._session.exec(other.execution_options(synchronize_session=False))
        through = select(said.item_id).where(
            *self._said(),
            col(item.project_id) == self._project_id,
            said.item_id == item.id,
            said.person_id == item.assigned_to,
            said.state != OPEN,
        )
        waits = (*self._ours(), col(item.is_done).is_(False), through.correlate(item).exists())
        passed = update(item).where(*waits).values(assigned_to="", assigned_name="")
        await self._session.exec(passed.execution_options(synchronize_session=False))

    async def clear(self, *, with_done: bool) -> int:
        """Take out what waits, or everything, with the labels; return how many items that were."""
        going = select(AnnotationItemRow.id).where(*self._ours())
        if not with_done:
            going = going.where(col(AnnotationItemRow.is_done).is_(False))
        labels = delete(AnnotationRow).where(*self._said(), col(AnnotationRow.item_id).in_(going))
        await self._session.exec(labels)
        items = delete(AnnotationItemRow).where(*self._ours(), col(AnnotationItemRow.id).in_(going))
        return (await self._session.exec(items)).rowcount

    async def page(self, page: Page, assigned: str | None) -> Sequence[tuple[AnnotationItemRow, str]]:
        """Return one item more than asked for, in order, with the titles of their conversations.

        None shows all, an empty id those that are assigned to nobody.
        """
        statement = (
            select(AnnotationItemRow, ConversationRow.title)
            .join(ConversationRow, self._is_there())
            .where(*self._ours(), AnnotationItemRow.id > page.after)
            .order_by(col(AnnotationItemRow.id))
            .limit(page.limit + 1)
        )
        if assigned is not None:
            statement = statement.where(col(AnnotationItemRow.assigned_to) == assigned)
        return (await self._session.exec(statement)).all()

    async def annotations(self, item_ids: Sequence[str]) -> Sequence[AnnotationRow]:
        """Return what people said of items, whole labels only."""
        said = AnnotationRow
        statement = select(said).where(*self._said(), col(said.item_id).in_(item_ids), said.state == DONE)
        return (await self._session.exec(statement.order_by(col(said.labelled_at)))).all()

    async def labelled(self) -> Sequence[tuple[AnnotationRow, Target]]:
        """Return every whole annotation of the queue with what it is of."""
        said, item = AnnotationRow, AnnotationItemRow
        statement = (
            select(said, item.conversation_id, item.message_id)
            .join(item, col(item.id) == said.item_id)
            .where(*self._ours(), *self._said(), said.state == DONE)
            .order_by(col(item.id))
        )
        return [(row, Target(*names)) for row, *names in (await self._session.exec(statement)).all()]

    async def delete(self, row: AnnotationItemRow) -> None:
        await self._session.exec(delete(AnnotationRow).where(*self._said(), col(AnnotationRow.item_id) == row.id))
        await self._session.delete(row)


def in_parts(ids: Iterable[str]) -> Iterable[list[str]]:
    """Cut ids into lists that fit into a statement, each once."""
    every = sorted(set(ids))
    return (every[at : at + IDS_AT_ONCE] for at in range(0, len(every), IDS_AT_ONCE))
