"""The server process: what `signalbox run` turns into once everything is set up.

One process serves. granian's own layout keeps a second one as supervisor (27 MB) whose worker outlives it when it is
killed; its embedded server runs in the event loop that the application has anyway.
"""

from __future__ import annotations

import asyncio
import importlib
import signal
import sys
from typing import Any, cast

from granian.server.embed import Server

from backend import bootstrap
from backend.cli.say import say
from backend.settings import Settings

HEALTH_SECONDS = 60


class QuietServer(Server):
    """granian without signal handlers and banners: both are ours."""


async def answers(host: str, port: int) -> bool:
    """Tell whether the server answers its health route."""
    try:
        reader, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    try:
        writer.write(f"GET /api/health HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        return b" 200 " in await reader.readline()
    except OSError:
        return False
    finally:
        writer.close()


async def announce(settings: Settings, serving: asyncio.Task[None]) -> None:
    """Say that the server is ready, once it really answers, and print the one-time sign-in link."""
    while not await answers(settings.host, settings.port):
        if serving.done():
            return
        await asyncio.sleep(0.02)
    address = f"http://{settings.host}:{settings.port}"
    token = await bootstrap.services().identity.make_sign_in_link()
    say(f"Signalbox is ready at {address}")
    say(f"Sign in once, within 15 minutes: {address}/sign-in/link?token={token}")


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM."""
    target = importlib.import_module("console.app").app()
    server = QuietServer(
        target,
        address=settings.host,
        port=settings.port,
        interface=cast(Any, "asgi"),
        backlog=1024,
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    serving = loop.create_task(server.serve())
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, server.stop)
    await announce(settings, serving)
    await serving


def main() -> None:
    asyncio.run(serve(Settings()))
    sys.exit(0)


if __name__ == "__main__":
    main()
