"""A model server that speaks the OpenAI protocol over real HTTP, and has good and bad days on demand.

The model's name says which day it is: `scripted` answers from the passages, and the others each play one failure.
It listens on loopback, and ships with the product as its demo and its test double.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from backend.engines.language_model.scripted_days import (
    DAYS,
    HANG_SECONDS,
    RESET,
    TROUBLED,
    refusal_of,
    reply_of,
)
from backend.engines.language_model.scripted_wire import (
    DONE,
    KEPT_END,
    KEPT_HEAD,
    SSE_HEAD,
    answer,
    chunk,
    failure,
    finished,
    framed,
    pieces,
    tool_chunks,
)

MAX_BODY_BYTES = 20_000_000
DIMENSIONS = 64


@dataclass
class ScriptedServer:
    """`key` is what callers must send, empty for none. `latency_seconds` is the wait before the first token.

    `tokens_per_second` None streams as fast as the line takes it. `keeps_alive` leaves the connection open behind a
    whole answer, as providers do; a cut is harder to tell without. For tests `requests` counts by day, and `num_open`
    the connections.
    """

    key: str = ""
    latency_seconds: float = 0.0
    tokens_per_second: float | None = None
    keeps_alive: bool = False
    requests: Counter[str] = field(default_factory=Counter)
    seen: list[dict[str, Any]] = field(default_factory=list)
    keeps_requests: bool = False
    num_open: int = 0
    _server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> str:
        """Listen on loopback and return the base URL."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def serve_forever(self) -> None:
        assert self._server is not None
        await self._server.serve_forever()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.num_open += 1
        early: bytes | None = b""
        try:
            while early is not None:
                method, path, key, body = await _read(reader, early)
                early = await self._converse(reader, writer, self._answer(method, path, key, body))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            self.num_open -= 1
            writer.close()

    async def _converse(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, parts: AsyncIterator[bytes]
    ) -> bytes | None:
        """Answer, unless the other side leaves. Return what it sent since; None where the connection ends here."""
        playing = asyncio.ensure_future(self._write(writer, parts))
        gone = asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait((playing, gone), return_when=asyncio.FIRST_COMPLETED)
            goes_on = playing.done() and playing.result()
        finally:
            for task in (playing, gone):
                task.cancel()
            await asyncio.gather(playing, gone, return_exceptions=True)
        early = b"" if gone.cancelled() else gone.result()
        return early if goes_on and (early or not reader.at_eof()) else None

    async def _write(self, writer: asyncio.StreamWriter, parts: AsyncIterator[bytes]) -> bool:
        """Send the parts; tell whether the connection stays open behind them."""
        is_kept, part = False, b""
        async for part in parts:
            if part is RESET:
                # The other side sees a reset of the connection, not its end.
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                return False
            if part is SSE_HEAD and self.keeps_alive:
                is_kept = True
                writer.write(KEPT_HEAD)
            else:
                writer.write(framed(part) if is_kept else part)
            await writer.drain()
        if is_kept and part is DONE:
            writer.write(KEPT_END)
            await writer.drain()
            return True
        return False

    async def _answer(self, method: str, path: str, key: str, body: bytes) -> AsyncIterator[bytes]:
        if self.key and not hmac.compare_digest(key.encode(), self.key.encode()):
            yield failure("401 Unauthorized", "Incorrect API key provided.", code="invalid_api_key")
        elif (method, path) == ("GET", "/v1/models"):
            yield answer({"object": "list", "data": [{"id": day, "object": "model"} for day in DAYS]})
        elif (method, path) == ("POST", "/v1/embeddings"):
            yield self._embed(json.loads(body))
        elif (method, path) == ("POST", "/v1/chat/completions"):
            request = json.loads(body)
            day = str(request.get("model", ""))
            self.requests[day] += 1
            if self.keeps_requests:
                self.seen.append(request)
            async for part in self._play(day, self.requests[day], request):
                yield part
        else:
            yield failure("404 Not Found", "There is nothing here.")

    async def _play(self, day: str, number: int, request: dict[str, Any]) -> AsyncIterator[bytes]:
        if day not in DAYS:
            yield failure("404 Not Found", f"The model `{day}` does not exist.", code="model_not_found")
            return
        if (refusal := refusal_of(day, number)) is not None:
            yield refusal
            return
        if day == "hang" or (day == "hang-once" and number == 1):
            await asyncio.sleep(HANG_SECONDS)
            return
        await asyncio.sleep(self.latency_seconds)
        yield SSE_HEAD
        yield chunk({"role": "assistant", "content": ""})
        if day in TROUBLED and not (day == "cut-first" and number > 1):
            async for part in TROUBLED[day]():
                yield part
            return
        reply = reply_of(day, request)
        for part in tool_chunks(reply.tool, reply.arguments) if reply.tool else pieces(reply.text):
            if self.tokens_per_second:
                await asyncio.sleep(1 / self.tokens_per_second)
            yield part
        yield chunk({}, "tool_calls" if reply.tool else "length" if day == "length" else "stop")
        if day != "no-usage":
            yield finished(request, reply.text or reply.arguments)
        yield DONE

    def _embed(self, request: dict[str, Any]) -> bytes:
        self.requests["embeddings"] += 1
        if (refusal := refusal_of(str(request.get("model", "")), self.requests["embeddings"])) is not None:
            return refusal
        texts = request.get("input", [])
        texts = [texts] if isinstance(texts, str) else texts
        data = [{"object": "embedding", "index": index, "embedding": vector(text)} for index, text in enumerate(texts)]
        num_tokens = sum(len(text.split()) for text in texts)
        usage = {"prompt_tokens": num_tokens, "total_tokens": num_tokens}
        return answer({"object": "list", "data": data, "model": request.get("model", ""), "usage": usage})


def vector(text: str) -> list[float]:
    """Return the same 64 numbers for the same words, whatever their order."""
    row = [0.0] * DIMENSIONS
    for word in text.lower().split():
        row[int.from_bytes(hashlib.sha256(word.encode()).digest()[:2], "big") % DIMENSIONS] += 1.0
    return row


async def _read(reader: asyncio.StreamReader, early: bytes) -> tuple[str, str, str, bytes]:
    """Read one request, whose first byte may have come before: method, path, bearer token, body."""
    head = (early + await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
    size = int(headers.get("content-length", 0))
    if size > MAX_BODY_BYTES:
        raise ValueError("the request is too large")
    return method, path, headers.get("authorization", "").removeprefix("Bearer "), await reader.readexactly(size)
