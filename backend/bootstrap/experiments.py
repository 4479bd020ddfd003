"""Experiments over the models, prompts, flows and datasets, and their job."""

from __future__ import annotations

import asyncio
import importlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

from backend.bootstrap.engines import engine
from backend.bootstrap.flows import Flows
from backend.bootstrap.rooms import Rooms
from backend.conversations.service import ConversationService
from backend.datasets.service import DatasetService
from backend.datasets.types import Item, ItemFilter
from backend.experiments.engine.executor import Executor
from backend.experiments.outside import JOB, OpenRows, Outside, Row
from backend.experiments.outside import Rows as DatasetRows
from backend.experiments.service import ExperimentService
from backend.experiments.types import Part
from backend.judgements.transcripts import talks_of
from backend.knowledge.service import KnowledgeService
from backend.operator import Operator
from backend.ports.events import Events
from backend.ports.jobs import Jobs
from backend.ports.language_model import LanguageModel
from backend.ports.schemas import Schemas
from backend.prompts.service import PromptService
from backend.providers.service import ProviderService
from backend.providers.types import EMBEDDED_EMBEDDING
from backend.unit_of_work import Units

# Experiments that run side by side; each asks as many answers at once as it says.
EXPERIMENTS_AT_ONCE = 8
VERSIONS_KEPT = 4
ROWS_KEPT = 50_000
ROWS_AT_ONCE = 500


@dataclass(frozen=True)
class Experiments:
    """The service and what carries experiments out."""

    service: ExperimentService
    executor: Executor
    outside: Outside


async def late(module: str) -> Any:
    """Load a part of the slice that stands on NumPy or rapidfuzz, when it is first needed."""
    return await asyncio.to_thread(importlib.import_module, f"backend.experiments.{module}")


def rows_of(datasets: DatasetService) -> OpenRows:
    """Return how experiments read datasets; of the versions read last the rows are kept, for they never change.

    But a removal takes rows out of every version, and gives the dataset another revision.
    """
    kept: OrderedDict[tuple[str, str, int, int, Part], DatasetRows] = OrderedDict()

    async def rows(operator: Operator, dataset_id: str, version: int | None, part: Part) -> DatasetRows:
        dataset = await datasets.get(operator, dataset_id)
        number = version or dataset.version
        key = (operator.project_id, dataset_id, dataset.revision, number, part)
        if key not in kept:
            items = await _items(datasets, operator, dataset_id, number, part) if number else []
            kept[key] = DatasetRows(
                dataset_id,
                dataset.name,
                number,
                [Row(one.id, one.row, one.input, one.expected_output, one.metadata, one.split) for one in items],
            )
            while len(kept) > VERSIONS_KEPT or (len(kept) > 1 and _num_rows(kept.values()) > ROWS_KEPT):
                kept.popitem(last=False)
        kept.move_to_end(key)
        return kept[key]

    return rows


async def _items(datasets: DatasetService, operator: Operator, dataset_id: str, version: int, part: Part) -> list[Item]:
    if not part.rows:
        return await datasets.all_items(operator, dataset_id, version=version, wanted=ItemFilter(split=part.split))
    found: list[Item] = []
    for start in range(0, len(part.rows), ROWS_AT_ONCE):
        some = sorted(part.rows)[start : start + ROWS_AT_ONCE]
        found += await datasets.rows(operator, dataset_id, some, version=version)
    return found


def _num_rows(kept: Iterable[DatasetRows]) -> int:
    return sum(len(one.rows) for one in kept)


def open_experiments(
    units: Units,
    events: Events,
    jobs: Jobs,
    *,
    rooms: Rooms,
    models: LanguageModel,
    providers: ProviderService,
    prompts: PromptService,
    running: Flows,
    knowledge: KnowledgeService,
    datasets: DatasetService,
    log: ConversationService,
    is_shared: bool,
) -> Experiments:
    outside = Outside(
        units=units,
        events=events,
        jobs=jobs,
        templates=rooms.templates,
        code=rooms.code,
        schemas=cast(Schemas, engine("schemas.rust", "RustSchemas")()),
        language_model=models,
        models=providers,
        prompts=prompts,
        flows=running.flows,
        runs=running.runs,
        knowledge=knowledge,
        rows=rows_of(datasets),
        revisions=datasets.revisions,
        talk=talks_of(log),
        late=late,
        default_embedder=EMBEDDED_EMBEDDING,
        is_shared=is_shared,
    )
    made = put_together(outside)
    running.flows.gates.append(made.service)
    prompts.gates.append(made.service)
    return made


def put_together(outside: Outside) -> Experiments:
    """Make the service and register its job."""
    executor = Executor(outside)
    outside.jobs.register(JOB, executor.execute, concurrency=EXPERIMENTS_AT_ONCE, pending=executor.waiting)
    outside.runs.pace_by(executor.pace_of)
    service = ExperimentService(outside, executor)
    executor.at_end(service.tell_headline)
    return Experiments(service, executor, outside)
