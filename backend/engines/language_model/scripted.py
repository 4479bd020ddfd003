"""The scripted model as an engine: its server runs in this process, and is asked over loopback like any other."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from backend.engines.language_model.openai_compatible import OpenAiCompatible
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.ports.language_model import (
    DEFAULT_LIMITS,
    DEFAULT_SETTINGS,
    AgentLimits,
    Message,
    ModelEndpoint,
    ModelEvent,
    ModelSettings,
    Tool,
)


class ScriptedModel:
    """Answers at once, without weights and the same way each time. The server starts at the first call."""

    def __init__(self) -> None:
        self._asker = OpenAiCompatible()
        self._server = ScriptedServer(key=secrets.token_urlsafe(16))
        self._base_url = ""
        self._starting = asyncio.Lock()

    async def stream(
        self,
        endpoint: ModelEndpoint,
        messages: Sequence[Message],
        *,
        tools: Sequence[Tool] = (),
        settings: ModelSettings = DEFAULT_SETTINGS,
        limits: AgentLimits = DEFAULT_LIMITS,
    ) -> AsyncGenerator[ModelEvent]:
        async with self._starting:
            self._base_url = self._base_url or await self._server.start()
        here = replace(endpoint, base_url=self._base_url, api_key=self._server.key, allow_private_address=True)
        events = self._asker.stream(here, messages, tools=tools, settings=settings, limits=limits)
        async with aclosing(events) as heard:
            async for event in heard:
                yield event

    async def close(self) -> None:
        await self._asker.close()
        await self._server.close()
