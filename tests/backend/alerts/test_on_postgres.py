"""Alerts where two servers share a Postgres: what must hold there too, and what only there can go wrong."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from backend import bootstrap
from backend.settings import Settings
from tests.backend.alerts.conftest import Desk
from tests.backend.alerts.test_alerts import (
    FAILING,
    now,
    test_a_crash_between_the_call_and_its_record_repeats_the_call_under_its_id,
    test_a_crash_in_the_middle_of_a_look_leaves_no_half,
    test_a_rule_fires_once_and_resolves_once_by_letter_and_signed_call,
    test_two_that_deliver_at_once_tell_once,
)
from tests.backend.alerts.test_apart import test_what_waits_is_told_by_no_rule_that_ended_meanwhile

# Run here once more, on the database of `settings` below.
__all__ = [
    "test_a_crash_between_the_call_and_its_record_repeats_the_call_under_its_id",
    "test_a_crash_in_the_middle_of_a_look_leaves_no_half",
    "test_a_rule_fires_once_and_resolves_once_by_letter_and_signed_call",
    "test_two_that_deliver_at_once_tell_once",
    "test_what_waits_is_told_by_no_rule_that_ended_meanwhile",
]


@pytest.fixture
def settings(postgres_settings: Settings) -> Settings:
    return postgres_settings


async def test_two_servers_that_look_and_deliver_at_once_fire_and_tell_once(
    desk: Desk, settings: Settings, tmp_path: Path
) -> None:
    other = await bootstrap.start(settings.model_copy(update={"data_dir": tmp_path / "other"}), serving=False)
    there = replace(desk, services=other)
    servers = [desk.again(), there.again()]
    rule = replace(FAILING, emails=("ops@example.com",), webhook_url=desk.url, looks=1)
    for number in range(3):
        await desk.alerts.create(desk.owner, replace(rule, name=f"Rule {number}"))
    at = now()
    await desk.happen(at - timedelta(minutes=1), "failed", "failed")
    await asyncio.gather(*(one.watch(at) for one in servers for _ in range(2)))
    assert len((await desk.alerts.firings(desk.owner)).items) == 3
    await asyncio.gather(*(one.deliver(at) for one in servers for _ in range(2)))
    assert (len(desk.web.seen), len(desk.mail.taken)) == (3, 3)
    await bootstrap.stop(other)
