"""The call of a model is read back out of the spans of other systems."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backend.conversations.tracing.calls import call_of, is_call
from backend.conversations.tracing.conventions import understood
from backend.conversations.types import CallMessage
from tests.backend.conversations.test_conventions import GIVEN, MODEL, Work, parts, spans

ASKED = {"llm.input_messages.0.message.role": "user", "llm.input_messages.0.message.content": "Why?"}
OPENINFERENCE = {"openinference.span.kind": "LLM", "llm.model_name": MODEL, **ASKED}
GENAI = {"gen_ai.operation.name": "chat", "gen_ai.request.model": MODEL}
HUGE = 10**400
MESSAGES = parts({"role": "user", "parts": [{"type": "text", "content": "Why?"}]})


@pytest.mark.parametrize(
    ("told", "temperature", "max_tokens"),
    [
        ({**OPENINFERENCE, "llm.invocation_parameters": json.dumps({"temperature": 0.2, "max_tokens": 50})}, 0.2, 50),
        ({**OPENINFERENCE, "llm.invocation_parameters": "[1"}, None, None),
        ({**GENAI, "gen_ai.input.messages": MESSAGES, "gen_ai.request.temperature": 0, "gen_ai.request.max_tokens": 9},
         0, 9),
        ({**GENAI, "gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Why?",
          "gen_ai.request.temperature": float("nan"), "gen_ai.request.max_tokens": True}, None, None),
        ({**OPENINFERENCE, "llm.invocation_parameters": json.dumps({"temperature": HUGE, "max_tokens": -HUGE})},
         None, None),
        ({"openinference.span.kind": "LLM", "llm.model_name": MODEL, "input.value": "Why?"}, None, None),
    ],
)  # fmt: skip
def test_a_call_tells_messages_model_and_parameters(
    told: dict[str, Any], temperature: float | None, max_tokens: int | None
) -> None:
    [span] = spans([Work(told)])
    assert is_call(understood(span))
    call = call_of(understood(span))
    assert (call.model, call.messages) == (MODEL, (CallMessage("user", "Why?"),))
    assert (call.temperature, call.max_tokens) == (temperature, max_tokens)


def test_tools_stand_in_a_call_and_what_asked_no_model_is_none() -> None:
    said = [{"role": "assistant", "parts": [{"type": "tool_call", "id": "c", "name": "sky", "arguments": GIVEN}]},
            {"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": "rain"}]}]  # fmt: skip
    asked, tool, silent = spans(
        [
            Work({**GENAI, "gen_ai.input.messages": parts(*said)}),
            Work({"openinference.span.kind": "TOOL", "input.value": GIVEN}),
            Work(GENAI),
        ]
    )
    first, second = call_of(understood(asked)).messages
    assert (first.role, first.calls[0]["name"], second.role, second.text) == ("assistant", "sky", "tool", "rain")
    assert not any(is_call(understood(one)) for one in (tool, silent))
