"""What older versions knew of prices: a use that cost nothing had none, unless the model is built in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import text

from alembic import command
from backend import bootstrap
from backend.bootstrap.migrations import alembic_config, database_url, migrate
from backend.datasets.models import DatasetRow
from backend.flows.models import NodeRunRow
from backend.ids import new_id
from backend.settings import Settings
from tests.backend.activity.test_service import cell, experiment, flow, run, save
from tests.migrations.databases import opened
from tests.migrations.test_older_log import BEHIND_THE_WALL

PAID, BUILT_IN = {"model": "free:echo"}, {"model": "embedded:gemma-3-270m"}


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_what_cost_nothing_had_no_price_unless_its_model_is_built_in(
    engine: str, settings: Settings, request: pytest.FixtureRequest
) -> None:
    if engine == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("make_postgres")
        settings = settings.model_copy(update={"database": make("older_prices")})
    house = await bootstrap.start(settings, serving=False)
    owner = await house.identity.ensure_owner()
    desk, rows = flow(owner), DatasetRow(id=new_id("ds"), project_id=owner.project_id, name="Questions")
    paid, free, bare, priced = (run(desk, "done", cost) for cost in ("0", "0", "0", "0.5"))
    for one in (paid, free, bare, priced):
        one.tokens_in = 5
    nodes = [
        NodeRunRow(run_id=one.id, node="a", attempt=1, status="done", tokens_in=5, cost=one.cost, detail=detail)
        for one, detail in ((paid, PAID), (free, BUILT_IN), (priced, PAID))
    ]
    of = experiment(owner, rows)
    cells = [
        cell(of, 0, tokens_in=5, detail=PAID),
        cell(of, 1, tokens_in=5, detail=BUILT_IN),
        cell(of, 2, tokens_in=5, run_id=paid.id),
        cell(of, 3, tokens_in=5, run_id=free.id),
        cell(of, 4, detail=PAID),
    ]
    await save(house.units, desk, rows, paid, free, bare, priced, *nodes, of, *cells)
    await bootstrap.stop(house)
    url = database_url(settings)
    await asyncio.to_thread(command.downgrade, alembic_config(url), "0086")
    await asyncio.to_thread(migrate, settings)
    with opened(url).begin() as connection:
        if engine == "postgres":
            connection.execute(text(BEHIND_THE_WALL))
        runs = dict(connection.execute(text("SELECT id, has_unpriced FROM run")).all())
        asked = dict(connection.execute(text("SELECT run_id, has_unpriced FROM node_run")).all())
        marks = connection.execute(
            text("SELECT number, detail ->> 'has_unpriced' FROM experiment_cell ORDER BY number")
        ).all()
    assert [bool(runs[one.id]) for one in (paid, free, bare, priced)] == [True, False, True, False]
    assert [bool(asked[one.id]) for one in (paid, free, priced)] == [True, False, False]
    assert [number for number, mark in marks if mark] == [0, 2]
