"""Ask the running server, or do it here when none runs."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable
from typing import Any

from backend.cli.configured import read_settings
from backend.cli.folder import make_folder
from backend.cli.holding import hold, is_held
from backend.cli.say import complain, say, stop
from backend.control import ask
from backend.errors import DomainError
from backend.settings import SQLITE_FILE, Settings

PATIENCE_SECONDS = 60
Tell = Callable[[str], None]
LOOK_SECONDS = 0.1


async def _ask_patiently(settings: Settings, command: str, arguments: dict[str, Any], tell: Tell) -> bool:
    """Tell what the server answers; return False when none has the data directory (any more).

    A server that is still starting holds the directory and does not listen yet.
    """
    for _ in range(int(PATIENCE_SECONDS / LOOK_SECONDS)):
        if not is_held(settings.folder):
            return False
        try:
            async for line in ask(settings.folder, command, arguments):
                tell(line)
        except OSError:
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return True
    return stop("The server has been starting for a minute; look at its terminal or log.")


def _was_started(settings: Settings) -> bool:
    """Tell whether a server or a migration has been here: a command makes no data directory of its own."""
    return (settings.folder / SQLITE_FILE).exists() if settings.database == "sqlite" else settings.folder.is_dir()


def _require_data(settings: Settings, command: str, *, leads_to_server: bool) -> None:
    """Stop with what to type where the command could do nothing of use; say that no server runs where it can."""
    elsewhere = "or name the data directory of the one that runs in SIGNALBOX_DATA_DIR."
    if not _was_started(settings):
        stop(f"There is no Signalbox in {settings.folder}. Start one there with `make run`, {elsewhere}")
    if leads_to_server:
        stop(
            f"No server runs on {settings.folder}, so the link would open nothing. "
            f"Start it with `make run` and call again, {elsewhere}"
        )
    complain(f"No server runs on {settings.folder}: `{command}` works on the files there.")


def perform(command: str, arguments: dict[str, Any], tell: Tell = say, *, leads_to_server: bool = False) -> None:
    """Run a command of backend/bootstrap/commands.py wherever the engines are open.

    `leads_to_server` says that what it prints is opened at the server, and of no use without one.
    """
    settings = read_settings()
    try:
        if asyncio.run(_ask_patiently(settings, command, arguments, tell)):
            return
        _require_data(settings, command, leads_to_server=leads_to_server)
        make_folder(settings)
        held = hold(settings)
        if held is None:
            stop("A server started just now; call again.")
        # Loads everything, which takes 2 s.
        importlib.import_module("backend.cli.here").do(settings, command, arguments, tell)
    except DomainError as refusal:
        stop(f"{refusal.message} {refusal.hint}".strip())
