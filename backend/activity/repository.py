"""Every statement that reads across slices. Each sees one project, and nothing that is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.activity.types import Found, Job, Thing
from backend.conversations.models import ConversationRow
from backend.datasets.models import DatasetRow
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.types import HAS_UNPRICED, CellStatus, Status
from backend.flows.models import FlowRow, NodeRunRow, RunRow
from backend.flows.types import NodeStatus, RunStatus, Trigger
from backend.knowledge.models import DocumentRow, KnowledgeBaseRow
from backend.knowledge.types import IN_WORK, DocumentStatus
from backend.prompts.models import PromptRow

# One that waits for a person is in nobody's work: it stands with the approvals.
RUNS_IN_WORK = (RunStatus.QUEUED.value, RunStatus.RUNNING.value)
MAX_ASKED_CHARACTERS = 160
EXPERIMENTS_IN_WORK = tuple(status.value for status in Status if status.is_open)
EXPERIMENTS_ENDED = tuple(status.value for status in Status if status.is_final)
DOCUMENTS_IN_WORK = tuple(status.value for status in IN_WORK)
DOCUMENTS_ENDED = tuple(status.value for status in DocumentStatus if not status.in_work)


class ActivityRepository:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    async def flows(self, text: str, limit: int) -> list[Found]:
        statement = (
            select(FlowRow.id, FlowRow.name, FlowRow.slug, FlowRow.published_version)
            .where(
                *self._living(FlowRow),
                or_(_holds(FlowRow.name, text), _holds(FlowRow.slug, text), _holds(FlowRow.description, text)),
            )
            .order_by(col(FlowRow.updated_at).desc())
            .limit(limit)
        )
        rows = await self._session.exec(statement)
        return [Found(Thing.FLOW, id_, name, where=slug, version=version or 0) for id_, name, slug, version in rows]

    async def prompts(self, text: str, limit: int) -> list[Found]:
        row = PromptRow
        statement = (
            select(row.id, row.name, row.folder, row.latest)
            .where(
                *self._living(row), or_(_holds(row.name, text), _holds(row.slug, text), _holds(row.description, text))
            )
            .order_by(col(row.name))
            .limit(limit)
        )
        rows = await self._session.exec(statement)
        return [Found(Thing.PROMPT, id_, name, where=folder, version=latest) for id_, name, folder, latest in rows]

    async def knowledge_bases(self, text: str, limit: int) -> list[Found]:
        statement = (
            select(KnowledgeBaseRow.id, KnowledgeBaseRow.name)
            .where(*self._living(KnowledgeBaseRow), _holds(KnowledgeBaseRow.name, text))
            .order_by(col(KnowledgeBaseRow.name))
            .limit(limit)
        )
        return [Found(Thing.KNOWLEDGE_BASE, id_, name) for id_, name in await self._session.exec(statement)]

    async def datasets(self, text: str, limit: int) -> list[Found]:
        row = DatasetRow
        statement = (
            select(row.id, row.name, row.version)
            .where(row.project_id == self._project_id, or_(_holds(row.name, text), _holds(row.description, text)))
            .order_by(col(row.name))
            .limit(limit)
        )
        rows = await self._session.exec(statement)
        return [Found(Thing.DATASET, id_, name, version=newest) for id_, name, newest in rows]

    async def documents(self, text: str, limit: int) -> list[Found]:
        statement = (
            select(DocumentRow.id, DocumentRow.name, DocumentRow.status, KnowledgeBaseRow.name)
            .join(KnowledgeBaseRow, col(KnowledgeBaseRow.id) == DocumentRow.knowledge_base_id)
            .where(*self._living(DocumentRow), *self._living(KnowledgeBaseRow), _holds(DocumentRow.name, text))
            .order_by(col(DocumentRow.id).desc())
            .limit(limit)
        )
        rows = await self._session.exec(statement)
        return [Found(Thing.DOCUMENT, id_, name, where=base, status=status) for id_, name, status, base in rows]

    async def conversations(self, text: str, limit: int) -> list[Found]:
        row = ConversationRow
        statement = (
            select(row)
            .where(*self._living(row), or_(_holds(row.title, text), col(row.id) == text))
            .order_by(col(row.last_message_at).desc())
            .limit(limit)
        )
        rows = await self._session.exec(statement)
        return [
            Found(Thing.CONVERSATION, one.id, one.title, where=one.flow_name, status=one.state, at=one.last_message_at)
            for one in rows
        ]

    async def runs(self, text: str, limit: int) -> list[Found]:
        """Return runs whose id begins with the text or whose flow's name holds it."""
        statement = (
            select(RunRow, FlowRow.name)
            .join(FlowRow, col(FlowRow.id) == RunRow.flow_id)
            .where(
                RunRow.project_id == self._project_id,
                FlowRow.project_id == self._project_id,
                or_(col(RunRow.id).istartswith(text, autoescape=True), _holds(FlowRow.name, text)),
            )
            .order_by(col(RunRow.id).desc())
            .limit(limit)
        )
        rows = await self._session.exec(statement)
        return [
            Found(Thing.RUN, row.id, _asked(row.input) or name, where=name, status=row.status, at=row.created_at)
            for row, name in rows
        ]

    async def document_jobs(self, limit: int, *, in_work: bool) -> list[Job]:
        statement = (
            select(DocumentRow, KnowledgeBaseRow.name)
            .join(KnowledgeBaseRow, col(KnowledgeBaseRow.id) == DocumentRow.knowledge_base_id)
            .where(
                *self._living(DocumentRow),
                *self._living(KnowledgeBaseRow),
                col(DocumentRow.status).in_(DOCUMENTS_IN_WORK if in_work else DOCUMENTS_ENDED),
            )
            .order_by(col(DocumentRow.updated_at).desc())
            .limit(limit)
        )
        return [_document_job(row, base, in_work) for row, base in await self._session.exec(statement)]

    async def run_jobs(self, limit: int, *, in_work: bool) -> list[Job]:
        running = col(RunRow.status).in_(RUNS_IN_WORK)
        statement = (
            select(RunRow, FlowRow.name)
            .join(FlowRow, col(FlowRow.id) == RunRow.flow_id)
            .where(
                RunRow.project_id == self._project_id,
                FlowRow.project_id == self._project_id,
                RunRow.trigger != Trigger.EXPERIMENT.value,
                running if in_work else ~running,
            )
            .order_by(col(RunRow.id).desc())
            .limit(limit)
        )
        rows = (await self._session.exec(statement)).all()
        done = await self._nodes_done([row.id for row, _ in rows])
        return [_run_job(row, flow, done.get(row.id, 0)) for row, flow in rows]

    async def experiment_jobs(self, limit: int, *, in_work: bool) -> list[Job]:
        statement = (
            select(ExperimentRow)
            .where(
                ExperimentRow.project_id == self._project_id,
                col(ExperimentRow.status).in_(EXPERIMENTS_IN_WORK if in_work else EXPERIMENTS_ENDED),
            )
            .order_by(col(ExperimentRow.id).desc())
            .limit(limit)
        )
        rows = (await self._session.exec(statement)).all()
        done = await self._answers_ended([row.id for row in rows]) if in_work else {}
        return [_experiment_job(row, done.get(row.id, row.num_cells)) for row in rows]

    async def num_in_work(self) -> int:
        documents = select(func.count()).where(
            *self._living(DocumentRow), col(DocumentRow.status).in_(DOCUMENTS_IN_WORK)
        )
        runs = select(func.count()).where(
            col(RunRow.project_id) == self._project_id,
            col(RunRow.status).in_(RUNS_IN_WORK),
            RunRow.trigger != Trigger.EXPERIMENT.value,
        )
        experiments = select(func.count()).where(
            col(ExperimentRow.project_id) == self._project_id, col(ExperimentRow.status).in_(EXPERIMENTS_IN_WORK)
        )
        return sum([(await self._session.exec(one)).one() for one in (documents, runs, experiments)])

    async def cost_since(self, moment: datetime) -> tuple[Decimal, int]:
        """Return the dollars of what began, or ended in experiments, since a moment, and of how many none is known."""
        run, cell = RunRow, ExperimentCellRow
        runs = select(func.sum(run.cost), func.count().filter(col(run.has_unpriced))).where(
            run.project_id == self._project_id, run.created_at >= moment
        )
        of_late = select(ExperimentRow.id).where(
            ExperimentRow.project_id == self._project_id,
            or_(col(ExperimentRow.finished_at).is_(None), col(ExperimentRow.finished_at) >= moment),
        )
        unpriced = col(cell.detail)[HAS_UNPRICED].as_string().is_not(None)
        # A flow as a variant is a run of its own, which is counted already; its judges are not.
        cells = select(
            func.sum(ExperimentCellRow.cost).filter(
                col(ExperimentCellRow.run_id) == "", ~col(ExperimentCellRow.taken_over)
            ),
            func.sum(ExperimentCellRow.judge_cost),
            func.count().filter(col(cell.run_id) == "", ~col(cell.taken_over), col(cell.cost) == 0, unpriced),
        ).where(
            ExperimentCellRow.project_id == self._project_id,
            col(ExperimentCellRow.experiment_id).in_(of_late),
            col(ExperimentCellRow.finished_at) >= moment,
        )
        asked, judged, free_cells = (await self._session.exec(cells)).one()
        ran, free_runs = (await self._session.exec(runs)).one()
        return sum((cost or Decimal(0) for cost in (ran, asked, judged)), Decimal(0)), free_runs + free_cells

    async def _nodes_done(self, run_ids: Sequence[str]) -> dict[str, int]:
        statement = (
            select(NodeRunRow.run_id, func.count())
            .where(col(NodeRunRow.run_id).in_(run_ids), NodeRunRow.status == NodeStatus.DONE.value)
            .group_by(col(NodeRunRow.run_id))
        )
        return dict((await self._session.exec(statement)).all())

    async def _answers_ended(self, experiment_ids: Sequence[str]) -> dict[str, int]:
        cell = ExperimentCellRow
        ended = col(cell.status).in_((CellStatus.DONE.value, CellStatus.FAILED.value))
        statement = (
            select(col(cell.experiment_id), func.count().filter(ended))
            .where(col(cell.project_id) == self._project_id, col(cell.experiment_id).in_(experiment_ids))
            .group_by(col(cell.experiment_id))
        )
        return dict.fromkeys(experiment_ids, 0) | dict((await self._session.exec(statement)).all())

    def _living(self, row: Any) -> tuple[Any, Any]:
        return row.project_id == self._project_id, row.deleted_at.is_(None)


def _holds(column: Any, text: str) -> Any:
    return col(column).icontains(text, autoescape=True)


def _asked(given: dict[str, Any]) -> str:
    """Return the beginning of the first text that a run was given: a person knows it by that."""
    texts = (" ".join(value.split()) for value in given.values() if isinstance(value, str))
    return next((text[:MAX_ASKED_CHARACTERS] for text in texts if text), "")


def _document_job(row: DocumentRow, base: str, in_work: bool) -> Job:  # noqa: FBT001  # beside two rows it reads well
    return Job(
        thing=Thing.DOCUMENT,
        id=row.id,
        title=row.name,
        where=base,
        status=row.status,
        stage=row.stage,
        percent=row.percent,
        num_done=0,
        error=row.error,
        started_at=row.created_at,
        ended_at=None if in_work else row.updated_at,
    )


def _run_job(row: RunRow, flow: str, num_done: int) -> Job:
    return Job(
        thing=Thing.RUN,
        id=row.id,
        title=flow,
        where=f"v{row.version}" if row.version else "draft",
        status=row.status,
        stage="",
        percent=0,
        num_done=num_done,
        error=row.error,
        started_at=row.created_at,
        ended_at=row.finished_at,
    )


def _experiment_job(row: ExperimentRow, num_ended: int) -> Job:
    return Job(
        thing=Thing(row.kind),
        id=row.id,
        title=row.name,
        where=row.dataset_name,
        status=row.status,
        stage="",
        percent=0,
        num_done=num_ended,
        error=row.error,
        started_at=row.started_at or row.created_at,
        ended_at=row.finished_at or (row.updated_at if Status(row.status).is_final else None),
        num_all=row.num_cells,
    )
