"""What a flow must pass, where somebody is about to publish it."""

from __future__ import annotations

from backend.bootstrap import Services
from backend.datasets.types import About, NewItem
from backend.experiments.types import Requirement
from backend.identity.permissions import Role
from backend.operator import Operator
from console.state.flows_draft import FlowDraftState
from console.state.flows_publish import FlowPublishState
from console.state.flows_versions import FlowVersionsState
from tests.console.state.test_flows import person
from tests.console.tab import Tab, spent, tab
from tests.factories.flows import echo
from tests.factories.people import join

__all__ = ["person", "tab"]


async def test_what_the_gate_refuses_is_said_before_the_click_and_where_a_wish_waits(
    services: Services, tab: Tab, person: Operator
) -> None:
    made = await services.flows.create(person, "Desk", document=echo())
    await services.flows.protect(person, made.id, protected=True)
    await services.flows.publish(person, made.id, "Greets")
    dataset = await services.datasets.create(person, About("Returns"))
    await services.datasets.add_items(person, dataset.id, [NewItem({"question": "q"}, "x")])
    await services.experiments.require(person, "flow", made.id, Requirement(dataset.id, ({"kind": "exact"},)))
    other = Tab(await join(services.units, person, "Yuki", Role.REVIEWER)).at(f"/flows/{made.id}")
    theirs = other.state(FlowPublishState)
    await spent(other.state(FlowDraftState).load())
    await theirs.load()
    (wish,) = theirs.waiting
    said = "Desk must pass the dataset Returns before it is published."
    assert wish.note.endswith(f"It cannot be approved now: {said}")
    told = await theirs.approve(wish.id)
    assert (said in str(told.args), theirs.waiting) == (True, [wish])
    tab.at(f"/flows/{made.id}")
    await spent(tab.state(FlowDraftState).load())
    dialog = tab.state(FlowVersionsState)
    await dialog.show("publish")
    assert (dialog.gate.mark, dialog.gate.words) == ("fail", said)
