"""Experiments over the real services, a scripted model server, and rows that a test makes up."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.bootstrap.experiments import put_together
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.errors import NotFound
from backend.experiments.engine.executor import Executor
from backend.experiments.outside import Row, Rows
from backend.experiments.service import ExperimentService
from backend.experiments.types import Cell, Draft, Experiment, Part, PromptChoice, VariantDraft
from backend.operator import Operator
from backend.paging import Page
from backend.ports.language_model import Capabilities
from backend.providers.types import ModelDraft, ProviderDraft

DATASET = "dset_1"
DAYS = (
    "echo", "scripted", "429", "429-date", "429-hour", "429-always", "500", "500-twice", "502-html", "400",
    "json-error", "html", "no-usage", "hang", "hang-once", "hang-midway", "pings", "drip", "cut", "reset",
    "broken", "no-text", "stutters", "error-midway", "tools-for-ever", "empty",
)  # fmt: skip
PRICE = Decimal(10)  # dollars for a million tokens, both ways


@dataclass
class Lab:
    """What a test of experiments works with."""

    services: Services
    operator: Operator
    server: ScriptedServer
    provider_id: str
    rows: list[Row] = field(default_factory=list)
    version: int = 1

    def __post_init__(self) -> None:
        outside = self.services.experiments._outside
        self.opened = put_together(replace(outside, rows=self._rows))

    @property
    def service(self) -> ExperimentService:
        return self.opened.service

    @property
    def executor(self) -> Executor:
        return self.opened.executor

    async def _rows(self, operator: Operator, dataset_id: str, version: int | None, part: Part) -> Rows:
        if dataset_id != DATASET or operator.project_id != self.operator.project_id:
            raise NotFound("There is no such dataset.")
        rows = [
            row for row in self.rows if part.split in ("", row.split) and (not part.rows or row.number in part.rows)
        ]
        return Rows(dataset_id, "Questions", version or self.version, rows)

    def fill(self, num_rows: int, *, wrong: Sequence[int] = ()) -> None:
        """Make rows whose `good` is what is expected, and whose `weak` differs in the rows `wrong`."""
        self.rows = [
            Row(
                f"item_{number}",
                number,
                {"question": f"q{number}", "good": f"a{number}", "weak": "no" if number in wrong else f"a{number}"},
                f"a{number}",
                {"topic": "returns" if number in wrong else "prices"},
            )
            for number in range(1, num_rows + 1)
        ]

    def draft(self, *variants: VariantDraft, **given: Any) -> Draft:
        return Draft(
            "Support",
            DATASET,
            variants or (prompt("old", "{{ weak }}"), prompt("new", "{{ good }}")),
            **{"evaluators": ({"kind": "exact"},), **given},
        )

    async def started(self, *variants: VariantDraft, **given: Any) -> Experiment:
        """Make and start an experiment; its job waits."""
        made = await self.service.create(self.operator, self.draft(*variants, **given))
        return await self.service.start(self.operator, made.id)

    async def ran(self, *variants: VariantDraft, **given: Any) -> Experiment:
        """Carry an experiment out here and now."""
        made = await self.started(*variants, **given)
        await self.executor.execute(made.id)
        return await self.service.get(self.operator, made.id)

    async def cells(self, experiment: Experiment) -> list[Cell]:
        found: list[Cell] = []
        page: str | None = ""
        while page is not None:
            listed = await self.service.cells(self.operator, experiment.id, Page(500, page))
            found, page = [*found, *listed.items], listed.next
        return found

    @property
    def num_asked(self) -> int:
        return self.server.requests.total()


def prompt(name: str, template: str, model: str = "echo", **parameters: Any) -> VariantDraft:
    return VariantDraft(name, prompt=PromptChoice(template=template), model=model, parameters=parameters)


def _can(day: str) -> Capabilities:
    return Capabilities(tools=day in ("scripted", "tools-for-ever"), json_schema=day == "scripted")


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    made = ScriptedServer(key="lab-key-0001", keeps_requests=True)
    yield made
    await made.close()


@pytest.fixture
async def lab(services: Services, server: ScriptedServer) -> Lab:
    operator = await services.identity.ensure_owner()
    models = tuple(ModelDraft(day, "chat", _can(day), input_price=PRICE, output_price=PRICE) for day in DAYS)
    draft = ProviderDraft("Lab", await server.start(), models, api_key="lab-key-0001", allow_private_address=True)
    provider = await services.providers.create(operator, draft)
    return Lab(services, operator, server, provider.id)
