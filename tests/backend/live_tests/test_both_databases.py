"""What the databases themselves hold: one running test a label, one seat a conversation."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from backend.engines.sealing.fernet import FernetSealer
from backend.engines.templates.jinja import JinjaTemplates
from backend.errors import Conflict, Forbidden
from backend.identity.service import IdentityService
from backend.live_tests.service import LiveTestService
from backend.live_tests.types import Arm, LiveTest, NewLiveTest, State
from backend.operator import Operator
from backend.ports.database import Database
from backend.prompts.service import PromptService
from backend.prompts.types import Content, NewPrompt, Taking
from backend.unit_of_work import Units, Work
from tests.doubles.player import Player


async def test_a_test_runs_ends_and_makes_room_for_the_next(any_database: Database, tmp_path: Path) -> None:
    units, templates = Units(any_database), JinjaTemplates(tmp_path / "rooms", tmp_path / "log")
    owner = await IdentityService(units).ensure_owner()
    prompts = PromptService(units, templates, Player(), Player())
    tests = LiveTestService(units, prompts, FernetSealer(["a key of enough characters for this"]))
    made = await prompts.create(owner, NewPrompt("Answer", Content(text="One.")))
    await prompts.save_version(owner, made.id, Content(text="Two."))
    await prompts.set_label(owner, made.id, "staging", 1)
    wish = NewLiveTest("staging", (Arm(1, 1), Arm(2, 1)))
    test = await tests.start(owner, made.id, wish)
    with pytest.raises(Conflict):
        await tests.start(owner, made.id, wish)
    chosen = {await tests.choose(owner, made.id, "staging", 1, Taking("run_1")) for _ in range(3)}
    assert len(chosen) == 1
    assert await tests.choose(owner, made.id, "production", 1, Taking("run_1")) is None
    await tests.guard()
    report = await tests.report(owner, test.id)
    assert (report.test.state, [one.num_conversations for one in report.arms]) == (State.RUNNING, [0, 0])
    await tests.stop(owner, test.id)
    assert await tests.choose(owner, made.id, "staging", 1, Taking("run_2")) is None
    assert (await tests.start(owner, made.id, wish)).state is State.RUNNING
    wish = NewLiveTest("production", wish.arms)
    await prompts.set_label(owner, made.id, "production", 1)
    starting: list[asyncio.Task[LiveTest]] = []

    async def begun_meanwhile(_work: Work, operator: Operator, label: str) -> None:
        """Begin a test behind the check that found none; where that is no part of the unit, it runs at once."""
        starting.append(asyncio.create_task(tests.start(operator, made.id, NewLiveTest(label, wish.arms))))
        await asyncio.wait(starting, timeout=0.3)

    prompts.protecting += [tests.check_protecting, begun_meanwhile]
    await prompts.protect_label(owner, "production", protected=True)
    with pytest.raises(Forbidden, match="you wrote v2"):
        await starting[0]
    await templates.close()
