"""Judgements as they run and when they have run: read, held, gone on with, and taken away."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal

from backend.audit.repository import AuditTrail
from backend.conversations.repository.scored import Scored
from backend.conversations.score_types import JudgeScore
from backend.conversations.shapes import score_of
from backend.experiments.errors import JUDGEMENT, WrongState
from backend.experiments.repository import Cells, Experiments
from backend.experiments.service.base import target
from backend.experiments.shapes import experiment_of
from backend.experiments.types import CellStatus, Status
from backend.judgements.service.base import Base
from backend.judgements.shapes import item_of
from backend.judgements.types import JudgedItem, Judgement
from backend.operator import Operator, Permission
from backend.paging import Listed, Page

FIRST_PAGE = Page()


class KeepingUseCases(Base):
    """Who may read experiments reads judgements, who may run them holds and goes on with these."""

    async def list(self, operator: Operator, page: Page = FIRST_PAGE, *, queue_id: str = "") -> Listed[Judgement]:
        """Return a page of judgements, newest first; those over a queue where one is named."""
        operator.require(Permission.EXPERIMENTS_READ)
        async with self._units.read(operator) as session:
            rows = await Experiments(session, operator.project_id, JUDGEMENT).page(page, dataset_id=queue_id)
            progress = await Cells(session, operator.project_id).progress([row.id for row in rows])
        found = [await self._shown(experiment_of(row, progress.get(row.id), self._runs.told(row.id))) for row in rows]
        return Listed.cut(found, page)

    async def get(self, operator: Operator, judgement_id: str) -> Judgement:
        """Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        return await self._shown(await self._runs.now(operator, judgement_id))

    async def items(
        self, operator: Operator, judgement_id: str, page: Page = FIRST_PAGE, *, failed: bool = False
    ) -> Listed[JudgedItem]:
        """Return a page of its items in the order of asking, those that failed alone where asked. Raise NotFound."""
        operator.require(Permission.EXPERIMENTS_READ)
        operator.require(Permission.CONVERSATIONS_READ)
        statuses = [CellStatus.FAILED] if failed else []
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id, JUDGEMENT).get(judgement_id)
            cells = Cells(session, operator.project_id)
            found = await cells.page(row.id, after=page.number(-1), limit=page.limit, statuses=statuses)
        return Listed.cut([item_of(one) for one in found], page, key="number")

    async def scores(self, operator: Operator, conversation_id: str) -> Sequence[JudgeScore]:
        """Return what judges say of a conversation and of its answers, the newest version of each."""
        operator.require(Permission.CONVERSATIONS_READ)
        last = (await self._log.conversation(operator, conversation_id)).last_message_at
        async with self._units.read(operator) as session:
            rows = await Scored(session, operator.project_id).of([conversation_id])
        return [score_of(row, last) for row in rows]

    async def pause(self, operator: Operator, judgement_id: str) -> Judgement:
        """Ask nothing more; what is in flight is recorded. Raise NotFound, WrongState."""
        return await self._shown(await self._runs.pause(operator, judgement_id))

    async def resume(self, operator: Operator, judgement_id: str) -> Judgement:
        """Go on behind what is recorded. Raise NotFound, WrongState unless it is paused or failed."""
        return await self._shown(await self._runs.resume(operator, judgement_id))

    async def cancel(self, operator: Operator, judgement_id: str) -> Judgement:
        """End it for good; the scores that were given stay. Raise NotFound, WrongState where it has ended."""
        return await self._shown(await self._runs.cancel(operator, judgement_id))

    async def retry(self, operator: Operator, judgement_id: str) -> Judgement:
        """Ask of failed items again, and of those that a cancel skipped. Raise NotFound, WrongState."""
        return await self._shown(await self._runs.retry(operator, judgement_id))

    async def set_budget(self, operator: Operator, judgement_id: str, budget: Decimal | None) -> Judgement:
        """Raise or lower what may be spent. Raise NotFound, WrongState while it runs."""
        return await self._shown(await self._runs.set_budget(operator, judgement_id, budget))

    async def watch(self, operator: Operator, judgement_id: str) -> AsyncGenerator[Judgement]:
        """Yield the judgement now, at each word of its progress, and at its end. Raise NotFound at once."""
        async for one in self._runs.watch(operator, judgement_id):
            yield await self._shown(one)

    async def delete(self, operator: Operator, judgement_id: str) -> None:
        """Take a judgement away with the scores that it gave, for good. Raise NotFound, WrongState while it runs."""
        operator.require(Permission.EXPERIMENTS_EDIT)
        async with self._units.write(operator) as work:
            rows = Experiments(work.session, operator.project_id, JUDGEMENT)
            row = await rows.get(judgement_id, lock=True)
            if Status(row.status).is_open:
                raise WrongState("deleted", "running", what=JUDGEMENT)
            before = {"name": row.name, "status": row.status}
            await AuditTrail(work.session).record(operator, "judgement.delete", target(row), before=before)
            await Scored(work.session, operator.project_id).remove(row.id)
            await rows.remove(row)
