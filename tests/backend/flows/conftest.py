"""A stage with a real SQLite journal for each test, and one whose nodes reach models, a handbook and the web."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backend.engines.language_model.openai_compatible import OpenAiCompatible
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.engines.run_journal.sqlite import SqliteRunJournal
from backend.engines.templates.jinja import JinjaTemplates
from backend.operator import Operator
from backend.settings import SQLITE_FILE
from backend.unit_of_work import Units
from tests.doubles.desk import Desk
from tests.factories.running import Stage


@pytest.fixture
async def templates(tmp_path: Path) -> AsyncIterator[JinjaTemplates]:
    made = JinjaTemplates(tmp_path / "rooms", tmp_path / "engines.log")
    yield made
    await made.close()


@pytest.fixture
async def stage(tmp_path: Path, units: Units, owner: Operator, templates: JinjaTemplates) -> AsyncIterator[Stage]:
    journal = SqliteRunJournal(tmp_path / SQLITE_FILE)
    made = Stage(units, journal, owner, templates)
    await made.open()
    yield made
    await made.runner.close(0.1)
    await journal.close()


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    made = ScriptedServer(keeps_requests=True)
    yield made
    await made.close()


@pytest.fixture
async def desk(server: ScriptedServer) -> Desk:
    return Desk(await server.start())


@pytest.fixture
async def kitchen(
    tmp_path: Path, units: Units, owner: Operator, templates: JinjaTemplates, desk: Desk
) -> AsyncIterator[Stage]:
    """A stage on which nodes reach models, a handbook and the web."""
    journal = SqliteRunJournal(tmp_path / SQLITE_FILE)
    models = OpenAiCompatible()
    made = Stage(units, journal, owner, templates, language_model=models, models=desk, knowledge=desk)
    await made.open()
    yield made
    await made.runner.close(0.1)
    await models.close()
    await journal.close()
