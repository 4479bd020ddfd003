"""The dashboards lead from each point to the log with exactly what stands behind it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlmodel import select

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.conversations.figure_types import Figures
from backend.conversations.models import ConversationRow
from backend.conversations.repository.details import Details
from backend.conversations.types import Filters
from backend.ids import new_id
from backend.operator import Operator
from backend.paging import Page
from console.state.conversations_chips import chips_of
from console.state.conversations_filters import (
    Choice,
    FilterLines,
    asked_of,
    figure_address,
    filters_of,
    log_address,
    time_pair,
    toggled,
)
from console.state.dashboards import DashboardsState
from console.state.figure_picture import Series, drawing, spark
from console.state.figure_rows import METRICS, whole
from tests.console.tab import Tab, refused, spent, tab
from tests.factories.flows import greeting
from tests.tenancy import EVERYWHERE

__all__ = ["tab"]
HOSTILE = "<img src=x onerror=alert(1)>&model=other#\u202e"


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


def asked(href: str) -> Filters:
    """Return what the log would show at an address."""
    return filters_of("", asked_of(dict(parse_qsl(urlsplit(href).query))))


async def put(services: Services, person: Operator, num: int, **values: object) -> None:
    async with services.units.write(EVERYWHERE) as work:
        for number in range(num):
            at = utc_now() - timedelta(hours=20 * number)
            given = {"channel": "api", "state": "answered", "num_turns": 1, "latency_ms": 900, **values}
            row = ConversationRow(
                id=new_id("conv"), project_id=person.project_id, title="T", started_at=at, last_message_at=at, **given
            )
            work.session.add(row)


async def test_no_handler_answers_a_tab_without_a_session(services: Services) -> None:
    await refused(DashboardsState, {"show_days": [{}]})


async def test_what_was_published_stands_on_the_time_axis(services: Services, tab: Tab, person: Operator) -> None:
    await put(services, person, 3)
    for name in ("Desk", "Triage"):
        await services.flows.create(person, name, document=greeting())
        await services.flows.publish(person, name.lower())
    state = tab.state(DashboardsState)
    await state.load()
    [event] = state.picture.events
    assert event.words.startswith("Published: Desk v1, ")
    assert "; Triage v1, " in event.words
    assert (event.at, event.href) == ("92.86%", "/flows")  # the last of seven days
    assert [one.published for one in state.times] == [event.words.removeprefix("Published: "), *[""] * 6]
    desk = await services.flows.get(person, "desk")
    state._chosen = (("flow", desk.id),)
    await state.show_span("7")
    assert [(one.words[:18], one.href) for one in state.picture.events] == [("Published: Desk v1", f"/flows/{desk.id}")]
    await state.show_days({"first": "2020-01-01", "last": "2020-01-07"})
    assert state.picture.events == []


async def test_a_dashboard_of_nothing_says_so(services: Services, tab: Tab) -> None:
    state = tab.state(DashboardsState)
    await state.load()
    assert state.phase == "empty"


# How many conversations a figure is read from, of those that a point counts; of other metrics all.
OF = {
    "failed": lambda of: of.num_failed,
    "helpful": lambda of: of.num_rated,
    "satisfaction": lambda of: of.num_satisfied,
    "completed": lambda of: of.num_judged,
}


@pytest.mark.parametrize("split", ["none", "model", "flow", "channel", "prompt", "metadata.plan"])
async def test_each_point_leads_to_as_many_as_it_counts(
    services: Services, tab: Tab, person: Operator, split: str
) -> None:
    liked = {"rating": "up", "satisfaction": 4, "task_completed": False}
    await put(services, person, 6, model=HOSTILE)
    await put(services, person, 4, model="b", state="failed", flow_id="f", flow_name="Desk")
    await put(services, person, 3, model="b, c", channel="traced", **liked)
    await put(services, person, 2, model="b", rating="handled", satisfaction=1, task_completed=True)
    await put(services, person, 5, channel="example", state="failed", **liked)
    async with services.units.write(EVERYWHERE) as work:
        rows = (await work.session.exec(select(ConversationRow))).all()
        for number, row in enumerate(rows):
            details = {"plan": ("pro", HOSTILE.replace("=", ""))[number % 2], "side": str(number % 4 == 0)}
            await Details(work.session, person.project_id).add(row.id, details if number % 3 else {"side": "True"})
    state = tab.state(DashboardsState)
    await state.load()
    if split == "metadata.plan":
        await spent(state.toggle("metadata", "side=True"))  # stays, beside the line's
    await state.show_split(split)
    assert state.phase == "ready"
    found = state._found
    assert found is not None
    points = {
        (str(number), f"{left}"): point.figures
        for number, line in enumerate(found.lines, 1)
        for left, point in enumerate(line.points)
    }

    async def behind(href: str) -> int:
        return (await services.conversations.browse(person, asked(href), Page(limit=1))).facets.matching

    for metric in METRICS:
        await state.show_metric(metric)
        assert state.picture.spots
        for spot in state.picture.spots:
            place = round(float(spot.left[:-1]) / 100 * len(found.lines[0].points) - 0.5)
            # Several readings of the one line are drawn where nothing is split.
            figures = points["1" if split == "none" else spot.kind[1:], f"{place}"]
            assert await behind(spot.href) == OF.get(metric, lambda of: of.num)(figures), (metric, spot.href)
    for line in state.lines:
        assert str(await behind(line.href)) == line.num
    assert await behind(state.log_href) == found.whole.num == sum(int(one.num) for one in state.times)
    assert found.whole.num == 15 or split == "metadata.plan"


@pytest.mark.parametrize("split", ["none", "model"])
@pytest.mark.parametrize("metric", list(METRICS))
async def test_each_row_leads_to_what_its_points_lead_to(
    services: Services, tab: Tab, person: Operator, metric: str, split: str
) -> None:
    liked = {"rating": "up", "satisfaction": 4, "task_completed": False}
    await put(services, person, 3, model="a", **liked)
    await put(services, person, 2, model="b", state="failed")
    await put(services, person, 1, model="a, b", rating="down", satisfaction=1, task_completed=True)
    state = tab.state(DashboardsState)
    await state.show_metric(metric)
    await state.load()
    whole = state._found
    assert whole is not None
    figures = [point.figures for point in whole.lines[0].points][::-1]
    await state.show_split(split)
    drawn = state._found
    assert drawn is not None
    for at, (row, of) in enumerate(zip(state.times, figures, strict=True)):
        shown = (await services.conversations.browse(person, asked(row.href), Page(limit=1))).facets.matching
        has_value = any(cell.value for cell in row.cells)
        assert shown == (OF.get(metric, lambda of: of.num)(of) if has_value else of.num), row.href
        assert row.num == str(of.num)
        of_each = [str(METRICS[metric].base(line.points[-1 - at].figures)) for line in drawn.lines]
        if METRICS[metric].is_share:
            assert [one.of for one in row.cells if one.value] == [f"of {num}" for num in of_each if num != "0"]
        else:
            assert {one.of for one in row.cells} == {""}


async def test_a_point_leads_to_no_more_than_the_filters_leave(services: Services, tab: Tab, person: Operator) -> None:
    await put(services, person, 1, rating="up")
    await put(services, person, 1, rating="down")
    state = tab.state(DashboardsState)
    await state.show_metric("helpful")
    for chosen, num in (((("rating", "down"),), 1), ((("rating", "none"),), 0), ((("channel", "example"),), 0)):
        state._chosen = chosen
        await state.show_span("7")
        for spot in state.picture.spots:
            found = (await services.conversations.browse(person, asked(spot.href), Page(limit=1))).facets.matching
            assert found == num


def test_the_channels_that_figures_count_are_one_chip() -> None:
    def lines(*values: str) -> list[FilterLines]:
        return [FilterLines("channel", "Channel", [Choice(one, one, "1", 1, chosen=True) for one in values])]

    chosen = asked_of(dict(parse_qsl(urlsplit(figure_address((("model", "a"),))).query)))
    channels = [value for key, value in chosen if key == "channel"]
    (chip,) = chips_of(lines(*channels))
    assert chip.words == "Channel: all but examples"
    assert toggled(chosen, (chip.key, chip.value)) == (("model", "a"),)
    assert [one.words for one in chips_of(lines("api", "example"))] == ["Channel: api", "Channel: example"]


async def test_filters_and_days_narrow_the_figures(services: Services, tab: Tab, person: Operator) -> None:
    await put(services, person, 3, model="a")
    await put(services, person, 2, model="b")
    state = tab.state(DashboardsState)
    async for _ in state.toggle("model", "b"):
        pass
    assert (state.tiles[0].value, state.num_filters) == ("2", 1)
    assert "model=b" in state.log_href
    await state.clear()
    assert state.tiles[0].value == "5"
    await state.show_days({"first": "2020-02-30", "last": "no day"})
    assert state.tiles[0].value == "5"  # what is no day shows the last seven
    assert "" not in {state.first_day, state.last_day}, "the fields say which days are shown"
    assert state.times[0].when.endswith(", so far"), "today is not over"
    assert [bool(one.so_far) for one in state.picture.curves] == [True]
    await state.show_days({"first": "2024-01-01", "last": "2024-01-07"})
    assert (state.first_day, state.last_day) == ("2024-01-01", "2024-01-07")
    assert (state.times[0].when, state.picture.curves[0].so_far) == ("7 Jan", "")
    assert (state.phase, len(state.times)) == ("empty", 7)
    await state.show_days({"first": "2020-01-01", "last": "2024-01-07"})
    assert state.phase == "failed"
    await state.show_span("30")
    assert (state.phase, state.tiles[0].value) == ("ready", "5")


def test_an_address_takes_several_values_and_nothing_else() -> None:
    chosen = (("model", "a"), ("model", HOSTILE), ("state", "failed"))
    at = utc_now()
    pairs = (*chosen, time_pair(at, at + timedelta(days=1)))
    since, until = pairs[-1][1].split("/")
    href = log_address(pairs, since=since, until=until)
    assert asked_of(dict(parse_qsl(urlsplit(href).query))) == pairs or set(
        asked_of(dict(parse_qsl(urlsplit(href).query)))
    ) == set(pairs)
    for typed in ("2026-02-30T00:00:00+00:00", "x", "2026-01-01"):
        assert asked_of({"since": typed, "until": until, "odd": "1"}) == ()


def test_a_picture_has_gaps_where_nothing_is_known() -> None:
    from_none = drawing([], [], str)
    assert (from_none.curves, from_none.spots) == ([], [])
    assert [mark.words for mark in drawing([Series("Conversations", [2.0], [""])], ["Mon"], whole).heights] == [*"012"]
    ten = drawing([Series("Conversations", [10.0], [""])], ["Mon"], whole)
    assert [mark.words for mark in ten.heights] == ["0", "5", "10"], "2.5 was written as 2"
    days = ["Mon", "Tue", "Wed"]
    [line] = drawing([Series("Conversations", [8.0, 8.0, 1.0], ["", "", ""])], days, whole, is_open=True).curves
    assert ((line.d.count("M"), line.d.count("L")), line.so_far[:6]) == ((1, 1), "M50.00"), "Wed is no fall yet"
    assert spark([None, 1.0]) == ""
    assert spark([1.0, None, 3.0, 2.0]).count("M") == 2


@pytest.mark.parametrize("key", list(METRICS))
def test_every_metric_is_written_at_any_size(key: str) -> None:
    for value in (0.0, 0.000001, 0.5, 12345678.0):
        assert METRICS[key].write(value)


def test_the_picture_says_whose_time_its_percentiles_are_of() -> None:
    latency, cost = METRICS["latency"], METRICS["cost"]
    assert latency.title_of(is_one=False) == "Latency, mean turn of a conversation"
    assert latency.title_of(is_one=True) == "Latency p95, mean turn of a conversation"
    assert latency.note(Figures(p50=900)) == "mean turn, p50 900 ms"
    assert cost.title_of(is_one=True) == "Cost"
