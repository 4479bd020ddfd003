"""How a prompt is put to a model, wherever it is: what the model cannot do is said to it in words, or to its user."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from backend.errors import InvalidInput
from backend.ports.language_model import Capabilities, Message, ModelEndpoint, ModelFailed, Tool
from backend.prompts.content import ToolSpec

MAX_REQUESTS = 6
SCHEMA_WORDS = "Answer with one JSON object of this schema and nothing else:"


def held_to(
    endpoint: ModelEndpoint, messages: Sequence[Message], schema: dict[str, Any] | None
) -> tuple[list[Message], dict[str, Any] | None]:
    """Return the messages, and the schema where the model can be held to it; else the schema is said in words."""
    if not schema or endpoint.capabilities.json_schema:
        return list(messages), schema or None
    return with_schema(messages, schema), None


def with_schema(messages: Sequence[Message], schema: dict[str, Any]) -> list[Message]:
    """Say a schema behind the instructions, which it becomes where there are none."""
    words = f"{SCHEMA_WORDS}\n{json.dumps(schema)}"
    said = list(messages)
    if said and said[0].role == "system":
        return [replace(said[0], content=f"{said[0].content}\n\n{words}".strip()), *said[1:]]
    return [Message("system", words), *said]


def require_tools(reference: str, capabilities: Capabilities, tools: Sequence[ToolSpec]) -> None:
    """Raise InvalidInput where there are tools and the model cannot call any."""
    if tools and not capabilities.tools:
        raise InvalidInput(f"{reference} cannot call tools.", hint="Choose another model.")


def num_requests(tools: Sequence[ToolSpec]) -> int:
    """Ask once more after a tool only where the prompt says what every tool gives back."""
    return MAX_REQUESTS if tools and all(tool.result for tool in tools) else 1


def ends_at_call(failed: ModelFailed, called: str, tools: Sequence[ToolSpec]) -> bool:
    """Tell whether the last call is the answer itself: nobody said what that tool gives back."""
    return failed.reason == "limit" and any(tool.name == called and not tool.result for tool in tools)


def tool_of(spec: ToolSpec) -> Tool:
    async def give(_arguments: dict[str, Any]) -> str:
        return spec.result

    return Tool(spec.name, spec.description, spec.parameters, give)
