"""`signalbox migrate`: bring the database to the version of the code without serving."""

from __future__ import annotations

import importlib

from backend.cli.configured import read_settings
from backend.cli.folder import make_folder
from backend.cli.holding import hold, holder
from backend.cli.say import say, stop


def migrate() -> None:
    """Bring the database to the version of the code; a SQLite file is copied aside first."""
    settings = read_settings()
    make_folder(settings)
    if settings.database == "sqlite" and hold(settings) is None:
        stop(f"The server at {holder(settings.folder)} has the database open, and migrated it when it started.")
    done = importlib.import_module("backend.cli.migrating").migrate_or_stop(settings)
    if done.before == done.after:
        say(f"The database has version {done.after} already")
