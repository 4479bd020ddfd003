"""Start experiments, hold them, go on, and end them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Any

from backend.audit.repository import AuditTrail
from backend.columns import utc_now
from backend.errors import Conflict, InvalidInput, NotFound
from backend.experiments.checks import MAX_BUDGET, all_there
from backend.experiments.engine.telling import topic_of
from backend.experiments.errors import StaleDraft, WrongState
from backend.experiments.models import ExperimentRow
from backend.experiments.outside import JOB
from backend.experiments.pinning import judges_named, pin
from backend.experiments.planning import problems_of
from backend.experiments.released import check_released
from backend.experiments.repository import Cells, Experiments, Ownership
from backend.experiments.rescoring import decided_there, pinned_there
from backend.experiments.service.base import target
from backend.experiments.service.coding import Coding
from backend.experiments.shapes import definition_of, draft_of, pinned_as_json, revision_of
from backend.experiments.types import Experiment, Status
from backend.flows.service.listening import heard_or_quiet
from backend.operator import Operator, Permission
from backend.ports.database import OfProject
from backend.ports.jobs import BY_ID
from backend.unit_of_work import Work

# A pause waits for calls in flight so long, then answers that it is under way.
PATIENCE_SECONDS = 2.0
QUIET_SECONDS = 1.0


class Running(Coding):
    """What moves an experiment from one state to another. A state that is reached already is an answer."""

    async def start(self, operator: Operator, experiment_id: str, *, seen: str = "") -> Experiment:
        """Pin what runs and begin; one that runs or is done is returned as it is.

        `seen` is the revision of the draft that somebody looked at; empty asks for none. Raise ExperimentNotFound,
        InvalidInput, StaleDraft, Conflict where it must be resumed or retried.
        """
        operator.require(Permission.EXPERIMENTS_RUN)
        async with self._units.read(operator) as session:
            row = await Experiments(session, operator.project_id).get(experiment_id)
        draft = draft_of(row)
        revision = revision_of(row)
        if row.status == Status.DRAFT:
            if seen and revision != seen:
                raise StaleDraft
            evaluators = await self._evaluators(draft.evaluators)
            await self._ask_once_more(operator, row, evaluators)
            await check_released(self._outside, operator, evaluators)
            if not draft.answers_of:
                _require_flows(operator, row)
            rows = await self._outside.rows(operator, row.dataset_id, draft.version, draft.part)
            all_there(draft, rows.version, rows.numbers)
            num_cells = len(rows.rows) * len(draft.variants) * draft.repetitions
            if problems := problems_of(len(rows.rows), num_cells):
                raise InvalidInput(problems[0])
            as_it_runs = pinned_there if draft.answers_of else partial(pin, keep=True)
            pinned = await as_it_runs(self._outside, operator, draft)
            judges = await judges_named(self._outside, operator, draft.evaluators, evaluators)
        async with self._units.write(operator) as work:
            row = await Experiments(work.session, operator.project_id).get(experiment_id, lock=True)
            if row.status == Status.DRAFT:
                if revision_of(row) != revision:  # what was pinned is not what it says now
                    raise StaleDraft
                if draft.answers_of:
                    row.decided = await decided_there(work.session, operator, draft)
                row.pinned, row.definition = pinned_as_json(pinned), definition_of(replace(draft, evaluators=judges))
                row.dataset_name, row.dataset_version = rows.name, rows.version
                row.num_rows, row.num_cells = len(rows.rows), num_cells
                row.started_at, row.started_by, row.started_by_id = utc_now(), operator.name, operator.user_id
                after = {"rows": row.num_rows, "cells": row.num_cells, "dataset_version": row.dataset_version}
                await AuditTrail(work.session).record(operator, "experiment.start", target(row), after=after)
                self._enqueue(work, row)
            elif Status(row.status) in (Status.PAUSED, Status.FAILED, Status.CANCELLED):
                act = "resumed" if row.status == Status.PAUSED else "retried"
                raise Conflict(f"This experiment is {row.status}.", hint=f"It can be {act}.")
        return await self._now(operator, experiment_id)

    async def carry_out(self, operator: Operator, experiment_id: str) -> None:
        """Start and return at the end, whether or not this process serves jobs. Raise as `start`."""
        await self.start(operator, experiment_id)
        await self._executor.execute(experiment_id)

    async def pause(self, operator: Operator, experiment_id: str) -> Experiment:
        """Ask nothing more; what is in flight is recorded. Raise ExperimentNotFound, WrongState."""
        operator.require(Permission.EXPERIMENTS_RUN)
        return await self._wish(operator, experiment_id, "pause", Status.PAUSED)

    async def cancel(self, operator: Operator, experiment_id: str) -> Experiment:
        """End it for good; what is in flight is cut. Raise ExperimentNotFound, WrongState where it has ended."""
        operator.require(Permission.EXPERIMENTS_RUN)
        return await self._wish(operator, experiment_id, "cancel", Status.CANCELLED)

    async def end_all(self, project_id: str) -> None:
        """End what runs or waits in a project that was closed; other processes follow at their next pulse."""
        async with self._units.write(OfProject(project_id)) as work:
            asked = await Experiments(work.session, project_id).end_all(utc_now())
        for experiment_id in asked:
            self._executor.nudge(experiment_id)

    async def resume(self, operator: Operator, experiment_id: str) -> Experiment:
        """Go on behind what is recorded. Raise ExperimentNotFound, WrongState unless it is paused or failed."""
        operator.require(Permission.EXPERIMENTS_RUN)
        async with self._units.write(operator) as work:
            row = await self._kept(work.session, operator.project_id).get(experiment_id, lock=True)
            if not draft_of(row).answers_of:
                _require_flows(operator, row)
            status = Status(row.status)
            if status.is_open and row.wish == "pause":
                row.wish = ""  # its owner has not stopped yet and goes on
            elif status in (Status.PAUSED, Status.FAILED) and row.pinned:
                self._enqueue(work, row)
            elif not status.is_open:
                raise WrongState("resumed", status.value, what=row.kind)
            await AuditTrail(work.session).record(operator, f"{row.kind}.resume", target(row))
        return await self._now(operator, experiment_id)

    async def go_on(self) -> None:
        """Resume what was parked because a provider asked to be left alone, once its time has come."""
        async with self._units.read(BY_ID) as session:
            rested = await Ownership(session).rested(utc_now())
        for project_id, kind, experiment_id in rested:
            async with self._units.write(OfProject(project_id)) as work:
                row = await Experiments(work.session, project_id, kind).get(experiment_id, lock=True)
                if row.status == Status.PAUSED and row.resumes_at is not None:
                    self._enqueue(work, row)

    async def retry(self, operator: Operator, experiment_id: str) -> Experiment:
        """Ask failed cells again, and the judges that failed at others, alone. Raise ExperimentNotFound, WrongState."""
        operator.require(Permission.EXPERIMENTS_RUN)
        async with self._units.write(operator) as work:
            rows = self._kept(work.session, operator.project_id)
            row = await rows.get(experiment_id, lock=True)
            _require_flows(operator, row)
            status = Status(row.status)
            if status.is_open or status is Status.DRAFT:
                raise WrongState("retried", "running" if status.is_open else status.value, what=row.kind)
            num_failed = await rows.reopen(row.id, with_skipped=status is Status.CANCELLED)
            others = [one for one in await self._evaluators(draft_of(row).evaluators) if one.asks]
            alone, pairs = ([one.called for one in others if one.needs_pairs is wanted] for wanted in (False, True))
            num_unjudged = await Cells(work.session, operator.project_id).rejudge(row.id, alone, pairs)
            after = {"num_failed": num_failed, "num_unjudged": num_unjudged}
            await AuditTrail(work.session).record(operator, f"{row.kind}.retry", target(row), after=after)
            is_left = status in (Status.PAUSED, Status.FAILED, Status.CANCELLED) and row.pinned
            if num_failed or num_unjudged or is_left:
                self._enqueue(work, row)
        return await self._now(operator, experiment_id)

    async def retry_one(self, operator: Operator, experiment_id: str, number: int) -> Experiment:
        """Ask one failed cell again, and the judges of its pairs, but nothing else.

        Raise ExperimentNotFound, NotFound, WrongState unless it has ended, Conflict where other cells wait too.
        """
        operator.require(Permission.EXPERIMENTS_RUN)
        async with self._units.write(operator) as work:
            rows, cells = Experiments(work.session, operator.project_id), Cells(work.session, operator.project_id)
            row = await rows.get(experiment_id, lock=True)
            _require_flows(operator, row)
            status = Status(row.status)
            if status not in (Status.DONE, Status.FAILED):
                raise WrongState("retried", "running" if status.is_open else status.value, what=row.kind)
            cell = await cells.one(experiment_id, number)
            if cell is None:
                raise NotFound("There is no such answer.")
            now = (await cells.progress([row.id]))[row.id]
            if now.num_done + now.num_failed + now.num_skipped < now.num_cells:
                raise Conflict("Other answers wait too.", hint="Resume the experiment; what failed is asked after it.")
            if not await rows.reopen(row.id, with_skipped=False, number=number):
                raise Conflict("This answer has not failed, or nobody can be asked for it any more.")
            pairs = [one.called for one in await self._evaluators(draft_of(row).evaluators) if one.needs_pairs]
            await cells.rejudge(row.id, (), pairs, row=cell.row)
            after = {"number": number}
            await AuditTrail(work.session).record(operator, f"{row.kind}.retry", target(row), after=after)
            self._enqueue(work, row)
        return await self._now(operator, experiment_id)

    async def set_budget(self, operator: Operator, experiment_id: str, budget: Any) -> Experiment:
        """Raise or lower what may be spent, in dollars; None takes the bound away. Raise WrongState while it runs."""
        operator.require(Permission.EXPERIMENTS_RUN)
        if budget is not None and not (budget.is_finite() and 0 < budget <= MAX_BUDGET):
            words = f"A budget is above 0 and at most ${MAX_BUDGET:,}."
            raise InvalidInput(words, fields={"budget": words})
        async with self._units.write(operator) as work:
            row = await self._kept(work.session, operator.project_id).get(experiment_id, lock=True)
            if Status(row.status).is_open:
                raise WrongState("changed", "running", what=row.kind)
            before, row.budget = row.budget, budget
            old, new = ({"budget": one and str(one)} for one in (before, budget))
            await AuditTrail(work.session).record(operator, f"{row.kind}.budget", target(row), before=old, after=new)
        return await self._now(operator, experiment_id)

    async def watch(self, operator: Operator, experiment_id: str) -> AsyncGenerator[Experiment]:
        """Yield the experiment now, at each word of its progress, and at its end. Raise ExperimentNotFound at once.

        One that was just paused goes on being told until what was asked before is recorded.
        """
        operator.require(Permission.EXPERIMENTS_READ)
        async with (
            self._outside.events.subscribe(topic_of(experiment_id)) as listener,
            aclosing(heard_or_quiet(listener, QUIET_SECONDS)) as said,
        ):
            while True:
                async with self._units.read(operator) as session:
                    row = await self._kept(session, operator.project_id).get(experiment_id)
                    found, is_open = await self._shown(session, row), Status(row.status).is_open
                yield found
                if not is_open:
                    return
                await anext(said)

    def _enqueue(self, work: Work, row: ExperimentRow) -> None:
        row.status, row.wish, row.attempt = Status.QUEUED.value, "", row.attempt + 1
        row.error = row.hint = ""
        row.finished_at = row.resumes_at = None
        work.session.add(row)
        experiment_id, attempt = row.id, row.attempt
        work.after_commit(lambda: self._outside.jobs.enqueue(JOB, experiment_id, attempt))

    async def _wish(self, operator: Operator, experiment_id: str, wish: str, status: Status) -> Experiment:
        async with self._units.write(operator) as work:
            row = await self._kept(work.session, operator.project_id).get(experiment_id, lock=True)
            now = Status(row.status)
            if now is status:
                row.resumes_at = None  # who pauses a parked one wants it to stay
            elif now is Status.RUNNING:
                row.wish = row.wish if row.wish == "cancel" else wish  # who pauses does not take a cancel back
            elif now is Status.QUEUED or (wish == "cancel" and now in (Status.PAUSED, Status.DRAFT)):
                row.status, row.wish, row.attempt = status.value, "", row.attempt + 1
                row.finished_at, row.resumes_at = utc_now() if status.is_final else None, None
            else:
                raise WrongState({"pause": "paused", "cancel": "cancelled"}[wish], now.value, what=row.kind)
            work.session.add(row)
            await AuditTrail(work.session).record(operator, f"{row.kind}.{wish}", target(row))
        self._executor.nudge(experiment_id)
        if ended := self._executor.ended(experiment_id):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), PATIENCE_SECONDS)
        return await self._now(operator, experiment_id)

    async def _now(self, operator: Operator, experiment_id: str) -> Experiment:
        async with self._units.read(operator) as session:
            return await self._shown(session, await self._kept(session, operator.project_id).get(experiment_id))


def _require_flows(operator: Operator, row: ExperimentRow) -> None:
    """Raise Forbidden where a variant is a flow and they may run none."""
    if any(variant.flow for variant in draft_of(row).variants):
        operator.require(Permission.FLOWS_RUN)
