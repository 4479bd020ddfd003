"""How fast a tab may send, whose address stands behind an event, and how often a socket may be guessed at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from reflex.istate.data import SessionData
from reflex.utils.format import format_event_handler
from reflex_base.event.context import EventContext
from sqlalchemy import update

from backend.api import limits
from backend.bootstrap import Services
from backend.columns import utc_now
from backend.identity.models import SessionRow
from backend.identity.repository import Sessions
from backend.identity.tokens import hash_of
from backend.trace_ids import caller_address
from console.door import tabs
from console.door.events import BY_ITSELF, HYDRATE, EventGate, SeatState
from console.door.gate import gated
from console.state.activity import ActivityState
from console.state.alert import AlertPageState
from console.state.alerts import AlertsState
from console.state.approval_cards import ApprovalCardsState
from console.state.approvals import ApprovalsState
from console.state.bar import BarState
from console.state.conversations import ConversationsState
from console.state.privacy import PrivacyState
from console.state.takeover import TakeoverState
from tests.console.tab import Tab
from tests.tenancy import EVERYWHERE

FIRST = next(iter(HYDRATE))
ROOT_FOLDER = Path(__file__).resolve().parents[3]
WATCHING = (
    BarState, ActivityState, AlertPageState, AlertsState, ApprovalsState, ApprovalCardsState, ConversationsState,
    PrivacyState, TakeoverState,
)  # fmt: skip


async def session_of(services: Services) -> str:
    return await services.identity.sign_in_by_link(await services.identity.make_sign_in_link())


def tab_of(cookie: str, token: str) -> Any:
    root = Tab(cookie).at("/").root
    root.rx_router_session = SessionData(client_token=token)
    return root


async def sent(root: Any, times: int) -> list[Any]:
    gate: Any = EventGate()
    return [await gate.preprocess(None, root, SimpleNamespace(name=FIRST, payload={})) for _ in range(times)]


async def test_b4_a_flood_of_events_ends_with_one_toast_and_hinders_no_other_tab(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert limits.EVENTS.limit / limits.EVENTS.seconds == 20
    monkeypatch.setattr(limits, "EVENTS", replace(limits.EVENTS, seconds=600))
    cookie, most = await session_of(services), limits.EVENTS.limit
    said = await sent(tab_of(cookie, "flooding"), most + 3)
    assert [update is None for update in said] == [True] * most + [False] * 3
    assert [bool(update.events) for update in said[most:]] == [True, False, False]
    assert await sent(tab_of(cookie, "other"), 1) == [None]


async def test_what_an_event_calls_for_is_the_same_act(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "EVENTS", replace(limits.EVENTS, seconds=600))
    root, nothing = tab_of(await session_of(services), "reading"), cast("Any", None)
    context = EventContext(token="reading", state_manager=nothing, enqueue_impl=nothing)
    async with context.fork():
        assert await sent(root, 2 * limits.EVENTS.limit) == [None] * 2 * limits.EVENTS.limit
    async with replace(context, txid="").fork():
        assert (await sent(root, limits.EVENTS.limit + 1))[-1] is not None


async def test_l1_the_rate_of_a_person_holds_over_all_their_tabs(services: Services) -> None:
    services.edge = replace(services.edge, per_second=4)
    cookie = await session_of(services)
    said = [*(await sent(tab_of(cookie, "one"), 3)), *(await sent(tab_of(cookie, "two"), 3))]
    assert [update is None for update in said] == [True] * 4 + [False] * 2


@pytest.mark.security("Z8")
async def test_z8_an_event_carries_the_address_that_its_socket_came_from(services: Services) -> None:
    cookie = await session_of(services)
    tabs.note({"query_string": b"token=mine&EIO=4"}, "198.51.100.7")
    await sent(tab_of(cookie, "mine"), 1)
    assert caller_address.get() == "198.51.100.7"
    await sent(tab_of(cookie, "unknown"), 1)
    assert caller_address.get() == ""


async def opened(cookie: str) -> bool:
    """Ask for a socket and tell whether it reached the application."""
    reached: list[str] = []

    async def within(scope: Any, _receive: Any, _send: Any) -> None:
        reached.append(scope["type"])

    async def ignore(_message: Any = None) -> Any:
        return {}

    headers = [(b"cookie", f"signalbox_session={cookie}".encode())]
    scope = {"type": "websocket", "path": "/_event", "query_string": b"token=t", "headers": headers}
    await gated(within)(scope, ignore, ignore)
    return bool(reached)


@pytest.mark.security("49")
async def test_row_49_guessing_at_the_socket_stops_being_looked_up(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits._known.clear()
    good, fresh = await session_of(services), await session_of(services)
    assert await opened(good)
    looked_up: list[str] = []
    by_session = services.identity.by_session

    async def counted(token: str, *more: Any) -> Any:
        looked_up.append(token)
        return await by_session(token, *more)

    monkeypatch.setattr(services.identity, "by_session", counted)
    for number in range(200):
        assert not await opened(f"guess-{number}")
    assert len(looked_up) == limits.FAILURES.limit
    assert not await opened(fresh)
    assert await opened(good)


async def _last_seen(services: Services, cookie: str) -> Any:
    async with services.units.read(EVERYWHERE) as reading:
        row = await Sessions(reading).session(hash_of(cookie))
    assert row is not None
    return row.last_seen_at


async def _aged(services: Services, by: timedelta) -> None:
    async with services.units.write(EVERYWHERE) as work:
        await work.session.exec(update(SessionRow).values(last_seen_at=utc_now() - by, signed_in_with="password"))
    services.identity.forget_all()


async def test_b2_what_an_open_page_asks_by_itself_keeps_no_session_in_use(services: Services) -> None:
    cookie = await session_of(services)
    root = tab_of(cookie, "open")
    await sent(root, 1)
    await _aged(services, timedelta(minutes=20))
    before, gate = await _last_seen(services, cookie), EventGate()
    for name in BY_ITSELF:
        assert await gate.preprocess(Any, root, SimpleNamespace(name=name, payload={})) is None
    assert await _last_seen(services, cookie) == before
    await sent(root, 1)
    assert await _last_seen(services, cookie) > before
    await _aged(services, timedelta(minutes=31))
    assert "/sign-in" in str((await sent(root, 1))[0].events)


def test_every_handler_that_a_page_calls_by_itself_is_known() -> None:
    """They are those that the framework drops where the server is gone."""
    temporal = {
        format_event_handler(handler)
        for state in WATCHING
        for handler in state.event_handlers.values()
        if handler.event_actions.get("temporal")
    }
    assert temporal == BY_ITSELF
    drawn = (path.read_text() for path in (ROOT_FOLDER / "console").rglob("*.py"))
    assert sum(text.count("temporal=True") for text in drawn) == len(BY_ITSELF)


async def test_a_tab_that_was_drawn_as_somebody_else_begins_anew(services: Services) -> None:
    """Support stops in another tab: what this one holds was read with the member's rights."""
    cookie = await session_of(services)
    root = tab_of(cookie, "acting")
    await sent(root, 1)
    seat = await root.get_state(SeatState)
    seat._user_id = "user_member"
    update_sent = await EventGate().preprocess(Any, root, SimpleNamespace(name="any.handler"))
    assert update_sent is not None
    assert "leave" in str(update_sent.events)
    assert await sent(root, 1) == [None]
