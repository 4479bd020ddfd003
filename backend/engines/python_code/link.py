"""One living zygote and the runs that wait for it."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from backend.engines.python_code.zygote import BEGIN, ENDED
from backend.engines.room.link import ROOT, RoomDied, open_log

# Isolated and without site: no variable, no folder of the user and no installed package reaches it.
START = "import sys; sys.path.append(sys.argv[1]); from backend.engines.python_code.zygote import main; "
START += "main(*sys.argv[2:])"
MAX_ANSWER_BYTES = 64 * 1024
GRACE_SECONDS = 5.0


@dataclass(frozen=True)
class Limits:
    """Of one run; more on the clock than of computing: a machine that is busy elsewhere is not the code's fault."""

    cpu_seconds: int = 2
    seconds: float = 10.0
    memory_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True)
class Ended:
    """What a fork wrote, as far as it is read, and how it ended: the status of waitpid."""

    answer: bytes
    status: int
    is_late: bool


class Link:
    """Start it from the event loop's thread: PR_SET_PDEATHSIG fires when the thread that forked ends."""

    def __init__(self, process: asyncio.subprocess.Process, control: socket.socket) -> None:
        self.process, self.alive = process, True
        self._control, self._loop = control, asyncio.get_running_loop()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[tuple[int, bool]]] = {}
        self._loop.add_reader(control, self._hear)

    @classmethod
    async def open(cls, log: Path) -> Link:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)  # noqa: FBT003 - the library's own
        with theirs, open_log(log) as stderr:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-X", "utf8", "-c", START),
                *(str(ROOT), str(os.getpid()), str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
                env={},
            )
        return cls(process, ours)

    async def run(self, order: Mapping[str, Any], limits: Limits) -> Ended:
        """Let a fork answer the order. Raise RoomDied."""
        packed = msgspec.json.encode(order)
        number = next(self._numbers) & 0xFFFFFFFF
        future: asyncio.Future[tuple[int, bool]] = self._loop.create_future()
        self._waiting[number] = future
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                begin = BEGIN.pack(number, limits.cpu_seconds, limits.seconds, limits.memory_bytes)
                socket.send_fds(self._control, [begin], [theirs.fileno()])
            reader, writer = await asyncio.open_unix_connection(sock=ours)
        except OSError as error:
            ours.close()
            del self._waiting[number]
            self.kill()
            self._end()  # before its end is heard of, so that the next try starts another one
            raise RoomDied(f"it takes no orders: {error}") from error
        try:
            async with asyncio.timeout(limits.seconds + GRACE_SECONDS):
                writer.write(packed)
                with contextlib.suppress(ConnectionError):  # a fork that is gone already said how
                    await writer.drain()
                    writer.write_eof()
                answer = await _read(reader)
                writer.close()  # from here on what it still writes fails there
                status, is_late = await future
        except TimeoutError:
            self.kill()  # it should have ended the fork long ago
            raise RoomDied("it did not end a run in time") from None
        finally:
            writer.close()
            self._waiting.pop(number, None)
        return Ended(answer, status, is_late)

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    async def close(self) -> None:
        """End it, and with it every fork."""
        self.kill()
        await self.process.wait()
        self._end()

    def _hear(self) -> None:
        try:
            message = self._control.recv(ENDED.size)
        except BlockingIOError:
            return None
        except OSError:
            message = b""
        if not message:
            return self._end()
        number, status, is_late = ENDED.unpack(message)
        future = self._waiting.get(number)
        if future is not None and not future.done():
            future.set_result((status, is_late))
        return None

    def _end(self) -> None:
        if self.alive:
            self.alive = False
            self._loop.remove_reader(self._control)
            self._control.close()
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(RoomDied("it ended"))


async def _read(reader: asyncio.StreamReader) -> bytes:
    """Return what was written, and one byte more than is taken where that was too much."""
    kept = bytearray()
    with contextlib.suppress(ConnectionError):
        while len(kept) <= MAX_ANSWER_BYTES and (block := await reader.read(MAX_ANSWER_BYTES + 1 - len(kept))):
            kept += block
    return bytes(kept)
