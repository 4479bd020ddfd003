"""A turn that is asked again as it was meets the model that answered then, and what its tools gave then, whole."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from backend.bootstrap import Services
from backend.conversations.types import Filters
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.operator import Operator
from backend.paging import Page
from backend.ports.language_model import Capabilities
from backend.providers.types import SCRIPTED_CHAT, ModelDraft, ProviderDraft
from backend.turns.service.looking import TRACED
from backend.turns.types import ReplayColumn
from tests.backend.turns.test_keeping import publish, say
from tests.backend.turns.test_replaying import SAME, answering, owner, replayed
from tests.factories import flows
from tests.factories.traces import delivery, tracing

__all__ = ["owner"]
LONG = "The parcel waits at the border. " * 300


@pytest.fixture
async def lab(services: Services, owner: Operator) -> AsyncIterator[ScriptedServer]:
    """A provider whose "scripted" can call tools, and is the project's model."""
    made = ScriptedServer(keeps_requests=True)
    models = tuple(ModelDraft(one, capabilities=Capabilities(tools=True)) for one in ("scripted", "echo", "400"))
    draft = ProviderDraft("Lab", await made.start(), models, api_key="k", allow_private_address=True)
    await services.providers.create(owner, draft)
    await services.providers.set_default(owner, "lab:scripted")
    yield made
    await made.close()


async def test_the_model_that_answered_is_asked_again_whatever_the_project_asks_now(
    services: Services, owner: Operator, lab: ScriptedServer
) -> None:
    await publish(services, owner, flows.agent(tools=[]))
    _, message = await say(services, owner, {"message": "Why?"})
    await services.providers.set_default(owner, SCRIPTED_CHAT)
    assert (await services.turns.look(owner, message)).cautions == ()
    asked = [SAME, ReplayColumn("draft"), ReplayColumn(model=SCRIPTED_CHAT)]
    done = await replayed(services, owner, message, *asked)
    assert [(one.model, one.error) for one in done] == [
        ("lab:scripted", ""),
        (SCRIPTED_CHAT, ""),
        (SCRIPTED_CHAT, ""),
    ]
    (provider,) = (await services.providers.list(owner)).items
    await services.providers.delete(owner, provider.id)
    found = await services.turns.look(owner, message)
    assert found.cautions == ("The model lab:scripted is not set up here. Choose another one.",)
    done = await replayed(services, owner, message, *asked)
    assert ["lab:scripted" in one.error for one in done] == [True, False, False]


async def test_a_call_that_failed_says_that_nobody_knows_its_model(
    services: Services, owner: Operator, lab: ScriptedServer
) -> None:
    await services.providers.set_default(owner, "lab:400")
    await publish(services, owner, flows.agent(tools=[]))
    _, message = await say(services, owner, {"message": "Why?"})
    (caution,) = (await services.turns.look(owner, message)).cautions
    assert caution == "02 ask failed before its model was noted: where nobody chose one, today's is asked."


async def test_what_a_tool_gave_is_read_again_as_it_was_read_then(
    services: Services, owner: Operator, lab: ScriptedServer
) -> None:
    await publish(services, owner, flows.agent())
    async with answering(services, lambda number: f"{number}: {LONG}") as seen:
        _, message = await say(services, owner, {"message": "a-1"})
        (done,) = await replayed(services, owner, message)
        assert (done.error, len(seen)) == ("", 1)
        read = [one["content"] for request in lab.seen for one in request["messages"] if one["role"] == "tool"]
        assert read == [f"1: {LONG}", f"1: {LONG}"]
        (done,) = await replayed(services, owner, message, acts=True)
        assert len(seen) == 2


async def test_a_traced_turn_is_asked_as_its_trace_tells(
    services: Services, owner: Operator, lab: ScriptedServer
) -> None:
    tracer, kept = tracing()
    said = [
        {"role": "system", "parts": [{"type": "text", "content": "Be kind."}]},
        {"role": "user", "parts": [{"type": "text", "content": "Context: rain. Question: Why?"}]},
    ]
    with tracer.start_as_current_span("agent", attributes={
        "session.id": "told", "openinference.span.kind": "AGENT", "input.value": "Why?", "output.value": "Rain.",
    }), tracer.start_as_current_span("chat", attributes={
        "gen_ai.operation.name": "chat", "gen_ai.request.model": "echo", "gen_ai.request.temperature": 0.25,
        "gen_ai.request.max_tokens": 70, "gen_ai.input.messages": json.dumps(said),
    }):  # fmt: skip
        pass
    delivered = (await services.traces.read(delivery(kept.get_finished_spans()), "protobuf", gzipped=False)).spans
    await services.conversations.take_spans(owner, delivered)
    (listed,) = (await services.conversations.list(owner, Filters(), Page())).items
    answer = (await services.conversations.opened(owner, listed.id, 1)).messages[-1]
    found = await services.turns.look(owner, answer.id)
    assert found.cautions == (TRACED,)
    (done,) = await replayed(services, owner, answer.id)
    assert (done.error, done.model) == ("", "lab:echo")
    (asked,) = lab.seen
    assert [(one["role"], one["content"]) for one in asked["messages"]] == [
        ("system", "Be kind."), ("user", "Context: rain. Question: Why?"),
    ]  # fmt: skip
    assert (asked["temperature"], asked.get("max_tokens") or asked["max_completion_tokens"]) == (0.25, 70)
