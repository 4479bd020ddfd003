"""The jobs engine: its own file beside SQLite, or the same Postgres as the rows."""

from __future__ import annotations

from typing import cast

from backend.bootstrap.engines import engine
from backend.ports.database import Database
from backend.ports.jobs import Jobs
from backend.settings import Settings

JOBS_FILE = "jobs.db"
SERVER = "server"


def open_jobs(settings: Settings, database: Database, executor_id: str) -> Jobs:
    """Load the engine; it touches nothing before `start`."""
    made = engine("jobs.dbos_jobs", "DbosJobs")
    if settings.database == "sqlite":
        return cast(Jobs, made(f"sqlite:///{settings.folder / JOBS_FILE}", executor_id))
    return cast(Jobs, made(settings.database, executor_id, database))
