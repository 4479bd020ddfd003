"""The way out and the models. Their libraries take half a second and 80 MB, so the first call loads them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

from backend.bootstrap.engines import engine
from backend.bootstrap.logs import children_log
from backend.ports.embeddings import Embedder
from backend.ports.http import PUBLIC, Http, HttpAnswer, HttpCall, Reach
from backend.ports.language_model import (
    DEFAULT_LIMITS,
    DEFAULT_SETTINGS,
    AgentLimits,
    LanguageModel,
    Message,
    ModelEndpoint,
    ModelEvent,
    ModelKind,
    ModelSettings,
    Tool,
)
from backend.ports.rests import Rests
from backend.settings import Settings

MODELS = "models"
ENGINES: dict[ModelKind, tuple[str, str]] = {
    "embedded": ("language_model.embedded", "EmbeddedModel"),
    "openai": ("language_model.openai_compatible", "OpenAiCompatible"),
    "scripted": ("language_model.scripted", "ScriptedModel"),
}


class HttpAtFirstCall:
    """The guarded client, loaded when somebody calls out."""

    def __init__(self) -> None:
        self._loaded: Http | None = None

    def _http(self) -> Http:
        if self._loaded is None:
            self._loaded = cast(Http, engine("http.client", "GuardedHttp")())
        return self._loaded

    async def send(self, call: HttpCall, reach: Reach = PUBLIC) -> HttpAnswer:
        return await self._http().send(call, reach)

    async def check(self, url: str, reach: Reach = PUBLIC, *, must_exist: bool = True) -> None:
        await self._http().check(url, reach, must_exist=must_exist)

    async def close(self) -> None:
        if self._loaded is not None:
            await self._loaded.close()


class ModelsAtFirstCall:
    """One language model for all kinds of endpoint: each kind's engine is loaded when it is first asked."""

    def __init__(self, settings: Settings, rests: Rests | None = None) -> None:
        """`rests` where other processes ask the same providers."""
        folder = settings.folder
        self._made_with: dict[ModelKind, tuple[Any, ...]] = {
            "embedded": (folder / MODELS, children_log(folder)),
            "openai": (rests,),
        }
        self._loaded: dict[ModelKind, LanguageModel] = {}
        self._loading = asyncio.Lock()

    async def _model(self, kind: ModelKind) -> LanguageModel:
        """Return the engine of a kind. The import runs in a thread: on the loop it would hold every page up."""
        async with self._loading:
            if kind not in self._loaded:
                given = self._made_with.get(kind, ())
                self._loaded[kind] = await asyncio.to_thread(lambda: engine(*ENGINES[kind])(*given))
            return self._loaded[kind]

    async def stream(
        self,
        endpoint: ModelEndpoint,
        messages: Sequence[Message],
        *,
        tools: Sequence[Tool] = (),
        settings: ModelSettings = DEFAULT_SETTINGS,
        limits: AgentLimits = DEFAULT_LIMITS,
    ) -> AsyncGenerator[ModelEvent]:
        model = await self._model(endpoint.kind)
        events = model.stream(endpoint, messages, tools=tools, settings=settings, limits=limits)
        async with aclosing(events) as heard:
            async for event in heard:
                yield event

    async def embedder_of(self, endpoint: ModelEndpoint, dimensions: int) -> Embedder:
        """Return the embedder of a connected provider; it shares the connections of its other models."""
        clients = cast(Any, await self._model("openai")).clients
        embedder = await asyncio.to_thread(engine, "embeddings.openai_compatible", "OpenAiEmbedder")
        return cast(Embedder, embedder(clients, endpoint, dimensions))

    async def close(self) -> None:
        for model in self._loaded.values():
            await model.close()
