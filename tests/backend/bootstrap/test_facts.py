"""The versions that a report of a problem needs."""

from __future__ import annotations

import platform
import sqlite3
from dataclasses import replace

import pytest

from backend import __version__, bootstrap
from backend.bootstrap import facts
from backend.errors import Forbidden


async def test_the_versions_are_those_that_run(services: bootstrap.Services) -> None:
    owner = await services.identity.ensure_owner()
    found = await facts(owner)
    assert found.version == __version__
    assert found.python == platform.python_version()
    assert found.database == f"SQLite {sqlite3.sqlite_version}"


async def test_who_may_not_read_the_project_gets_no_versions(services: bootstrap.Services) -> None:
    owner = await services.identity.ensure_owner()
    with pytest.raises(Forbidden):
        await facts(replace(owner, permissions=frozenset()))
