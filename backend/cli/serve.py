"""The server process: what `signalbox run` turns into once everything is set up.

One process serves. granian's own layout keeps a second one as supervisor, whose worker outlives it when it is
killed; its embedded server runs in the event loop that the application has anyway.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import signal
import subprocess
import sys
from typing import Any, cast

from granian.server.embed import Server

from backend import bootstrap
from backend.bootstrap.control import listening
from backend.bootstrap.logs import configure_logs, take_children_in
from backend.bootstrap.rooms import lend_vectors
from backend.bootstrap.versions import is_current
from backend.cli.children import end_with_parent
from backend.cli.draining import Drain
from backend.cli.leaving import leave
from backend.cli.say import complain, say
from backend.errors import DomainError
from backend.settings import Settings

LOOK_SECONDS = 0.02
CLOSE_SECONDS = 10
# Objects made before the young, the middle and all of them are looked through.
COLLECT_AFTER = (5_000, 20, 20)
TASKS_SECONDS = 2
# granian configures logging when it is made: its lines go where all go, instead of to stdout.
GRANIAN_LOGS: dict[str, Any] = {"handlers": {}, "loggers": {"_granian": {"handlers": [], "propagate": True}}}
logger = logging.getLogger(__name__)


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


async def until_it_answers(settings: Settings, serving: asyncio.Task[None]) -> None:
    """Wait until the server really answers, or has ended."""
    while not await answers(settings.host, settings.port):
        await asyncio.sleep(LOOK_SECONDS)
        if serving.done():
            return


async def announce(settings: Settings) -> None:
    """Say that the server is ready, and print the one-time sign-in link."""
    settle_memory()
    address = settings.address
    identity = bootstrap.services().identity
    logger.info("ready at %s", address)
    say(f"Signalbox is ready at {settings.public_url or address}")
    if await identity.has_credential():
        return
    token = await identity.make_sign_in_link()
    say(f"Sign in once, within 15 minutes: {address}/sign-in/link?token={token}")


def settle_memory() -> None:
    """Never look again through what was loaded, and seldom through what open tabs hold.

    A full collection walks the states of all tabs: with 200 of them everybody waits for it, several times a second.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


class Stopping:
    """The first Ctrl-C ends in order, the second at once."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    def ask(self) -> None:
        if self.asked.is_set():
            say("Stopping at once")
            os._exit(130)
        say("Stopping: running work has 10 s (press Ctrl-C again to end at once)")
        logger.info("asked to stop")
        self.asked.set()


async def serve(settings: Settings) -> int:
    """Serve until SIGINT or SIGTERM; return the exit code."""
    loop = asyncio.get_running_loop()
    stopping = Stopping()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.ask)
    configure_logs(settings.folder)
    drain = Drain(importlib.import_module("console.app").serving())
    server = Server(
        drain, settings.host, settings.port, interface=cast(Any, "asgi"), backlog=1024, log_dictconfig=GRANIAN_LOGS
    )
    configure_logs(settings.folder)  # once more, because granian's own configuration closed our files
    take_children_in()
    serving = loop.create_task(server.serve())
    await until_it_answers(settings, serving)
    if serving.done():
        return failed(drain.failure or serving.exception())
    services = bootstrap.services()
    asked = loop.create_task(stopping.asked.wait())
    async with listening(services), lend_vectors(settings, services.rooms):
        await announce(settings)  # in here, since who reads it may send a command at once
        await asyncio.wait({asked, serving}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        return failed(drain.failure or serving.exception())
    await drain.finish(services.draining)
    server.stop()  # type: ignore[no-untyped-call]  # granian has types elsewhere
    _, late = await asyncio.wait({serving}, timeout=CLOSE_SECONDS)
    if late:
        logger.error("the services did not close within %s s", CLOSE_SECONDS)
        os._exit(1)
    all_ended = await end_tasks()
    logger.info("stopped")
    say("Stopped")
    if not all_ended:
        os._exit(0)  # asyncio.run would wait for them without an end
    return 0


async def end_tasks() -> bool:
    """Cancel what still runs on the loop; tell whether all of it ended in time. Nobody's work: the drain is over."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    _, late = await asyncio.wait(others, timeout=TASKS_SECONDS) if others else ((), ())
    for task in late:
        logger.error("a task did not end: %r", task)
    return not late


def failed(error: BaseException | None) -> int:
    """Say why the server ended by itself: a refusal in its own words, anything else in the log."""
    if isinstance(error, DomainError):
        complain(f"{error.message} {error.hint}".strip())
    else:
        logger.error("the server ended by itself", exc_info=error)
        complain("Signalbox could not go on; the log says why.")
    return 1


def main() -> None:
    if len(sys.argv) > 1:
        # The data directory stays held while this process lives, and no child may hold it longer.
        os.set_inheritable(int(sys.argv[1]), False)  # noqa: FBT003
    settings = Settings()
    if not is_current(settings):
        child = [sys.executable, "-m", "backend.cli.migrating"]
        if code := subprocess.run(child, preexec_fn=end_with_parent, check=False).returncode:  # one thread
            sys.exit(code)
    leave(asyncio.run(serve(settings)))
