"""Find anything in the project, and say what is in work."""

from __future__ import annotations

from datetime import datetime

from backend.activity.repository import ActivityRepository
from backend.activity.types import Found, Job, Today, Work
from backend.operator import Operator, Permission
from backend.unit_of_work import Units

PER_THING = 5
PER_PAGE = 50
MAX_QUERY_CHARACTERS = 200


class ActivityService:
    """Shows of each slice only what the operator may read there."""

    def __init__(self, units: Units) -> None:
        self._units = units

    async def find(self, operator: Operator, query: str, limit: int = PER_THING) -> list[Found]:
        """Return up to `limit` of each kind of thing whose name holds the query, in any case; nothing for no query."""
        operator.require(Permission.PROJECT_READ)
        text = query.strip()[:MAX_QUERY_CHARACTERS]
        found: list[Found] = []
        if not text:
            return found
        async with self._units.read(operator) as session:
            rows = ActivityRepository(session, operator.project_id)
            if operator.may(Permission.FLOWS_READ):
                found += await rows.flows(text, limit)
            if operator.may(Permission.PROMPTS_READ):
                found += await rows.prompts(text, limit)
            if operator.may(Permission.KNOWLEDGE_READ):
                found += await rows.knowledge_bases(text, limit)
                found += await rows.documents(text, limit)
            if operator.may(Permission.DATASETS_READ):
                found += await rows.datasets(text, limit)
            if operator.may(Permission.CONVERSATIONS_READ):
                found += await rows.conversations(text, limit)
            if operator.may(Permission.FLOWS_READ):
                found += await rows.runs(text, limit)
        return found

    async def work(self, operator: Operator, limit: int = PER_PAGE) -> Work:
        """Return the jobs in work and the last that ended, of every kind together, newest first."""
        operator.require(Permission.PROJECT_READ)
        async with self._units.read(operator) as session:
            rows = ActivityRepository(session, operator.project_id)
            in_work = await self._jobs(operator, rows, limit, in_work=True)
            ended = await self._jobs(operator, rows, limit, in_work=False)
            return Work(tuple(in_work), tuple(ended), await rows.num_in_work())

    async def today(self, operator: Operator, since: datetime) -> Today:
        """Return the cost of the runs begun since this moment, and how many jobs are in work."""
        operator.require(Permission.PROJECT_READ)
        async with self._units.read(operator) as session:
            rows = ActivityRepository(session, operator.project_id)
            return Today(*await rows.cost_since(since), await rows.num_in_work())

    async def _jobs(self, operator: Operator, rows: ActivityRepository, limit: int, *, in_work: bool) -> list[Job]:
        jobs: list[Job] = []
        if operator.may(Permission.KNOWLEDGE_READ):
            jobs += await rows.document_jobs(limit, in_work=in_work)
        if operator.may(Permission.FLOWS_READ):
            jobs += await rows.run_jobs(limit, in_work=in_work)
        if operator.may(Permission.EXPERIMENTS_READ):
            jobs += await rows.experiment_jobs(limit, in_work=in_work)
        return sorted(jobs, key=lambda job: job.ended_at or job.started_at, reverse=True)[:limit]
