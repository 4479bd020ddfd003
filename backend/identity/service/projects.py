"""The projects of an organisation."""

from __future__ import annotations

from functools import partial
from zoneinfo import available_timezones

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import Conflict, InvalidInput
from backend.identity.errors import ProjectNotFound
from backend.identity.models import ProjectRow
from backend.identity.permissions import Role, held
from backend.identity.repository import Members, People
from backend.identity.service.base import ACCOUNTS, EVERY_CLOSED, Base
from backend.identity.types import Project
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.unit_of_work import Work

MAX_NAME_CHARACTERS = 80


class ProjectUse(Base):
    """Projects belong to one organisation; whoever is a member of it may enter all of them."""

    async def list_projects(self, operator: Operator) -> list[Project]:
        """Return the projects of the operator's organisation by name."""
        operator.require(Permission.PROJECT_READ)
        async with self._units.read(operator) as reading:
            return [project_of(row) for row in await People(reading).projects(operator.organisation_id)]

    async def list_places(self, operator: Operator) -> list[tuple[str, Project]]:
        """Return every project that the person may enter, with the name of its organisation."""
        operator.require(Permission.PROJECT_READ)
        async with self._units.read(ACCOUNTS) as reading:
            seats = await People(reading).seats(operator.user_id)
        if operator.support_id:  # let in by one organisation, not by all of the member's
            seats = [seat for seat in seats if seat.organisation.id == operator.organisation_id]
        return [(seat.organisation.name, project_of(seat.project)) for seat in seats]

    async def create_project(self, operator: Operator, name: str, time_zone: str = "UTC") -> Project:
        """Make an empty project."""
        operator.require(Permission.ORGANISATION_MANAGE)
        async with self._units.write(operator) as work:
            row = ProjectRow(id=new_id("proj"), organisation_id=operator.organisation_id, name="", time_zone="UTC")
            await _rename(work, row, name, time_zone)
            People(work.session).add(row)
            await AuditTrail(work.session).record(
                operator, "project.create", Target("project", row.id, row.name), after={"name": row.name}
            )
        return project_of(row)

    async def change_project(self, operator: Operator, project_id: str, *, name: str, time_zone: str = "") -> Project:
        """Name a project anew; an empty zone leaves it. The right to do so must be held in that project."""
        async with self._units.write(operator) as work:
            row = await self._held(work, operator, project_id, Permission.PROJECT_MANAGE)
            before = {"name": row.name, "time_zone": row.time_zone}
            await _rename(work, row, name, time_zone or row.time_zone)
            People(work.session).add(row)
            after = {"name": row.name, "time_zone": row.time_zone}
            target = Target("project", row.id, row.name)
            await AuditTrail(work.session).record(operator, "project.change", target, before=before, after=after)
            work.after_commit(self._changed)
        return project_of(row)

    async def delete_project(self, operator: Operator, project_id: str) -> None:
        """Close a project: nobody enters it, its keys are dead, its runs end. The last one stays open."""
        operator.require(Permission.ORGANISATION_MANAGE)
        async with self._units.write(operator) as work:
            row = await self._held(work, operator, project_id, Permission.ORGANISATION_MANAGE)
            if len(await People(work.session).projects(operator.organisation_id)) == 1:
                raise Conflict("The last project stays.", hint="Make another one first.")
            row.archived_at = utc_now()
            People(work.session).add(row)
            target = Target("project", row.id, row.name)
            await AuditTrail(work.session).record(operator, "project.delete", target, before={"name": row.name})
            work.after_commit(self._changed)
            work.after_commit(partial(self._end_work, project_id))

    async def end_closed(self) -> None:
        """End what still goes on in closed projects, as a crash right behind the closing leaves it; for the start."""
        async with self._units.read(EVERY_CLOSED) as reading:
            closed = await People(reading).closed_projects(EVERY_CLOSED.why)
        for project_id in closed:
            await self._end_work(project_id)

    async def _end_work(self, project_id: str) -> None:
        for act in self.on_closing:
            await act(project_id)

    async def _held(self, work: Work, operator: Operator, project_id: str, permission: Permission) -> ProjectRow:
        """Return the project, where the operator holds the permission and not only where they stand."""
        await Members(work.session, operator.organisation_id).lock()
        seat = await People(work.session).seat(operator.user_id, project_id)
        if seat is None or seat.organisation.id != operator.organisation_id:
            raise ProjectNotFound
        if operator.via == "key" and project_id != operator.project_id:
            raise ProjectNotFound
        operator.require(permission)
        if permission not in held(seat.role, Role(seat.member.role)):
            raise ProjectNotFound
        return seat.project


def project_of(row: ProjectRow) -> Project:
    return Project(row.id, row.name, row.time_zone, row.created_at)


async def _rename(work: Work, row: ProjectRow, name: str, time_zone: str) -> None:
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME_CHARACTERS:
        raise InvalidInput(
            f"A name has 1 to {MAX_NAME_CHARACTERS} characters.", fields={"name": "Give the project a name."}
        )
    if time_zone not in available_timezones():
        raise InvalidInput("The time zone is not known.", fields={"time_zone": "Use a name such as Europe/Berlin."})
    others = await People(work.session).projects(row.organisation_id)
    if any(one.id != row.id and one.name.lower() == name.lower() for one in others):
        raise Conflict(f"There is a project {name} already.", hint="Choose another name.")
    row.name, row.time_zone = name, time_zone
