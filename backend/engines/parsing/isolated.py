"""A process per document, two at once, ended as a group."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from pathlib import Path

import msgspec

from backend.engines.parsing.orders import Outcome
from backend.engines.room.link import CHILD_ENVIRONMENT
from backend.errors import Unavailable
from backend.ports.parsing import Kind, ParsedDocument, ParsingFailed
from backend.ports.tables import Table

AT_ONCE = 2
CPU_SECONDS = 60
MEMORY_BYTES = 1024 * 1024 * 1024
MAX_ANSWER_BYTES = 128 * 1024 * 1024
MAX_COMPLAINT_BYTES = 64 * 1024
OUT_OF_MEMORY = ("memory allocation", "MemoryError", "Cannot allocate memory", "bad_alloc", "Out of memory")
# Threads of the libraries reserve an arena each; two are enough for one document.
ENVIRONMENT = CHILD_ENVIRONMENT | {"MALLOC_ARENA_MAX": "2", "RAYON_NUM_THREADS": "1", "TOKIO_WORKER_THREADS": "1"}
logger = logging.getLogger(__name__)


class IsolatedParser:
    """Nothing runs between documents."""

    def __init__(self, *, cpu_seconds: int = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._cpu_seconds, self._memory_bytes = cpu_seconds, memory_bytes
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def detect(self, path: Path, name: str = "") -> Kind:
        outcome = await self._run("detect", path, name)
        if outcome.kind is None:
            raise Unavailable("The kind of the file was not told.")
        return outcome.kind

    async def parse(self, path: Path, name: str = "") -> ParsedDocument:
        outcome = await self._run("parse", path, name)
        if outcome.document is None:
            raise Unavailable("The document was not read.")
        return outcome.document

    async def read_table(self, path: Path, name: str = "") -> Table:
        outcome = await self._run("table", path, name)
        if outcome.table is None:
            raise Unavailable("The file was not read.")
        return outcome.table

    async def close(self) -> None:
        """Do nothing: the children end with the tasks that wait for them."""

    async def _run(self, task: str, path: Path, name: str) -> Outcome:
        async with self._slots:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "backend.engines.parsing.child"),
                *(str(os.getpid()), str(self._cpu_seconds), str(self._memory_bytes), task, str(path), name),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=ENVIRONMENT,
                start_new_session=True,  # a group of its own, so that whatever it starts ends with it
            )
            try:
                # Twice the CPU time: a machine that is busy elsewhere is no fault of the document.
                async with asyncio.timeout(2 * self._cpu_seconds):
                    answer, complaint = await self._answer(process)
            except TimeoutError:
                raise self._too_slow() from None
            finally:
                await _end(process)
        return self._outcome(answer, complaint, process.returncode or 0)

    async def _answer(self, process: asyncio.subprocess.Process) -> tuple[bytes, str]:
        assert process.stdout is not None
        assert process.stderr is not None
        answer, complaint = await asyncio.gather(
            _read(process.stdout, MAX_ANSWER_BYTES), _read(process.stderr, MAX_COMPLAINT_BYTES)
        )
        if len(answer) < MAX_ANSWER_BYTES:
            await process.wait()
        return answer, complaint.decode("utf-8", "replace")

    def _outcome(self, answer: bytes, complaint: str, status: int) -> Outcome:
        if complaint:
            logger.warning("a document's process ended with status %s: %s", status, complaint[-2000:])
        if status in {-signal.SIGXCPU, -signal.SIGALRM}:
            raise self._too_slow()
        if status and any(words in complaint for words in OUT_OF_MEMORY):
            raise ParsingFailed(f"Reading the document took more than {self._memory_bytes // 2**20:,} MB of memory.")
        if status == -signal.SIGKILL:
            raise Unavailable("The process that read the document was ended from outside.")
        if status:
            most = self._memory_bytes // 2**20  # pdfium stops without a word where it gets no memory
            raise ParsingFailed(
                f"The document made its reader stop: it is damaged, or takes over {most:,} MB of memory."
            )
        outcome = msgspec.msgpack.decode(answer, type=Outcome)
        if outcome.failure:
            raise ParsingFailed(outcome.failure, hint=outcome.hint)
        return outcome

    def _too_slow(self) -> ParsingFailed:
        return ParsingFailed(f"Reading the document took longer than {self._cpu_seconds} seconds.")


async def _read(stream: asyncio.StreamReader, most: int) -> bytes:
    """Return the stream's bytes; stop keeping them once there are too many, but go on reading to its end."""
    kept = bytearray()
    while block := await stream.read(1 << 16):
        if len(kept) < most:
            kept += block[: most - len(kept)]
    return bytes(kept)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
