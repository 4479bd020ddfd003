"""Support that an owner lets in, over REST."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.identity.types import Role, SupportGrant
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Listed, Page

router = APIRouter(prefix="/api", tags=["support"], route_class=IdempotentRoute)
Owner = Annotated[Operator, allowed(Permission.SUPPORT_GRANT)]


class NewGrant(Strict):
    """`user_id` is the member that support acts for; with the role `viewer` it only looks."""

    email: str = Field(max_length=254)
    user_id: str = Field(max_length=64)
    role: Role = Role.VIEWER
    minutes: int = Field(default=60, ge=5, le=24 * 60)


class GrantBody(BaseModel):
    """`in_use`: somebody acts under it now."""

    id: str
    support: str
    email: str
    user_id: str
    name: str
    role: Role
    granted_by: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    in_use: bool

    @classmethod
    def of(cls, one: SupportGrant) -> GrantBody:
        return cls(
            id=one.id,
            support=one.support_name,
            email=one.support_email,
            user_id=one.member_id,
            name=one.member_name,
            role=one.role,
            granted_by=one.granted_by,
            created_at=one.created_at,
            expires_at=one.expires_at,
            revoked_at=one.revoked_at,
            in_use=one.in_use,
        )


class GrantList(BaseModel):
    support_grants: list[GrantBody]
    next: str | None


@router.get("/support-grants")
async def list_grants(operator: Owner, limit: int = DEFAULT_LIMIT, after: str = "") -> GrantList:
    """Return the grants that are open, or ended in the last week, newest first."""
    listed = Listed.among(await services().identity.list_support(operator), Page(limit, after))
    return GrantList(support_grants=[GrantBody.of(one) for one in listed.items], next=listed.next)


@router.post("/support-grants", status_code=201)
async def grant(body: NewGrant, operator: Owner) -> GrantBody:
    """Let somebody of support act for a member until it ends."""
    lifetime = timedelta(minutes=body.minutes)
    made = await services().identity.grant_support(operator, body.email, body.user_id, body.role, lifetime)
    return GrantBody.of(made)


@router.delete("/support-grants/{grant_id}", status_code=204)
async def revoke(grant_id: str, operator: Owner) -> None:
    """End a grant at once."""
    await services().identity.revoke_support(operator, grant_id)
