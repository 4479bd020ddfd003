"""A web server on loopback, and a network in which it seems to stand at public addresses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpcore2

PUBLIC_ADDRESS = "93.184.216.34"
OTHER_PUBLIC_ADDRESS = "151.101.1.140"


@dataclass
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Web:
    """`answer(seen)` gives the raw bytes of an answer; None holds the connection open without a word."""

    answer: Callable[[Seen], bytes | None]
    seen: list[Seen] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            method, path, _ = head[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.seen.append(Seen(method, path, headers, body))
            answer = self.answer(self.seen[-1])
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def reply(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """Return an answer that ends its connection; an underscore in a header's name means a hyphen."""
    lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@asynccontextmanager
async def web(answer: Callable[[Seen], bytes | None]) -> AsyncIterator[Web]:
    made = Web(answer)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()


class _Seeming(httpcore2.AsyncNetworkStream):
    """A stream to loopback that names the address it was asked for as its peer."""

    def __init__(self, stream: httpcore2.AsyncNetworkStream, peer: str) -> None:
        self._stream = stream
        self._peer = peer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._stream.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    def get_extra_info(self, info: str) -> Any:
        if info == "server_addr":
            return (self._peer, 0)
        if info == "client_addr":
            return ("192.168.7.7", 0)
        return self._stream.get_extra_info(info)


class SeemingInternet(httpcore2.AsyncNetworkBackend):
    """Dial the servers of `hosts` (address -> port on loopback); note every address that was dialled."""

    def __init__(self, hosts: dict[str, int]) -> None:
        self.hosts = hosts
        self.dialled: list[str] = []
        self.peer_override = ""
        self._real = httpcore2.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, timeout=None, local_address=None, socket_options=None):
        self.dialled.append(host)
        if host not in self.hosts:
            raise httpcore2.ConnectError("nobody there")
        stream = await self._real.connect_tcp("127.0.0.1", self.hosts[host], timeout)
        return _Seeming(stream, self.peer_override or host)


class Names:
    """A resolver whose answers are written down; a list of lists is used up one look-up at a time."""

    def __init__(self, **names: list[str] | list[list[str]]) -> None:
        self.names = {name.replace("_", "."): answers for name, answers in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        answers = self.names.get(host, [])
        if answers and isinstance(answers[0], list):
            return answers.pop(0) if len(answers) > 1 else answers[0]
        return list(answers)  # type: ignore[arg-type]  # the other half of the union
