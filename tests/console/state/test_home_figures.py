"""The figures of the home, and what else needs somebody there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.alerts.types import Comparison, Measure, NewAlert
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.models import ConversationRow
from backend.ids import new_id
from console.state.home import HomeState
from console.state.home_figures import HomeFiguresState
from tests.console.tab import Tab, refused, tab
from tests.tenancy import EVERYWHERE

__all__ = ["tab"]


async def put(services: Services, *moments: datetime, **values: object) -> None:
    project = (await services.identity.ensure_owner()).project_id
    async with services.units.write(EVERYWHERE) as work:
        for at in moments:
            given = {"channel": "api", "state": "answered", "num_turns": 1, **values}
            row = ConversationRow(
                id=new_id("conv"), project_id=project, title="T", started_at=at, last_message_at=at, **given
            )
            work.session.add(row)


async def test_no_handler_answers_a_tab_without_a_session(services: Services) -> None:
    await refused(HomeFiguresState, {})


async def test_today_is_held_against_yesterday_until_now(
    services: Services, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    monkeypatch.setattr("console.state.formats.now", lambda: noon)
    monkeypatch.setattr(HomeFiguresState, "_zone", _utc)
    hour = timedelta(hours=1)
    await put(services, noon - hour, noon - 2 * hour, noon - 3 * hour)
    await put(services, noon - 25 * hour, noon - 23 * hour)  # the second was after noon of yesterday
    state = tab.state(HomeFiguresState)
    await state.load()
    first = state.tiles[0]
    assert (first.title, first.value, first.change, first.tone) == ("Conversations", "3", "+200 %", "")
    assert first.line.startswith("M")
    await state.show("7")
    assert (state.span, state.tiles[0].value, state.tiles[0].change) == ("7", "5", "")


async def _utc(_: object) -> ZoneInfo:
    return ZoneInfo("UTC")


async def test_an_alert_that_fires_needs_somebody(services: Services, tab: Tab) -> None:
    owner = await services.identity.ensure_owner()
    rule = NewAlert("<b>Too many</b>", Measure.FAILED, Comparison.ABOVE, 1, min_count=1, looks=1)
    alert = await services.alerts.create(owner, rule)
    now = utc_now()
    await put(services, now, now, state="failed")
    await services.alerts.watch(now + timedelta(seconds=5))
    state = tab.state(HomeState)
    await state.load()
    (line,) = [one for one in state.needs if one.id == alert.id]
    assert (line.name, line.cause) == ("<b>Too many</b>", "Failed conversations 2, above 1.")
    assert "1 alert firing" in state.summary
    await services.alerts.mute(owner, alert.id, 30)
    await state.load()
    assert state.summary == []
