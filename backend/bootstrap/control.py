"""The server's end of the Unix socket over which commands ask it (backend/control.py)."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from backend.bootstrap.commands import COMMANDS
from backend.bootstrap.services import Services
from backend.control import MAX_REQUEST_BYTES, SOCKET_FILE, short_path
from backend.errors import DomainError

logger = logging.getLogger(__name__)


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
