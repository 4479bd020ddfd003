"""What a copy is called."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from console.state.flows import FlowsState
from console.state.naming import copy_name
from tests.console.tab import Tab, tab
from tests.factories.flows import echo

__all__ = ["tab"]


@pytest.mark.parametrize(
    ("name", "taken", "made"),
    [
        ("A", [], "A, copy"),
        ("A", ["A, copy"], "A, copy 2"),
        ("A, copy", ["A, copy"], "A, copy 2"),
        ("A, copy 2", ["A, copy", "A, copy 2"], "A, copy 3"),
        ("A, copy, copy", ["A, copy"], "A, copy 2"),
        ("xxxxxxxxxx", [], "xxx, copy"),
    ],
)
def test_a_copy_has_a_name_of_its_own_that_fits(name: str, taken: list[str], made: str) -> None:
    assert copy_name(name, taken, 9) == made


async def test_copies_of_a_flow_and_of_its_copy_are_counted(services: Services, tab: Tab) -> None:
    person = await services.identity.ensure_owner()
    state = tab.state(FlowsState)
    made = await services.flows.create(person, "Desk", document=echo())
    for _ in range(2):
        await state.duplicate(made.id)
        made = next(one for one in (await services.flows.list(person)).items if one.name == "Desk, copy")
    names = {one.name for one in (await services.flows.list(person)).items}
    assert names == {"Desk", "Desk, copy", "Desk, copy 2"}
