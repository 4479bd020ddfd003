"""Tell whether the database needs a migration without loading what would do it (0.2 s and 10 MB)."""

from __future__ import annotations

from pathlib import Path

from backend.bootstrap.engines import engine
from backend.settings import SQLITE_FILE, Settings

VERSIONS = Path(__file__).resolve().parents[2] / "alembic" / "versions"


def newest_version() -> str:
    """Return the version of the code: migrations are numbered, and their files begin with the number."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def is_current(settings: Settings) -> bool:
    """Tell whether a SQLite file has the version of the code. On Postgres only asking tells, so False."""
    if settings.database != "sqlite":
        return False
    return bool(engine("database.copies", "stamped_version")(settings.folder / SQLITE_FILE) == newest_version())
