"""Follow an address into the project that it leads to."""

from __future__ import annotations

from backend.addresses.repository import project_of
from backend.addresses.types import Named
from backend.columns import storable
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.ports.database import Everywhere
from backend.unit_of_work import Units

OWN_PROJECTS = Everywhere("an address names a thing and no project: all that the person may enter are looked through")


class AddressService:
    """A link that a colleague sends names a flow or a document, and each stands in one project."""

    def __init__(self, units: Units, identity: IdentityService) -> None:
        self._units, self._identity = units, identity

    async def project_of(self, operator: Operator, named: Named, row_id: str) -> str:
        """Return in which project of the person's own the thing stands, empty for none or one that is not theirs."""
        projects = [project.id for _, project in await self._identity.list_places(operator)]
        async with self._units.read(OWN_PROJECTS) as session:
            return await project_of(session, named, storable(row_id), projects)
