"""What each convention of tracing writes lands where it belongs: question, answer, model, tokens, tool calls."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.conversations.tracing.turns import traced
from backend.conversations.types import Role
from backend.ports.traces import Span, SpanEvent

BEGAN = datetime(2026, 11, 16, 9, tzinfo=UTC)
ASKED, SAID, FOUND = "What is the weather in Paris?", "Rain until noon.", '{"sky": "rain"}'
GIVEN = '{"city": "Paris"}'
MODEL = "gpt-4o-2024-08-06"
CALL = {"id": "call_1", "name": "get_weather", "arguments": GIVEN}


@dataclass
class Work:
    """A span: its parent by place, -1 for none, its attributes and its events."""

    attributes: Mapping[str, Any] = field(default_factory=dict)
    parent: int = -1
    events: Sequence[tuple[str, Mapping[str, Any]]] = ()


def spans(works: Sequence[Work]) -> list[Span]:
    return [
        Span(
            trace_id="0af7651916cd43dd8448eb211c80319c",
            span_id=f"{at:016x}",
            parent_id=f"{one.parent:016x}" if one.parent >= 0 else "",
            name="work",
            started_at=BEGAN + timedelta(seconds=at),
            ended_at=BEGAN + timedelta(seconds=at + 1 if one.parent >= 0 else 60),
            attributes=one.attributes,
            events=tuple(SpanEvent(name, told) for name, told in one.events),
        )
        for at, one in enumerate(works)
    ]


def parts(*said: Mapping[str, Any]) -> str:
    return json.dumps(said)


OPENINFERENCE = [
    Work({"openinference.span.kind": "AGENT", "input.value": ASKED, "output.value": SAID,
          "session.id": "s", "user.id": "u"}),
    Work({
        "openinference.span.kind": "LLM", "llm.model_name": MODEL,
        "llm.input_messages.0.message.role": "system", "llm.input_messages.0.message.content": "Be kind.",
        "llm.input_messages.1.message.role": "user",
        "llm.input_messages.1.message.contents.0.message_content.type": "text",
        "llm.input_messages.1.message.contents.0.message_content.text": ASKED,
        "llm.output_messages.0.message.role": "assistant",
        "llm.output_messages.0.message.tool_calls.0.tool_call.id": "call_1",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.name": "get_weather",
        "llm.output_messages.0.message.tool_calls.0.tool_call.function.arguments": GIVEN,
        "llm.token_count.prompt": 100, "llm.token_count.completion": 10, "llm.token_count.total": 110,
    }, 0),
    Work({"openinference.span.kind": "TOOL", "tool.name": "get_weather", "tool_call.id": "call_1",
          "input.value": GIVEN, "output.value": FOUND}, 0),
    Work({
        "openinference.span.kind": "LLM", "llm.model_name": MODEL,
        "llm.output_messages.0.message.role": "assistant", "llm.output_messages.0.message.content": SAID,
        "llm.token_count.prompt": 200, "llm.token_count.completion": 20,
    }, 0),
]  # fmt: skip
# Their own names of before the GenAI conventions had messages; a workflow's input is that of its function.
OPENLLMETRY = [
    Work({"traceloop.span.kind": "workflow", "traceloop.entity.name": "weather",
          "traceloop.association.properties.session_id": "s", "traceloop.association.properties.user_id": "u",
          "traceloop.entity.input": json.dumps({"args": [], "kwargs": {"question": ASKED}}),
          "traceloop.entity.output": json.dumps({"outputs": {"answer": SAID}})}),
    Work({
        "llm.request.type": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o",
        "gen_ai.response.model": MODEL, "gen_ai.usage.prompt_tokens": 100, "gen_ai.usage.completion_tokens": 10,
        "llm.usage.total_tokens": 110, "gen_ai.prompt.0.role": "system", "gen_ai.prompt.0.content": "Be kind.",
        "gen_ai.prompt.1.role": "user", "gen_ai.prompt.1.content": ASKED, "gen_ai.completion.0.role": "assistant",
        "gen_ai.completion.0.finish_reason": "tool_calls", "gen_ai.completion.0.tool_calls.0.id": "call_1",
        "gen_ai.completion.0.tool_calls.0.name": "get_weather", "gen_ai.completion.0.tool_calls.0.arguments": GIVEN,
    }, 0),
    Work({"traceloop.span.kind": "tool", "traceloop.entity.name": "get_weather", "gen_ai.tool.call.id": "call_1",
          "traceloop.entity.input": GIVEN, "traceloop.entity.output": FOUND}, 0),
    Work({
        "llm.request.type": "chat", "gen_ai.response.model": MODEL, "gen_ai.usage.prompt_tokens": 200,
        "gen_ai.usage.completion_tokens": 20, "gen_ai.prompt.0.role": "user",
        "gen_ai.prompt.0.content": json.dumps([{"type": "text", "text": ASKED}]),
        "gen_ai.completion.0.role": "assistant", "gen_ai.completion.0.content": SAID,
    }, 0),
]  # fmt: skip
TOOL = Work({"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "get_weather",
             "gen_ai.tool.call.id": "call_1", "gen_ai.tool.call.arguments": GIVEN,
             "gen_ai.tool.call.result": FOUND}, 0)  # fmt: skip
AGENT = Work({"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "weather", "gen_ai.conversation.id": "s",
              "enduser.id": "u"})  # fmt: skip


def asked_of(tokens: tuple[int, int], **told: Any) -> dict[str, Any]:
    return {"gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-4o", "gen_ai.response.model": MODEL,
            "gen_ai.usage.input_tokens": tokens[0], "gen_ai.usage.output_tokens": tokens[1], **told}  # fmt: skip


QUESTION = {"role": "user", "parts": [{"type": "text", "content": ASKED}]}
WISH = {"role": "assistant", "parts": [{"type": "tool_call", "id": "call_1", "name": "get_weather",
                                        "arguments": {"city": "Paris"}}], "finish_reason": "tool_call"}  # fmt: skip
RESULT = {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call_1", "response": FOUND}]}
ANSWER = {"role": "assistant", "parts": [{"type": "text", "content": SAID}], "finish_reason": "stop"}
GENAI = [
    AGENT,
    Work(asked_of((100, 10), **{
        "gen_ai.system_instructions": parts({"type": "text", "content": "Be kind."}),
        "gen_ai.input.messages": parts(QUESTION), "gen_ai.output.messages": parts(WISH),
    }), 0),
    TOOL,
    Work(asked_of((200, 20), **{
        "gen_ai.input.messages": parts(QUESTION, WISH, RESULT), "gen_ai.output.messages": parts(ANSWER),
    }), 0),
]  # fmt: skip
DETAILS = "gen_ai.client.inference.operation.details"
GENAI_IN_AN_EVENT = [
    AGENT,
    Work(asked_of((100, 10)), 0, [(DETAILS, {"gen_ai.input.messages": parts(QUESTION),
                                            "gen_ai.output.messages": parts(WISH)})]),
    TOOL,
    Work(asked_of((200, 20)), 0, [(DETAILS, {"gen_ai.input.messages": parts(QUESTION, WISH, RESULT),
                                            "gen_ai.output.messages": parts(ANSWER)})]),
]  # fmt: skip
FUNCTION = {"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": GIVEN}}
# An event a message, as of 1.28; before that the whole of both in one event each.
EVENT_A_MESSAGE = [
    AGENT,
    Work(asked_of((100, 10)), 0, [
        ("gen_ai.system.message", {"content": "Be kind."}), ("gen_ai.user.message", {"content": ASKED}),
        ("gen_ai.choice", {"index": 0, "finish_reason": "tool_calls",
                           "message": json.dumps({"role": "assistant", "tool_calls": [FUNCTION]})}),
    ]),
    TOOL,
    Work(asked_of((200, 20)), 0, [
        ("gen_ai.user.message", {"content": ASKED}),
        ("gen_ai.assistant.message", {"tool_calls": json.dumps([FUNCTION])}),
        ("gen_ai.tool.message", {"id": "call_1", "content": FOUND}),
        ("gen_ai.choice", {"index": 0, "finish_reason": "stop", "message": json.dumps({"content": SAID})}),
    ]),
]  # fmt: skip
CONTENT_EVENTS = [
    AGENT,
    Work(asked_of((100, 10)), 0, [
        ("gen_ai.content.prompt", {"gen_ai.prompt": parts({"role": "user", "content": ASKED})}),
        ("gen_ai.content.completion", {"gen_ai.completion": parts({"role": "assistant", "tool_calls": [FUNCTION]})}),
    ]),
    TOOL,
    Work(asked_of((200, 20)), 0, [
        ("gen_ai.content.prompt", {"gen_ai.prompt": parts({"role": "user", "content": ASKED})}),
        ("gen_ai.content.completion", {"gen_ai.completion": parts({"role": "assistant", "content": SAID})}),
    ]),
]  # fmt: skip
CONVENTIONS = {
    "OpenInference": OPENINFERENCE, "OpenLLMetry": OPENLLMETRY, "GenAI": GENAI, "GenAI event": GENAI_IN_AN_EVENT,
    "GenAI message events": EVENT_A_MESSAGE, "GenAI content events": CONTENT_EVENTS,
}  # fmt: skip


@pytest.mark.parametrize("name", CONVENTIONS)
def test_what_a_convention_writes_lands_where_it_belongs(name: str) -> None:
    told = traced(spans(CONVENTIONS[name]))
    assert (told.session_id, told.person) == ("s", "u")
    asked, wish, result, answer = told.messages
    assert (asked.role, asked.text) == (Role.USER, ASKED)
    [call] = wish.tool_calls
    given = call["arguments"]
    assert {**call, "arguments": given if isinstance(given, str) else json.dumps(given)} == CALL
    assert (wish.role, wish.text, wish.model, wish.tokens_in, wish.tokens_out) == (Role.ASSISTANT, "", MODEL, 100, 10)
    assert (result.role, result.text, result.tool_name, result.tool_calls) == (Role.TOOL, FOUND, "get_weather", (CALL,))
    assert (answer.role, answer.text, answer.model) == (Role.ASSISTANT, SAID, MODEL)
    assert (answer.tokens_in, answer.tokens_out) == (200, 20)


@pytest.mark.parametrize("name", ["GenAI", "GenAI event", "GenAI message events"])
def test_a_tool_without_a_span_is_told_by_what_the_model_read_next(name: str) -> None:
    agent, first, _, last = CONVENTIONS[name]
    asked, wish, result, answer = traced(spans([agent, first, last])).messages
    assert [one.role for one in (asked, wish, result, answer)] == [Role.USER, Role.ASSISTANT, Role.TOOL, Role.ASSISTANT]
    assert (asked.text, result.text, answer.text) == (ASKED, FOUND, SAID)


def test_a_function_tells_what_was_said_by_its_arguments_alone() -> None:
    alone = [Work({**OPENLLMETRY[0].attributes})]
    assert [one.text for one in traced(spans(alone)).messages] == [ASKED, SAID]


def test_contents_in_parts_are_text() -> None:
    said = json.dumps([{"type": "text", "text": SAID}])
    work = Work({"llm.request.type": "chat", "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": ASKED,
                 "gen_ai.completion.0.role": "model", "gen_ai.completion.0.content": said})  # fmt: skip
    assert [one.text for one in traced(spans([work])).messages] == [ASKED, SAID]


@pytest.mark.parametrize("parents", [(0,), (1, 0), (-1, 2, 1)])
def test_spans_that_name_each_other_as_parents_say_what_they_say(parents: Sequence[int]) -> None:
    said = {"openinference.span.kind": "LLM", "input.value": ASKED, "output.value": SAID}
    told = traced(spans([Work(said, parent) for parent in parents]))
    assert [one.text for one in told.messages] == [ASKED, SAID]


def test_arguments_that_are_nested_too_deep_to_be_kept_stay_text() -> None:
    deep = (
        f'[{{"role": "assistant", "tool_calls": [{{"id": "c", "name": "look", "arguments": {"[" * 300}{"]" * 300}}}]}}]'
    )
    told = traced(
        spans([Work({"gen_ai.operation.name": "chat", "gen_ai.output.messages": deep, "input.value": ASKED})])
    )
    assert [call for one in told.messages for call in one.tool_calls] == []
    assert any(deep == one.text for one in told.messages)
