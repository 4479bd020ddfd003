"""An empty database on each engine."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from backend.settings import SQLITE_FILE

_numbers = itertools.count()
Empty = Callable[[], str]


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / SQLITE_FILE}"


@pytest.fixture
def empty_postgres(make_empty_postgres: Callable[..., str]) -> str:
    return make_empty_postgres(f"empty_{next(_numbers)}")


@pytest.fixture(params=["empty_sqlite", "empty_postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """An empty database; the test runs once on each engine."""
    return str(request.getfixturevalue(request.param))
