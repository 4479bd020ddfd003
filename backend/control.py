"""How a command asks the running server: over the Unix socket in the data directory.

One request is one JSON line `{"command", "arguments"}`; the answer is JSON lines: `{"line"}` for what to print, then
`{"done"}` or `{"refused"}`. Here stands what a command needs for it and no more, so that it answers at once.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from backend.errors import DomainError

SOCKET_FILE = "control.sock"
MAX_REQUEST_BYTES = 100_000
# What lines begin with that a command acts upon.
ILL, BROKEN, RESULT = "ILL", "BROKEN", "RESULT "


@asynccontextmanager
async def short_path(folder: Path) -> AsyncIterator[str]:
    """Yield a path to the socket of at most 30 characters: the kernel takes 107, a data directory may be deeper."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET_FILE}"
    finally:
        os.close(descriptor)


async def ask(folder: Path, command: str, arguments: dict[str, Any]) -> AsyncIterator[str]:
    """Yield what the running server answers. Raise DomainError with its refusal, OSError when none listens."""
    async with short_path(folder) as path:
        reader, writer = await asyncio.open_unix_connection(path, limit=MAX_REQUEST_BYTES)
    try:
        writer.write(json.dumps({"command": command, "arguments": arguments}).encode() + b"\n")
        await writer.drain()
        while sent := await reader.readline():
            message = json.loads(sent)
            if "line" in message:
                yield message["line"]
            if "refused" in message:
                raise DomainError(message["refused"])
            if "done" in message:
                return
        raise DomainError("The server ended in the middle of the command.")
    finally:
        writer.close()
