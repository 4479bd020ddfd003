"""One living child of a room and the calls that wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
import sys
from pathlib import Path

import msgspec

from backend.engines.room.frames import LENGTH, Answer, Call

ROOT = Path(__file__).resolve().parents[3]
MAX_LOG_BYTES = 10 * 1024 * 1024
CLOSING_SECONDS = 10
# Nothing of the server's environment goes in: it may hold the secret key.
CHILD_ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "LANG": "C.UTF-8",
    "TOKENIZERS_PARALLELISM": "false",
    "OMP_NUM_THREADS": "1",
}


class RoomDied(Exception):
    """The child ended before it answered. A write may or may not have happened: repeat it."""


class Link:
    """Start it from the event loop's thread: PR_SET_PDEATHSIG fires when the thread that forked ends."""

    def __init__(
        self, process: asyncio.subprocess.Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.process, self.alive = process, True
        self._reader, self._writer = reader, writer
        self._numbers = itertools.count()
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._listener = asyncio.create_task(self._listen())

    @classmethod
    async def open(cls, worker: str, folder: Path, log: Path) -> Link:
        """Start a child whose module is `worker`; what it writes to stderr goes to the file `log`."""
        ours, theirs = socket.socketpair()
        with theirs, open_log(log) as stderr:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "backend.engines.room.child"),
                *(worker, str(theirs.fileno()), str(folder), str(os.getpid())),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                env=CHILD_ENVIRONMENT,
            )
        return cls(process, *await asyncio.open_unix_connection(sock=ours))

    async def ask(self, order: bytes) -> Answer:
        """Send an encoded order and wait for its answer. Raise RoomDied."""
        if not self.alive:
            raise RoomDied("the child is gone")
        number = next(self._numbers)
        frame = msgspec.msgpack.encode(Call(number, msgspec.Raw(order)))
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            self._writer.write(LENGTH.pack(len(frame)) + frame)
            with contextlib.suppress(ConnectionError):  # the listener hears of it too and fails the future
                await self._writer.drain()
            return await future
        finally:
            del self._waiting[number]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def close(self) -> None:
        """Let the child finish what it was asked and flush; kill it when that takes too long."""
        self._writer.close()
        try:
            await asyncio.wait_for(self.process.wait(), CLOSING_SECONDS)
        except TimeoutError:
            self.kill()
        await self._listener

    async def _listen(self) -> None:
        decode = msgspec.msgpack.Decoder(Answer).decode
        try:
            while True:
                (length,) = LENGTH.unpack(await self._reader.readexactly(LENGTH.size))
                answer = decode(await self._reader.readexactly(length))
                future = self._waiting.get(answer.number)
                if future is not None and not future.done():
                    future.set_result(answer)
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError):
            status = await self.process.wait()  # not before: the folder's lock goes with the process
            self._writer.close()
            self.alive = False
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(RoomDied(f"the child ended with status {status}"))


def open_log(log: Path) -> contextlib.AbstractContextManager[int]:
    """Open the file to append to it, keeping one older one; yield its descriptor."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    return _Descriptor(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600))


class _Descriptor(contextlib.AbstractContextManager[int]):
    def __init__(self, number: int) -> None:
        self._number = number

    def __enter__(self) -> int:
        return self._number

    def __exit__(self, *_raised: object) -> None:
        os.close(self._number)
