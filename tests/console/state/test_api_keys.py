"""The form of API keys: usual sets of scopes, and a page that says to whom it does not open."""

from __future__ import annotations

import pytest

from backend.bootstrap import Services
from backend.errors import Forbidden
from backend.identity.permissions import PERMISSIONS, Role
from backend.operator import Permission
from console.state.api_keys import ApiKeysState
from console.state.api_keys_form import ApiKeysFormState
from tests.console.tab import Tab, tab
from tests.factories.people import join

__all__ = ["tab"]


@pytest.mark.parametrize(
    ("form", "scopes"),
    [
        ({"preset": "run"}, {Permission.FLOWS_READ, Permission.FLOWS_RUN, Permission.CONVERSATIONS_READ}),
        ({"preset": "all"}, set(PERMISSIONS[Role.OWNER])),
        ({"preset": "own", "scope.flows:read": True}, {Permission.FLOWS_READ}),
    ],
)
async def test_a_usual_set_of_scopes_is_one_choice(
    services: Services, tab: Tab, form: dict[str, object], scopes: set[Permission]
) -> None:
    state = tab.state(ApiKeysFormState)
    await state.open()
    await state.create({"name": "nightly", "days": "90", **form})
    assert state.errors == {}
    made = await services.identity.by_key(state.secret)
    assert made.permissions == scopes


async def test_reading_everything_changes_nothing(services: Services, tab: Tab) -> None:
    state = tab.state(ApiKeysFormState)
    await state.create({"name": "reader", "days": "90", "preset": "read"})
    made = await services.identity.by_key(state.secret)
    assert Permission.FLOWS_READ in made.permissions
    assert {one.value.partition(":")[2] for one in made.permissions} == {"read"}


async def test_a_page_that_does_not_open_says_so_where_its_data_would_stand(services: Services) -> None:
    owner = await services.identity.ensure_owner()
    state = Tab(await join(services.units, owner, "Kai", Role.VIEWER)).state(ApiKeysState)
    with pytest.raises(Forbidden):
        await state.load()
    assert (state.phase, state.problem.words) == ("failed", "The role viewer may not manage keys.")
