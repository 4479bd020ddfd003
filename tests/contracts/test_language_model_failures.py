"""A model server on its bad days: nothing is repeated that was read, no tool of a cut turn runs, words help."""

from __future__ import annotations

import asyncio
import time

import pytest

from backend.engines.language_model.gate import Gate
from backend.ports.language_model import (
    AgentLimits,
    Attempt,
    Finished,
    Patience,
    TextDelta,
    Tool,
)
from tests.doubles.deaf import deaf
from tests.doubles.model_scene import Scene


async def test_a_broken_tool_ends_the_call_with_its_own_error(scene: Scene):
    async def break_down(_arguments: dict) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await scene.ask("scripted", tools=[Tool("look", "Look.", scene.search.schema, break_down)])


async def test_an_agent_that_never_answers_reaches_its_limit(scene: Scene):
    failed = await scene.fails("tools-for-ever", tools=[scene.search])
    assert failed.reason == "limit"
    assert len(scene.calls) <= 3
    assert scene.server.requests["tools-for-ever"] == 3


@pytest.mark.parametrize("day", ["cut-in-tool", "cut-after-tool"])
async def test_no_tool_of_a_cut_turn_runs(scene: Scene, day: str):
    failed = await scene.fails(day, tools=[scene.search])
    assert failed.reason == "cut"
    assert scene.calls == []


async def test_a_token_limit_inside_a_tool_call_runs_no_tool(scene: Scene):
    failed = await scene.fails("length-in-tool", tools=[scene.search])
    assert failed.reason == "too_long"
    assert not failed.may_help_to_retry
    assert scene.calls == []


@pytest.mark.parametrize(
    ("day", "reason", "words"),
    [("cut", "cut", "broke off"), ("reset", "unreachable", "connection"), ("broken", "cut", "broke off"),
     ("no-text", "cut", "broke off"),
     ("hang-midway", "silent", "0.4 s"), ("pings", "silent", "0.4 s")],
)  # fmt: skip
async def test_a_failure_after_the_first_token_is_never_repeated_and_keeps_its_text(scene: Scene, day, reason, words):
    failed = await scene.fails(day)
    assert failed.reason == reason
    assert words in failed.message
    assert failed.text == "It is half"
    assert failed.may_help_to_retry
    assert failed.usage.estimated
    assert scene.server.requests[day] == 1


@pytest.mark.parametrize("with_tools", [False, True])
@pytest.mark.parametrize(
    ("day", "reason", "words"),
    [("empty", "not_a_model", "not one of a chat model"), ("empty-length", "too_long", "before it said anything"),
     ("filtered", "refused", "content filter")],
)  # fmt: skip
async def test_an_empty_answer_says_why(scene: Scene, day: str, reason: str, words: str, *, with_tools: bool):
    failed = await scene.fails(day, tools=[scene.search] if with_tools else [])
    assert failed.reason == reason
    assert words in failed.message


async def test_an_error_inside_the_stream_is_no_success(scene: Scene):
    failed = await scene.fails("error-midway")
    assert failed.text == "It is half"
    assert scene.server.requests["error-midway"] == 1


async def test_a_stream_that_never_ends_is_ended(scene: Scene):
    start = time.perf_counter()
    failed = await scene.fails("drip")
    assert failed.reason == "silent"
    assert "3 s" in failed.message
    assert time.perf_counter() - start < 4.5


async def test_an_answer_without_measure_is_ended(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("backend.engines.language_model.openai_compatible.MAX_SAID_CHARACTERS", 100)
    failed = await scene.fails("drip")
    assert failed.reason == "too_long"
    assert len(failed.text) > 100


@pytest.mark.parametrize(("day", "num_requests"), [("cut-first", 2), ("500-twice", 3), ("429", 2), ("hang-once", 2)])
async def test_a_failure_before_the_first_token_is_repeated_and_seen(scene: Scene, day: str, num_requests: int):
    events = await scene.ask(day)
    assert isinstance(events[-1], Finished)
    attempts = [event for event in events if isinstance(event, Attempt)]
    assert len(attempts) == num_requests - 1
    assert scene.server.requests[day] == num_requests
    assert [attempt.number for attempt in attempts] == list(range(1, num_requests))


async def test_retry_after_is_obeyed(scene: Scene):
    start = time.perf_counter()
    events = await scene.ask("429")
    assert time.perf_counter() - start >= 1
    assert 1 <= next(event.pause_seconds for event in events if isinstance(event, Attempt)) < 1.3


async def test_a_wait_of_an_hour_is_not_waited_for(scene: Scene):
    start = time.perf_counter()
    failed = await scene.fails("429-hour")
    assert time.perf_counter() - start < 1
    assert failed.reason == "rate_limit"
    assert "60 min" in failed.hint
    again = await scene.fails("429-hour")
    assert time.perf_counter() - start < 1
    assert (again.message, again.hint) == (failed.message, failed.hint)
    assert 3590 < (again.retry_after_seconds or 0) < 3600
    assert scene.server.requests["429-hour"] == 1


async def test_one_provider_is_left_alone_by_all_its_calls(scene: Scene):
    async def first() -> None:
        await scene.ask("429")

    async def second() -> float:
        await asyncio.sleep(0.2)
        start = time.perf_counter()
        await scene.ask("echo")
        return time.perf_counter() - start

    _, waited = await asyncio.gather(first(), second())
    assert waited > 0.5


@pytest.mark.parametrize(
    ("day", "reason", "num_requests", "words"),
    [("500", "overloaded", 3, "status 500"), ("502-html", "overloaded", 3, "status 502"),
     ("429-always", "rate_limit", 3, "too many requests"), ("400", "refused", 1, "temperature must lie"),
     ("nobody", "not_found", 1, "knows no model nobody"), ("html", "not_a_model", 1, "not as a chat model"),
     ("json-error", "not_a_model", 1, "not as a chat model"), ("hang", "silent", 3, "0.5 s")],
)  # fmt: skip
async def test_each_failure_has_its_sentence_and_its_number_of_tries(scene: Scene, day, reason, num_requests, words):
    failed = await scene.fails(day)
    assert failed.reason == reason
    assert words in failed.message
    assert scene.server.requests[day] == num_requests
    assert failed.text == ""
    assert failed.usage.total_tokens == 0


async def test_a_wrong_key_is_asked_for_once_and_named(scene: Scene):
    failed = await scene.fails("echo", changes={"api_key": "wrong-secret-canary"})
    assert failed.reason == "key"
    assert failed.message == "The provider does not accept the key."
    assert "wrong" not in failed.message + failed.hint
    assert not failed.may_help_to_retry
    missing = await scene.fails("echo", changes={"api_key": ""})
    assert "none is stored" in missing.message
    assert scene.server.requests["echo"] == 0


async def test_a_provider_that_keeps_failing_is_left_alone(scene: Scene):
    for _ in range(2):
        await scene.fails("500")
    before = scene.server.requests["500"]
    failed = await scene.fails("500")
    assert "left alone" in failed.message
    assert scene.server.requests["500"] == before


async def test_a_provider_that_refuses_one_request_for_its_own_sake_is_there(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    for _ in range(2):
        await scene.fails("500")
    with monkeypatch.context() as later:
        later.setattr(Gate, "seconds_shut", lambda _gate: 0.0)  # the time has come for one to try
        await scene.fails("400")
    assert await scene.ask("echo")


async def test_nobody_home_is_said_in_words(scene: Scene):
    await scene.server.close()
    failed = await scene.fails("echo")
    assert failed.reason == "unreachable"
    assert "does not answer" in failed.message


async def test_r19_who_takes_no_connection_is_given_up_at_its_own_time(scene: Scene):
    patient = Patience(connect=0.2, first_token=30, whole_call=60, attempts=2, first_pause=0.05)
    with deaf() as base_url:
        began = time.monotonic()
        failed = await scene.fails("echo", changes={"base_url": base_url}, limits=AgentLimits(patience=patient))
    assert time.monotonic() - began < 5
    assert (failed.reason, failed.text) == ("unreachable", "")
    assert "does not answer" in failed.message
    assert failed.may_help_to_retry


async def test_r20_deltas_that_hold_nothing_or_come_twice_change_neither_text_nor_tokens(scene: Scene):
    events = await scene.ask("stutters")
    said = "It is whole and and no more."
    assert (events[-1].text, "".join(one.text for one in events if isinstance(one, TextDelta))) == (said, said)
    usage = events[-1].usage
    assert (usage.input_tokens, usage.output_tokens, usage.estimated) == (2, 7, False)
    assert scene.server.requests["stutters"] == 1


async def test_a_private_address_is_refused_unless_it_was_allowed(scene: Scene):
    failed = await scene.fails("echo", changes={"allow_private_address": False})
    assert failed.reason == "address"
    assert "Allow private addresses" in failed.hint
    assert sum(scene.server.requests.values()) == 0
