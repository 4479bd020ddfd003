"""What was done to several conversations of the log at once is offered back."""

from __future__ import annotations

import pytest

from backend.annotations.configs import config_of
from backend.annotations.types import NewQueue
from backend.bootstrap import Services
from backend.operator import Operator
from backend.paging import Page
from console.state.conversation_views import ConversationViewsState
from console.state.conversations import ConversationsState
from console.state.queue_pick import QueuePickState
from console.state.tag_pick import TagPickState
from tests.console.tab import Tab, tab
from tests.factories.conversations import chat

__all__ = ["tab"]


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


@pytest.fixture
async def listed(services: Services, tab: Tab, person: Operator) -> ConversationsState:
    for number in range(4):
        await chat(services.conversations, services.units, person, said=f"Number {number}")
    state = tab.at("/conversations").state(ConversationsState)
    await state.load()
    await tab.state(QueuePickState).load()
    return state


async def test_what_is_selected_is_deleted_and_comes_back_together(
    services: Services, tab: Tab, person: Operator, listed: ConversationsState
) -> None:
    pick, every = tab.state(QueuePickState), listed.ids
    for one in every[:3]:
        await pick.select(one)
    await services.conversations.delete(person, every[0])  # by somebody else meanwhile
    await pick.delete_selected()
    assert (listed.ids, pick.selected) == (every[3:], [])
    assert (listed.undo, listed.undo_words, listed.num_undo) == (True, "2 conversations deleted", 1)
    await listed.delete(every[3])
    assert listed.num_undo == 2, "another act has its own ten seconds"
    await listed.take_back()
    assert listed.ids == every[3:]
    await pick.select(every[3])
    await pick.delete_selected()
    assert listed.undo_words == "1 conversation deleted"
    await pick.delete_selected()  # nothing is selected
    assert not listed.undo


async def test_what_was_added_to_a_queue_is_taken_out_again_but_for_what_was_labelled(
    services: Services, tab: Tab, person: Operator, listed: ConversationsState
) -> None:
    queue = await services.annotations.create_queue(person, NewQueue("Weekly", (config_of({"name": "good"}),)))
    pick = tab.state(QueuePickState)
    await pick.select(listed.ids[0])
    await pick.open_selected()
    await pick.add({"queue_id": queue.id})
    assert pick.undo_words == "1 item added to Weekly"
    await pick.dismiss()
    await pick.take_back()  # the first one stands
    await pick.open_shown()
    await pick.add({"queue_id": queue.id})
    assert (pick.undo_words, pick.num_undo) == ("3 items added to Weekly", 2)
    added = (await services.annotations.items(person, queue.id, Page())).items
    await services.annotations.label(person, queue.id, added[-1].id, "good", value=True)
    await pick.take_back()
    left = (await services.annotations.items(person, queue.id, Page())).items
    assert [one.id for one in left] == [added[0].id, added[-1].id]
    assert pick.undo_words == ""
    await pick.select(listed.ids[0])
    await pick.open_selected()
    said = await pick.add({"queue_id": queue.id})
    assert "All of it is in Weekly already." in str(said)
    assert (pick.undo_words, len(left)) == ("", 2)


async def test_a_tag_for_all_that_is_selected_is_taken_back_from_those_that_got_it(
    services: Services, tab: Tab, person: Operator, listed: ConversationsState
) -> None:
    pick, tags, every = tab.state(QueuePickState), tab.state(TagPickState), listed.ids
    await services.conversations.add_tag(person, every[0], "late")
    for one in every[:3]:
        await pick.select(one)
    await tags.open()
    await tags.add({"tag": " "})
    assert (tags.opened, tags.errors, len(pick.selected)) == (True, {"tag": "too long or empty"}, 3)
    await tags.add({"tag": "Late"})
    assert tags.undo_words == "2 conversations tagged \u201clate\u201d. 1 conversation had it already"
    assert (tags.opened, pick.selected, tags.num_undo) == (False, [], 1)
    counted = next(one.lines for one in listed.filters if one.key == "tag")
    assert [(one.name, one.count) for one in counted] == [("late", "3")]
    await tags.take_back()
    found = await services.conversations.some(person, every)
    assert [one.id for one in found if one.tags] == [every[0]]
    await pick.select(every[0])
    said = await tags.add({"tag": "late"})
    assert "No conversation was tagged." in str(said)
    assert tags.undo_words == ""


async def test_a_view_comes_back_after_another_act_and_beside_one_that_took_its_name(
    services: Services, tab: Tab, person: Operator, listed: ConversationsState
) -> None:
    views, tags = tab.state(ConversationViewsState), tab.state(TagPickState)

    async def names() -> list[str]:
        return [one.name for one in await services.conversations.views(person)]

    await listed.search("Number 2")
    for name in ("Early", "Late"):
        await views.save({"name": name})
    await views.remove(views.views[0].value)
    assert (views.undo_words, views.num_undo) == ("View \u201cEarly\u201d deleted", 1)
    await views.remove(views.views[0].value)
    assert (views.undo_words, views.num_undo) == ("View \u201cLate\u201d deleted", 2), "each has its own ten seconds"
    await tab.state(QueuePickState).select(listed.ids[0])
    await tags.add({"tag": "late"})
    await views.take_back()
    assert (await names(), views.undo_words, tags.undo_words) == (
        ["Late"],
        "",
        "1 conversation tagged \u201clate\u201d",
    )
    assert [one.query["text"] for one in await services.conversations.views(person)] == ["Number 2"]
    await views.remove(views.views[0].value)
    await services.conversations.save_view(person, "Late", {"text": "another"})
    said = await views.take_back()
    assert "The view is back as \u201cLate, copy\u201d." in str(said)
    kept = {one.name: one.query["text"] for one in await services.conversations.views(person)}
    assert kept == {"Late": "another", "Late, copy": "Number 2"}
    assert await views.take_back() is None
    assert await names() == ["Late", "Late, copy"]
