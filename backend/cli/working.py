"""The process of `signalbox worker`, from its name to its end."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import signal

from backend import bootstrap
from backend.bootstrap.logs import configure_logs, take_children_in
from backend.cli.draining import finish_within
from backend.cli.holding import holder
from backend.cli.say import say, stop
from backend.errors import DomainError
from backend.settings import Settings

MAX_WORKERS = 64
logger = logging.getLogger(__name__)


def take_name(settings: Settings) -> str:
    """Return the first name that no living worker has; it is held until this process ends.

    Names must be stable over restarts (a worker adopts what it left behind) and unique among the living.
    """
    for number in range(1, MAX_WORKERS + 1):
        name = f"worker-{number}"
        descriptor = os.open(settings.folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
        else:
            return name
    return stop(f"{MAX_WORKERS} workers run on this data directory already.")


async def _work(settings: Settings, name: str) -> None:
    """Work until SIGINT or SIGTERM; what is under way then has 10 s."""
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    configure_logs(settings.folder, name)
    take_children_in()
    services = await bootstrap.start(settings, executor_id=name)
    logger.info("%s works", name)
    say(f"{name} works beside {holder(settings.folder)}")
    await asked.wait()
    say("Stopping: running work has 10 s")
    await finish_within([drain() for drain in services.draining])
    await bootstrap.stop(services)
    say("Stopped")


def work(settings: Settings) -> None:
    """Work until asked to end. Stop with a sentence where the engines cannot be opened."""
    try:
        asyncio.run(_work(settings, take_name(settings)))
    except DomainError as refusal:
        stop(f"{refusal.message} {refusal.hint}".strip())
