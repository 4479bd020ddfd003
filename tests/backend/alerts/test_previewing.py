"""A look back tells when a rule would have fired."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.alerts.types import Measure
from backend.errors import InvalidInput
from tests.backend.alerts.conftest import Desk
from tests.backend.alerts.test_alerts import FAILING, now


async def test_a_preview_fires_when_the_watch_would_have(desk: Desk) -> None:
    rule = replace(FAILING, window_minutes=60, min_count=2, looks=3)
    at = now()
    for day in (6, 3):
        await desk.happen(at - timedelta(days=day), "failed", "failed", "answered")
        await desk.happen(at - timedelta(days=day, hours=-2), *["answered"] * 9)
    await desk.happen(at - timedelta(days=1), "failed")  # too few to tell
    await desk.happen(at - timedelta(days=9), "failed", "failed")  # before the seven days
    found = await desk.alerts.preview(desk.owner, rule, at)
    assert [(round((at - one.since) / timedelta(days=1)), one.value) for one in found.spells] == [
        (6, pytest.approx(2 / 3)), (3, pytest.approx(2 / 3)),
    ]  # fmt: skip
    assert all(one.until and one.until - one.since <= timedelta(hours=4) for one in found.spells)
    assert (len(found.looks), found.step_minutes, found.num_behind) == (7 * 24 * 4, 15, 25)
    told = [one for one in found.looks if one.value is not None]
    assert 0 < len(told) < len(found.looks)
    with pytest.raises(InvalidInput):
        await desk.alerts.preview(desk.owner, replace(rule, window_minutes=1))
    assert (await desk.alerts.list(desk.owner)).items == []


@pytest.mark.parametrize("minutes", [5, 7, 60, 100, 24 * 60, 7 * 24 * 60])
async def test_a_preview_of_any_window_counts_what_the_log_counts(desk: Desk, minutes: int) -> None:
    at = now()
    await desk.happen(at - timedelta(minutes=minutes - 1), "failed", "answered")
    await desk.happen(at - timedelta(minutes=minutes + 1), "failed")
    rule = replace(FAILING, window_minutes=minutes, measure=Measure.CONVERSATIONS, threshold=99, min_count=0)
    found = await desk.alerts.preview(desk.owner, rule, at)
    assert (found.looks[-1].at, found.looks[-1].value) == (at, 2)
