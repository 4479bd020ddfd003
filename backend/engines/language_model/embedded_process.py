"""The one child process of the embedded model: started at first use, started again when it died."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from backend.engines.language_model.embedded_file import model_file
from backend.engines.language_model.embedded_text import TEMPLATE
from backend.engines.room.link import CHILD_ENVIRONMENT, open_log
from backend.ports.language_model import ModelFailed

CHILD = "backend.engines.language_model.embedded_child"
START_SECONDS = 60.0
END_SECONDS = 5.0
DEATH_SECONDS = 1.0
NO_START = "The embedded model could not be started."


@dataclass(frozen=True, slots=True)
class Address:
    """Where the child listens, and the key that it alone and we know."""

    base_url: str
    key: str


class EmbeddedProcess:
    """Costs nothing before the first call; then some 390 MB, of which 250 are the mapped file."""

    def __init__(self, folder: Path, log: Path, context_tokens: int) -> None:
        self._folder = folder
        self._log = log
        self._context_tokens = context_tokens
        self._process: asyncio.subprocess.Process | None = None
        self._address: Address | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        """Return the child's process id; None where none runs."""
        alive = self._process is not None and self._process.returncode is None
        return self._process.pid if alive and self._process is not None else None

    async def address(self) -> Address:
        """Return where the living child listens, starting one where there is none. Raise ModelFailed."""
        async with self._one_at_a_time:
            if self.pid is None or self._address is None:
                self._address = await self._start()
            return self._address

    async def _start(self) -> Address:
        try:
            path = await asyncio.to_thread(model_file, self._folder)
        except OSError as error:
            hint = "It needs 260 MB in the data directory. See data/logs for the details."
            raise ModelFailed(NO_START, reason="broken", hint=hint) from error
        key = secrets.token_urlsafe(24)
        order = {"model": str(path), "template": TEMPLATE, "key": key, "parent": str(os.getpid())}
        order["context"] = str(self._context_tokens)
        with open_log(self._log) as stderr:
            # From the loop's own thread: the signal of the parent's death follows the thread that forked.
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", CHILD),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=stderr,
                env=CHILD_ENVIRONMENT,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n".encode())
        try:
            async with asyncio.timeout(START_SECONDS):
                line = (await self._process.stdout.readline()).decode().strip()
        except TimeoutError:
            line = ""
        if not line.startswith("http://127.0.0.1:"):
            await self.close()
            raise ModelFailed(NO_START, reason="unreachable", hint="See data/logs for the details.")
        return Address(f"{line}/v1", key)

    async def has_died(self) -> bool:
        """Tell, after a broken connection, whether the child is gone: the kernel tells of its end a moment later."""
        if self._process is None:
            return True
        try:
            async with asyncio.timeout(DEATH_SECONDS):
                await self._process.wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """End the child and wait until it is gone."""
        process, self._process, self._address = self._process, None, None
        if process is None or process.returncode is not None:
            return
        process.kill()
        async with asyncio.timeout(END_SECONDS):
            await process.wait()
