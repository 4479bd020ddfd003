"""Believe a streamed answer only when the wire says that it is finished.

The openai client and pydantic-ai take a cleanly closed connection for the end of an answer, and the agent then runs the
tools of that turn. pydantic-ai has a flag against it; what it lacks stands here: a timer between tokens, retries that
end with the first token, `length` inside a tool call, and an error of its own for a cut. The guard costs 26 us a token.

Three traps. The first chunk holds only a role, so "first chunk" is no sign of life. `first_event_timeout` spans all
attempts, so the timer of an attempt is our own. An error after the first token must never be repeated: it was read.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Self

import httpx2
from openai import APIConnectionError
from openai.types.chat import ChatCompletionChunk
from pydantic_ai.exceptions import ModelAPIError, ModelConnectionError, ModelRequestRejectedError
from pydantic_ai.messages import ModelResponse
from pydantic_ai.models import StreamedResponse
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIStreamedResponse
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import RequestUsage

from backend.engines.language_model.failures import AnswerTooLong, ModelSilent, StreamCut, may_be_repeated
from backend.engines.language_model.gate import Gate
from backend.engines.language_model.pauses import pause_before
from backend.errors import DomainError
from backend.ports.language_model import Patience

BROKEN_WIRE = (APIConnectionError, httpx2.TransportError)
BROKEN_TEXT = (ValueError, KeyError, TypeError)
NOTHING_USED = RequestUsage()
Told = Callable[[int, ModelAPIError, float], Awaitable[None]]


def carries_output(chunk: ChatCompletionChunk) -> bool:
    """Tell a token from a keep-alive: the first chunk usually holds nothing but the role."""
    delta = chunk.choices[0].delta if chunk.choices else None
    if delta is None:
        return False
    if delta.content or delta.tool_calls or delta.refusal:
        return True
    return bool(getattr(delta, "reasoning_content", None) or getattr(delta, "reasoning", None))


def counted(usage: object) -> RequestUsage | None:
    """Return the two counts of tokens alone, which is all that is read of it; None where they are no numbers.

    Some servers send `[]` or a text, and details of another shape, which the library cannot read.
    """
    counts: list[Any] = [getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens")]
    if any(isinstance(count, bool) or not isinstance(count, int | float) for count in counts):
        return None
    if not all(0 <= count < math.inf for count in counts):
        return None
    return RequestUsage(input_tokens=counts[0], output_tokens=counts[1])


@dataclass
class GuardedStream(OpenAIStreamedResponse):
    """Watch the raw chunks: the pause between tokens, and how the stream ends."""

    patience: Patience = field(default_factory=Patience, init=False)
    _held: list[ChatCompletionChunk] = field(default_factory=list, init=False)

    async def hold_until_first_token(self) -> None:
        """Read on until the first chunk that carries output, while nobody has seen anything yet."""
        with self._named():
            # What the library peeked at; the rest is read past its lock, which wakes the loop once more for each chunk
            # and guards one who reads ahead in a task of its own, as nobody does here.
            chunk: Any = await self._response.peek()
            while True:
                self._held.append(chunk)
                if carries_output(chunk):
                    return
                if (chunk := await anext(self._response.source, None)) is None:
                    break
        if not any(chunk.choices and chunk.choices[0].finish_reason for chunk in self._held):
            raise StreamCut(self.model_name, "the stream ended before its first token")

    def _map_usage(self, response: Any) -> RequestUsage:
        return counted(response.usage) or NOTHING_USED

    def _add_usage(self, usage: RequestUsage, *, reported: bool, cumulative: bool = False) -> None:  # noqa: ARG002  # never a sum
        """Keep the largest counts: each is of the whole call so far, and some servers say it with every chunk."""
        if reported:
            before = self._usage
            most = RequestUsage(
                input_tokens=max(before.input_tokens, usage.input_tokens),
                output_tokens=max(before.output_tokens, usage.output_tokens),
            )
            super()._add_usage(most, reported=True, cumulative=True)

    def _named(self) -> _WireErrors:
        return _WireErrors(self.model_name)

    async def _validate_response(self) -> AsyncIterator[ChatCompletionChunk]:
        """Pass the chunks on. Raise before the end is reached, because the agent runs tools after it."""
        finish_reason, calls_tools = None, False
        async for chunk in self._chunks():
            if chunk.usage is not None and counted(chunk.usage) is None:
                chunk.usage = None
            if chunk.choices:
                finish_reason = chunk.choices[0].finish_reason or finish_reason
                calls_tools = calls_tools or bool(chunk.choices[0].delta and chunk.choices[0].delta.tool_calls)
            yield chunk
        if finish_reason is None:
            raise StreamCut(self.model_name, "the stream ended without a finish_reason")
        if finish_reason == "length" and calls_tools:
            raise AnswerTooLong(self.model_name, "the token limit was reached inside a tool call")

    async def _chunks(self) -> AsyncIterator[ChatCompletionChunk]:
        for chunk in self._held:
            yield chunk
        clock, seconds = time.monotonic, self.patience.between_tokens
        while True:
            start = clock()
            try:
                with self._named():
                    async with asyncio.timeout(seconds):
                        chunk = await anext(self._response.source)
            except StopAsyncIteration:
                return
            except TimeoutError as late:
                raise ModelSilent(self.model_name, "silence between two tokens") from late
            # Only our waiting counts: a reader that is slow between two pulls is no silence of the model.
            seconds = self.patience.between_tokens if carries_output(chunk) else seconds - (clock() - start)
            yield chunk


async def told_nobody(_number: int, _error: ModelAPIError, _seconds: float) -> None:
    """Hear of a failed attempt, and pass it on to nobody."""


class _WireErrors:
    """Give a broken connection and an unreadable chunk their names."""

    def __init__(self, model_name: str) -> None:
        self._model_name = model_name

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, BROKEN_WIRE):
            raise ModelConnectionError(self._model_name, type(error).__name__, phase="read") from error
        if isinstance(error, BROKEN_TEXT):
            raise StreamCut(self._model_name, "the stream holds what cannot be read") from error


class GuardedModel(OpenAIChatModel):
    """An OpenAI-compatible model that retries only while nothing was delivered."""

    def __init__(self, model_name: str, *, patience: Patience, gate: Gate, **options: Any) -> None:
        self._patience = patience
        self._gate = gate
        self._told: Told = told_nobody
        # The library's type still names the older httpx; openai takes the new one's timers alone.
        connect_only: Any = httpx2.Timeout(None, connect=patience.connect)
        # No `max_retries`: the client has none, and the library would copy the client for each call that says so again.
        settings = ModelSettings(timeout=connect_only, request_timeout=patience.whole_call)
        super().__init__(model_name, settings=settings, **options)
        _ = self.profile  # worked out here, so that the copies have it

    def telling(self, told: Told) -> Self:
        """Return the same for one call; `told` hears of its attempts that failed."""
        made = copy(self)
        made._told = told
        return made

    @property
    def _streamed_response_cls(self) -> type[OpenAIStreamedResponse]:
        return GuardedStream

    async def request(self, *request: Any, **options: Any) -> ModelResponse:
        """Stream here too: an agent without an event handler asks for the answer in one piece."""
        async with self.request_stream(*request, **options) as stream:
            async for _ in stream:
                pass
            return stream.get()

    @asynccontextmanager
    async def request_stream(self, *request: Any, **options: Any) -> AsyncGenerator[StreamedResponse]:
        async with AsyncExitStack() as stack:
            for number in range(1, self._patience.attempts + 1):
                await self._gate.wait(self._patience.longest_retry_after)
                try:
                    stream = await self._first_token(stack, *request, **options)
                    break
                except ModelAPIError as error:
                    await stack.aclose()
                    await self._pause_or_give_up(number, error)
            self._gate.answered()
            yield stream

    async def _pause_or_give_up(self, number: int, error: ModelAPIError) -> None:
        """Wait before the next attempt; raise `error` where there is none to be made."""
        if not may_be_repeated(error):
            if isinstance(error, ModelRequestRejectedError):
                self._gate.answered()  # whoever refuses a request for its own sake is there
            raise error
        self._gate.failed()
        seconds = pause_before(number, error.retry_after, self._patience)
        if error.retry_after is not None:
            await self._gate.leave_alone(error.retry_after, self._patience.longest_retry_after)
        if seconds is None:
            raise error
        await self._told(number, error, seconds)
        await asyncio.sleep(seconds)

    async def _first_token(self, stack: AsyncExitStack, *request: Any, **options: Any) -> StreamedResponse:
        try:
            async with asyncio.timeout(self._patience.first_token):
                stream = await stack.enter_async_context(super().request_stream(*request, **options))
                if isinstance(stream, GuardedStream):
                    stream.patience = self._patience
                    await stream.hold_until_first_token()
                return stream
        except TimeoutError as late:
            raise ModelSilent(self.model_name, "no first token in time") from late
        except DomainError as refusal:
            raise ModelConnectionError(self.model_name, "refused by the guard", phase="connect") from refusal
