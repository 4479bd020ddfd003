"""`signalbox worker`: work on jobs in a process of its own, beside a server on Postgres."""

from __future__ import annotations

import importlib

from backend.cli.configured import read_settings
from backend.cli.holding import is_held
from backend.cli.leaving import leave
from backend.cli.say import stop


def worker() -> None:
    """Work on jobs beside a running server; with Postgres only."""
    settings = read_settings()
    if settings.database == "sqlite":
        stop("A worker needs Postgres (SIGNALBOX_DATABASE): on SQLite the server does all the work itself.")
    if not is_held(settings.folder):
        stop(f"No server runs on {settings.folder}; start it first, a worker borrows its search index.")
    importlib.import_module("backend.cli.working").work(settings)
    leave(0)
