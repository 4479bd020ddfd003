"""All rows that hang on a few conversations, by part and conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.models import AnnotationItemRow, AnnotationRow
from backend.conversations.models import (
    ConversationCommentRow,
    ConversationPersonRow,
    ConversationRecordRow,
    ConversationScoreRow,
    FeedbackRow,
    MessageRow,
    SpanRow,
)
from backend.conversations.repository.places import one_of
from backend.datasets.models import DatasetItemRow
from backend.experiments.models import ExperimentCellRow
from backend.flows.models import ASKED_A_ROW, IS_REPLAY, ApprovalRow, NodeRunRow, RunRow, TakeoverRow
from backend.live_tests.models import LiveTestJudgedRow
from backend.privacy.repository.made import Made
from backend.prompts.models import PromptPlaygroundRow, PromptRow, PromptVersionRow

Told = dict[str, defaultdict[str, list[Any]]]
PARTS: dict[str, Any] = {
    "messages": MessageRow,
    "others": ConversationPersonRow,
    "records": ConversationRecordRow,
    "feedback": FeedbackRow,
    "comments": ConversationCommentRow,
    "approvals": ApprovalRow,
    "takeovers": TakeoverRow,
    "spans": SpanRow,
    "queued": AnnotationItemRow,
    "scores": ConversationScoreRow,
    "live_tests": LiveTestJudgedRow,
    "judged": ExperimentCellRow,
}
DERIVED = ("runs", "steps", "labels", "dataset_rows", "answers", "playgrounds", "prompts")


class Telling:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id
        self._dialect = session.get_bind().dialect.name

    async def of(self, conversation_ids: Sequence[str]) -> Told:
        told: Told = {part: defaultdict(list) for part in (*PARTS, *DERIVED)}
        whose_message: dict[str, str] = {}
        whose_run: dict[str, str] = {}
        for part, row in PARTS.items():
            for one in await self._rows(row, row.conversation_id, conversation_ids):
                told[part][one.conversation_id].append(one)
                if part == "messages":
                    whose_message[one.id] = one.conversation_id
                    if one.run_id:
                        whose_run[one.run_id] = one.conversation_id
        whose_run |= dict(await self._replays(conversation_ids))
        references = {**{one: one for one in conversation_ids}, **whose_run, **whose_message}
        whose_item = await Made(self._session, self._project_id).whose(references)
        whose_run |= await self._tell_rows(told, whose_item)
        for one in await self._rows(RunRow, RunRow.id, list(whose_run)):
            told["runs"][whose_run[one.id]].append(one)
        whose_queued = {one.id: one.conversation_id for listed in told["queued"].values() for one in listed}
        labels = select(AnnotationRow).where(
            AnnotationRow.project_id == self._project_id,
            one_of(col(AnnotationRow.item_id), list(whose_queued), self._dialect),
        )
        for label in await self._session.exec(labels):
            told["labels"][whose_queued[label.item_id]].append(label)
        runs = [one.id for listed in told["runs"].values() for one in listed]
        steps = select(NodeRunRow).where(one_of(col(NodeRunRow.run_id), runs, self._dialect))
        for step in await self._session.exec(steps):
            told["steps"][whose_run[step.run_id]].append(step)
        await self._tell_made(told, {**references, **whose_run, **whose_item})
        return told

    async def _tell_rows(self, told: Told, whose: dict[str, str]) -> dict[str, str]:
        """Add the rows that were made of them and what answered those; return the runs that did, with conversations.

        `whose` says to which conversation a row belongs.
        """
        for item in await self._rows(DatasetItemRow, DatasetItemRow.item_id, list(whose)):
            told["dataset_rows"][whose[item.item_id]].append(item)
        for cell in await self._rows(ExperimentCellRow, ExperimentCellRow.item_id, list(whose)):
            told["answers"][whose[cell.item_id]].append(cell)
        asked = select(RunRow.id, RunRow.item_id).where(
            RunRow.project_id == self._project_id, ASKED_A_ROW, one_of(col(RunRow.item_id), list(whose), self._dialect)
        )
        return {run_id: whose[item_id] for run_id, item_id in await self._session.exec(asked)}

    async def _tell_made(self, told: Told, references: dict[str, str]) -> None:
        """Add what somebody made of them in prompts."""
        for play in await self._rows(PromptPlaygroundRow, PromptPlaygroundRow.origin, list(references)):
            told["playgrounds"][references[play.origin]].append(play)
        made = {one.id: one.origin for one in await self._rows(PromptRow, PromptRow.origin, list(references))}
        for version in await self._rows(PromptVersionRow, PromptVersionRow.prompt_id, list(made)):
            told["prompts"][references[made[version.prompt_id]]].append(version)

    async def _replays(self, conversation_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Return the runs that asked a turn again, which no message names, with their conversations."""
        statement = select(RunRow.id, RunRow.conversation_id).where(
            RunRow.project_id == self._project_id,
            IS_REPLAY,
            one_of(col(RunRow.conversation_id), conversation_ids, self._dialect),
        )
        return [(run_id, conversation_id or "") for run_id, conversation_id in await self._session.exec(statement)]

    async def _rows(self, row: Any, column: Any, values: Sequence[str]) -> Sequence[Any]:
        statement = select(row).where(row.project_id == self._project_id, one_of(col(column), values, self._dialect))
        first = next(getattr(row, name) for name in ("id", "conversation_id", "prompt_id") if hasattr(row, name))
        found: Sequence[Any] = (await self._session.exec(statement.order_by(col(first)))).all()
        return found
