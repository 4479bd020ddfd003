"""The list of the log follows what happens while it is open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from backend.bootstrap import Services
from backend.columns import utc_now
from backend.operator import Operator
from backend.paging import DEFAULT_LIMIT
from backend.settings import Settings
from console.state.conversations import ConversationsState
from console.state.transcript import TranscriptState
from tests.console.tab import Tab, lost_in_a_store, spent, tab
from tests.factories.conversations import answer, chat, opening
from tests.tenancy import EVERYWHERE

__all__ = ["tab"]


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def test_new_rows_wait_and_changed_ones_change_in_place(services: Services, tab: Tab, person: Operator) -> None:
    log, units = services.conversations, services.units
    first = await chat(log, units, person, said="The first one")
    await chat(log, units, person, said="The second one")
    state = tab.state(ConversationsState)
    await state.load()
    order = [row.id for row in state.rows]
    await chat(log, units, person, said="And then?", reply={"error": "No."}, conversation_id=first.conversation_id)
    third = await chat(log, units, person, said="The third one")
    await state.look()
    assert ([row.id for row in state.rows], state.num_new) == (order, 1)
    assert [row.words for row in state.rows if row.id == first.conversation_id] == ["Failed"]
    await state.show_new()
    assert (state.rows[0].id, state.num_new) == (third.conversation_id, 0)
    await state.search("third ONE")
    found = [("The ", False), ("third", True), (" ", False), ("one", True)]
    assert [[(part.text, part.hit) for part in row.found] for row in state.rows] == [found]
    assert state.rows[0].href == f"/conversations/{third.conversation_id}?at={third.question_id}"
    await state.look()
    assert [len(row.found) for row in state.rows] == [4], "a look at what changed keeps what was found"
    await spent(tab.at("/conversations").state(TranscriptState).load())
    assert lost_in_a_store(tab.root) == []


async def test_what_is_answered_meanwhile_says_so_also_outside_the_filter(
    services: Services, tab: Tab, person: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, question = services.conversations, opening()
    async with services.units.write(EVERYWHERE) as work:
        await log.open_turn(work, person, question)
    state = tab.state(ConversationsState)
    await spent(state.toggle("state", "running"))
    assert [row.words for row in state.rows] == ["Answering"]
    await state.look()
    assert [row.words for row in state.rows] == ["Answering"]
    async with services.units.write(EVERYWHERE) as work:
        await log.close_turn(work, person, answer(question.run_id))
    await state.look()
    assert ([row.words for row in state.rows], state.num_new) == (["Answered"], 0)
    (states,) = [one.lines for one in state.filters if one.key == "state"]
    assert {one.value: one.count for one in states}["answered"] == "1"
    monkeypatch.setattr(log, "some", None)
    await state.look()  # nothing goes on: nothing more is read


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """On the database that a test names, SQLite where it names none."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return settings
    make: Callable[[str], str] = request.getfixturevalue("make_postgres")
    return settings.model_copy(update={"database": make("live_tail")})


@pytest.mark.parametrize("settings", ["sqlite", "postgres"], indirect=True)
async def test_a_live_list_takes_new_rows_in(services: Services, tab: Tab, person: Operator) -> None:
    at = utc_now()
    await chat(services.conversations, services.units, person, at=at)
    state = tab.state(ConversationsState)
    await state.load()
    await state.follow()
    newest = await chat(services.conversations, services.units, person)
    await state.look()
    await state.look()
    assert (state.rows[0].id, len(state.rows), state.num_new) == (newest.conversation_id, 2, 0)
    assert state.matching == "2"
    late = await chat(services.conversations, services.units, person, at=at - timedelta(seconds=2))
    await state.look()
    assert [row.id for row in state.rows].count(late.conversation_id) == 1
    assert (len(state.rows), state.matching) == (3, "3")


async def test_an_address_may_ask_for_words_alone(services: Services, tab: Tab, person: Operator) -> None:
    for said in ("The first one", "Another"):
        await chat(services.conversations, services.units, person, said=said)
    state = tab.at("/conversations?text=first").state(ConversationsState)
    await state.load()
    assert (state.query, len(state.rows), state.num_filters) == ("first", 1, 0)
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    assert (state.query, len(state.rows)) == ("first", 1), "coming back leaves the search as it was"


async def test_an_address_shows_what_it_says_and_a_plain_one_what_was_left(
    services: Services, tab: Tab, person: Operator
) -> None:
    for said in ("The first one", "Another"):
        await chat(services.conversations, services.units, person, said=said)
    state = tab.state(ConversationsState)

    async def shown(path: str) -> tuple[int, str, list[str]]:
        tab.at(path)
        await state.load()
        return len(state.rows), state.query, [one.words for one in state.chips]

    assert await shown("/conversations?text=first&rating=none") == (1, "first", ["Feedback: None"])
    assert await shown("/conversations") == (1, "first", ["Feedback: None"]), "as it was left"
    assert await shown("/conversations?rating=none") == (2, "", ["Feedback: None"]), "no word of the search stays"
    assert await shown("/conversations?text=another") == (1, "another", [])
    assert await shown("/conversations?project=proj_1") == (1, "another", [])
    assert await shown("/conversations?cost=much") == (2, "", []), "what cannot be read narrows nothing"
    assert state.left_out


async def test_the_list_stays_as_long_as_it_was_drawn(services: Services, tab: Tab, person: Operator) -> None:
    for number in range(DEFAULT_LIMIT + 2):
        await chat(services.conversations, services.units, person, said=f"Number {number}")
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    await state.more()
    every = [row.id for row in state.rows]
    assert (len(every), state.has_more) == (DEFAULT_LIMIT + 2, False)
    tab.at(f"/conversations/{every[-1]}")
    await state.load()
    assert [row.id for row in state.rows] == every
    await state.delete(every[-1])
    assert [row.id for row in state.rows] == every[:-1]
    await state.search("number")
    assert len(state.rows) == DEFAULT_LIMIT
