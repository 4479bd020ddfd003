"""What a person waits for at the comparison of 10 runs x 10,000 rows: cells read, compared, sent over REST."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr
from sqlalchemy import insert, update
from sqlmodel import col

from backend import bootstrap
from backend.api.app import create_api
from backend.bootstrap import Services
from backend.bootstrap.migrations import upgrade
from backend.datasets.types import About, NewItem
from backend.experiments.models import ExperimentCellRow, ExperimentRow
from backend.experiments.types import CellStatus, Draft, PromptChoice, Status, VariantDraft
from backend.operator import Operator
from backend.settings import SQLITE_FILE, Settings
from bench.log_places import postgres_url
from bench.table import Figure, main

NUM_RUNS, NUM_ROWS, ROUNDS = 10, 10_000, 5
# As much as a judge says of an answer.
REASON = (
    "It names the rule, says within how many days it holds and what to do first, and leaves out who pays for it. " * 2
)
EVALUATORS = ({"kind": "exact"}, {"kind": "contains", "name": "grounded"}, {"kind": "contains", "name": "tone"})


@asynccontextmanager
async def sqlite() -> AsyncIterator[Services]:
    with tempfile.TemporaryDirectory() as folder:
        upgrade(f"sqlite:///{Path(folder) / SQLITE_FILE}")
        async with opened(folder, "sqlite") as services:
            yield services


@asynccontextmanager
async def postgres() -> AsyncIterator[Services]:
    with tempfile.TemporaryDirectory() as folder, postgres_url() as url:
        async with opened(folder, url) as services:
            yield services


@asynccontextmanager
async def opened(folder: str, database: str) -> AsyncIterator[Services]:
    key = (SecretStr("the key of the bench " * 2),)
    settings = Settings(data_dir=Path(folder), models="scripted", database=database, secret_key=key)
    services = await bootstrap.start(settings, serving=False)
    try:
        yield services
    finally:
        await bootstrap.stop(services)


async def filled(services: Services, operator: Operator) -> str:
    """Return an experiment whose 100,000 cells have their answers and scores."""
    dataset = (await services.datasets.create(operator, About("Questions"))).id
    items = [
        NewItem({"question": f"q{number}"}, f"a{number}", {"topic": f"t{number % 20}"}) for number in range(NUM_ROWS)
    ]
    for start in range(0, NUM_ROWS, 500):
        await services.datasets.add_items(operator, dataset, items[start : start + 500])
    variants = tuple(
        VariantDraft(f"v{number}", PromptChoice(template=f"{number} {{{{ question }}}}"), model="scripted:scripted")
        for number in range(NUM_RUNS)
    )
    made = await services.experiments.create(operator, Draft("Ten", dataset, variants, EVALUATORS))
    await services.experiments.start(operator, made.id)
    async with services.units.write(operator) as work:
        experiment = update(ExperimentRow).where(col(ExperimentRow.id) == made.id)
        await work.session.exec(experiment.values(status=Status.DONE.value))
        scores = [_scores(passed=passed) for passed in (False, True)]
        for start in range(1, NUM_ROWS + 1, 500):
            cells = [
                _cell(made.id, operator.project_id, row, variant, scores)
                for row in range(start, start + 500)
                for variant in range(NUM_RUNS)
            ]
            await (await work.session.connection()).execute(insert(ExperimentCellRow), cells)
    return made.id


def _cell(experiment_id: str, project_id: str, row: int, variant: int, scores: list[Any]) -> dict[str, Any]:
    return {
        "experiment_id": experiment_id, "project_id": project_id, "number": (row - 1) * NUM_RUNS + variant,
        "row": row, "variant": variant, "repetition": 0, "item_id": f"item_{row}", "status": CellStatus.DONE.value,
        "output": REASON, "latency_ms": 100.0 + row % 97, "tokens_in": 900, "tokens_out": 100,
        "cost": Decimal("0.0012"), "scores": scores[(row * 7 + row * variant) % 5 > 0],
    }  # fmt: skip


def _scores(*, passed: bool) -> dict[str, Any]:
    one = {"value": float(passed), "passed": passed}
    judged = {**one, "label": str(passed).lower(), "reason": REASON, "rubric_version": "0123456789ab", "cost": 0.001}
    return {"exact": one, "grounded": judged, "tone": judged, "overall": one}


async def waits(kind: str, made: Callable[[], AbstractAsyncContextManager[Services]]) -> list[Figure]:
    async with made() as services:
        operator = await services.identity.ensure_owner()
        experiment = await filled(services, operator)
        key = (await services.identity.create_key(operator, "bench")).secret
        transport = httpx.ASGITransport(create_api())
        first, again, computing = list[float](), list[float](), list[float]()
        async with httpx.AsyncClient(transport=transport, base_url="http://bench", timeout=120) as client:
            for number in range(ROUNDS):  # beside another baseline, for what was compared before is remembered
                for took in (first, again):
                    began, cpu = time.perf_counter(), time.process_time()
                    at = f"/api/experiments/{experiment}/comparison?baseline=v{number}"
                    found = await client.get(at, headers={"X-API-Key": key})
                    took.append(time.perf_counter() - began)
                    if took is first:
                        computing.append(time.process_time() - cpu)
                    assert len(found.json()["metrics"]) == 9 * 7, found.text[:300]
    name, told = f"10 runs x 10,000 rows over REST, {kind}", f"{statistics.median(computing):.1f} s of the processor"
    return [
        Figure(f"{name}, first", statistics.median(first), "s", 5.0, told),
        Figure(f"{name}, again", statistics.median(again), "s", 1.0),
    ]


def figures() -> Iterator[Figure]:
    yield from asyncio.run(waits("SQLite", sqlite))
    yield from asyncio.run(waits("Postgres", postgres))


if __name__ == "__main__":
    main(figures)
