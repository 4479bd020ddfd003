"""What the page of projects lists."""

from __future__ import annotations

from backend.bootstrap import Services
from console.state.projects import ProjectsState
from tests.console.tab import Tab, refused, tab

__all__ = ["tab"]


async def test_the_projects_of_the_organisation_are_listed(tab: Tab) -> None:
    state = tab.state(ProjectsState)
    await state.load()
    assert ([row.name for row in state.rows], state.total, state.phase) == (["Support desk"], "1 project", "ready")


async def test_an_anonymous_tab_sees_no_project(services: Services) -> None:
    await refused(ProjectsState, {"save": [{}], "rename_organisation": [{}]})


async def test_a_project_is_made_renamed_and_deleted(tab: Tab) -> None:
    state = tab.state(ProjectsState)
    await state.ask_name("", "")
    await state.save({"name": "Billing"})
    assert ([row.name for row in state.rows], state.naming, state.may) == (["Billing", "Support desk"], False, True)
    await state.ask_name(state.rows[0].id, "Billing")
    await state.save({"name": "support DESK"})
    assert "already" in state.errors["name"]
    await state.save({"name": ""})
    assert state.errors == {"name": "Give the project a name."}
    await state.save({"name": "Bills"})
    await state.ask_end(state.rows[0].id, "Bills")
    await state.type_name("Bill")
    await state.end()
    assert [row.name for row in state.rows] == ["Bills", "Support desk"]
    await state.ask_end(state.rows[0].id, "Bills")
    await state.type_name("Bills")
    await state.end()
    assert [row.name for row in state.rows] == ["Support desk"]


async def test_the_organisation_is_renamed(tab: Tab) -> None:
    state = tab.state(ProjectsState)
    await state.load()
    assert state.organisation == "My organisation"
    await state.ask_organisation()
    await state.rename_organisation({"name": ""})
    assert (state.renaming, state.errors) == (True, {"name": "Give the organisation a name."})
    await state.rename_organisation({"name": "Alder & Rowe"})
    assert (state.renaming, state.organisation) == (False, "Alder & Rowe")
