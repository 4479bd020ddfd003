"""The projects of the organisation, for its settings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

import reflex as rx

from backend.bootstrap import services
from backend.identity.types import Project
from backend.operator import Operator, Permission
from console.state import formats
from console.state.seat import Phased


@dataclass(frozen=True)
class ProjectLine:
    """A project as the list draws it."""

    id: str
    name: str
    made: str
    exact: str


class ProjectsState(Phased, rx.State):
    """`rows` are those that the person may enter."""

    rows: rx.Field[list[ProjectLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        await self._read(await self._operator(Permission.PROJECT_READ))

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone, now = ZoneInfo((await self._person()).time_zone), formats.now()
            self.rows = [
                ProjectLine(
                    one.id, one.name, formats.day(one.created_at, zone, now), formats.exact(one.created_at, zone)
                )
                for one in await services().identity.list_projects(operator)
            ]
            self.total = formats.counted(len(self.rows), "project")
            self.phase = "ready"


def _line(project: Project, zone: tzinfo, at: datetime) -> ProjectLine:
    made = project.created_at
    return ProjectLine(project.id, project.name, formats.day(made, zone, at), formats.exact(made, zone))
