"""A protected flow tells its models what two people approved: the prompts of its nodes too."""

from __future__ import annotations

from dataclasses import replace

import pytest

from backend.bootstrap import Services
from backend.errors import Conflict
from backend.flows.types import Flow
from backend.operator import Operator
from backend.prompts.types import Content, NewPrompt, Prompt
from tests.backend.flows.test_prompts import asking


@pytest.fixture
async def owner(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def voice(services: Services, owner: Operator) -> Prompt:
    made = await services.prompts.create(owner, NewPrompt("Answer", Content(text="Be kind.")))
    await services.prompts.set_label(owner, made.id, "voice", 1)
    return made


async def published(services: Services, owner: Operator, **node: object) -> Flow:
    made = await services.flows.create(owner, "Support", document=asking(values={}, **node))
    await services.flows.publish(owner, made.id)
    return made


@pytest.mark.usefixtures("voice")
async def test_a_flow_that_follows_a_free_label_is_not_protected(services: Services, owner: Operator) -> None:
    flow = await published(services, owner, label="voice")

    with pytest.raises(Conflict, match="Support would take in answer under voice, which one person moves alone"):
        await services.flows.protect(owner, flow.id, protected=True)
    assert not (await services.flows.get(owner, flow.id)).is_protected

    await services.prompts.protect_label(owner, "voice", protected=True)
    await services.flows.protect(owner, flow.id, protected=True)
    with pytest.raises(Conflict, match="Support would take in answer under voice"):
        await services.prompts.protect_label(owner, "voice", protected=False)


@pytest.mark.usefixtures("voice")
async def test_a_protected_flow_is_not_published_behind_a_free_label(services: Services, owner: Operator) -> None:
    flow = await published(services, owner, version=1)
    await services.flows.protect(owner, flow.id, protected=True)
    await services.flows.save_draft(owner, flow.id, asking(values={}, label="voice"), 1)

    with pytest.raises(Conflict, match="Support would take in answer under voice"):
        await services.flows.publish(owner, flow.id)

    await services.prompts.protect_label(owner, "voice", protected=True)
    change = await services.flows.publish(owner, flow.id)
    assert change.approval is not None
    await services.prompts.protect_label(owner, "voice", protected=False)
    second = replace(owner, user_id="user_second", name="Second")
    with pytest.raises(Conflict, match="Support would take in answer under voice"):
        await services.flows.approve_publish(second, change.approval.id)


async def test_a_prompt_of_a_protected_flow_is_not_deleted(services: Services, owner: Operator, voice: Prompt) -> None:
    flow = await published(services, owner, version=1)
    await services.flows.protect(owner, flow.id, protected=True)

    with pytest.raises(Conflict, match="Support takes Answer in"):
        await services.prompts.delete(owner, voice.id)

    await services.flows.protect(owner, flow.id, protected=False)
    await services.prompts.delete(owner, voice.id)
