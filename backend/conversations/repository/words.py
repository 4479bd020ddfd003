"""The index of words: which conversations hold what a search asks for, and how it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, LargeBinary, String, cast, delete, func, literal, or_
from sqlalchemy import select as sql_select
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.folding import folded
from backend.conversations.models import (
    ConversationIndexRow,
    ConversationRow,
    ConversationWordRow,
    MessageRow,
)
from backend.conversations.postings import changed
from backend.conversations.repository.others import Others
from backend.conversations.repository.places import PlaceRepository, holds, one_of
from backend.conversations.types import ChatState
from backend.conversations.words import Wanted
from backend.identity.models import ProjectRow

AT_ONCE = 5_000  # words that the index is asked for in one statement


class WordRepository(PlaceRepository):
    """Opened for one unit of work and one project."""

    async def fresh(self, wanted: Wanted, limit: int) -> Sequence[str]:
        """Return the conversations, the newest of those not indexed to their end, that hold every piece."""
        ours, id_ = col(ConversationRow.project_id) == self._project_id, col(ConversationRow.id)
        newest = (
            select(ConversationRow.id)
            .where(ours, col(ConversationRow.is_fresh).is_(True))
            .order_by(col(ConversationRow.last_message_at).desc())
            .limit(limit)
        )
        ids = (await self._session.exec(newest)).all()
        names = await self._names(ids) if ids else {}
        for words in (*wanted.pieces, *wanted.said) if ids else ():
            among = one_of(id_, ids, self._dialect)
            told = one_of(id_, [one for one in ids if words in names[one]], self._dialect)
            statement = select(ConversationRow.id).where(ours, among, or_(id_.in_(self._saying(among, words)), told))
            ids = (await self._session.exec(statement)).all()
            if not ids:
                break
        return ids

    async def _names(self, conversation_ids: Sequence[str]) -> dict[str, str]:
        """Return what each is found by beside its messages; no database compares names as a search does."""
        row, others = ConversationRow, await Others(self._session, self._project_id).of(conversation_ids)
        statement = select(row.id, row.session_id, row.person).where(
            row.project_id == self._project_id, one_of(col(row.id), conversation_ids, self._dialect)
        )
        found = await self._session.exec(statement)
        return {id_: folded(" ".join((id_, *named, *others.get(id_, ())))) for id_, *named in found}

    async def saying(self, numbers: Sequence[int], said: Sequence[str]) -> Sequence[int]:
        """Return those of the numbers in whose messages each of these stands as it is."""
        ours = col(ConversationRow.project_id) == self._project_id
        among = one_of(col(ConversationRow.number), numbers, self._dialect)
        statement = select(ConversationRow.number).where(
            ours, among, *(col(ConversationRow.id).in_(self._saying(among, words)) for words in said)
        )
        return (await self._session.exec(statement)).all()

    def _saying(self, among: ColumnElement[bool], words: str) -> Any:
        """Select the conversations among some in whose messages the words stand."""
        theirs = select(ConversationRow.id).where(ConversationRow.project_id == self._project_id, among)
        return select(MessageRow.conversation_id).where(
            MessageRow.project_id == self._project_id,
            col(MessageRow.conversation_id).in_(theirs),
            holds(col(MessageRow.folded), words, self._dialect),
        )

    async def numbers(self) -> Sequence[int]:
        """Return the numbers of all conversations that have one."""
        statement = select(ConversationRow.number).where(
            ConversationRow.project_id == self._project_id, ConversationRow.number > 0
        )
        return (await self._session.exec(statement)).all()

    async def waits(self) -> bool:
        """Tell whether anything is to be indexed."""
        return (await self._session.exec(self._waiting().limit(1))).first() is not None

    def _waiting(self) -> Any:
        return (
            select(ConversationRow)
            .where(
                ConversationRow.project_id == self._project_id,
                col(ConversationRow.is_fresh).is_(True),
                col(ConversationRow.state).not_in((ChatState.RUNNING.value, ChatState.WAITING.value)),
            )
            .order_by(col(ConversationRow.last_message_at))
        )

    async def take_turn(self) -> ConversationIndexRow:
        """Return the row that whoever writes the index holds, so that two give no number twice."""
        statement = select(ConversationIndexRow).where(ConversationIndexRow.project_id == self._project_id)
        row = (await self._session.exec(statement.with_for_update())).first()
        if row is None:  # of two that come first at once on Postgres, one makes it
            insert = insert_postgres if self._dialect == "postgresql" else insert_sqlite
            made = insert(ConversationIndexRow).values(project_id=self._project_id, num_numbered=0)
            await self._session.exec(made.on_conflict_do_nothing())
            row = (await self._session.exec(statement.with_for_update())).one()
        return row

    async def to_index(self, limit: int) -> Sequence[ConversationRow]:
        """Return conversations that are not indexed to their end and wait for no answer, those of long ago first."""
        rows: Sequence[ConversationRow] = (
            await self._session.exec(self._waiting().limit(limit).with_for_update())
        ).all()
        return rows

    async def unread(self, conversation_ids: Sequence[str]) -> Sequence[tuple[str, str, str]]:
        """Return conversation, id and folded text of the messages that stand not in the index, in no order.

        In order, SQLite would walk all messages there are.
        """
        statement = (
            select(MessageRow.conversation_id, MessageRow.id, MessageRow.folded)
            .join(ConversationRow, col(ConversationRow.id) == MessageRow.conversation_id)
            .where(
                MessageRow.project_id == self._project_id,
                ConversationRow.project_id == self._project_id,
                one_of(col(MessageRow.conversation_id), conversation_ids, self._dialect),
                MessageRow.id > ConversationRow.indexed_to,
            )
        )
        return (await self._session.exec(statement)).all()

    async def texts(self, conversation_id: str, after: str, limit: int) -> Sequence[tuple[str, str]]:
        """Return id and folded text of the messages behind one."""
        statement = (
            select(MessageRow.id, MessageRow.folded)
            .where(
                MessageRow.project_id == self._project_id,
                MessageRow.conversation_id == conversation_id,
                MessageRow.id > after,
            )
            .order_by(col(MessageRow.id))
            .limit(limit)
        )
        return (await self._session.exec(statement)).all()

    async def write(self, added: Mapping[tuple[str, int], Iterable[int]], *, remove: bool = False) -> None:
        """Put places into the index, or take them out; a word that no conversation holds any more is gone."""
        known = await self._known(list({word for word, _ in added}))
        change = "remove" if remove else "add"
        kept = {key: changed(known.get(key, b""), **{change: places}) for key, places in added.items()}
        changes = [(*key, places) for key, places in kept.items() if places and places != known.get(key)]
        if changes:
            await self._put(changes)
        for word, block in (key for key, places in kept.items() if not places and key in known):
            await self._session.exec(
                delete(ConversationWordRow).where(
                    col(ConversationWordRow.project_id) == self._project_id,
                    col(ConversationWordRow.word) == word,
                    col(ConversationWordRow.block) == block,
                )
            )

    async def _put(self, changes: Sequence[tuple[str, int, bytes]]) -> None:
        row: Any = ConversationWordRow
        names = ("project_id", "word", "block", "places")
        statement: Any
        values: Any = None
        if self._dialect == "sqlite":
            statement = insert_sqlite(row)
            values = [dict(zip(names, (self._project_id, *one), strict=True)) for one in changes]
        else:  # which takes 16,000 rows as three parameters in half the time that as many statements take
            kinds: tuple[Any, ...] = (ARRAY(String), ARRAY(Integer), ARRAY(LargeBinary))
            columns: list[Any] = [list(one) for one in zip(*changes, strict=True)]
            lists = [cast(literal(one, kind), kind) for one, kind in zip(columns, kinds, strict=True)]
            given = func.unnest(*lists).table_valued(*names[1:]).render_derived()
            statement = insert_postgres(row).from_select(names, sql_select(literal(self._project_id), *given.c))
        keys = [row.project_id, row.word, row.block]
        upsert = statement.on_conflict_do_update(index_elements=keys, set_={"places": statement.excluded.places})
        await (await self._session.connection()).execute(upsert, values)

    async def _known(self, words: Sequence[str]) -> dict[tuple[str, int], bytes]:
        known: dict[tuple[str, int], bytes] = {}
        for start in range(0, len(words), AT_ONCE):
            statement = select(ConversationWordRow.word, ConversationWordRow.block, ConversationWordRow.places).where(
                ConversationWordRow.project_id == self._project_id,
                one_of(col(ConversationWordRow.word), words[start : start + AT_ONCE], self._dialect),
            )
            known |= {(word, block): kept for word, block, kept in await self._session.exec(statement)}
        return known


async def projects(session: AsyncSession) -> Sequence[str]:
    """Return the ids of all projects. Only the keeper of the index asks: an operator never does."""
    statement = select(ProjectRow.id).order_by(col(ProjectRow.id))
    return (await session.exec(statement.execution_options(unscoped="the words of all projects are indexed"))).all()
