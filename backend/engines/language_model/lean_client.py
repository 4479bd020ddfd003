"""The openai client without what it does twice: each call costs the processor half, each piece of an answer a tenth.

Its own `create` walks the whole request for aliases and files, which pydantic-ai has already laid out as it goes over
the wire, copies its options for tries that are never made, and puts the same headers together each time; it builds each
piece of a stream attribute by attribute, where pydantic can do so at once; and it leaves five generators of each answer
to the garbage collector, each of which wakes the event loop for a task of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import cached_property
from typing import Any, Self, TypeVar, cast

import httpx2
from openai import APIConnectionError, APIError, APITimeoutError, AsyncOpenAI, AsyncStream, NotGiven, Omit
from openai._httpx2 import request_exceptions, timeout_exceptions
from openai._models import FinalRequestOptions
from openai._streaming import ServerSentEvent, SSEDecoder, _SSELineDecoder
from openai._utils._json import openapi_dumps
from openai.resources.chat import AsyncChat
from openai.resources.chat.completions import AsyncCompletions
from openai.types.chat import ChatCompletionChunk
from pydantic import ValidationError

Shape = TypeVar("Shape")
LAST = "[DONE]"
# As long as the parent waits for the end of a body, so that its connection can be used again.
REST_SECONDS = 0.1
# These say how to ask, and stand in no request.
ABOUT_THE_CALL = ("extra_headers", "extra_query", "extra_body", "timeout")
SECURITY: Any = {"bearer_auth": True}


class LeanClient(AsyncOpenAI):
    """Asks as its parent does; only chats are lean."""

    @cached_property
    def kept(self) -> dict[Any, Any]:
        """What is made once for all calls, and ends with the client."""
        return {}

    @cached_property
    def chat(self) -> AsyncChat:
        return _Chat(self)

    def _process_response_data(self, *, data: object, cast_to: type[Shape], response: httpx2.Response) -> Shape:
        """Read a piece at once; one of an unusual shape as leniently as the parent does."""
        if cast_to is ChatCompletionChunk:
            try:
                return ChatCompletionChunk.model_validate(data)  # type: ignore[return-value]
            except ValidationError:
                pass
        return super()._process_response_data(data=data, cast_to=cast_to, response=response)

    @cached_property
    def chat_url(self) -> httpx2.URL:
        return self._prepare_url("/chat/completions")

    @cached_property
    def chat_headers(self) -> httpx2.Headers:
        """What each chat says of this client; its key is its own for life."""
        options = FinalRequestOptions(method="post", url="", timeout=None, security=SECURITY)
        return self._build_headers(options)

    async def open_chat(self, body: dict[str, Any], about: dict[str, Any]) -> httpx2.Response:
        """Send `body`. Raise the errors of the parent; when to try again is the guard's to say."""
        said = self.chat_headers.copy()
        said.update(about["extra_headers"])
        content = openapi_dumps({**body, **(about["extra_body"] or {})})
        request = self._client.build_request(
            "POST", self.chat_url, content=content, headers=said, timeout=about["timeout"]
        )
        if self.is_closed():  # what httpx raises then is an error of no library of models
            raise APIConnectionError(request=request)
        try:
            answer = await self._client.send(request, stream=True)
        except timeout_exceptions() as error:
            raise APITimeoutError(request=request) from error
        except request_exceptions() as error:
            raise APIConnectionError(request=request) from error
        if not answer.is_success:
            await answer.aread()
            raise self._make_status_error_from_response(answer) from None
        return answer


class _Chat(AsyncChat):
    @cached_property
    def completions(self) -> AsyncCompletions:
        return _Completions(self._client)


class _Completions(AsyncCompletions):
    async def create(self, **wish: Any) -> Any:
        """Send `wish` as it is, without what was left out. Nobody asks for an answer in one piece."""
        about = {name: wish.pop(name, None) for name in ABOUT_THE_CALL}
        body = {name: value for name, value in wish.items() if not isinstance(value, Omit | NotGiven)}
        client = cast("LeanClient", self._client)
        answer = await client.open_chat(body, about)
        return _Stream(answer, client)


class _Stream(AsyncStream[ChatCompletionChunk]):
    """Reads as the parent does, by one call a piece where that passes each through seven generators.

    The last word is passed on once the body is read to its end, and its readers with it.
    """

    def __init__(self, response: httpx2.Response, client: LeanClient) -> None:
        super().__init__(cast_to=ChatCompletionChunk, response=response, client=client)
        self._read = client._process_response_data
        self._lines, self._sse = _SSELineDecoder(), SSEDecoder()
        self._events: Iterator[ServerSentEvent] = iter(())
        # The transport has unpacked it and holds it to its cap.
        self._body: AsyncIterator[bytes] | None = aiter(cast(httpx2.AsyncByteStream, response.stream))

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ChatCompletionChunk:
        try:
            event = await self._next()
            if event is not None and not event.data.startswith(LAST):
                return self._piece(event.json())
            await self._rest()
        except BaseException:
            await self._end()
            raise
        await self._end()
        raise StopAsyncIteration

    async def _next(self) -> ServerSentEvent | None:
        """Return the next event; None behind the last."""
        while (event := next(self._events, None)) is None and self._body is not None:
            try:
                lines = self._lines.feed(await anext(self._body))
            except StopAsyncIteration:
                self._body, lines = None, self._lines.finish()
            except timeout_exceptions() as error:
                raise APITimeoutError(request=self.response.request) from error
            except request_exceptions() as error:
                raise APIConnectionError(request=self.response.request) from error
            self._events = (event for line in lines if (event := self._sse.decode(line.decode())) is not None)
        return event

    def _piece(self, data: Any) -> ChatCompletionChunk:
        if isinstance(data, dict) and (error := data.get("error")):
            said = error.get("message") if isinstance(error, dict) else None
            words = said if said and isinstance(said, str) else "An error occurred during streaming"
            raise APIError(words, request=self.response.request, body=error)
        return self._read(data=data, cast_to=ChatCompletionChunk, response=self.response)

    async def _rest(self) -> None:
        """Read on to the end of the body: what comes behind a whole answer is no error of it."""
        if self._body is not None:
            with suppress(TimeoutError, *request_exceptions()):
                async with asyncio.timeout(REST_SECONDS):
                    async for _ in self._body:
                        pass

    async def _end(self) -> None:
        self._body, self._events = None, iter(())
        await self.response.aclose()
