"""What a prompt costs as it is typed, and what its answers say before they have ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.operator import Operator
from backend.ports.language_model import Capabilities
from backend.prompts.types import Content, NewPrompt, Prompt
from backend.providers.types import ModelDraft, ProviderDraft
from console.state.prompt import PromptState
from console.state.prompt_draft import PromptDraftState
from console.state.prompt_edit import PromptEditState
from console.state.prompt_play import PromptPlayState
from tests.console.tab import Tab, tab

__all__ = ["tab"]


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    made = ScriptedServer()
    yield made
    await made.close()


@pytest.fixture
async def prompt(services: Services, owner: Operator, server: ScriptedServer) -> Prompt:
    models = (
        ModelDraft("echo", "chat", Capabilities(), input_price=Decimal("2.5")),
        ModelDraft("drip", "chat", Capabilities(), input_price=Decimal(40)),
    )
    draft = ProviderDraft("Lab", await server.start(), models, allow_private_address=True)
    await services.providers.create(owner, draft)
    return await services.prompts.create(owner, NewPrompt("Answer", Content(text="Answer.", model="lab:echo")))


async def opened(tab: Tab, prompt: Prompt, *kinds: Any) -> list[Any]:
    tab.at(f"/prompts/{prompt.id}")
    states = [tab.state(kind) for kind in (PromptState, *kinds)]
    for state in states:
        await state.load()
    return states[1:]


async def test_the_price_of_the_chosen_model_reaches_the_editor(
    services: Services, owner: Operator, prompt: Prompt, tab: Tab
) -> None:
    (edit,) = await opened(tab, prompt, PromptEditState)
    assert edit.price == 2.5
    await edit.set_parameter("model", "lab:drip")
    assert edit.price == 40.0
    assert tab.state(PromptDraftState)._content.model == "lab:drip"
    await services.providers.set_default(owner, "lab:echo")
    await edit.load()
    await edit.set_parameter("model", "")
    assert edit.price == 2.5, "the project's own"


async def test_a_column_shows_what_came_while_it_and_another_still_write(prompt: Prompt, tab: Tab) -> None:
    _, play = await opened(tab, prompt, PromptEditState, PromptPlayState)
    await play.add()
    await play.set_column("B", "model", "lab:drip")
    assert await play.send() == PromptPlayState.run
    running = asyncio.create_task(PromptPlayState.event_handlers["run"].fn(play))
    async with asyncio.timeout(20):
        while play.columns[0].state != "ok" or play.columns[1].text.count("and") < 3:
            assert not running.done()
            await asyncio.sleep(0.02)
    first, second = play.columns
    assert (first.text, first.state) == ("Answer.", "ok"), "the one that ended waits for no other"
    assert (second.state, play.running) == ("run", True)
    before = second.text
    async with asyncio.timeout(20):
        while len(play.columns[1].text) <= len(before):
            await asyncio.sleep(0.02)
    assert play.columns[1].text.startswith(before)
    await play.stop()
    await asyncio.wait_for(running, 20)
    assert (play.columns[1].words, play.running) == ("Stopped", False)
