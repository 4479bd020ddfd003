"""Where a member of the project stands in the conversations of others: under an id, with the name beside it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.annotations.models import AnnotationItemRow, AnnotationRow
from backend.conversations.models import ConversationCommentRow, FeedbackRow, MessageRow
from backend.flows.models import ApprovalRow, FlowSnapshotRow, NodeRunRow, RunRow, TakeoverRow
from backend.idempotency.models import IdempotencyRow
from backend.ids import new_id
from backend.privacy.forgotten import REMOVED_AUTHOR, Forgotten

COMMENT, LABEL, ITEM, FEEDBACK = ConversationCommentRow, AnnotationRow, AnnotationItemRow, FeedbackRow
MESSAGE, HELD, DECIDED, RUN = MessageRow, TakeoverRow, ApprovalRow, RunRow


class Members:
    """Opened for one unit of work and one project. `ids` are those that one member may stand under."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def is_author(self, ids: Sequence[str]) -> bool:
        """Tell whether somebody wrote, judged, labelled, answered or decided in other people's conversations."""
        by_ids: Any = (
            COMMENT.author_id, LABEL.person_id, MESSAGE.author_id, FEEDBACK.given_by_id, HELD.held_by_id,
            DECIDED.decided_by_id, RUN.started_by_id,
        )  # fmt: skip
        for by_id in by_ids:
            said = select(by_id).where(self._ours(by_id.class_), by_id.in_(ids)).limit(1)
            if (await self._session.exec(said)).first() is not None:
                return True
        return False

    async def decisions(self, ids: Sequence[str], most: int) -> Sequence[ApprovalRow]:
        """Return some of what they decided."""
        statement = select(ApprovalRow).where(self._ours(ApprovalRow), col(ApprovalRow.decided_by_id).in_(ids))
        return (await self._session.exec(statement.limit(most))).all()

    async def hands_on(self, run_id: str) -> bool:
        """Tell whether the flow of a run may say who decided: it hands the decision to another node."""
        statement = (
            select(FlowSnapshotRow.document)
            .join(RunRow, col(RunRow.snapshot_id) == FlowSnapshotRow.id)
            .where(self._ours(RunRow), RunRow.id == run_id, self._ours(FlowSnapshotRow))
        )
        return "decision" in str((await self._session.exec(statement)).first())

    async def forget_in_run(self, run_id: str, forgotten: Forgotten) -> None:
        """Take the name of who decided off a run: its steps and what came of it."""
        for step in await self._session.exec(select(NodeRunRow).where(NodeRunRow.run_id == run_id)):
            _change(step, ("reason", "error"), forgotten.line)
            _change(step, ("inputs", "output", "detail", "tries"), forgotten.value)
            self._session.add(step)
        for run in await self._session.exec(select(RunRow).where(self._ours(RunRow), RunRow.id == run_id)):
            _change(run, ("output", "citations"), forgotten.value)
            self._session.add(run)
        for kept in await self._session.exec(
            select(IdempotencyRow).where(
                self._ours(IdempotencyRow), col(IdempotencyRow.body).contains(run_id, autoescape=True)
            )
        ):
            await self._session.delete(kept)

    async def forget(self, ids: Sequence[str]) -> None:
        """Take their name off what they said of other people's conversations; what they said stays."""
        for by_id, values in (
            (COMMENT.author_id, {"author": REMOVED_AUTHOR, "author_id": ""}),
            (LABEL.person_id, {"person_name": REMOVED_AUTHOR, "person_id": new_id("removed")}),
            (ITEM.assigned_to, {"assigned_to": "", "assigned_name": ""}),
            (ITEM.locked_by, {"locked_by": "", "locked_by_name": "", "locked_until": None}),
            (FEEDBACK.given_by_id, {"given_by": REMOVED_AUTHOR, "given_by_id": ""}),
            (MESSAGE.author_id, {"author": REMOVED_AUTHOR, "author_id": ""}),
            (HELD.held_by_id, {"held_by": REMOVED_AUTHOR, "held_by_id": ""}),
            (RUN.started_by_id, {"started_by": REMOVED_AUTHOR, "started_by_id": new_id("removed")}),
        ):
            column: Any = by_id
            await self._session.exec(
                update(column.class_).where(self._ours(column.class_), column.in_(ids)).values(**values)
            )

    def _ours(self, row: Any) -> Any:
        return col(row.project_id) == self._project_id


def _change(row: Any, names: Sequence[str], change: Callable[[Any], Any]) -> None:
    for name in names:
        setattr(row, name, change(getattr(row, name)))
