"""The time that the log is narrowed to: by a name, by two days, in the zone of who looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.bootstrap import Services
from backend.conversations.models import ConversationRow
from backend.conversations.remark_types import DAYS
from console.state import formats
from console.state.conversation_views import ConversationViewsState
from console.state.conversations import ConversationsState
from console.state.conversations_filters import moments_of, time_pair
from console.state.conversations_times import (
    SPANS,
    days_of,
    days_pair,
    kept_times,
    read_times,
    span_of,
    span_pair,
    time_lines,
    time_options,
)
from tests.console.state.test_conversations_states import address_in
from tests.console.tab import Tab, spent, tab
from tests.factories.conversations import chat
from tests.tenancy import EVERYWHERE

__all__ = ["tab"]
BERLIN = ZoneInfo("Europe/Berlin")
# The day after clocks went back; in UTC it is still the day on which they did.
AT = datetime(2026, 10, 25, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("today", "2026-10-25T23:00", "2026-10-26T23:00"),
        ("yesterday", "2026-10-24T22:00", "2026-10-25T23:00"),  # of 25 hours
        ("7", "2026-10-19T22:00", "2026-10-26T23:00"),
        ("30", "2026-09-26T22:00", "2026-10-26T23:00"),
    ],
)
def test_a_span_is_of_whole_days_of_who_looks(name: str, since: str, until: str) -> None:
    pair = span_pair(name, BERLIN, AT)
    assert pair is not None
    assert [f"{one:%Y-%m-%dT%H:%M}" for one in moments_of([pair]) if one] == [since, until]
    assert span_of([("flow", "x"), pair], BERLIN, AT) == name
    (line,) = time_lines((pair,), 3, BERLIN, AT)[0].lines
    assert line.name == {one.value: one.label for one in time_options((), BERLIN, AT)}[name]
    tomorrow = span_of([pair], BERLIN, AT + timedelta(days=1))
    assert tomorrow == ("yesterday" if name == "today" else "own"), "it stays what was chosen"


def test_a_view_keeps_the_last_days_by_their_name_and_others_by_their_dates() -> None:
    week, own = span_pair("7", BERLIN, AT), days_pair("2026-10-01", "2026-10-03", BERLIN, AT)
    assert week
    assert own
    chosen = (("flow", "x"), week)
    assert kept_times(chosen, BERLIN, AT) == (("flow", "x"), ("time", "7"))
    later = AT + timedelta(days=3)
    assert read_times((("flow", "x"), ("time", "7")), BERLIN, later) == (("flow", "x"), span_pair("7", BERLIN, later))
    assert read_times(kept_times((own,), BERLIN, AT), BERLIN, later) == (own,)
    assert read_times((("time", "soon"),), BERLIN, AT) == ()
    assert tuple(SPANS) == DAYS


async def test_a_saved_view_brings_its_time_back(services: Services, tab: Tab) -> None:
    await chat(services.conversations, services.units, await services.identity.ensure_owner())
    state, views = tab.at("/conversations").state(ConversationsState), tab.state(ConversationViewsState)
    await state.load()
    await spent(state.narrow_time("7"))
    await views.open()
    await views.save({"name": "Week"})
    assert (await services.conversations.views(await services.identity.ensure_owner()))[0].query["time"] == ["7"]
    await state.clear()
    assert state.chips == []
    await views.choose(views.views[0].value)
    assert [one.words for one in state.chips] == ["Time: Last 7 days"]


@pytest.mark.parametrize(
    ("first", "last", "days", "words"),
    [
        ("2026-10-01", "2026-10-03", ("2026-10-01", "2026-10-03"), "1 Oct to 3 Oct"),
        ("2026-10-03", "2026-10-01", ("2026-10-01", "2026-10-03"), "1 Oct to 3 Oct"),
        ("2025-12-31", "2025-12-31", ("2025-12-31", "2025-12-31"), "31 Dec 2025"),
        ("2026-10-24", "", ("2026-10-24", "2026-10-26"), "24 Oct to 26 Oct"),
        ("2026-10-20", "2026-10-26", ("2026-10-20", "2026-10-26"), "Last 7 days"),
    ],
)
def test_two_days_are_chosen_with_all_between(first: str, last: str, days: tuple[str, str], words: str) -> None:
    pair = days_pair(first, last, BERLIN, AT)
    assert pair is not None
    assert days_of([pair], BERLIN) == days
    assert time_lines((pair,), 3, BERLIN, AT)[0].lines[0].name == words


@pytest.mark.parametrize(
    ("first", "last"), [("", ""), ("", "2026-10-01"), ("soon", ""), ("2026-10-01", "soon"), ("2000-01-01", "")]
)
def test_what_is_no_day_chooses_no_time(first: str, last: str) -> None:
    assert days_pair(first, last, BERLIN, AT) is None
    assert span_pair(first, BERLIN, AT) is None


def test_a_time_that_a_figure_leads_to_is_offered_as_it_is() -> None:
    pair = time_pair(AT - timedelta(hours=30), AT - timedelta(hours=29))
    assert [one.label for one in time_options((pair,), BERLIN, AT)][-1] == "24 Oct 19:30 to 24 Oct 20:30"
    assert (span_of([pair], BERLIN, AT), days_of([pair], BERLIN)) == ("own", ("2026-10-24", "2026-10-24"))


async def test_a_time_narrows_the_list_and_its_counts(services: Services, tab: Tab) -> None:
    person = await services.identity.ensure_owner()
    for number in range(2):
        await chat(services.conversations, services.units, person, said=f"Number {number}")
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    zone, newest = await state._zone(), state.rows[0].id
    async with services.units.write(EVERYWHERE) as work:
        row = await work.session.get_one(ConversationRow, state.rows[1].id)
        row.last_message_at = formats.start_of_day(zone, formats.now()) - timedelta(seconds=1)
        work.session.add(row)
    assert (state.time, [one.label for one in state.times][:2]) == ("", ["Any time", "Today"])
    told = await state.narrow_time("today")
    assert told is not None
    assert (state.ids, state.matching, state.num_filters, state.time) == ([newest], "1", 1, "today")
    assert ([one.words for one in state.chips], state.filters[0].key) == (["Time: Today"], "flow")
    assert state.filters[0].lines[0].count == "1"
    other = Tab(tab.cookie).at(address_in(told)).state(ConversationsState)
    await other.load()
    assert (other.ids, other.time) == (state.ids, "today")
    await state.narrow_time("yesterday")
    assert (len(state.ids), newest in state.ids, state.num_filters) == (1, False, 1), "in the place of the one before"
    assert await state.narrow_time("some day") is None
    await state.narrow_days({"first": "", "last": state.first_day})
    assert state.time == "yesterday", "what is no time changes nothing"
    await state.narrow_days({"first": state.first_day, "last": ""})
    assert len(state.ids) == 2
    (chip,) = state.chips
    await spent(state.toggle(chip.key, chip.value))
    assert (state.time, state.first_day, state.num_filters) == ("", "", 0)
    await state.narrow_time("7")
    await state.clear()
    assert (state.time, state.first_day, state.chips, len(state.ids)) == ("", "", [], 2)
    await state.narrow_time("30")
    await state.narrow_time("")
    assert (state.num_filters, state.chips) == (0, [])
