"""The organisation itself: what it is called."""

from __future__ import annotations

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.errors import InvalidInput
from backend.identity.models import OrganisationRow
from backend.identity.repository import Members
from backend.identity.service.base import Base
from backend.identity.types import Organisation
from backend.operator import Operator, Permission

MAX_NAME_CHARACTERS = 80


class OrganisationUse(Base):
    """Two organisations may have one name: it tells people where they are, and nothing else."""

    async def organisation(self, operator: Operator) -> Organisation:
        """Return the operator's organisation."""
        operator.require(Permission.PROJECT_READ)
        async with self._units.read(operator) as reading:
            return _of(await Members(reading, operator.organisation_id).organisation())

    async def rename_organisation(self, operator: Operator, name: str) -> Organisation:
        """Call the organisation something else."""
        operator.require(Permission.ORGANISATION_MANAGE)
        name = " ".join(name.split())
        if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
            words = f"A name has 1 to {MAX_NAME_CHARACTERS} characters."
            raise InvalidInput(words, fields={"name": "Give the organisation a name."})
        async with self._units.write(operator) as work:
            row = await Members(work.session, operator.organisation_id).lock()
            before, row.name = row.name, name
            work.session.add(row)
            target = Target("organisation", row.id, name)
            change = {"before": {"name": before}, "after": {"name": name}}
            await AuditTrail(work.session).record(operator, "organisation.rename", target, **change)
            work.after_commit(self._changed)
        return _of(row)


def _of(row: OrganisationRow) -> Organisation:
    return Organisation(row.id, row.name, row.created_at)
