"""The projects of the organisation, for its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict
from backend.identity.types import Project
from backend.operator import Operator, Permission
from console.state import formats
from console.state.asking import Asking
from console.state.bar import BarState
from console.state.forms import Formed
from console.state.seat import Phased


@dataclass(frozen=True)
class ProjectLine:
    """A project as the list draws it."""

    id: str
    name: str
    made: str
    exact: str


class ProjectsState(Phased, Formed, Asking, rx.State):
    """`naming` opens the form: of the project `naming_id`, else of a new one; `renaming` that of the organisation."""

    rows: rx.Field[list[ProjectLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    may: rx.Field[bool] = rx.field(False)
    naming: rx.Field[bool] = rx.field(False)
    naming_id: rx.Field[str] = rx.field("")
    name: rx.Field[str] = rx.field("")
    organisation: rx.Field[str] = rx.field("")
    renaming: rx.Field[bool] = rx.field(False)
    typed: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        await self._read(await self._operator(Permission.PROJECT_READ))

    @rx.event
    async def ask_name(self, project_id: str, name: str) -> None:
        """Open the form; without an id it makes a project."""
        await self._operator(Permission.ORGANISATION_MANAGE)
        self.errors, self.naming, self.naming_id, self.name = {}, True, project_id, name

    @rx.event
    async def save(self, form: dict[str, Any]) -> Any:
        """Make the project, or name it anew; the bar offers it."""
        operator = await self._operator(Permission.ORGANISATION_MANAGE)
        identity, name = services().identity, str(form.get("name", ""))
        async with self._checking(Conflict, at="name"):
            if self.naming_id:
                await identity.change_project(operator, self.naming_id, name=name)
            else:
                await identity.create_project(operator, name)
            self.naming = False
            await self._read(operator)
            return BarState.load
        return None

    @rx.event
    async def ask_organisation(self) -> None:
        """Open the form of the organisation's name."""
        await self._operator(Permission.ORGANISATION_MANAGE)
        self.errors, self.renaming = {}, True

    @rx.event
    async def rename_organisation(self, form: dict[str, Any]) -> Any:
        """Call the organisation something else; the bar says so."""
        operator = await self._operator(Permission.ORGANISATION_MANAGE)
        async with self._checking():
            await services().identity.rename_organisation(operator, str(form.get("name", "")))
            self.renaming = False
            await self._read(operator)
            return BarState.load
        return None

    @rx.event
    async def ask_end(self, project_id: str, name: str) -> None:
        """Ask for the name before a project is deleted."""
        await self._operator(Permission.ORGANISATION_MANAGE)
        self.typed = ""
        self._ask("end", project_id, name)

    @rx.event
    async def type_name(self, words: str) -> None:
        await self._operator(Permission.ORGANISATION_MANAGE)
        self.typed = words

    @rx.event
    async def end(self) -> Any:
        """Delete the project: nobody enters it any more. The typed name is checked here too."""
        operator = await self._operator(Permission.ORGANISATION_MANAGE)
        project_id = self._answered("end")
        if not any(row.id == project_id and row.name == self.typed for row in self.rows):
            return None
        await services().identity.delete_project(operator, project_id)
        await self._read(operator)
        return BarState.load

    @rx.event
    async def keep(self) -> None:
        """Close the form and the question."""
        await self._operator(Permission.PROJECT_READ)
        self.naming, self.renaming, self.asking = False, False, ""

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone, now = await self._zone(), formats.now()
            self.organisation = (await services().identity.organisation(operator)).name
            self.rows = [_line(one, zone, now) for one in await services().identity.list_projects(operator)]
            self.total = formats.counted(len(self.rows), "project")
            self.may = operator.may(Permission.ORGANISATION_MANAGE)
            self.phase = "ready"


def _line(project: Project, zone: tzinfo, at: datetime) -> ProjectLine:
    made = project.created_at
    return ProjectLine(project.id, project.name, formats.day(made, zone, at), formats.exact(made, zone))
