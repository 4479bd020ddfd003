"""The lean client asks and hears what the library's own does."""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from collections.abc import AsyncIterator

import httpx2
import pytest
from openai import APIError, AsyncOpenAI, omit
from openai.types.chat import ChatCompletionChunk

from backend.engines.language_model.lean_client import LeanClient

WISH = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [{"type": "text", "text": "Ünïcode 退货"}]},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "search", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "c1", "content": "Found."},
    ],
    "tools": [{"type": "function", "function": {"name": "search", "parameters": {"type": "object", "properties": {}}}}],
    "tool_choice": "auto",
    "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}},
    "stream": True,
    "stream_options": {"include_usage": True},
    "temperature": 0.5,
    "seed": omit,
    "stop": ["END"],
    "max_tokens": 7,
    "extra_headers": {"X-Told": "yes", "User-Agent": "pydantic-ai"},
    "extra_body": {"top_k": 3},
    "timeout": httpx2.Timeout(None, connect=3.0),
}  # fmt: skip
PIECE = {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": []}
PIECES = [
    {**PIECE, "choices": [{"index": 0, "delta": {"role": "assistant", "content": "Hi", "reasoning_content": "hm"}}]},
    {**PIECE, "choices": [{"index": 0, "delta": {}, "finish_reason": "eos_token"}]},
    {"choices": [{"delta": {"content": "?"}}], "created": "yesterday", "usage": {"prompt_tokens": 1, "new": 2}},
]


class Body(httpx2.AsyncByteStream):
    """The pieces and the last word, then `rest`: bytes, an error, or nothing for ever."""

    def __init__(self, *rest: bytes | Exception | None) -> None:
        self._rest = rest
        self.is_closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in PIECES:
            yield f"data: {json.dumps(piece)}\n\n".encode()
        yield b"data: [DONE]\n\n"
        for one in self._rest:
            if one is None:
                await asyncio.Event().wait()
            elif isinstance(one, Exception):
                raise one
            else:
                yield one

    async def aclose(self) -> None:
        self.is_closed = True


class Pieces(Body):
    """Exactly what it is given."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for one in self._rest:
            assert isinstance(one, bytes)
            yield one


async def heard(
    kind: type[AsyncOpenAI], body: Body | None = None, pieces: list[ChatCompletionChunk] | None = None
) -> tuple[httpx2.Request, list[ChatCompletionChunk]]:
    """Return what a client of `kind` sent, and what it made of the answer; `pieces` has it also where that fails."""
    sent, pieces = [], [] if pieces is None else pieces

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=body or Body())

    transport = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    async with kind(base_url="http://model.test/v1", api_key="k", http_client=transport, max_retries=0) as client:
        stream = await client.chat.completions.create(**WISH)
        async for piece in stream:
            pieces.append(piece)  # one by one, as they come
        return sent[0], pieces


async def test_the_request_is_the_same() -> None:
    (lean, _), (own, _) = await heard(LeanClient), await heard(AsyncOpenAI)
    assert json.loads(lean.content) == json.loads(own.content)
    assert json.loads(lean.content)["top_k"] == 3
    assert (lean.url, lean.method, lean.extensions["timeout"]) == (own.url, own.method, own.extensions["timeout"])
    assert lean.headers["x-told"] == "yes"
    assert lean.headers["authorization"] == "Bearer k"
    assert {**lean.headers, "content-length": ""} == {**own.headers, "content-length": ""}


@pytest.mark.parametrize("number", range(len(PIECES)))
async def test_a_piece_is_read_as_the_library_reads_it_also_where_it_is_odd(number: int) -> None:
    (_, lean), (_, own) = await heard(LeanClient), await heard(AsyncOpenAI)
    assert lean[number].model_dump(warnings=False) == own[number].model_dump(warnings=False)


@pytest.mark.parametrize("kind", [LeanClient, AsyncOpenAI])
async def test_no_part_of_an_answer_is_left_to_the_garbage_collector(kind: type[AsyncOpenAI]) -> None:
    left: list[str] = []
    before = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(finalizer=lambda one: left.append(one.__qualname__))
    try:
        await heard(kind)
        gc.collect()
    finally:
        sys.set_asyncgen_hooks(*before)
    assert bool(left) is (kind is AsyncOpenAI), left


@pytest.mark.parametrize("rest", [None, b"\xff\n\n", b": bye\n\n", httpx2.ReadError("reset")])
async def test_what_comes_behind_the_last_word_spoils_nothing(rest: bytes | Exception | None) -> None:
    body = Body(rest)
    async with asyncio.timeout(20):
        _, pieces = await heard(LeanClient, body)
    assert (len(pieces), body.is_closed) == (len(PIECES), True)


WHOLE = f"data: {json.dumps(PIECES[0])}\n\n".encode()
ENDS = {
    "windows": (WHOLE.replace(b"\n", b"\r\n"), b"data: [DONE]\r\n\r\n"),
    "cut within a line": (b": hello\n\n" + WHOLE[:9], WHOLE[9:30], WHOLE[30:]),
    "no last word": (WHOLE, WHOLE),
    "no last line": (WHOLE + b"data: [DONE]",),
    "nothing": (b"",),
    "an error": (WHOLE, b'data: {"error": {"message": "too long", "code": 7}}\n\n', WHOLE),
    "an error without words": (WHOLE + b'data: {"error": "bad"}\n\n',),
    "no json": (WHOLE + b"data: so sorry\n\n",),
    "no text": (WHOLE + b"data: \xff\n\n",),
}


async def told(kind: type[AsyncOpenAI], end: str) -> tuple[object, str, object]:
    """Return the pieces that a client of `kind` passed on, and what it raised then. The connection is given back."""
    body, pieces, raised, said = Pieces(*ENDS[end]), list[ChatCompletionChunk](), "", None
    try:
        await heard(kind, body, pieces)
    except (APIError, ValueError) as error:
        raised, said = f"{type(error).__name__}: {error}", getattr(error, "body", None)
    assert body.is_closed
    return [piece.model_dump(warnings=False) for piece in pieces], raised, said


@pytest.mark.parametrize("end", ENDS)
async def test_an_answer_ends_as_in_the_library(end: str) -> None:
    assert await told(LeanClient, end) == await told(AsyncOpenAI, end)


async def test_a_piece_of_an_answer_passes_few_generators() -> None:
    begun: dict[type[AsyncOpenAI], int] = {LeanClient: 0, AsyncOpenAI: 0}
    before = sys.get_asyncgen_hooks()
    for kind in begun:
        seen: list[object] = []
        sys.set_asyncgen_hooks(firstiter=seen.append)
        try:
            await heard(kind)
        finally:
            sys.set_asyncgen_hooks(*before)
        begun[kind] = len(seen)
    assert 3 * begun[LeanClient] <= begun[AsyncOpenAI], begun
