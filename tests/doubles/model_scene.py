"""A model engine and the scripted server that it asks."""

from __future__ import annotations

from contextlib import aclosing

import pytest

from backend.engines.language_model.openai_compatible import OpenAiCompatible
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.ports.language_model import (
    AgentLimits,
    Capabilities,
    Message,
    ModelEndpoint,
    ModelFailed,
    Patience,
    Tool,
)

IMPATIENT = Patience(connect=0.5, first_token=0.5, between_tokens=0.4, whole_call=3.0, first_pause=0.05)
TOOLS = Capabilities(tools=True)
LIMITS = AgentLimits(max_requests=3, patience=IMPATIENT)
QUESTION = [Message("user", "How long does a refund take?")]


class Scene:
    """A scripted server and a model that asks it."""

    def __init__(self, server: ScriptedServer, base_url: str) -> None:
        self.server = server
        self.model = OpenAiCompatible()
        self.base_url = base_url
        self.calls: list[dict] = []

    def endpoint(self, day: str, **changes) -> ModelEndpoint:
        given = {"allow_private_address": True, "api_key": "secret-canary", "base_url": self.base_url}
        return ModelEndpoint(
            "openai", f"test:{day}", day, capabilities=Capabilities(tools=True), **{**given, **changes}
        )

    async def ask(self, day: str, messages=QUESTION, *, limits=LIMITS, changes=None, **options) -> list:
        stream = self.model.stream(self.endpoint(day, **(changes or {})), messages, limits=limits, **options)
        async with aclosing(stream) as events:
            return [event async for event in events]

    async def fails(self, day: str, **options) -> ModelFailed:
        with pytest.raises(ModelFailed) as failed:
            await self.ask(day, **options)
        said = failed.value.message + failed.value.hint
        assert "secret-canary" not in said
        assert "127.0.0.1" not in said
        assert "Error" not in said
        return failed.value

    @property
    def search(self) -> Tool:
        async def call(arguments: dict) -> str:
            self.calls.append(arguments)
            return "A refund takes five working days. Shipping is free."

        schema = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
        return Tool("search", "Search the handbook.", schema, call)
