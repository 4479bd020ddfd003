"""Translate between the port's words and pydantic-ai's."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic_ai import Tool as AgentTool
from pydantic_ai.exceptions import ToolFailed
from pydantic_ai.messages import (
    AgentStreamEvent,
    FunctionToolCallEvent,
    FunctionToolResultEvent,
    ModelMessage,
    ModelRequest,
    ModelResponse,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    UserPromptPart,
)
from pydantic_ai.models.openai import OpenAIChatModelSettings
from pydantic_ai.usage import RunUsage

from backend.errors import DomainError
from backend.ports.language_model import (
    Message,
    ModelEvent,
    ModelSettings,
    TextDelta,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
    estimated_usage,
)

# What a database counts up to; no answer is so long.
MOST_TOKENS = 2**31 - 1


def instructions_in(messages: Sequence[Message]) -> str | None:
    """Return what the system says, one paragraph behind the other; None where it says nothing."""
    return "\n\n".join(message.content for message in messages if message.role == "system") or None


def spoken(messages: Sequence[Message]) -> tuple[list[ModelMessage], str | None]:
    """Return the turns before the last one of the user, and that one."""
    turns: list[ModelMessage] = []
    for message in messages:
        if message.role == "user":
            turns.append(ModelRequest(parts=[UserPromptPart(message.content)]))
        elif message.role == "assistant":
            turns.append(ModelResponse(parts=[TextPart(message.content)]))
    last = [message for message in messages if message.role != "system"][-1:]
    if last and last[0].role == "user":
        return turns[:-1], last[0].content
    return turns, None


def request_of(messages: Sequence[Message]) -> list[ModelMessage]:
    """Return all turns as one request without an agent: the instructions stand with the last one."""
    history, prompt = spoken(messages)
    last = ModelRequest(
        parts=[] if prompt is None else [UserPromptPart(prompt)], instructions=instructions_in(messages)
    )
    return [*history, last]


def agent_tool(tool: Tool) -> AgentTool[None]:
    async def call(**arguments: Any) -> str:
        try:
            return await tool.call(arguments)
        except DomainError as error:
            raise ToolFailed(f"{error.message} {error.hint}".strip()) from error

    return AgentTool.from_schema(call, tool.name, tool.description, tool.schema)


def server_settings(settings: ModelSettings) -> OpenAIChatModelSettings:
    """Say only what was chosen: some servers refuse a setting that they do not know."""
    made = OpenAIChatModelSettings()
    if settings.temperature is not None:
        made["temperature"] = settings.temperature
    if settings.max_output_tokens is not None:
        made["max_tokens"] = settings.max_output_tokens
    if settings.stop:
        made["stop_sequences"] = list(settings.stop)
    if settings.json_schema is not None:
        shape = {"name": "answer", "schema": settings.json_schema, "strict": True}
        made["extra_body"] = {"response_format": {"type": "json_schema", "json_schema": shape}}
    return made


def event_of(event: AgentStreamEvent) -> ModelEvent | None:
    """Return what the port tells of `event`; None for what concerns the library alone."""
    if isinstance(event, PartStartEvent) and isinstance(event.part, TextPart):
        return TextDelta(event.part.content) if event.part.content else None
    if isinstance(event, PartDeltaEvent) and isinstance(event.delta, TextPartDelta):
        return TextDelta(event.delta.content_delta) if event.delta.content_delta else None
    if isinstance(event, FunctionToolCallEvent):
        part = event.part
        return ToolCall(part.tool_call_id, part.tool_name, part.args_as_dict())
    if isinstance(event, FunctionToolResultEvent):
        result = event.part
        content = result.content if isinstance(result.content, str) else json.dumps(result.content, default=str)
        return ToolResult(result.tool_call_id, result.tool_name, content, failed=result.outcome != "success")
    return None


def usage_of(counted: RunUsage, messages: Sequence[Message], answer: str) -> Usage:
    """Return the server's count, or an estimate of four characters a token where it gave none that can be."""
    counts = counted.input_tokens, counted.output_tokens
    if any(counts) and all(isinstance(count, int) and 0 <= count <= MOST_TOKENS for count in counts):
        return Usage(*counts)
    return estimated_usage(sum(len(message.content) for message in messages), len(answer))
