"""Where a transcript is opened, and how it is read on."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.conversations.reports import Report, Told
from backend.conversations.types import Role as Speaker
from backend.operator import Operator
from backend.paging import Page
from console.state.transcript import TranscriptState
from tests.console.tab import Tab, spent, tab
from tests.factories.conversations import chat

__all__ = ["tab"]

NUM = 450


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def said(services: Services, person: Operator) -> tuple[str, list[str]]:
    """Return a long conversation, and the ids of its messages."""
    lines = tuple(Told(Speaker.ASSISTANT if number % 2 else Speaker.USER, f"line {number}") for number in range(NUM))
    made = (await services.conversations.report(person, Report("s", "retail", "sales", messages=lines))).conversation
    listed = await services.conversations.messages(person, made.id, Page(NUM))
    return made.id, [one.id for one in listed.items]


def drawn(state: TranscriptState) -> tuple[int, int]:
    """Return the numbers of the first and the last line that are drawn; fail where one between them is not."""
    numbers = [int(line.parts[0].text.removeprefix("line ")) for line in state.messages]
    assert numbers == [*range(numbers[0], numbers[-1] + 1)]
    return numbers[0], numbers[-1]


@pytest.mark.parametrize("link", ["?at={}", "#m-{}"])
async def test_a_link_to_a_message_opens_around_it(tab: Tab, said: tuple[str, list[str]], link: str) -> None:
    conversation_id, ids = said
    state = tab.at(f"/conversations/{conversation_id}").state(TranscriptState)
    await spent(state.load())
    assert (drawn(state), state.later, state.marked) == ((350, 449), "", "")
    tab.at(f"/conversations/{conversation_id}{link.format(ids[200])}")
    told = (await spent(state.load()))[-1]
    assert (drawn(state), state.marked) == ((151, 250), ids[200])
    assert (state.earlier, state.later) == ("Messages 152 to 251 of 450",) * 2
    assert f"m-{ids[200]}" in {str(value).strip('"') for _, value in told.args}, "it is brought into view"
    tab.at(f"/conversations/{conversation_id}")
    await spent(state.load())
    assert (drawn(state), state.earlier, state.marked) == ((350, 449), "The last 100 of 450 messages", "")


async def test_it_is_read_on_both_ways_and_stays_a_part(tab: Tab, said: tuple[str, list[str]]) -> None:
    conversation_id, ids = said
    state = tab.at(f"/conversations/{conversation_id}?at={ids[20]}").state(TranscriptState)
    await spent(state.load())
    assert (drawn(state), state.earlier, state.later) == ((0, 70), "", "Messages 1 to 71 of 450")
    for first, last in ((0, 170), (0, 270), (71, 370), (150, 449)):
        await state.show_later()
        assert drawn(state) == (first, last)
    assert (state.earlier, state.later) == ("The last 300 of 450 messages", "")
    for first, last in ((50, 349), (0, 299)):
        await state.show_earlier()
        assert drawn(state) == (first, last)
    assert (state.earlier, state.later) == ("", "Messages 1 to 300 of 450")
    await state.rate(ids[21], "down")
    assert (drawn(state), state.later) == ((0, 299), "Messages 1 to 300 of 450"), "a thumb moves nothing"
    await spent(state.refresh())
    assert drawn(state) == (0, 299)
    told = (await spent(state.show_end()))[-1]
    assert (drawn(state), state.later) == ((350, 449), "")
    assert f"m-{ids[-1]}" in {str(value).strip('"') for _, value in told.args}


async def test_a_message_near_the_end_or_of_elsewhere_opens_the_end(
    services: Services, tab: Tab, person: Operator, said: tuple[str, list[str]]
) -> None:
    conversation_id, ids = said
    elsewhere = await chat(services.conversations, services.units, person)
    state = tab.state(TranscriptState)
    for message_id, marked in ((ids[-1], ids[-1]), (elsewhere.answer_id, ""), ("no such", "")):
        tab.at(f"/conversations/{conversation_id}?at={message_id}")
        await spent(state.load())
        assert (drawn(state), state.marked, state.later) == ((350, 449), marked, "")
