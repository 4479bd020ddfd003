"""Fixtures that several contract suites share."""

from __future__ import annotations

import pytest

from backend.engines.language_model.scripted_server import ScriptedServer
from tests.doubles.model_scene import Scene


@pytest.fixture
async def scene():
    server = ScriptedServer(key="secret-canary", keeps_requests=True)
    made = Scene(server, await server.start())
    yield made
    await made.model.close()
    await server.close()
