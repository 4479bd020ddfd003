"""The two organisations, built once for a module in each configuration: that takes two seconds."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from pydantic import SecretStr

from backend import bootstrap
from backend.settings import SQLITE_FILE, Settings
from tests.access.world import WAYS, Side, World


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=WAYS)
async def world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> AsyncIterator[World]:
    """Services over a database of its own, with both sides in it."""
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(sqlite_template, folder / SQLITE_FILE)
    settings = Settings(data_dir=folder, models="scripted", secret_key=(SecretStr("the key of the tests " * 2),))
    services = await bootstrap.start(settings, serving=False)
    made = World(services, request.param)
    await made.furnish(folder)
    yield made
    await bootstrap.stop(services)


@pytest.fixture
def ours(world: World) -> Side:
    return world.sides[0]


@pytest.fixture
def theirs(world: World) -> Side:
    return world.sides[1]
