"""The jobs engine: its own file beside SQLite, or the same Postgres as the rows."""

from __future__ import annotations

from typing import cast

from backend.bootstrap.engines import engine
from backend.ports.jobs import Jobs
from backend.settings import Settings

JOBS_FILE = "jobs.db"
SERVER = "server"


def open_jobs(settings: Settings, executor_id: str = SERVER) -> Jobs:
    """Load the engine; it touches nothing before `start`."""
    on_sqlite = settings.database == "sqlite"
    url = f"sqlite:///{settings.folder / JOBS_FILE}" if on_sqlite else settings.database
    return cast(Jobs, engine("jobs.dbos_jobs", "DbosJobs")(url, executor_id))
