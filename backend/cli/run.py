"""`signalbox run`: set up what is missing, then become the server."""

from __future__ import annotations

import os
import sys

from backend.bootstrap.engines import SQLITE_FILE
from backend.bootstrap.migrations import upgrade
from backend.cli.build import build_front_end
from backend.cli.paths import ROOT
from backend.settings import Settings


def server_environment(settings: Settings) -> dict[str, str]:
    """Return the environment of the server process: Reflex serves what was exported and compiles nothing."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SIGNALBOX_DATA_DIR": str(settings.folder),  # absolute, because Reflex wants to stand in the root
        "REFLEX_ENV_MODE": "prod",
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
    }


def run() -> None:
    """Set up what is missing and serve the console and the REST API on one port."""
    settings = Settings()
    settings.folder.mkdir(parents=True, exist_ok=True)
    build_front_end()
    upgrade(f"sqlite:///{settings.folder / SQLITE_FILE}" if settings.database == "sqlite" else settings.database)
    command = [sys.executable, "-m", "backend.cli.serve"]
    os.chdir(ROOT)
    os.execve(command[0], command, server_environment(settings))  # noqa: S606  # this process becomes the server
