"""The Unix socket in the data directory over which commands ask the running server.

One request is one JSON line `{"command", "arguments"}`; the answer is JSON lines: `{"line"}` for what to print, then
`{"done"}` or `{"refused"}`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from backend.bootstrap.commands import COMMANDS
from backend.bootstrap.services import Services
from backend.errors import DomainError

SOCKET_FILE = "control.sock"
MAX_REQUEST_BYTES = 100_000
logger = logging.getLogger(__name__)


@asynccontextmanager
async def short_path(folder: Path) -> AsyncIterator[str]:
    """Yield a path to the socket of at most 30 characters: the kernel takes 107, a data directory may be deeper."""
    descriptor = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET_FILE}"
    finally:
        os.close(descriptor)


def _same_user(writer: asyncio.StreamWriter) -> bool:
    """Tell whether the caller is the user of this process, or root; the mode of the socket says so already."""
    peer = writer.get_extra_info("socket")
    _, user, _ = struct.unpack("3i", peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return user in {0, os.geteuid()}


class Control:
    """Answer commands with the services of this process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def send(**message: Any) -> None:
            writer.write(json.dumps(message).encode() + b"\n")

        try:
            if not _same_user(writer):
                return
            request = json.loads(await reader.readline())
            async for line in COMMANDS[request["command"]](self._services, request.get("arguments", {})):
                send(line=line)
                await writer.drain()
            send(done=True)
        except DomainError as refusal:
            send(refused=f"{refusal.message} {refusal.hint}".strip())
        except KeyError:
            send(refused="The running server does not know this command: stop it and start this release.")
        except (OSError, ValueError):
            logger.warning("a caller of the control socket went away or sent nonsense")
        except Exception:
            logger.exception("a command failed")
            send(refused="The command failed; the log says why.")
        finally:
            writer.close()


@asynccontextmanager
async def listening(services: Services) -> AsyncIterator[None]:
    """Answer commands inside the block; the socket is readable by its owner only, from its first moment."""
    folder = services.settings.folder
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    (folder / SOCKET_FILE).unlink(missing_ok=True)
    async with short_path(folder) as path:
        before = os.umask(0o177)
        try:
            opened.bind(path)
        finally:
            os.umask(before)
    server = await asyncio.start_unix_server(Control(services).answer, sock=opened, limit=MAX_REQUEST_BYTES)
    try:
        yield
    finally:
        server.close()
        (folder / SOCKET_FILE).unlink(missing_ok=True)


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
