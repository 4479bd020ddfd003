"""Bring the database to the version of the code, and keep a copy of what was there before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool
from sqlalchemy.exc import OperationalError

from alembic import command
from backend.bootstrap.engines import engine
from backend.errors import Conflict, Unavailable
from backend.settings import SQLITE_FILE, Settings

ROOT = Path(__file__).resolve().parents[2]
COPIES = "backups"


class NewerDatabase(Conflict):
    """The database was migrated by a later release; nothing was changed."""


@dataclass(frozen=True)
class Migrated:
    """What happened: equal versions mean nothing; `before` is empty for a new database; `copy` is None on Postgres."""

    before: str
    after: str
    copy: Path | None = None


def alembic_config(url: str) -> Config:
    """Return alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic"))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def database_url(settings: Settings) -> str:
    """Return the address for a blocking connection."""
    return f"sqlite:///{settings.folder / SQLITE_FILE}" if settings.database == "sqlite" else settings.database


def upgrade(url: str) -> None:
    """Run every migration that the database has not seen; blocking, so call it before the event loop starts."""
    command.upgrade(alembic_config(url), "head")


def version_of(url: str) -> str:
    """Return the version that the database says it has; empty for a new one. Raise Unavailable."""
    opened = create_engine(url, poolclass=pool.NullPool)
    try:
        with opened.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision() or ""
    except OperationalError as error:
        raise Unavailable(
            f"The database at {opened.url.render_as_string(hide_password=True)} does not answer.",
            hint="Check SIGNALBOX_DATABASE.",
        ) from error
    finally:
        opened.dispose()


def migrate(settings: Settings) -> Migrated:
    """Upgrade if needed, copying a SQLite file first. Raise NewerDatabase or Unavailable."""
    url = database_url(settings)
    file = settings.folder / SQLITE_FILE if settings.database == "sqlite" else None
    scripts = ScriptDirectory.from_config(alembic_config(url))
    known = [script.revision for script in scripts.walk_revisions()]
    newest = known[0]
    before = version_of(url) if file is None or file.exists() else ""
    if before == newest:
        return Migrated(before, newest)
    if before and before not in known:
        raise NewerDatabase(
            f"The database has version {before}, and this code knows versions up to {newest}: "
            f"start the release that made it{'' if file is None else f', or put back a copy from {COPIES}/'}."
        )
    copy = None
    if file is not None and before:
        moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
        copy = engine("database.copies", "copy_aside")(
            file, settings.folder / COPIES, f"signalbox-{before}-{moment}.db"
        )
    upgrade(url)
    return Migrated(before, newest, copy)
