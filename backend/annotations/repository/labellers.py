"""Who of some people may label in a project now: a membership ends, and a role is taken."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.identity.permissions import PERMISSIONS, Role
from backend.identity.repository import Members
from backend.operator import Operator, Permission


async def labellers(session: AsyncSession, operator: Operator, person_ids: Sequence[str]) -> set[str]:
    """Return those of the people that are members of the operator's organisation and may label in the project."""
    members, found = Members(session, operator.organisation_id), set[str]()
    for person_id in person_ids:
        if (one := await members.one(person_id)) is None:
            continue
        role = Role(one[1].role)
        given = await members.override(person_id, operator.project_id)
        if given is not None and role is not Role.OWNER:
            role = Role(given.role)
        if Permission.ANNOTATIONS_LABEL in PERMISSIONS[role]:
            found.add(person_id)
    return found
