"""The list of the log stands in several orders, kept in its address and in views; live is the newest alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from backend.bootstrap import Services
from backend.errors import InvalidInput
from backend.operator import Operator
from backend.paging import DEFAULT_LIMIT
from console.state.conversation_views import ConversationViewsState
from console.state.conversations import ConversationsState
from console.state.conversations_filters import own_address
from tests.console.tab import Tab, spent, tab
from tests.factories.conversations import chat

__all__ = ["tab"]


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def told(services: Services, person: Operator, cost: str, **more: Any) -> str:
    reply = {"cost": Decimal(cost)} | more
    return (await chat(services.conversations, services.units, person, reply=reply)).conversation_id


def ids(state: ConversationsState) -> list[str]:
    return [row.id for row in state.rows]


async def test_the_list_is_sorted_and_says_by_what(services: Services, tab: Tab, person: Operator) -> None:
    cheap, dear, middle = [await told(services, person, cost) for cost in ("0.01", "0.5", "0.2")]
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    assert (ids(state), state.order, state.cells) == ([middle, dear, cheap], "newest", ["flow"])
    await state.sort("cost")
    assert (ids(state), state.cells) == ([dear, middle, cheap], ["flow", "cost"])
    assert [row.cells["cost"] for row in state.rows] == ["$0.5000", "$0.2000", "$0.0100"]
    await state.toggle_column("cost")
    assert state.cells == ["flow", "cost"]
    await state.sort("oldest")
    assert (ids(state), state.cells) == ([cheap, dear, middle], ["flow", "cost"])
    await state.sort("mood")
    assert (ids(state), state.order) == ([middle, dear, cheap], "newest")


async def test_the_next_page_goes_on_in_the_order(services: Services, tab: Tab, person: Operator) -> None:
    last = await told(services, person, "0")
    for _ in range(DEFAULT_LIMIT):
        await told(services, person, "0.01")
    await told(services, person, "0")
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    await state.sort("cost")
    assert len(state.rows) == DEFAULT_LIMIT
    await state.more()
    assert (len({*ids(state)}), state.rows[-1].id, state.has_more) == (DEFAULT_LIMIT + 2, last, False)


async def test_an_order_is_kept_in_the_address_and_in_a_view(services: Services, tab: Tab, person: Operator) -> None:
    dear, cheap = [await told(services, person, cost) for cost in ("0.5", "0.01")]
    state = tab.at("/conversations?order=cost").state(ConversationsState)
    await state.load()
    assert ids(state) == [dear, cheap]
    assert "order=cost" in str(state._at_address())
    views = tab.state(ConversationViewsState)
    await views.save({"name": "Dear"})
    [view] = await services.conversations.views(person)
    assert view.query["order"] == ["cost"]
    await state.sort("newest")
    assert (ids(state), "order" in state._view(await state._zone())) == ([cheap, dear], False)
    assert "order=" not in str(state._at_address())
    await views.choose(views.views[0].value)
    assert (ids(state), state.order) == ([dear, cheap], "cost")
    for order in (["mood"], ["cost", "turns"]):
        with pytest.raises(InvalidInput):
            await services.conversations.save_view(person, "Odd", {"order": order})
    left = own_address("/conversations", {"order": "cost", "at": "m"}, "", (), "proj_1", order="turns")
    assert dict(parse_qsl(urlsplit(left).query)) == {"order": "turns", "at": "m", "project": "proj_1"}


async def test_live_is_the_newest_first_and_new_rows_wait_in_any_order(
    services: Services, tab: Tab, person: Operator
) -> None:
    dear, cheap = [await told(services, person, cost) for cost in ("0.5", "0.01")]
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    await state.follow()
    await state.sort("cost")
    assert (state.live, ids(state)) == (False, [dear, cheap])
    await state.look()
    assert state.num_new == 0, "what stands further down is not new"
    middle = await told(services, person, "0.2")
    await state.look()
    assert (ids(state), state.num_new) == ([dear, cheap], 1)
    await state.show_new()
    assert (ids(state), state.num_new) == ([dear, middle, cheap], 0)
    await state.follow()
    assert (state.live, state.order, ids(state)) == (True, "newest", [middle, cheap, dear])
    await spent(state.toggle("state", "answered"))
    assert (state.live, len(state.rows)) == (True, 3)
