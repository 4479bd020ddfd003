"""The openai client without what it does twice: each call costs the processor half, each piece of an answer a tenth.

Its own `create` walks the whole request for aliases and files, which pydantic-ai has already laid out as it goes over
the wire; and it builds each piece of a stream attribute by attribute, where pydantic can do so at once.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, TypeVar

import httpx2
from openai import AsyncOpenAI, AsyncStream, NotGiven, Omit
from openai._base_client import make_request_options
from openai.resources.chat import AsyncChat
from openai.resources.chat.completions import AsyncCompletions
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import ValidationError

Shape = TypeVar("Shape")
# These say how to ask, and stand in no request.
ABOUT_THE_CALL = ("extra_headers", "extra_query", "extra_body", "timeout")


class LeanClient(AsyncOpenAI):
    """Asks as its parent does; only chats are lean."""

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


class _Chat(AsyncChat):
    @cached_property
    def completions(self) -> AsyncCompletions:
        return _Completions(self._client)


class _Completions(AsyncCompletions):
    async def create(self, **wish: Any) -> Any:
        """Send `wish` as it is, without what was left out."""
        about = {name: wish.pop(name) for name in ABOUT_THE_CALL if name in wish}
        body = {name: value for name, value in wish.items() if not isinstance(value, Omit | NotGiven)}
        return await self._post(
            "/chat/completions",
            body=body,
            options=make_request_options(**about, security={"bearer_auth": True}),
            cast_to=ChatCompletion,
            stream=bool(body.get("stream")),
            stream_cls=AsyncStream[ChatCompletionChunk],
        )
