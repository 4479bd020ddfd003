"""The list of flows, called as the socket calls it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.bootstrap import Services
from backend.errors import Forbidden
from backend.flows.types import MAX_NAME_CHARACTERS, RunWish
from backend.identity.permissions import Role
from backend.operator import Operator
from console.state.flows import FlowsState
from console.state.flows_draft import FlowDraftState, FlowSaveState
from console.state.flows_live import FlowLiveState
from console.state.flows_publish import FlowPublishState
from console.state.flows_run import FlowRunState
from console.state.flows_versions import FlowVersionsState
from console.state.home import HomeState
from console.state.home_needs import SummaryLine
from console.state.knowledge import KnowledgeState
from tests.console.tab import Tab, spent, tab
from tests.factories.flows import document, echo, form, node
from tests.factories.people import join

__all__ = ["tab"]


@pytest.fixture
async def person(services: Services) -> Operator:
    return await services.identity.ensure_owner()


async def test_the_filter_finds_what_stands_below_the_first_page(
    services: Services, tab: Tab, person: Operator
) -> None:
    await services.flows.create(person, "Straße gesperrt")
    for number in range(53):
        await services.flows.create(person, f"Flow {number}")
    state = tab.state(FlowsState)
    await state.load()
    assert (len(state.rows), state.has_more) == (50, True)
    await state.search("STRASSE")
    assert ([row.name for row in state.rows], state.has_more) == (["Straße gesperrt"], False)
    await state.search("flow")
    assert (len(state.rows), state.has_more) == (50, True)
    await state.more()
    assert (len({row.id for row in state.rows}), state.has_more) == (53, False)
    await state.search("no such flow")
    assert (state.phase, state.rows, state.shown) == ("ready", [], "")


async def test_a_flow_with_the_longest_name_can_be_copied(services: Services, tab: Tab, person: Operator) -> None:
    made = await services.flows.create(person, "x" * MAX_NAME_CHARACTERS)
    await tab.state(FlowsState).duplicate(made.id)
    assert {len(flow.name) for flow in (await services.flows.list(person)).items} == {MAX_NAME_CHARACTERS}


@pytest.mark.parametrize(
    ("other", "lead"), [("", "You changed this flow in another tab."), ("Ada", "Ada changed this flow.")]
)
async def test_a_newer_draft_says_whose_it_is(
    services: Services, tab: Tab, person: Operator, other: str, lead: str
) -> None:
    made = await services.flows.create(person, "Desk", document=echo())
    tab.at(f"/flows/{made.id}")
    draft = tab.state(FlowDraftState)
    await spent(draft.load())
    await services.flows.save_draft(replace(person, name=other or person.name), made.id, echo(), made.draft_version)
    move = {"op": "move", "node": "input", "x": 9, "y": 9}
    await spent(draft.apply([move]))
    status = tab.state(FlowSaveState)
    assert (status.stale, status.stale_lead) == (True, lead)
    assert "not written over" in status.stale_words


async def test_the_builder_draws_its_last_run_again_after_another_page_drew_one(
    services: Services, tab: Tab, person: Operator
) -> None:
    """The chat says how it failed, so the timeline beside it must not say that nothing has run."""
    broken = document(
        [
            node("input", "input", form()),
            node("ask", "template", {"template": "{{ 1 / 0 }}"}),
            node("output", "output"),
        ],
        [("input.question", "ask.data"), ("ask.text", "output.value")],
    )
    made = await services.flows.create(person, "Desk", document=broken)
    tab.at(f"/flows/{made.id}")
    await spent(tab.state(FlowDraftState).load())
    panel, live = tab.state(FlowRunState), tab.state(FlowLiveState)
    await panel.open()
    await panel.send({"question": "Hello"})
    await spent(FlowRunState.event_handlers["run_draft"].fn(panel, {"question": "Hello"}))
    failed = dict(live.marks)
    assert panel.said[-1].state == "fail"
    assert failed["ask"]["status"] == "failed"
    live._take()  # the page of a run
    assert live.marks == {}
    await panel.open()
    assert {name: mark["status"] for name, mark in live.marks.items()} == {
        name: mark["status"] for name, mark in failed.items()
    }
    assert live.run["status"] == "failed"


async def test_the_builder_draws_what_ran_of_the_version_that_the_draft_still_is(
    services: Services, tab: Tab, person: Operator
) -> None:
    """Whoever asked in the chat of the overview finds no "No runs yet" here."""
    made = await services.flows.create(person, "Desk", document=echo())
    await services.flows.publish(person, made.id)
    done = await services.runs.run(person, made.id, RunWish({"question": "Hello"}, "published"))
    other = await services.flows.create(person, "Other", document=echo())
    tab.at(f"/flows/{made.id}")
    draft, panel, live = tab.state(FlowDraftState), tab.state(FlowRunState), tab.state(FlowLiveState)
    await spent(draft.load())
    await panel.open()
    assert (live.run_id, live.run["status"], panel.said) == (done.run_id, "done", [])
    await spent(draft.apply([{"op": "disconnect", "edge": made.draft.edges[0].id}]))
    for flow in (other, made):
        tab.at(f"/flows/{flow.id}")
        await spent(draft.load())
        await panel.open()
        assert live.run_id == ""  # another flow, and a draft that is another by now


async def test_a_viewer_is_told_what_to_look_at_and_offered_nothing_else(services: Services, person: Operator) -> None:
    made = await services.flows.create(person, "Desk", document=echo())
    viewer = Tab(await join(services.units, person, "Kai", Role.VIEWER)).at(f"/flows/{made.id}")
    draft = viewer.state(FlowDraftState)
    await spent(draft.load())
    assert (draft.phase, draft.may_edit, draft.may_publish, draft.may_run) == ("ready", False, False, False)
    with pytest.raises(Forbidden):
        await spent(draft.apply([{"op": "move", "node": "input", "x": 9, "y": 9}]))
    for kind in (FlowsState, KnowledgeState):
        listed = viewer.state(kind)
        await listed.load()
        assert not listed.may_edit


async def test_an_editor_may_change_publish_and_run(services: Services, person: Operator) -> None:
    made = await services.flows.create(person, "Desk", document=echo())
    editor = Tab(await join(services.units, person, "Ada", Role.EDITOR)).at(f"/flows/{made.id}")
    draft = editor.state(FlowDraftState)
    await spent(draft.load())
    assert (draft.may_edit, draft.may_publish, draft.may_run) == (True, True, True)


async def test_the_flow_of_another_address_is_never_drawn(services: Services, tab: Tab, person: Operator) -> None:
    """A tab keeps its state over a load: a field of the flow before must not take what is typed for this one."""
    first, second = [await services.flows.create(person, name, document=echo()) for name in ("One", "Two")]
    draft = tab.at(f"/flows/{first.slug}").state(FlowDraftState)
    await spent(draft.load())
    assert (draft.shown, draft.key) == ("ready", first.id)
    tab.at(f"/flows/{second.id}")
    assert draft.shown == "loading"
    await spent(draft.load())
    assert (draft.shown, draft.name) == ("ready", "Two")


async def test_publishing_follows_the_draft_back_to_what_is_published(
    services: Services, tab: Tab, person: Operator
) -> None:
    made = await services.flows.create(person, "Desk", document=echo())
    await services.flows.publish(person, made.id, "")
    tab.at(f"/flows/{made.id}")
    draft, status = tab.state(FlowDraftState), tab.state(FlowSaveState)
    await spent(draft.load())
    was = next(one.title for one in made.draft.nodes if one.id == "input")
    await spent(draft.apply([{"op": "rename", "node": "input", "title": "Start"}]))
    assert (status.changed, status.blocked) == (True, "")
    await spent(draft.apply([{"op": "rename", "node": "input", "title": was}]))
    assert (status.changed, status.blocked) == (False, "Nothing changed since v1")


async def test_an_empty_message_is_not_sent(services: Services, tab: Tab, person: Operator) -> None:
    chat = document([node("input", "input"), node("output", "output")], [("input.question", "output.value")])
    made = await services.flows.create(person, "Desk", document=chat)
    tab.at(f"/flows/{made.id}")
    await spent(tab.state(FlowDraftState).load())
    panel = tab.state(FlowRunState)
    await panel.open()
    assert await panel.send({"question": "  "}) is None
    assert (panel.said, panel.sent, panel.phase, panel.problem.words) == ([], 0, "failed", "Write a message first.")


async def test_why_nothing_answered_stays_under_the_question(services: Services, tab: Tab, person: Operator) -> None:
    made = await services.flows.create(person, "Desk", document=echo())
    tab.at(f"/flows/{made.id}")
    await spent(tab.state(FlowDraftState).load())
    panel = tab.state(FlowRunState)
    await panel.open()
    await panel.send({"question": "Hello"})
    await services.flows.delete(person, made.id)
    await spent(FlowRunState.event_handlers["run_draft"].fn(panel, {"question": "Hello"}))
    assert [(line.agent, line.state) for line in panel.said] == [(False, ""), (True, "fail")]
    assert "There is no such flow" in panel.said[1].words


async def test_the_timeline_keeps_the_document_that_ran(services: Services, tab: Tab, person: Operator) -> None:
    """The draft goes on changing: a finished run must not lose or gain nodes and tracks with it."""
    made = await services.flows.create(person, "Desk", document=echo())
    other = await services.flows.create(person, "Other", document=echo())
    tab.at(f"/flows/{made.id}")
    draft, panel, live = tab.state(FlowDraftState), tab.state(FlowRunState), tab.state(FlowLiveState)
    await spent(draft.load())
    await panel.open()
    await panel.send({"question": "Hello"})
    await spent(FlowRunState.event_handlers["run_draft"].fn(panel, {"question": "Hello"}))
    ran, nodes = live.run_id, [one.id for one in made.draft.nodes]
    assert [one["id"] for one in live.track["nodes"]] == nodes
    assert len(live.track["edges"]) == len(made.draft.edges)
    await spent(draft.apply([{"op": "disconnect", "edge": made.draft.edges[0].id}]))
    for flow in (other, made):
        tab.at(f"/flows/{flow.id}")
        await spent(draft.load())
        await panel.open()
        assert (live.run_id == ran) is (flow is made)
    assert [one["id"] for one in live.track["nodes"]] == nodes
    assert len(live.track["edges"]) == len(made.draft.edges)


async def test_a_protected_flow_is_published_by_another(services: Services, tab: Tab, person: Operator) -> None:
    made = await services.flows.create(person, "Desk", document=echo())
    tab.at(f"/flows/{made.id}")
    versions, mine = tab.state(FlowVersionsState), tab.state(FlowPublishState)
    await spent(tab.state(FlowDraftState).load())
    await mine.load()
    await mine.protect(protected=True)
    await versions.show("publish")
    await versions.publish({"comment": "Greets"})
    await mine.load()
    (wish,) = mine.waiting
    assert (wish.own, wish.may_decide, wish.why_not) == (True, False, "Nobody approves their own change.")
    assert (versions.dialog, wish.note) == ("", f"{person.name} asks to publish v1, the draft as it is.")
    with pytest.raises(Forbidden):
        await mine.approve(wish.id)
    home = tab.state(HomeState)
    await home.load()
    assert not [line for line in home.summary if "to approve" in line.words]
    token = await join(services.units, person, "Yuki", Role.REVIEWER)
    other = Tab(token)
    other.at(f"/flows/{made.id}")
    home = other.state(HomeState)
    await home.load()
    assert home.summary[0] == SummaryLine("wait", "1 flow to approve", "#waiting"), "it waits; nothing failed"
    (line,) = home.waits
    assert ((line.name, line.cause), home.needs) == (("Desk v1", "Greets"), [])
    theirs, status = other.state(FlowPublishState), other.state(FlowSaveState)
    await spent(other.state(FlowDraftState).load())
    await theirs.load()
    assert (theirs.waiting[0].own, theirs.waiting[0].may_decide, theirs.may_protect) == (False, True, False)
    await theirs.ask_refusal(wish.id)
    await theirs.refuse({"reason": " "})
    assert ("reason" in theirs.errors, theirs.deciding) == (True, wish.id)
    await refused_and_told(mine, theirs, wish.id)
    await versions.publish({"comment": "Greets"})
    await mine.load()
    await theirs.approve(mine.waiting[0].id)
    assert (theirs.waiting, status.published, status.blocked) == ([], 1, "Nothing changed since v1")
    await versions.show("versions")
    assert (versions.rows[0].by, versions.rows[0].approved) == (person.name, ", approved by Yuki")
    await spent(tab.state(FlowDraftState).apply([{"op": "rename", "node": "input", "title": "Start"}]))
    await versions.publish({"comment": ""})
    await mine.load()
    await mine.withdraw(mine.waiting[0].id)
    assert mine.waiting == []


async def refused_and_told(mine: Any, theirs: Any, wish: str) -> None:
    """Refuse a wish; who asked is told why, and puts that away."""
    await theirs.refuse({"reason": "Not on a Friday."})
    await mine.load()
    (told,) = mine.refusals
    assert (told.lead, told.words.partition(",")[0], told.own) == ("v1 was not published.", "Yuki refused it", True)
    assert (told.words.rpartition(": ")[2], theirs.refusals[0].own) == ("Not on a Friday.", False)
    with pytest.raises(Forbidden):
        await theirs.dismiss(wish)
    await mine.dismiss(wish)
    assert mine.refusals == []
