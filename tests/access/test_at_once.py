"""The same first write four times at once on Postgres (two tabs, a client that tries again): it stands, and no 500."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import bootstrap
from backend.api.app import create_api
from backend.ids import new_id
from backend.settings import Settings
from backend.trace_ids import caller_address
from tests.access.world import World

TIMES = 4
GATE = {"dataset_id": "{dataset_id}", "evaluators": [{"kind": "exact"}]}
MODELS = {"name": "Same models", "base_url": "https://models.example.org/v1", "models": [{"name": "m"}]}
FIRSTS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/annotation-queues", {"name": "same queue", "configs": [{"name": "good"}]}),
    ("PUT", "/api/publish-requirements/prompt/{prompt_id}", GATE),
    ("PUT", "/api/publish-requirements/flow/{flow_id}", GATE),
    ("POST", "/api/prompts", {"name": "Same", "agent_config": "a", "agent_name": "a", "system_prompt": "x"}),
    ("POST", "/api/flows", {"name": "Same flow"}),
    ("PUT", "/api/secrets/SAME", {"value": "a value of its own"}),
    ("PUT", "/api/variables/SAME", {"value": "x"}),
    ("PUT", "/api/masking", {"kinds": ["e-mail"]}),
    ("PUT", "/api/models/default", {"reference": "scripted:scripted"}),
    ("PUT", "/api/privacy/retention", {"days": 30}),
    ("POST", "/api/providers", MODELS),
]


@pytest.fixture
async def world(settings: Settings, make_postgres: Callable[[str], str], tmp_path: Path) -> AsyncIterator[World]:
    database = make_postgres("atonce")
    services = await bootstrap.start(settings.model_copy(update={"database": database}), serving=False)
    made = World(services, "local accounts")
    made.sides.append(await made.side("Zebra", tmp_path))
    yield made
    await bootstrap.stop(services)


async def test_one_of_them_stands_and_the_others_are_told(world: World) -> None:
    side = world.sides[0]
    wire = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=wire, base_url="http://test", timeout=60) as client:

        async def one(method: str, path: str, body: dict[str, Any]) -> httpx.Response:
            caller_address.set(new_id("address"))
            about = {key: value.format(**side.ids) if isinstance(value, str) else value for key, value in body.items()}
            return await client.request(method, path.format(**side.ids), json=about, headers=side.cookie("owner"))

        for method, path, body in FIRSTS:
            told = await asyncio.gather(*(one(method, path, body) for _ in range(TIMES)))
            codes = sorted(answer.status_code for answer in told)
            assert codes[0] in (200, 201), (method, path, told[0].text)
            assert set(codes) <= {200, 201, 409, 422}, (method, path, codes)
            again = await one(method, path, body)
            assert again.status_code in ((200,) if method == "PUT" else (201, 409, 422)), (method, path, again.text)
