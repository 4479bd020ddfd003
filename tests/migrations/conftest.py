"""An empty database on each engine."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from backend.bootstrap.engines import SQLITE_FILE

_numbers = itertools.count()
Empty = Callable[[], str]


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / SQLITE_FILE}"


@pytest.fixture
def empty_postgres(postgres_server: str) -> str:
    name = f"empty_{next(_numbers)}"
    admin = create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return make_url(postgres_server).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["empty_sqlite", "empty_postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database; the test runs once on each engine."""
    return str(request.getfixturevalue(request.param))
