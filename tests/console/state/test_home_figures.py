"""The figures of the home, and what else needs somebody there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.alerts.types import Comparison, Measure, NewAlert
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.models import ConversationRow
from backend.conversations.types import Opened, Rating
from backend.ids import new_id
from backend.operator import Operator
from console.components.overview.needs import IS_NEEDED
from console.state.conversations import ConversationsState
from console.state.home import HomeState
from console.state.home_figures import HomeFiguresState
from console.state.home_needs import SummaryLine
from tests.console.tab import Tab, refused, tab
from tests.factories.conversations import chat
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
    await put(services, *(noon - hour for _ in range(30)))
    await put(services, *(noon - 25 * hour for _ in range(10)), noon - 23 * hour)  # the last was after noon
    state = tab.state(HomeFiguresState)
    await state.load()
    first = state.tiles[0]
    assert (first.title, first.value, first.change, first.tone) == ("Conversations", "30", "+200 %", "")
    assert state.against == "compared with yesterday up to this time"
    assert first.line.startswith("M")
    await state.show("7")
    assert (state.span, state.tiles[0].value, state.tiles[0].change) == ("7", "41", "")
    assert state.against == "No comparison yet: the seven days before had no conversations"


async def test_little_before_is_no_comparison_and_an_example_no_traffic(services: Services, tab: Tab) -> None:
    now = utc_now()
    await put(services, *(now for _ in range(5)), state="failed")
    await put(services, now - timedelta(days=8), rating="up")
    await put(services, *(now - timedelta(days=at) for at in (0, 8, 8)), channel="example")
    state = tab.state(HomeFiguresState)
    await state.show("7")
    assert state.tiles[0].value == "5"
    assert {one.change for one in state.tiles} == {""}
    assert state.against == "No comparison yet: the seven days before had 1 conversation"


async def test_what_people_found_not_helpful_needs_somebody(services: Services, tab: Tab) -> None:
    now = utc_now()
    bad = {"rating": "down", "flow_name": "Returns"}
    await put(services, now, now, flow_id="agent:returns", **bad)
    await put(services, now, flow_id="agent:wicks", rating="up", flow_name="Wicks")
    await put(services, now, flow_id="agent:wicks", flow_name="Wicks", channel="example", state="failed", rating="down")
    state = tab.state(HomeFiguresState)
    await state.show("7")
    assert state.num_complaints == "2 conversations marked not helpful"
    assert state.num_failed == "", "an example that failed is no failure"
    of = state.by_flow
    assert {name: (one.num, one.failed, one.cost) for name, one in of.items()} == {
        "agent:returns": ("2", "0 %", "$0"), "agent:wicks": ("1", "0 %", "$0"),
    }  # fmt: skip
    (line,) = state.complaints
    assert (line.name, line.cause) == ("Returns", "2 conversations marked not helpful.")
    hrefs = {tile.key: tile.href for tile in state.tiles}
    for href, num in (
        (line.href, 2),
        (state.complaints_href, 2),
        (hrefs["helpful"], 2),
        (hrefs["failed"], 0),
        (hrefs["cost"], 3),
        (of["agent:wicks"].href, 1),
    ):
        listed = tab.at(href).state(ConversationsState)
        await listed.clear()
        await listed.load()
        assert len(listed.rows) == num, href


async def test_a_conversation_that_failed_needs_somebody(services: Services, tab: Tab) -> None:
    now = utc_now()
    await put(services, now, state="failed")
    await put(services, now, now)
    await put(services, now - timedelta(days=3), now - timedelta(days=30), state="failed")
    await put(services, now, channel="example", state="failed")
    state = tab.state(HomeFiguresState)
    for span, words, num in (("today", "1 conversation failed", 1), ("7", "2 conversations failed", 2)):
        await state.show(span)
        assert state.num_failed == words
        listed = tab.at(state.failed_href).state(ConversationsState)
        await listed.clear()
        await listed.load()
        assert [row.mark for row in listed.rows] == ["fail"] * num
    assert "num_failed" in str(IS_NEEDED), "nothing would need anybody"


async def test_a_complaint_says_what_was_asked_and_why_it_was_no_help(
    services: Services, tab: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, log = await services.identity.ensure_owner(), services.conversations
    asked = ("Where is my sofa?", f"And the {'very ' * 60}last one?", "What does it cost?")
    for said, why in zip(asked, ("old", "", "Wrong price"), strict=True):
        turn = await chat(log, services.units, owner, said=said)
        await chat(log, services.units, owner, said="Thanks", conversation_id=turn.conversation_id)
        await log.set_feedback(owner, turn.answer_id, Rating.DOWN, why)
    state = tab.state(HomeFiguresState)
    await state.load()
    (flow,) = state.complaints
    newest, cut = flow.lines
    assert (newest.question, newest.why) == ("What does it cost?", "Wrong price")
    assert (newest.href, cut.why) == (f"/conversations/{turn.conversation_id}", "")
    assert cut.question.startswith("And the very")
    assert (len(cut.question) <= 161, cut.question[-1]) == (True, "\u2026")
    opened = log.opened

    async def deleted(operator: Operator, conversation_id: str) -> Opened:
        """Somebody deletes the newest one between the list and the look into it."""
        if conversation_id == turn.conversation_id:
            await log.delete(operator, conversation_id)
        return await opened(operator, conversation_id)

    monkeypatch.setattr(log, "opened", deleted)
    await state.load()
    (flow,) = state.complaints
    assert [one.question[:7] for one in flow.lines] == ["And the"]


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
    assert SummaryLine("fail", "1 alert firing", "#needs") in state.summary
    await services.alerts.mute(owner, alert.id, 30)
    await state.load()
    assert state.summary == []
