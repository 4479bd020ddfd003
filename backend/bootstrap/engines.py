"""Load the chosen engines, and only those: importing every vendor would cost 214 MB and 4 s."""

from __future__ import annotations

import importlib
from typing import Any, cast

from backend.ports.database import Database
from backend.settings import SQLITE_FILE, Settings


def engine(module: str, name: str) -> Any:
    """Return `name` of `backend.engines.<module>`, importing it now."""
    return getattr(importlib.import_module(f"backend.engines.{module}"), name)


def open_database(settings: Settings) -> Database:
    if settings.database == "sqlite":
        return cast(Database, engine("database.sqlite", "SqliteDatabase")(settings.folder / SQLITE_FILE))
    return cast(Database, engine("database.postgres", "PostgresDatabase")(settings.database))
