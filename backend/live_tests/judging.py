"""Which judges a live test may go by, and what they say of its conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, insert, union_all
from sqlalchemy import select as select_columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import ConversationRow, ConversationScoreRow
from backend.errors import InvalidInput
from backend.experiments.comparison_types import FURTHEST
from backend.experiments.models import ExperimentRow
from backend.flows.models import RunRow
from backend.live_tests.models import LiveTestJudgedRow, LiveTestSeatRow
from backend.live_tests.types import LiveTest, PinnedJudge

ASK_FIRST = "Ask it about some conversations of the log first, then start the test."


class Judging:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def judges(self) -> list[PinnedJudge]:
        """Return each judge of the log with the wording of its last score, by name; without one that gives no number.

        A category without a number passes nobody, and of names alone there is no mean.
        """
        row, judgement = ConversationScoreRow, ExperimentRow
        ours = col(row.project_id) == self._project_id
        last = (
            select_columns(col(row.judge), func.max(col(row.judged_at)).label("at"))
            .where(ours).group_by(col(row.judge)).subquery()
        )  # fmt: skip
        statement = (
            select(row.judge, row.version, judgement.definition)
            .join(last, and_(last.c.judge == row.judge, last.c.at == row.judged_at))
            .join(judgement, and_(col(judgement.id) == row.judgement_id, col(judgement.project_id) == self._project_id))
            .where(ours)
            .order_by(col(row.judge), col(row.judged_at))
        )
        found = {
            name: PinnedJudge(name, version, definition["evaluators"][0])
            for name, version, definition in await self._session.exec(statement)
        }
        return [one for one in found.values() if _tells_numbers(one)]

    async def named(self, name: str) -> PinnedJudge:
        """Raise InvalidInput for a judge that never judged the log."""
        found = next((one for one in await self.judges() if one.name == name), None)
        if found is None:
            unknown = f"No judge called {name} has judged the log by yes or no or by a number."
            words = unknown if name else "Say which judge it goes by, by its name."
            raise InvalidInput(words, fields={"judge": words}, hint=ASK_FIRST)
        return found

    async def decides(self, test: LiveTest) -> dict[str, float]:
        """Return what the judge of a test says of each conversation, of one that ended what it said then."""
        if test.judge is None:
            return {}
        row = LiveTestJudgedRow
        kept = select(row.conversation_id, row.value).where(
            row.project_id == self._project_id, row.live_test_id == test.id
        )
        found = dict((await self._session.exec(kept)).all()) if test.ended_at else {}
        # Of one that ended before anything was kept the scores are left that are not newer.
        return found or await self._said(test.id, test.judge, test.ended_at)

    async def keep(self, test: LiveTest) -> None:
        """Keep what the judge says as a test ends: of who is judged again the score gets another value and time."""
        said = await self._said(test.id, test.judge, test.ended_at) if test.judge else {}
        if not said:
            return
        talk = ConversationRow
        held = select(talk.id).where(
            talk.project_id == self._project_id, col(talk.id).in_(self._conversations(test.id))
        )
        there = await self._session.exec(held.order_by(col(talk.id)).with_for_update(key_share=True))
        shared = {"live_test_id": test.id, "project_id": self._project_id}
        rows = [{**shared, "conversation_id": one, "value": said[one]} for one in there if one in said]
        if rows:
            await (await self._session.connection()).execute(insert(LiveTestJudgedRow), rows)

    async def _said(self, test_id: str, judge: PinnedJudge, until: datetime | None) -> dict[str, float]:
        """Return what a judge says of each conversation, of one whose answers it judged the mean of them.

        One that somebody spoke in since it was judged as a whole is not judged yet. What is said after `until`, the end
        of the test, changes nothing that was told of it.
        """
        row, talk = ConversationScoreRow, ConversationRow
        number: Any = row.passed if judge.has_pass_mark else row.value
        statement: Any = (
            select_columns(col(row.conversation_id), col(row.message_id), number)
            .join(talk, and_(col(talk.id) == row.conversation_id, col(talk.project_id) == self._project_id))
            .where(
                col(row.project_id) == self._project_id,
                col(row.judge) == judge.name,
                col(row.version) == judge.version,
                col(number).is_not(None),
                (col(row.message_id) != "") | (col(row.judged_at) >= col(talk.last_message_at)),
                col(row.conversation_id).in_(self._conversations(test_id)),
                *([] if until is None else [col(row.judged_at) <= until]),
            )
        )
        whole: dict[str, float] = {}
        answers: dict[str, list[float]] = {}
        for conversation_id, message_id, value in await (await self._session.connection()).execute(statement):
            if not abs(value) <= FURTHEST:
                continue  # on a scale from before scales had bounds
            if message_id:
                answers.setdefault(conversation_id, []).append(float(value))
            else:
                whole[conversation_id] = float(value)
        return {one: sum(values) / len(values) for one, values in answers.items()} | whole

    async def conversations(self, test_id: str, limit: int) -> Sequence[str]:
        """Return the conversations of a test, newest first."""
        talk = ConversationRow
        statement = select(talk.id).where(
            talk.project_id == self._project_id,
            col(talk.id).in_(self._conversations(test_id)),
            col(talk.deleted_at).is_(None),
        )
        return (await self._session.exec(statement.order_by(col(talk.id).desc()).limit(limit))).all()

    def _conversations(self, test_id: str) -> Select[Any]:
        """Return the conversations that hold a seat: held here by their first run, elsewhere by their own id."""
        seat, run = LiveTestSeatRow, RunRow
        mine = (col(seat.project_id) == self._project_id, col(seat.live_test_id) == test_id)
        here: Any = (
            select_columns(col(run.conversation_id).label("id"))
            .join(seat, and_(col(run.id) == seat.run_id, col(run.project_id) == self._project_id))
            .where(*mine, col(run.conversation_id).is_not(None))
        )
        elsewhere: Any = select_columns(col(seat.conversation_id).label("id")).where(
            *mine, col(seat.conversation_id) != ""
        )
        both = union_all(here, elsewhere).subquery()
        return select_columns(both.c.id)


def _tells_numbers(judge: PinnedJudge) -> bool:
    spec = judge.settings
    return spec.get("output") != "category" or bool(spec.get("values") or spec.get("pass_labels"))
