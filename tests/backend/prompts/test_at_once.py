"""Of what comes at once for one prompt nothing is lost: one is active, and every conversation counts."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from backend.api.app import create_api
from backend.bootstrap import Services
from backend.operator import Operator
from backend.prompts.service import PromptService
from backend.prompts.types import Content, Filters, NewPrompt, PromptChange
from backend.settings import Settings
from tests.backend.prompts.conftest import text

TRIES = 4


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    if request.param == "sqlite":
        return settings
    of_postgres: Settings = request.getfixturevalue("postgres_settings")
    return of_postgres


def new(name: str, agent: str, *, is_active: bool) -> NewPrompt:
    return NewPrompt(name, text("x"), agent_config=agent, agent_name="A", is_active=is_active)


async def test_of_prompts_made_or_switched_on_at_once_one_is_active(prompts: PromptService, ines: Operator) -> None:
    for trial in range(TRIES):
        agent = f"agent{trial}"
        made = await asyncio.gather(
            *(prompts.create(ines, new(f"{agent} {at}", agent, is_active=True)) for at in range(3))
        )
        assert len(await prompts.list(ines, Filters(agent_config=agent, is_active=True))) == 1
        await asyncio.gather(*(prompts.change(ines, one.id, PromptChange({"is_active": False})) for one in made))
        await asyncio.gather(*(prompts.change(ines, one.id, PromptChange({"is_active": True})) for one in made))
        assert len(await prompts.list(ines, Filters(agent_config=agent, is_active=True))) == 1


async def test_conversations_told_at_once_all_count_for_their_prompt(services: Services) -> None:
    owner = await services.identity.ensure_owner()
    key = await services.identity.create_key(owner, "k")
    transport = httpx.ASGITransport(create_api(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers={"X-API-Key": key.secret}) as api:
        made = await services.prompts.create(owner, NewPrompt("P", Content(text="x"), agent_config="a", agent_name="A"))
        about = {"agent_config": "a", "agent_name": "A", "experiment_id": made.id, "turn_count": 1}
        said = {"messages": [{"role": "user", "content": "x"}]}
        bodies = [
            about | {"session_id": f"s{at}", "transcript": said, "duration": at + 1, "task_completed": at % 2 == 0}
            for at in range(10)
        ]
        told = await asyncio.gather(*(api.post("/api/conversations", json=one) for one in bodies))
        assert {one.status_code for one in told} == {201}
        prompt = (await api.get(f"/api/prompts/{made.id}")).json()["prompt"]
    assert (prompt["total_runs"], prompt["success_rate"], prompt["avg_duration"]) == (10, 50.0, 5.5)
