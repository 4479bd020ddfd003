"""The service over both databases, with templates that render here and a model that says what it was told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from backend.engines.templates.jinja import JinjaTemplates
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.ports.database import Database
from backend.prompts.service import PromptService
from backend.prompts.types import Content, NewPrompt, Prompt
from backend.unit_of_work import Units
from tests.doubles.player import Player


@pytest.fixture
def player() -> Player:
    return Player()


@pytest.fixture
async def prompts(any_database: Database, tmp_path: Path, player: Player) -> AsyncIterator[PromptService]:
    templates = JinjaTemplates(tmp_path / "rooms", tmp_path / "log")
    yield PromptService(Units(any_database), templates, player, player)
    await templates.close()


@pytest.fixture
async def ines(any_database: Database) -> Operator:
    return await IdentityService(Units(any_database)).ensure_owner()


@pytest.fixture
def daniel(ines: Operator) -> Operator:
    return replace(ines, user_id="user_daniel", name="Daniel")


@pytest.fixture
async def answer(prompts: PromptService, ines: Operator) -> Prompt:
    """A text prompt at its first version."""
    return await prompts.create(ines, NewPrompt("Support answer", text("Answer {{ question }}.")))


def text(source: str, **more: object) -> Content:
    return Content.model_validate({"text": source, **more})


def chat(*messages: dict[str, str], **more: object) -> Content:
    return Content.model_validate({"kind": "chat", "messages": list(messages), **more})
