"""A model and its prices for playgrounds: it says back what it was told, calls a tool, or fails, by its name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from decimal import Decimal
from typing import Any

from backend.operator import Operator
from backend.ports.language_model import (
    Capabilities,
    Finished,
    Message,
    ModelEndpoint,
    ModelEvent,
    ModelFailed,
    TextDelta,
    Tool,
    ToolCall,
    ToolResult,
    Usage,
)


class Player:
    """`seen` holds what each call was given; with a `barrier` every call waits until all of them have come."""

    def __init__(self) -> None:
        self.seen: list[tuple[ModelEndpoint, Sequence[Message], dict[str, Any]]] = []
        self.barrier: asyncio.Barrier | None = None
        self.num_open = 0

    async def resolve(self, _operator: Operator, reference: str) -> ModelEndpoint:
        able = Capabilities(tools=reference != "plain", json_schema=reference == "strict")
        return ModelEndpoint("openai", reference or "the-default", "m", capabilities=able, output_price=Decimal(2))

    def cost(self, endpoint: ModelEndpoint, usage: Usage) -> Decimal:
        return endpoint.output_price * usage.output_tokens / 1_000_000

    async def stream(
        self, endpoint: ModelEndpoint, messages: Sequence[Message], *, tools: Sequence[Tool] = (), **more: Any
    ) -> AsyncGenerator[ModelEvent]:
        self.seen.append((endpoint, messages, more))
        self.num_open += 1
        try:
            if self.barrier:
                await self.barrier.wait()
            if endpoint.reference == "broken":
                raise ZeroDivisionError
            if endpoint.reference == "failing":
                yield TextDelta("half")
                raise ModelFailed("It broke.", reason="cut", hint="Try again.", usage=Usage(5, 1))
            if endpoint.reference == "hanging":
                yield TextDelta("wait")
                await asyncio.Event().wait()
            said = "It is sunny." if tools else messages[-1].content
            for tool in tools:
                yield ToolCall("call_1", tool.name, {"city": "Berlin"})
                yield ToolResult("call_1", tool.name, await tool.call({"city": "Berlin"}))
                if more["limits"].max_requests == 1:
                    raise ModelFailed("The agent reached its limit.", reason="limit", usage=Usage(9, 4))
            yield TextDelta(said)
            yield Finished(said, Usage(10, 3), "stop", 1.0, 2.0)
        finally:
            self.num_open -= 1

    async def close(self) -> None: ...
