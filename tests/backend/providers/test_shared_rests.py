"""Two workers on one Postgres: what a provider asks of one of them, the other keeps too."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlmodel import select

from backend.engines.language_model.gate import LOOK_SECONDS
from backend.engines.language_model.scripted_server import ScriptedServer
from backend.providers.models import ProviderRestRow
from backend.providers.resting import NOBODY
from backend.settings import Settings
from tests.backend.experiments.conftest import Lab, lab, server
from tests.serving import ROOT

__all__ = ["lab", "server"]

REST_SECONDS = 1.0  # as the scripted server says


@pytest.fixture
def settings(settings: Settings, make_postgres: Callable[[str], str]) -> Settings:
    return settings.model_copy(update={"database": make_postgres("rests")})


@pytest.fixture
def arrived(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """Note when each model is asked."""
    moments, play = dict[str, list[float]](), ScriptedServer._play

    async def noted(self: ScriptedServer, day: str, *given: Any) -> AsyncIterator[bytes]:
        moments.setdefault(day, []).append(time.monotonic())
        async for part in play(self, day, *given):
            yield part

    monkeypatch.setattr(ScriptedServer, "_play", noted)
    return moments


class Worker:
    """A process that asks models as it is told."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def said(self) -> str:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            return (await self._process.stdout.readline()).decode().strip()

    async def ask(self, model: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{model}\n".encode())
        await self._process.stdin.drain()


@asynccontextmanager
async def workers(lab: Lab, *names: str) -> AsyncIterator[list[Worker]]:
    settings = lab.services.settings
    begun = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.backend.providers.rest_worker", str(settings.folder), name, settings.database,
            cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )
        for name in names
    ]  # fmt: skip
    try:
        made = [Worker(process) for process in begun]
        assert [await one.said() for one in made] == ["ready"] * len(made)
        for one in made:  # which loads the libraries
            await one.ask("lab:no-usage")
            assert await one.said() == "answered"
        yield made
    finally:
        for process in begun:
            process.kill()
            await process.wait()


async def until(is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not is_so():
            await asyncio.sleep(0.005)


async def told(lab: Lab) -> None:
    """Wait until the row stands, and a worker that looked just before would look again."""
    async with asyncio.timeout(20):
        while True:
            async with lab.services.units.read(NOBODY) as session:
                if (await session.exec(select(ProviderRestRow))).all():
                    break
            await asyncio.sleep(0.005)
    await asyncio.sleep(LOOK_SECONDS)


@pytest.mark.timeout(180)
async def test_r17_a_rest_that_one_worker_met_is_kept_by_the_other(lab: Lab, arrived: dict[str, list[float]]) -> None:
    async with workers(lab, "worker-1", "worker-2") as (first, second):
        await first.ask("lab:429")
        await until(lambda: arrived.get("429"))
        refused = arrived["429"][0]
        await told(lab)
        await second.ask("lab:echo")
        assert [await first.said(), await second.said()] == ["answered", "answered"]
        assert arrived["echo"][0] - refused >= REST_SECONDS - 0.05
        assert (len(arrived["429"]), len(arrived["echo"])) == (2, 1)
        await first.ask("lab:429-hour")
        refused_for = await first.said()
        await second.ask("lab:echo")
        assert await second.said() == refused_for, "it is refused in the same words, and nobody is asked"
        assert (len(arrived["429-hour"]), len(arrived["echo"])) == (1, 1)
