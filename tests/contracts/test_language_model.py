"""What every language model promises, tried against a scripted server over real HTTP."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from decimal import Decimal

import pytest
from anyio._backends._asyncio import Lock

from backend.engines.language_model import clients, openai_compatible, scripted_server
from backend.engines.language_model.scripted import ScriptedModel
from backend.errors import NotFound
from backend.ports.grounding import GroundPassage, lay_out
from backend.ports.language_model import (
    AgentLimits,
    Attempt,
    Finished,
    Message,
    ModelEndpoint,
    ModelSettings,
    Patience,
    TextDelta,
    Tool,
    ToolCall,
    ToolResult,
)
from tests.doubles.model_scene import LIMITS, QUESTION, Scene


def text_of(events: list) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_an_answer_streams_and_ends_with_its_figures(scene: Scene):
    events = await scene.ask("echo")
    finished = events[-1]
    assert isinstance(finished, Finished)
    assert len(events) > 5
    assert text_of(events) == finished.text == "How long does a refund take?"
    assert (finished.usage.input_tokens, finished.usage.output_tokens, finished.usage.estimated) == (6, 6, False)
    assert finished.finish_reason == "stop"
    assert not finished.is_cut
    assert 0 < finished.first_token_ms <= finished.total_ms


async def test_a_connection_that_stays_open_is_used_again(scene: Scene):
    scene.server.keeps_alive = True
    for _ in range(2):
        finished = (await scene.ask("echo"))[-1]
        assert isinstance(finished, Finished)
        assert finished.text == "How long does a refund take?"
    assert scene.server.num_open == 1


async def test_others_end_no_connection_that_answers(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    """Neither in the middle of an answer nor between two attempts; the idle ones end."""
    monkeypatch.setattr(clients, "MAX_CLIENTS", 1)
    waits = asyncio.create_task(scene.ask("hang-once"))
    drips = scene.endpoint("drip", organisation="first")
    async with aclosing(scene.model.stream(drips, QUESTION, limits=LIMITS)) as events:
        await anext(events)
        for other in ("second", "third"):
            await scene.ask("echo", changes={"organisation": other})
        for _ in range(20):
            assert isinstance(await anext(events), TextDelta)
        assert isinstance((await waits)[-1], Finished)
    assert len(scene.model.clients._kept) == 1


async def test_a_connection_that_ended_is_a_failure_that_may_be_repeated(scene: Scene):
    async with scene.model.clients.use(scene.endpoint("echo")) as (client, _):
        await client.close()
    failed = await scene.fails("echo")
    assert (failed.reason, failed.may_help_to_retry) == ("unreachable", True)


async def test_what_a_model_can_do_is_worked_out_once(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(openai_compatible, "MAX_MODELS", 2)
    endpoint = scene.endpoint("echo")
    days = ("echo", "scripted", "length")
    async with scene.model.clients.use(endpoint) as (client, _):
        pass
    for day, num_kept in zip((*days, *days), (1, 2, 1, 2, 1, 2), strict=True):
        await scene.ask(day)
        assert len(client.kept) == num_kept
    (kept,) = [one for key, one in client.kept.items() if key[0] == "length"]
    await scene.ask("length")
    assert client.kept[next(key for key in client.kept if key[0] == "length")] is kept


async def test_calls_at_once_hear_each_of_its_own_attempts(scene: Scene):
    heard = await asyncio.gather(*(scene.ask("cut-first") for _ in range(3)))
    assert sorted(sum(isinstance(one, Attempt) for one in events) for events in heard) == [0, 0, 1]


async def test_a_chunk_wakes_nobody_once_more(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    """The library's lock around its stream does, for each chunk of an answer."""
    taken: list[object] = []
    acquire = Lock.acquire

    async def counting(lock: Lock) -> None:
        taken.append(lock)
        await acquire(lock)

    monkeypatch.setattr(Lock, "acquire", counting)
    numbers = []
    for question in ("Why?", "Why " * 50):
        taken.clear()
        await scene.ask("echo", [Message("user", question)])
        numbers.append(len(taken))
    assert numbers[0] == numbers[1]


async def test_messages_and_settings_reach_the_server(scene: Scene):
    said = [("system", "Be brief."), ("user", "One"), ("assistant", "Two"), ("user", "Three")]
    talk = [Message(role, content) for role, content in said]
    settings = ModelSettings(temperature=0.5, max_output_tokens=7, stop=("END",), json_schema={"type": "object"})
    await scene.ask("echo", talk, settings=settings)
    sent = scene.server.seen[0]
    assert [(turn["role"], turn["content"]) for turn in sent["messages"]] == said
    assert (sent["temperature"], sent["max_tokens"], sent["stop"]) == (0.5, 7, ["END"])
    assert sent["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert "tools" not in sent


async def test_the_scripted_model_answers_from_the_passages_with_a_citation(scene: Scene):
    passages = [
        GroundPassage(1, "Shipping", "Shipping is free above 40 euro."),
        GroundPassage(2, "Returns", "Goods go back within 30 days. A refund takes five working days."),
    ]
    events = await scene.ask("scripted", [Message("user", lay_out(QUESTION[0].content, passages))])
    assert events[-1].text == "A refund takes five working days. [2]"
    nothing = await scene.ask("scripted", [Message("user", lay_out("Who won the chess match?", passages))])
    assert nothing[-1].text == "The passages do not answer this."


async def test_a_tool_runs_once_and_its_result_is_answered_from(scene: Scene):
    events = await scene.ask("scripted", tools=[scene.search])
    kinds = [type(event) for event in events if not isinstance(event, TextDelta)]
    assert kinds == [ToolCall, ToolResult, Finished]
    assert scene.calls == [{"query": QUESTION[0].content}]
    assert events[-1].text == "A refund takes five working days."
    assert events[-1].num_requests == 2


async def test_a_refusal_of_a_tool_is_told_to_the_model(scene: Scene):
    async def refuse(_arguments: dict) -> str:
        raise NotFound("No such order.")

    events = await scene.ask("scripted", tools=[Tool("look", "Look.", scene.search.schema, refuse)])
    result = next(event for event in events if isinstance(event, ToolResult))
    assert result.failed
    assert "No such order." in result.content
    assert isinstance(events[-1], Finished)


async def test_a_token_limit_in_text_is_an_answer_that_says_it_is_cut(scene: Scene):
    finished = (await scene.ask("length"))[-1]
    assert finished.text == "The answer is cut because"
    assert finished.is_cut


async def test_missing_usage_is_estimated(scene: Scene):
    finished = (await scene.ask("no-usage"))[-1]
    assert finished.usage.estimated
    assert finished.usage.output_tokens > 0


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ([], None), ("many", None), (7, None), ({}, None), (True, None), ([{"prompt_tokens": 3}], None),
        ({"prompt_tokens": "3", "completion_tokens": []}, None),
        ({"prompt_tokens": None, "completion_tokens": {}}, None),
        ({"prompt_tokens": -3, "completion_tokens": 2}, None),
        ({"prompt_tokens": 3, "completion_tokens": float("inf")}, None),
        ({"prompt_tokens": 3, "completion_tokens": 2, "completion_tokens_details": []}, (3, 2)),
        ({"prompt_tokens": 3, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": "no"}}, (3, 2)),
        ({"prompt_tokens": 3, "completion_tokens": 2}, (3, 2)),
    ],
)  # fmt: skip
async def test_usage_of_another_shape_is_none(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, usage: object, counted: tuple[int, int] | None
) -> None:
    told = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "echo", "choices": [], "usage": usage}
    monkeypatch.setattr(scripted_server, "finished", lambda *_: f"data: {json.dumps(told)}\n\n".encode())
    for tools in ((), (scene.search,)):
        finished = (await scene.ask("echo", tools=tools))[-1]
        assert isinstance(finished, Finished)
        assert finished.usage.estimated is (counted is None)
        if counted:
            assert (finished.usage.input_tokens, finished.usage.output_tokens) == counted


async def test_cancelling_frees_the_connection(scene: Scene):
    patient = AgentLimits(patience=Patience())
    stream = scene.model.stream(scene.endpoint("hang-midway"), QUESTION, limits=patient)
    async with aclosing(stream) as events:
        assert isinstance(await anext(events), TextDelta)
        assert scene.server.num_open == 1
    async with asyncio.timeout(2):
        while scene.server.num_open:
            await asyncio.sleep(0.01)


async def test_a_slow_reader_is_no_silence_of_the_model(scene: Scene):
    stream = scene.model.stream(scene.endpoint("echo"), QUESTION, limits=LIMITS)
    async with aclosing(stream) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                await asyncio.sleep(0.2)
    assert isinstance(event, Finished)


async def test_latency_and_speed_are_as_scripted(scene: Scene):
    scene.server.latency_seconds, scene.server.tokens_per_second = 0.2, 20
    finished = (await scene.ask("echo"))[-1]
    assert finished.first_token_ms >= 200
    assert finished.total_ms >= 200 + 6 * 50


async def test_the_scripted_engine_starts_its_own_server():
    model = ScriptedModel()
    endpoint = ModelEndpoint("scripted", "scripted:scripted", "scripted", input_price=Decimal(1))
    async with aclosing(model.stream(endpoint, QUESTION)) as events:
        heard = [event async for event in events]
    assert heard[-1].text == f"You said: {QUESTION[0].content}"
    await model.close()
