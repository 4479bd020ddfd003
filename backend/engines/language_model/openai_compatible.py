"""Any endpoint that speaks the OpenAI protocol, guarded, with pydantic-ai's agent loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterable, Sequence
from typing import Any

import httpcore2
from pydantic_ai import Agent, RunContext
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    ModelAPIError,
    OutputTokenLimitExceeded,
    UnexpectedModelBehavior,
)
from pydantic_ai.messages import AgentStreamEvent, ModelResponse
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.usage import UsageLimits

from backend.engines.http.pinning import Resolver, system_resolver
from backend.engines.http.places import place_of
from backend.engines.language_model.clients import Clients
from backend.engines.language_model.gate import Gate
from backend.engines.language_model.guard import GuardedModel
from backend.engines.language_model.lean_client import LeanClient
from backend.engines.language_model.tally import Tally
from backend.engines.language_model.turns import (
    agent_tool,
    event_of,
    instructions_in,
    request_of,
    server_settings,
    spoken,
)
from backend.engines.language_model.words import failure, resting
from backend.ports.http import AddressRefused, AnswerTooBig
from backend.ports.language_model import (
    DEFAULT_LIMITS,
    DEFAULT_SETTINGS,
    AgentLimits,
    Attempt,
    Finished,
    Message,
    ModelEndpoint,
    ModelEvent,
    ModelFailed,
    ModelSettings,
    TextDelta,
    Tool,
    ToolResult,
)
from backend.ports.rests import Rests

WAITING_EVENTS = 256
MAX_MODELS = 64  # of one provider, whose names anybody may make up
OPENAI_HOST = "api.openai.com"
# Ten times the longest answer of today's models. The agent loop joins an answer anew with each piece of it: one of
# 100 MB kept the whole process busy for 40 s, and no cancel got through.
MAX_SAID_CHARACTERS = 5_000_000
EMPTY: dict[str, type[UnexpectedModelBehavior]] = {
    "content_filter": ContentFilterError,
    "length": OutputTokenLimitExceeded,
}


class OpenAiCompatible:
    """Ask models over HTTP. One object serves all providers; it keeps their connections."""

    def __init__(
        self,
        rests: Rests | None = None,
        *,
        resolver: Resolver = system_resolver,
        network: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        """`rests` where other processes ask the same providers."""
        self._clients = Clients(resolver, network, rests)

    async def stream(
        self,
        endpoint: ModelEndpoint,
        messages: Sequence[Message],
        *,
        tools: Sequence[Tool] = (),
        settings: ModelSettings = DEFAULT_SETTINGS,
        limits: AgentLimits = DEFAULT_LIMITS,
    ) -> AsyncGenerator[ModelEvent]:
        call = _Call(endpoint, messages, settings, limits)
        task = asyncio.create_task(call.run(self._clients, tools))
        try:
            while (event := await call.events.get()) is not None:
                yield event
            await task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def clients(self) -> Clients:
        """Return the connections, for whatever else asks the same providers."""
        return self._clients

    async def close(self) -> None:
        await self._clients.close()


class _Call:
    """One call: the agent runs in a task of its own and lays its events into a queue that the caller empties."""

    def __init__(
        self, endpoint: ModelEndpoint, messages: Sequence[Message], settings: ModelSettings, limits: AgentLimits
    ) -> None:
        self.events: asyncio.Queue[ModelEvent | None] = asyncio.Queue(WAITING_EVENTS)
        self._endpoint = endpoint
        self._messages = messages
        self._settings = settings
        self._limits = limits
        self._patience = limits.patience
        self._start = time.perf_counter()
        self._first_token_ms: float | None = None
        self._said: list[str] = []
        self._num_said = 0
        self._tally = Tally(messages)

    async def run(self, clients: Clients, tools: Sequence[Tool]) -> None:
        """Fill the queue; None is its end, also where the call failed."""
        try:
            async with clients.use(self._endpoint) as (client, gate):
                await self.events.put(await self._answer(client, gate, tools))
        except (AgentRunError, AddressRefused, AnswerTooBig) as error:
            raise self._failure(error) from error
        finally:
            # A caller that has gone empties nothing any more, and then this task is being cancelled.
            if not _is_cancelled():
                await self.events.put(None)

    async def _answer(self, client: LeanClient, gate: Gate, tools: Sequence[Tool]) -> Finished:
        if (left := gate.seconds_shut()) > 0:
            raise ModelFailed(
                "The provider failed several times in a row and is left alone for a moment.",
                reason="overloaded",
                hint=f"It is tried again in {left:.0f} s.",
                may_help_to_retry=True,
            )
        await gate.hear(self._patience.longest_retry_after)
        if (left := gate.seconds_resting()) > 0:
            raise resting(left)
        model = self._model(client, gate).telling(self._tell_attempt)
        answered = await (self._converse(model, tools) if tools else self._ask(model))
        return Finished(
            text=answered.text or "",
            usage=self._tally.whole("".join(self._said)),
            finish_reason=answered.finish_reason or "stop",
            first_token_ms=self._first_token_ms,
            total_ms=self._milliseconds(),
            num_requests=self._tally.counted.requests,
        )

    def _model(self, client: LeanClient, gate: Gate) -> GuardedModel:
        """Return the model that all calls of this client share: to work out what it can takes a twentieth of a call."""
        key = self._endpoint.model, self._endpoint.capabilities.tools, self._patience
        if key not in client.kept:
            if len(client.kept) >= MAX_MODELS:
                client.kept.clear()
            client.kept[key] = GuardedModel(
                self._endpoint.model,
                patience=self._patience,
                gate=gate,
                provider=OpenAIProvider(openai_client=client),
                profile=_profile(self._endpoint),
            )
        made: GuardedModel = client.kept[key]
        return made

    async def _ask(self, model: GuardedModel) -> ModelResponse:
        """Ask once, past the agent loop: without tools it doubles what a call costs the processor and adds nothing."""
        limits = self._usage_limits()
        limits.check_before_request(self._tally.counted)
        request = request_of(self._messages)
        async with model_request_stream(model, request, model_settings=server_settings(self._settings)) as stream:
            await self._hear(None, stream)
            response = stream.get()
        self._tally.counted.requests += 1
        self._tally.counted.incr(response.usage)
        limits.check_tokens(self._tally.counted)
        if not response.text:
            raise EMPTY.get(response.finish_reason or "", UnexpectedModelBehavior)("the answer is empty")
        return response

    async def _converse(self, model: GuardedModel, tools: Sequence[Tool]) -> ModelResponse:
        """Let the agent loop ask and call tools until there is an answer."""
        agent: Agent[None, str] = Agent(
            model,
            instructions=instructions_in(self._messages),
            tools=[agent_tool(tool) for tool in tools],
            retries=0,
        )
        history, prompt = spoken(self._messages)
        result = await agent.run(
            prompt,
            message_history=history,
            model_settings=server_settings(self._settings),
            usage=self._tally.counted,
            usage_limits=self._usage_limits(),
            event_stream_handler=self._hear,
        )
        return result.response

    def _usage_limits(self) -> UsageLimits:
        return UsageLimits(
            request_limit=self._limits.max_requests,
            tool_calls_limit=self._limits.max_tool_calls,
            total_tokens_limit=self._limits.max_total_tokens,
        )

    async def _hear(self, _context: RunContext[None] | None, events: AsyncIterable[AgentStreamEvent]) -> None:
        self._tally.begin()
        async for event in events:
            self._tally.hear(event)
            told = event_of(event)
            if told is None:
                continue
            if self._first_token_ms is None:
                self._first_token_ms = self._milliseconds()
            if isinstance(told, TextDelta):
                self._said.append(told.text)
                self._num_said += len(told.text)
                if self._num_said > MAX_SAID_CHARACTERS:
                    raise AnswerTooBig(f"The answer is larger than {MAX_SAID_CHARACTERS:,} characters.")
            elif isinstance(told, ToolResult):
                self._said.clear()
            await self.events.put(told)
        self._tally.end()

    async def _tell_attempt(self, number: int, error: ModelAPIError, seconds: float) -> None:
        words = failure(error, self._endpoint, self._patience).message
        await self.events.put(Attempt(number, words, round(seconds, 2)))

    def _failure(self, error: BaseException) -> ModelFailed:
        said = "".join(self._said)
        return failure(error, self._endpoint, self._patience, text=said, usage=self._tally.spent(said))

    def _milliseconds(self) -> float:
        return round((time.perf_counter() - self._start) * 1000, 1)


def _is_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _profile(endpoint: ModelEndpoint) -> Any:
    """Say what the protocol's relatives have in common: only OpenAI itself knows `max_completion_tokens`."""
    ours = place_of(endpoint.base_url).host == OPENAI_HOST
    return OpenAIModelProfile(
        openai_chat_supports_max_completion_tokens=ours,
        supports_tools=endpoint.capabilities.tools,
        context_window=None,  # ours stands with the provider; the library would look through its price list for one
    )
