"""People of an organisation, and the operator that each of them is."""

from __future__ import annotations

from backend.columns import utc_now
from backend.identity.models import MemberRow, SessionRow, UserRow
from backend.identity.permissions import Role
from backend.identity.service import IdentityService
from backend.identity.tokens import hash_of, new_token
from backend.identity.types import SessionLimits
from backend.ids import new_id
from backend.operator import Operator
from backend.unit_of_work import Units
from tests.tenancy import EVERYWHERE


async def join(units: Units, owner: Operator, name: str, role: Role) -> str:
    """Make a person a member of the owner's organisation and return the token of a session of theirs."""
    token, user = new_token(), UserRow(id=new_id("user"), name=name, email=f"{name.lower()}@alder-rowe.example")
    async with units.write(EVERYWHERE) as work:
        work.session.add(user)
        await work.session.flush()
        work.session.add(MemberRow(organisation_id=owner.organisation_id, user_id=user.id, role=role))
        work.session.add(
            SessionRow(
                id=new_id("sess"),
                token_hash=hash_of(token),
                user_id=user.id,
                project_id=owner.project_id,
                expires_at=utc_now() + SessionLimits().lifetime,
            )
        )
    return token


async def operator_of(identity: IdentityService, token: str, project_id: str = "") -> Operator:
    return (await identity.by_session(token, project_id))[0]
