"""A page about one thing shows nothing of another, from the moment in which the address is another."""

from __future__ import annotations

from typing import Any

import pytest

from backend.errors import SignInNeeded
from console.pages import PAGES, Page
from tests.console.tab import Tab, spent

ABOUT_ONE = [page for page in PAGES if "[" in page.route]


@pytest.mark.parametrize("page", ABOUT_ONE, ids=lambda page: page.route)
def test_a_page_compares_what_it_shows_with_the_address_in_the_browser(page: Page) -> None:
    shown = {str(var) for var in page.component()._get_vars(include_children=True)}
    assert any("addressHere.pathname" in one for one in shown)


@pytest.mark.usefixtures("services")
@pytest.mark.parametrize("page", ABOUT_ONE, ids=lambda page: page.route)
async def test_a_page_forgets_the_thing_before_also_for_who_is_let_in_no_more(page: Page) -> None:
    loads: list[Any] = page.on_load if isinstance(page.on_load, list) else [page.on_load]
    load = next(one for one in loads if one.fn.__name__ != "close")  # dialogs are closed before anything is read
    path = f"{page.route.partition('[')[0]}two"
    state: Any = Tab("").at(path).root.get_substate(load.state_full_name.split("."))
    state.phase = "ready"
    with pytest.raises(SignInNeeded):
        await spent(load.fn(state))
    assert state.phase == "loading"
