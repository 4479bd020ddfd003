"""What judges said of conversations and of answers in them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import ConversationRow, ConversationScoreRow
from backend.conversations.repository.places import one_of
from backend.conversations.score_types import BETWEEN

SCORES: Any = ConversationScoreRow.__table__  # type: ignore[attr-defined]
OF_TARGET = and_(
    SCORES.c.project_id == bindparam("b_project"),
    SCORES.c.conversation_id == bindparam("b_conversation"),
    SCORES.c.message_id == bindparam("b_message"),
    SCORES.c.judge == bindparam("b_judge"),
)


class Scored:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def keep(self, found: Sequence[ConversationScoreRow]) -> None:
        """Keep scores, each in place of one by the same version; of conversations that were removed meanwhile none."""
        ids = sorted({one.conversation_id for one in found})
        ours = col(ConversationRow.project_id) == self._project_id
        held = select(ConversationRow.id).where(ours, col(ConversationRow.id).in_(ids))
        there = set(await self._session.exec(held.order_by(col(ConversationRow.id)).with_for_update(key_share=True)))
        rows = [one.model_dump() for one in found if one.conversation_id in there]
        if not rows:
            return
        targets = [
            {"b_project": self._project_id, "b_conversation": one["conversation_id"], "b_message": one["message_id"],
             "b_judge": one["judge"], "b_version": one["version"]}
            for one in rows
        ]  # fmt: skip
        connection = await self._session.connection()
        same = delete(SCORES).where(OF_TARGET, SCORES.c.version == bindparam("b_version"))
        await connection.execute(same, targets)
        of_target = [{name: value for name, value in one.items() if name != "b_version"} for one in targets]
        await connection.execute(update(SCORES).where(OF_TARGET).values(is_newest=False), of_target)
        await connection.execute(insert(SCORES), rows)

    async def of(self, conversation_ids: Sequence[str], *, every: bool = False) -> Sequence[ConversationScoreRow]:
        """Return the newest score of each judge, the whole conversation's first; with `every` older versions' too."""
        row = ConversationScoreRow
        among = one_of(col(row.conversation_id), conversation_ids, self._session.get_bind().dialect.name)
        statement = select(row).where(col(row.project_id) == self._project_id, among)
        if not every:
            statement = statement.where(col(row.is_newest))
        order = (col(row.conversation_id), col(row.message_id), col(row.judge), col(row.judged_at))
        return (await self._session.exec(statement.order_by(*order))).all()

    async def judged_by(self, judge: str, version: str, conversation_ids: Sequence[str]) -> set[tuple[str, str]]:
        """Return what this version judged already, a whole conversation only if nobody spoke in it since."""
        row, talk = ConversationScoreRow, ConversationRow
        among = one_of(col(row.conversation_id), conversation_ids, self._session.get_bind().dialect.name)
        statement = (
            select(row.conversation_id, row.message_id)
            .join(talk, and_(col(talk.id) == row.conversation_id, col(talk.project_id) == self._project_id))
            .where(
                col(row.project_id) == self._project_id,
                among,
                col(row.judge) == judge,
                col(row.version) == version,
                or_(col(row.message_id) != "", col(row.judged_at) >= col(talk.last_message_at)),
            )
        )
        return {(one[0], one[1]) for one in await self._session.exec(statement)}

    async def current(self, judges: Collection[str]) -> dict[str, str]:
        """Return the version by which each judge was asked last, of whatever."""
        row = ConversationScoreRow
        found: dict[str, str] = {}
        for judge in judges:
            last = select(row.version).where(col(row.project_id) == self._project_id, col(row.judge) == judge)
            found[judge] = (await self._session.exec(last.order_by(col(row.judged_at).desc()).limit(1))).one()
        return found

    async def verdicts(self, conditions: Iterable[ColumnElement[bool]]) -> Sequence[tuple[str, str, int]]:
        """Return each judge's verdicts with the number of conversations that they leave, by judge and verdict."""
        row = ConversationScoreRow
        statement = (
            select_columns(col(row.judge), col(row.verdict), func.count(col(row.conversation_id).distinct()))
            .join(ConversationRow, col(ConversationRow.id) == col(row.conversation_id))
            .where(col(row.project_id) == self._project_id, col(row.is_newest), *conditions)
            .group_by(col(row.judge), col(row.verdict))
            .order_by(col(row.judge), col(row.verdict))
        )
        rows = await (await self._session.connection()).execute(statement)
        return [(judge, verdict, number) for judge, verdict, number in rows.all()]

    async def hand_on(self, follows: Mapping[str, str], conversation_ids: Collection[str], to: str) -> None:
        """Let the scores of answers hang on those that follow them in the conversation `to`, unless these have some."""
        row = ConversationScoreRow
        ours = (col(row.project_id) == self._project_id, col(row.conversation_id).in_(conversation_ids))
        among = {*follows, *follows.values()}
        found = (await self._session.exec(select(row).where(*ours, col(row.message_id).in_(among)))).all()
        moved = {one.message_id: one for one in found if one.message_id in follows}
        if not moved:
            return
        taken = {(one.message_id, one.judge) for one in found if one.message_id not in follows}
        made = [
            one.model_dump() | {"conversation_id": to, "message_id": follows[one.message_id]}
            for one in found
            if one.message_id in follows and (follows[one.message_id], one.judge) not in taken
        ]
        for one in found:
            self._session.expunge(one)
        await self._session.exec(delete(row).where(*ours, col(row.message_id).in_(moved)))
        self._session.add_all([ConversationScoreRow(**values) for values in made])

    async def remove(self, judgement_id: str) -> None:
        """Take away what one judgement found; what the version before said of the same is the newest then."""
        row = ConversationScoreRow
        ours = col(row.project_id) == self._project_id
        theirs = select(row.conversation_id, row.judge).where(ours, col(row.judgement_id) == judgement_id)
        gone = list(await self._session.exec(theirs.distinct()))
        await self._session.exec(delete(row).where(ours, col(row.judgement_id) == judgement_id))
        for conversation_id, judge in gone:
            left = select(row).where(ours, col(row.conversation_id) == conversation_id, col(row.judge) == judge)
            found = (await self._session.exec(left.order_by(col(row.judged_at)))).all()
            for one in {one.message_id: one for one in found}.values():
                one.is_newest = True
                self._session.add(one)


def is_judged(project_id: str, choices: Sequence[str]) -> ColumnElement[bool]:
    """Tell the conversations of which a judge says one of these, of the whole or of an answer.

    The name of a judge alone stands for whatever it says.
    """
    row = ConversationScoreRow
    said = or_((col(row.judge) + BETWEEN + col(row.verdict)).in_(choices), col(row.judge).in_(choices))
    theirs = select(row.conversation_id).where(col(row.project_id) == project_id, col(row.is_newest), said)
    return col(ConversationRow.id).in_(theirs)
