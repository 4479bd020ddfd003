"""The index of the running server, lent over a Unix socket to the other processes of its machine.

Qdrant Edge opens a folder once, so a worker cannot have it too. A call takes a connection of its own: frames of
4 bytes of length, then MessagePack, as between a room and its child.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from backend.engines.room.batches import in_batches
from backend.engines.room.frames import LENGTH, MAX_FRAME_BYTES
from backend.errors import InvalidInput, Unavailable
from backend.ports.vectors import Hit, Point, VectorIndex, VectorQuery

SOCKET_FILE = "vectors.sock"
BATCH = 1_000
PATIENCE_SECONDS = 120
Result = TypeVar("Result")
logger = logging.getLogger(__name__)


class Upsert(msgspec.Struct, tag=True):
    space: str
    points: list[Point]


class Search(msgspec.Struct, tag=True):
    space: str
    query: VectorQuery


class Delete(msgspec.Struct, tag=True):
    space: str
    project_id: str
    knowledge_base_id: str
    document_id: str


class Count(msgspec.Struct, tag=True):
    space: str
    project_id: str
    knowledge_base_id: str
    document_id: str


Order = Upsert | Search | Delete | Count


class Answer(msgspec.Struct):
    """A result, or the words of a refusal; `transient` tells Unavailable from InvalidInput."""

    result: msgspec.Raw = msgspec.Raw(b"\xc0")
    refusal: str = ""
    hint: str = ""
    transient: bool = False


@contextlib.contextmanager
def _address(folder: Path) -> Iterator[str]:
    """Yield a short path to the socket: the kernel takes 107 bytes, and a data directory may lie deeper."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET_FILE}"
    finally:
        os.close(descriptor)


async def _read(reader: asyncio.StreamReader) -> bytes:
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    if length > MAX_FRAME_BYTES:
        raise ValueError("the frame is too large")
    return await reader.readexactly(length)


def _write(writer: asyncio.StreamWriter, message: msgspec.Struct) -> None:
    packed = msgspec.msgpack.encode(message)
    writer.write(LENGTH.pack(len(packed)) + packed)


async def _perform(index: VectorIndex, order: Order) -> object:
    if isinstance(order, Upsert):
        await index.upsert(order.space, order.points)
        return None
    if isinstance(order, Search):
        return await index.search(order.space, order.query)
    where = {
        "project_id": order.project_id,
        "knowledge_base_id": order.knowledge_base_id,
        "document_id": order.document_id,
    }
    if isinstance(order, Delete):
        await index.delete(order.space, **where)
        return None
    return await index.count(order.space, **where)


@asynccontextmanager
async def lending(index: VectorIndex, folder: Path) -> AsyncIterator[None]:
    """Answer other processes of this user inside the block."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            order = msgspec.msgpack.decode(await _read(reader), type=Order)
            try:
                packed = msgspec.msgpack.encode(await _perform(index, order))
                _write(writer, Answer(msgspec.Raw(packed)))
            except (InvalidInput, Unavailable) as refusal:
                _write(
                    writer,
                    Answer(refusal=refusal.message, hint=refusal.hint, transient=isinstance(refusal, Unavailable)),
                )
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError, ValueError) as error:
            logger.warning("a call from another process was cut: %s", error)
        finally:
            writer.close()

    (folder / SOCKET_FILE).unlink(missing_ok=True)
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _address(folder) as address:
        before = os.umask(0o177)
        try:
            opened.bind(address)
        finally:
            os.umask(before)
    server = await asyncio.start_unix_server(answer, sock=opened)
    try:
        yield
    finally:
        server.close()
        (folder / SOCKET_FILE).unlink(missing_ok=True)


class SharedVectorIndex:
    """Asks the server that has the data directory `folder`; Unavailable while none runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def upsert(self, space: str, points: Sequence[Point]) -> None:
        async def write(batch: Sequence[Point]) -> None:
            await self._ask(Upsert(space, list(batch)), type(None))

        await in_batches(points, BATCH, write)

    async def search(self, space: str, query: VectorQuery) -> list[Hit]:
        return await self._ask(Search(space, query), list[Hit])

    async def delete(self, space: str, *, project_id: str, knowledge_base_id: str = "", document_id: str = "") -> None:
        await self._ask(Delete(space, project_id, knowledge_base_id, document_id), type(None))

    async def count(self, space: str, *, project_id: str, knowledge_base_id: str = "", document_id: str = "") -> int:
        return await self._ask(Count(space, project_id, knowledge_base_id, document_id), int)

    async def close(self) -> None:
        """Nothing stays open between calls."""

    async def _ask(self, order: Order, result: type[Result]) -> Result:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                with _address(self._folder) as address:
                    reader, writer = await asyncio.open_unix_connection(address)
                try:
                    _write(writer, order)
                    await writer.drain()
                    answer = msgspec.msgpack.decode(await _read(reader), type=Answer)
                finally:
                    writer.close()
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            raise Unavailable("The server that has the search index does not answer.") from None
        if answer.refusal:
            raise (Unavailable if answer.transient else InvalidInput)(answer.refusal, hint=answer.hint)
        return msgspec.msgpack.decode(answer.result, type=result)
