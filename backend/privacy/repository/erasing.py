"""Take everything away that hangs on a few conversations, whichever slice stored it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.conversations.models import MessageRow
from backend.conversations.repository.places import one_of
from backend.datasets.models import FOREVER, DatasetItemRow, DatasetOriginRow, DatasetPairRow, DatasetRow
from backend.experiments.models import NOBODYS, REMOVED, ExperimentCellRow, ExperimentRow
from backend.experiments.types import CellStatus, Status
from backend.flows.models import ASKED_A_ROW, IS_REPLAY, ApprovalRow, NodeRunRow, RunRow
from backend.flows.types import Trigger
from backend.idempotency.models import IdempotencyRow
from backend.privacy.repository.copies import Copies
from backend.privacy.repository.made import Made


@dataclass(frozen=True, slots=True)
class Reached:
    """What hangs on conversations; `conversation_ids` are also those of experiments that asked their words again.

    `origins` are the ids from which somebody may have made a prompt or a playground.
    """

    conversation_ids: Sequence[str]
    run_ids: Sequence[str]
    item_ids: Sequence[str]
    origins: Sequence[str] = ()


class Erasing:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id
        self._dialect = session.get_bind().dialect.name

    async def reached(self, conversation_ids: Sequence[str], *, with_items: bool, lone: Sequence[str] = ()) -> Reached:
        """Return what goes with conversations, and with `lone` runs that stand in none.

        What an experiment asked of its own accord stays with it.
        """
        messages = (
            await self._session.exec(
                select(MessageRow.id, MessageRow.run_id).where(
                    self._ours(MessageRow), self._among(MessageRow.conversation_id, conversation_ids)
                )
            )
        ).all()
        run_ids = {run_id for _, run_id in messages} - {""} | await self._replays(conversation_ids)
        own = sorted({*await self._without_experiments(run_ids), *lone})
        references = [*conversation_ids, *run_ids, *lone, *(message_id for message_id, _ in messages)]
        if not with_items:
            return Reached(conversation_ids, own, (), references)
        made = Made(self._session, self._project_id)
        item_ids = sorted(await made.whose(dict.fromkeys(references, ""), lock=True))
        if not item_ids:
            return Reached(conversation_ids, own, (), references)
        answered = select(ExperimentCellRow.run_id).where(
            self._ours(ExperimentCellRow),
            self._among(ExperimentCellRow.item_id, item_ids),
            ExperimentCellRow.run_id != "",
        )
        # Also what was asked more than once, or is asked now: no cell names that.
        runs = select(RunRow.id).where(self._ours(RunRow), self._among(RunRow.item_id, item_ids), ASKED_A_ROW)
        asked = {*await self._session.exec(answered), *await self._session.exec(runs)}
        more = select(RunRow.conversation_id).where(self._ours(RunRow), self._among(RunRow.id, list(asked)))
        others = {one for one in await self._session.exec(more) if one}
        talks, all_runs = sorted({*conversation_ids, *others}), sorted({*own, *asked})
        return Reached(talks, all_runs, item_ids, [*references, *others, *asked, *item_ids])

    async def remove(self, reached: Reached) -> None:
        """Remove all of it but the conversations themselves."""
        runs = reached.run_ids
        await self._delete(NodeRunRow, self._among(NodeRunRow.run_id, runs), is_ours=False)
        of_chats = self._among(ApprovalRow.conversation_id, reached.conversation_ids)
        await self._delete(ApprovalRow, or_(self._among(ApprovalRow.run_id, runs), of_chats))
        await self._delete(RunRow, self._among(RunRow.id, runs))
        for one in (*reached.conversation_ids, *runs):  # an answer of a day that a client may ask for again
            await self._delete(IdempotencyRow, col(IdempotencyRow.body).contains(one, autoescape=True))
        # What judges said of them; a judgement that is under way writes nothing of an item that is gone.
        judged = self._among(ExperimentCellRow.conversation_id, reached.conversation_ids)
        await self._delete(ExperimentCellRow, judged)
        if reached.item_ids:
            await self._remove_items(reached.item_ids)
        await Copies(self._session, self._project_id).remove(reached.origins)

    async def _remove_items(self, item_ids: Sequence[str]) -> None:
        theirs = self._among(DatasetItemRow.item_id, item_ids)
        living = func.sum(case((col(DatasetItemRow.valid_to) == FOREVER, 1), else_=0))
        lost = (
            select(DatasetItemRow.dataset_id, living)
            .where(self._ours(DatasetItemRow), theirs)
            .group_by(col(DatasetItemRow.dataset_id))
        )
        datasets = (await self._session.exec(lost)).all()
        await self._hold_experiments([dataset_id for dataset_id, _ in datasets])
        for dataset_id, num in datasets:
            # Whoever keeps rows of a version has them under the revision.
            fewer = {"num_items": col(DatasetRow.num_items) - num, "revision": col(DatasetRow.revision) + 1}
            statement = update(DatasetRow).where(self._ours(DatasetRow), col(DatasetRow.id) == dataset_id)
            await self._session.exec(statement.values(**fewer))
            await self._remove_pairs(dataset_id, theirs)
        await self._delete(DatasetItemRow, theirs)
        await self._delete(DatasetOriginRow, self._among(DatasetOriginRow.item_id, item_ids))
        done, skipped = CellStatus.DONE.value, CellStatus.SKIPPED.value
        blank = {
            "output": "", "detail": {}, "scores": {}, "error": REMOVED, "run_id": "", "attempt": NOBODYS,
            "status": case((col(ExperimentCellRow.status) == done, done), else_=skipped),
        }  # fmt: skip
        cells = update(ExperimentCellRow).where(
            self._ours(ExperimentCellRow), self._among(ExperimentCellRow.item_id, item_ids)
        )
        await self._session.exec(cells.values(**blank))

    async def _remove_pairs(self, dataset_id: str, theirs: ColumnElement[bool]) -> None:
        """Remove the pairs that name an input of theirs, in any revision: of a few words the hash is guessed."""
        row, pair = DatasetItemRow, DatasetPairRow
        told = select(row.input_hash).where(self._ours(row), theirs, row.dataset_id == dataset_id)
        named = or_(col(pair.one).in_(told), col(pair.other).in_(told))
        await self._delete(pair, and_(col(pair.dataset_id) == dataset_id, named))

    async def _hold_experiments(self, dataset_ids: Sequence[str]) -> None:
        """Wait for what is writing cells of the rows, and let nobody write more of them until the unit ends."""
        opened = [Status.QUEUED.value, Status.RUNNING.value]
        row = ExperimentRow
        statement = select(row.id).where(
            self._ours(row), col(row.dataset_id).in_(dataset_ids), col(row.status).in_(opened)
        )
        await self._session.exec(statement.order_by(col(row.id)).with_for_update())

    async def _replays(self, conversation_ids: Sequence[str]) -> set[str]:
        """Return the runs that repeated a turn of them: they say its words once more."""
        statement = select(RunRow.id).where(self._ours(RunRow), IS_REPLAY)
        return set(await self._session.exec(statement.where(self._among(RunRow.conversation_id, conversation_ids))))

    async def _without_experiments(self, run_ids: set[str]) -> list[str]:
        statement = select(RunRow.id).where(
            self._ours(RunRow),
            self._among(RunRow.id, sorted(run_ids)),
            RunRow.trigger != Trigger.EXPERIMENT.value,
        )
        return sorted(await self._session.exec(statement))

    def _among(self, column: Any, values: Sequence[str]) -> ColumnElement[bool]:
        return one_of(col(column), values, self._dialect)

    def _ours(self, row: Any) -> ColumnElement[bool]:
        found: ColumnElement[bool] = col(row.project_id) == self._project_id
        return found

    async def _delete(self, row: Any, condition: ColumnElement[bool], *, is_ours: bool = True) -> None:
        statement = delete(row).where(condition)
        await self._session.exec(statement.where(self._ours(row)) if is_ours else statement)
