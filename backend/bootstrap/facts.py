"""What runs here: the versions that a report of a problem needs."""

from __future__ import annotations

import platform
from dataclasses import dataclass

from sqlalchemy import literal_column
from sqlmodel import select

from backend import __version__
from backend.bootstrap.services import services
from backend.operator import Operator, Permission

DATABASES = {"sqlite": ("SQLite", "sqlite_version()"), "postgres": ("PostgreSQL", "current_setting('server_version')")}


@dataclass(frozen=True)
class Facts:
    """Versions as text."""

    version: str
    python: str
    database: str
    machine: str


async def facts(operator: Operator) -> Facts:
    """Return what the server runs on, for who may read the project."""
    operator.require(Permission.PROJECT_READ)
    running = services()
    name, expression = DATABASES[running.database.kind]
    async with running.units.read(operator) as session:
        number: str = (await session.exec(select(literal_column(expression)))).one()
    return Facts(
        version=__version__,
        python=platform.python_version(),
        database=f"{name} {number}",
        machine=f"{platform.system()} {platform.machine()}",
    )
