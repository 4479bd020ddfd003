"""Who is asked in, who belongs, and what groups give, over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute, SecretRoute
from backend.bootstrap import services
from backend.identity.types import GroupRule, Invitation, Member, ResetLink, Role
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Listed, Page

router = APIRouter(prefix="/api", tags=["members"], route_class=IdempotentRoute)
# An invitation is a secret; sent twice, the second is refused as pending.
inviting = APIRouter(prefix="/api", tags=["members"], route_class=SecretRoute)
Reader = Annotated[Operator, allowed(Permission.MEMBERS_READ)]
Manager = Annotated[Operator, allowed(Permission.MEMBERS_MANAGE)]
Anyone = Annotated[Operator, allowed(Permission.PROJECT_READ)]


class MemberBody(BaseModel):
    """`project_roles` has the projects, by id, in which the role is another."""

    id: str
    name: str
    email: str
    role: Role
    project_roles: dict[str, Role]
    last_seen_at: datetime | None

    @classmethod
    def of(cls, one: Member) -> MemberBody:
        return cls(
            id=one.user_id,
            name=one.name,
            email=one.email,
            role=one.role,
            project_roles=one.project_roles,
            last_seen_at=one.last_seen_at,
        )


class MemberList(BaseModel):
    members: list[MemberBody]
    next: str | None


class ChangedMember(Strict):
    """A role in the organisation; with `project_id` one in that project, where null gives the organisation's again."""

    role: Role | None
    project_id: str = ""


class NewInvitation(Strict):
    email: str = Field(max_length=254)
    role: Role = Role.VIEWER


class InvitationBody(BaseModel):
    """`token` stands in the answer that made the link, and nowhere else; `mailed` tells whether a letter went out."""

    id: str
    email: str
    role: Role
    invited_by: str
    created_at: datetime
    expires_at: datetime
    token: str | None = None
    mailed: bool = False

    @classmethod
    def of(cls, one: Invitation) -> InvitationBody:
        return cls(
            id=one.id,
            email=one.email,
            role=one.role,
            invited_by=one.invited_by,
            created_at=one.created_at,
            expires_at=one.expires_at,
            token=one.token or None,
            mailed=one.mailed,
        )


class ResetLinkBody(BaseModel):
    """`token` stands in this answer alone, and only where no letter went out (`mailed`)."""

    email: str
    token: str | None
    expires_at: datetime
    mailed: bool

    @classmethod
    def of(cls, one: ResetLink) -> ResetLinkBody:
        return cls(email=one.email, token=one.token or None, expires_at=one.expires_at, mailed=one.mailed)


class NewRule(Strict):
    group: str = Field(max_length=200)
    role: Role


class RuleBody(BaseModel):
    id: str
    group: str
    role: Role
    num_members: int

    @classmethod
    def of(cls, one: GroupRule) -> RuleBody:
        return cls(id=one.id, group=one.group, role=one.role, num_members=one.num_members)


class InvitationList(BaseModel):
    invitations: list[InvitationBody]
    next: str | None


class RuleList(BaseModel):
    group_rules: list[RuleBody]
    next: str | None


@router.get("/members")
async def list_members(operator: Reader, query: str = "", limit: int = DEFAULT_LIMIT, after: str = "") -> MemberList:
    """Return the members of the organisation whose name or address holds `query`."""
    found = await services().identity.list_members(operator, Page(limit, after), query)
    return MemberList(members=[MemberBody.of(one) for one in found.items], next=found.next)


@router.patch("/members/{user_id}", status_code=204)
async def change_member(user_id: str, body: ChangedMember, operator: Manager) -> None:
    """Give a member another role."""
    if body.project_id or body.role is None:
        await services().identity.set_project_role(operator, user_id, body.project_id, body.role)
    else:
        await services().identity.change_role(operator, user_id, body.role)


@router.delete("/members/{user_id}", status_code=204)
async def remove_member(user_id: str, operator: Anyone) -> None:
    """Take a member out, or leave; the others need `members:manage`."""
    await services().identity.remove_member(operator, user_id)


@inviting.post("/members/{user_id}/reset-link", status_code=201)
async def make_reset_link(user_id: str, operator: Manager) -> ResetLinkBody:
    """Make a link with which a member sets a new password: /sign-in/reset?token=..., once, for an hour. Of no key."""
    return ResetLinkBody.of(await services().sign_in.make_reset_link(operator, user_id))


@router.get("/members/{user_id}/picture")
async def read_picture(user_id: str, operator: Reader) -> Response:
    """Return a member's picture as PNG."""
    content = await services().sign_in.picture(operator, user_id)
    # Its address changes with it, so the browser may keep it for a while; nobody between may.
    return Response(content, media_type="image/png", headers={"cache-control": "private, max-age=3600"})


@router.get("/invitations")
async def list_invitations(operator: Reader, limit: int = DEFAULT_LIMIT, after: str = "") -> InvitationList:
    """Return the invitations that wait."""
    listed = Listed.among(await services().identity.list_invitations(operator), Page(limit, after))
    return InvitationList(invitations=[InvitationBody.of(one) for one in listed.items], next=listed.next)


@inviting.post("/invitations", status_code=201)
async def invite(body: NewInvitation, operator: Manager) -> InvitationBody:
    """Ask somebody in. The link is /invitation?token=..., once, for 7 days."""
    return InvitationBody.of(await services().identity.invite(operator, body.email, body.role))


@inviting.post("/invitations/{invitation_id}/resend")
async def resend_invitation(invitation_id: str, operator: Manager) -> InvitationBody:
    """Make a new link; the old one ends."""
    return InvitationBody.of(await services().identity.resend_invitation(operator, invitation_id))


@router.delete("/invitations/{invitation_id}", status_code=204)
async def revoke_invitation(invitation_id: str, operator: Manager) -> None:
    """Take an invitation back."""
    await services().identity.revoke_invitation(operator, invitation_id)


@router.get("/group-rules")
async def list_rules(operator: Reader, limit: int = DEFAULT_LIMIT, after: str = "") -> RuleList:
    """Return what groups of the identity provider give."""
    listed = Listed.among(await services().identity.list_group_rules(operator), Page(limit, after))
    return RuleList(group_rules=[RuleBody.of(one) for one in listed.items], next=listed.next)


@router.post("/group-rules", status_code=201)
async def add_rule(body: NewRule, operator: Manager) -> RuleBody:
    """Let a group give a role at sign-in."""
    return RuleBody.of(await services().identity.add_group_rule(operator, body.group, body.role))


@router.delete("/group-rules/{rule_id}", status_code=204)
async def remove_rule(rule_id: str, operator: Manager) -> None:
    """End a rule."""
    await services().identity.remove_group_rule(operator, rule_id)
