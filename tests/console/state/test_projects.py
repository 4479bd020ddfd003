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
    await refused(ProjectsState, {})
