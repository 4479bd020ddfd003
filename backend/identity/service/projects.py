"""The projects of an organisation."""

from __future__ import annotations

from backend.identity.models import ProjectRow
from backend.identity.repository import People
from backend.identity.service.base import Base
from backend.identity.types import Project
from backend.operator import Operator, Permission


class ProjectUse(Base):
    """Projects belong to one organisation; whoever is a member of it may enter all of them."""

    async def list_projects(self, operator: Operator) -> list[Project]:
        """Return the projects of the operator's organisation by name."""
        operator.require(Permission.PROJECT_READ)
        async with self._units.read() as reading:
            return [project_of(row) for row in await People(reading).projects(operator.organisation_id)]


def project_of(row: ProjectRow) -> Project:
    return Project(row.id, row.name, row.time_zone, row.created_at)
