"""A replay of what is not as it was: words masked, a prompt or a flow gone, stopped on the way."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from sqlmodel import select

from backend.bootstrap import Services
from backend.flows.models import RunRow
from backend.flows.types import RunStatus, RunWish, Trigger
from backend.masking.types import Kind, MaskingRules
from backend.operator import Operator
from backend.turns.service.looking import GONE, MASKED
from backend.turns.types import ReplayStep
from tests.backend.turns.test_keeping import publish, say
from tests.backend.turns.test_replaying import SAME, booking, internet, owner, prompting, replayed
from tests.doubles.web import Seen
from tests.factories import flows
from tests.planting import columns_with

__all__ = ["internet", "owner"]


async def test_a_turn_that_was_masked_says_that_placeholders_are_asked(services: Services, owner: Operator) -> None:
    await services.masking.set_rules(owner, MaskingRules(frozenset({Kind.EMAIL})))
    flow_id = await publish(services, owner, flows.chat())
    conversation, masked = await say(services, owner, {"message": "I am ada@example.org"})
    _, plain = await say(services, owner, {"message": "What is [e-mail 2]?"}, conversation)
    assert (await services.turns.look(owner, masked)).cautions == (MASKED,)
    assert (await services.turns.look(owner, plain)).cautions == ()  # nobody's placeholder
    (done,) = await replayed(services, owner, masked)
    assert done.text == "You said I am [e-mail 1]"
    await services.flows.delete(owner, flow_id)
    assert MASKED in (await services.turns.look(owner, masked)).cautions


async def test_a_prompt_that_is_gone_is_told_before_and_fails_its_column(services: Services, owner: Operator) -> None:
    prompt_id = await prompting(services, owner)
    _, message = await say(services, owner, {"message": "Why?"})
    await services.prompts.delete(owner, prompt_id)
    found = await services.turns.look(owner, message)
    assert found.cautions == ("The prompt answer v1 is gone: the node that asked with it will fail.",)
    assert found.prompt is None
    (done,) = await replayed(services, owner, message)
    assert (done.text, done.error) == ("", "02 say: Prompt not found")


async def test_a_flow_that_is_gone_leaves_its_last_call_to_ask(services: Services, owner: Operator) -> None:
    await prompting(services, owner)
    _, message = await say(services, owner, {"message": "Why?"})
    await services.flows.delete(owner, (await services.flows.get(owner, "desk")).id)
    found = await services.turns.look(owner, message)
    assert (found.ran, found.cautions[0], found.messages) == (None, GONE, (("system", "One."), ("user", "Why?")))
    (done,) = await replayed(services, owner, message, SAME)
    assert (bool(done.text), done.error, done.run_id) == (True, "", "")


async def test_a_replay_that_is_stopped_ends_its_runs(
    services: Services, owner: Operator, internet: list[Seen], monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(services, owner, booking())
    _, message = await say(services, owner, {"message": "a-1"})
    asked = asyncio.Event()

    async def hangs(*_: object) -> None:
        asked.set()
        await asyncio.Event().wait()

    runner: Any = services.runs._runner
    monkeypatch.setattr(runner._outside.http, "send", hangs)
    async with aclosing(services.turns.replay(owner, message, [SAME], acts=True)) as events:
        async for _, event in events:
            if isinstance(event, ReplayStep):
                await asked.wait()
                break
    async with services.units.read(owner) as session:
        replays = select(RunRow).where(RunRow.project_id == owner.project_id, RunRow.trigger == Trigger.REPLAY)
        (run,) = (await session.exec(replays)).all()
    assert (run.status, len(internet)) == (RunStatus.CANCELLED, 1)


async def test_a_replay_that_ends_after_its_person_was_removed_leaves_nothing(
    services: Services, owner: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(services, owner, flows.chat())
    ran = await services.runs.run(owner, "desk", RunWish({"message": "zwiebelkuchen"}, person="ada"))
    await say(services, owner, {"message": "pfannkuchen"})
    opened = await services.conversations.opened(owner, str(ran.conversation_id), 1)
    stream = services.runs.stream

    async def late(*given: Any) -> Any:
        await services.privacy.execute((await services.privacy.remove(owner, "ada")).id)
        return await stream(*given)

    monkeypatch.setattr(services.runs, "stream", late)
    (done,) = await replayed(services, owner, opened.messages[-1].id)
    assert done.text == "You said zwiebelkuchen"
    others = await columns_with(services.units, "pfannkuchen")
    await services.privacy.keep_up()
    assert await columns_with(services.units, "zwiebelkuchen") == []
    assert await columns_with(services.units, "pfannkuchen") == others
