"""What the values of the dashboards are told as, and where those of a time lead."""

from __future__ import annotations

from decimal import Decimal

import pytest

from backend.bootstrap import Services
from backend.operator import Operator
from backend.paging import Page
from console.state.dashboards import DashboardsState
from console.state.figure_rows import percent
from tests.console.state.test_dashboards import asked, person, put
from tests.console.tab import Tab, tab

__all__ = ["person", "tab"]


async def test_a_point_of_a_time_leads_to_what_took_as_long(services: Services, tab: Tab, person: Operator) -> None:
    for latency in (0, 900, 994, 995, 1_004, 5_230, 5_270):
        await put(services, person, 1, latency_ms=latency)
    state = tab.state(DashboardsState)
    await state.show_span("7")
    await state.show_metric("latency")

    async def behind(href: str) -> int:
        return (await services.conversations.browse(person, asked(href), Page(limit=1))).facets.matching

    told = {spot.words.split(",")[0]: await behind(spot.href) for spot in state.picture.spots}
    assert sorted(told.values()) == [1, 4] or sorted(told.values()) == [1, 1, 4]
    assert await behind(state.times[0].href) == 6  # those that tell a time


async def test_what_has_no_price_is_no_money(services: Services, tab: Tab, person: Operator) -> None:
    await put(services, person, 2, tokens_in=9, model="free")
    state = tab.state(DashboardsState)
    await state.load()
    [cost] = [one for one in state.tiles if one.key == "cost"]
    assert (cost.value, cost.note) == ("no price", "without 2 conversations of unknown price")
    await state.show_metric("cost")
    assert {cell.value for row in state.times for cell in row.cells} == {"$0", "no price"}
    assert {cell.value for row in state.times for cell in row.cells if row.num != "0"} == {"no price"}
    await put(services, person, 1, tokens_in=9, cost=Decimal("0.25"), model="paid")
    await state.show_split("model")
    [cost] = [one for one in state.tiles if one.key == "cost"]
    assert (cost.value, cost.note) == ("$0.25", "without 2 conversations of unknown price")
    assert {line.name: line.cost for line in state.lines} == {"free": "no price", "paid": "$0.25"}
    assert [cell.value for cell in state.times[0].cells] == ["no price", "$0.25"]


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (1, "100 %"), (1 / 3, "33 %"), (1 / 12, "8.3 %"), (0.0025, "0.25 %"), (0.9, "90 %"), (0.997, "99.7 %"),
     (0.5, "50 %"), (11 / 12, "91.7 %")],
)  # fmt: skip
def test_a_share_has_no_digits_that_few_conversations_cannot_tell(share: float, words: str) -> None:
    assert percent(share) == words
