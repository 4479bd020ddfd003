"""A scripted provider on loopback, and drafts that name it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest

from backend.engines.language_model.scripted_server import ScriptedServer
from backend.ports.language_model import Capabilities
from backend.providers.types import ModelDraft, ProviderDraft

KEY = "sk-canary-0123456789-4f2a"


@dataclass
class Gateway:
    server: ScriptedServer
    base_url: str

    def draft(self, *names: str, **changes) -> ProviderDraft:
        models = tuple(
            ModelDraft(name, capabilities=Capabilities(tools=True), context_size=8192,
                       input_price=Decimal("2.5"), output_price=Decimal(10))
            for name in names or ("echo",)
        )  # fmt: skip
        given = {"name": "Gateway", "base_url": self.base_url, "api_key": KEY, "allow_private_address": True,
                 "models": models}  # fmt: skip
        return ProviderDraft(**{**given, **changes})


@pytest.fixture
async def gateway():
    server = ScriptedServer(key=KEY)
    yield Gateway(server, await server.start())
    await server.close()
