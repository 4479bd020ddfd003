"""Datasets that an older version wrote."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from alembic import command
from backend import bootstrap
from backend.bootstrap.migrations import alembic_config, database_url, migrate
from backend.datasets.types import NewItem, Source, SourceKind
from backend.settings import Settings
from tests.factories.datasets import dataset
from tests.migrations.databases import opened
from tests.migrations.test_older_log import BEHIND_THE_WALL

AS_IT_WAS = "UPDATE dataset_version SET about = 'quittenbrot' WHERE act = 'add'"


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_versions_of_rows_from_the_log_name_nobody_any_more(
    engine: str, settings: Settings, request: pytest.FixtureRequest
) -> None:
    if engine == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("make_postgres")
        settings = settings.model_copy(update={"database": make("older_datasets")})
    house = await bootstrap.start(settings, serving=False)
    owner = await house.identity.ensure_owner()
    made = await dataset(house.datasets, owner)
    for kind in (SourceKind.LOG, SourceKind.API):
        await house.datasets.add_items(owner, made.id, [NewItem({"q": kind})], source=Source(kind, "somebody"))
    await bootstrap.stop(house)
    url = database_url(settings)
    await asyncio.to_thread(command.downgrade, alembic_config(url), "0084")
    with opened(url).begin() as connection:
        if engine == "postgres":
            connection.execute(text(BEHIND_THE_WALL))
        assert connection.execute(text(AS_IT_WAS)).rowcount == 2
    await asyncio.to_thread(migrate, settings)
    house = await bootstrap.start(settings, serving=False)
    told = [(one.act, one.about) for one in (await house.datasets.list_versions(owner, made.id)).items]
    assert sorted(about for act, about in told if act == "add") == ["", "quittenbrot"]
    await bootstrap.stop(house)
