"""The lean client asks and hears what the library's own does."""

from __future__ import annotations

import json

import httpx2
import pytest
from openai import AsyncOpenAI, omit
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


async def heard(kind: type[AsyncOpenAI]) -> tuple[httpx2.Request, list[ChatCompletionChunk]]:
    """Return what a client of `kind` sent, and what it made of the answer."""
    sent = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request)
        said = "".join(f"data: {json.dumps(piece)}\n\n" for piece in PIECES) + "data: [DONE]\n\n"
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=said.encode())

    transport = httpx2.AsyncClient(transport=httpx2.MockTransport(answer))
    async with kind(base_url="http://model.test/v1", api_key="k", http_client=transport, max_retries=0) as client:
        stream = await client.chat.completions.create(**WISH)
        return sent[0], [piece async for piece in stream]


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
