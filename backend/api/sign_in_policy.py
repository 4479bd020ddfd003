"""How the members of an organisation sign in, over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.identity.types import Policy
from backend.operator import Operator, Permission

router = APIRouter(prefix="/api", tags=["sign-in"], route_class=IdempotentRoute)
Owner = Annotated[Operator, allowed(Permission.ORGANISATION_MANAGE)]
Entries = Annotated[list[Annotated[str, Field(max_length=300)]], Field(default_factory=list, max_length=100)]


class PolicyBody(Strict):
    """`tenants` are ids of Entra tenants, `groups` those of the provider of which one must be held; empty means any."""

    local_accounts: bool = True
    provider_only: bool = False
    domains: Entries
    domain_role: Literal["editor", "reviewer", "viewer"] = "viewer"
    tenants: Entries
    groups: Entries


class ProviderSeen(BaseModel):
    """A provider of the settings. `state` is what it did when it was asked last; `callback_url` is to be registered."""

    id: str
    kind: str
    title: str
    issuer: str
    callback_url: str
    state: Literal["up", "down", "unknown"]
    heard_at: datetime | None


class PolicyFound(PolicyBody):
    providers: list[ProviderSeen]


def _found(policy: Policy, request: Request) -> PolicyFound:
    origin = services().edge.public_origin or services().edge.origin_for(request.headers.get("host", ""))
    providers = [
        ProviderSeen(
            id=one.id,
            kind=one.kind,
            title=one.title,
            issuer=one.issuer,
            callback_url=f"{origin}/sign-in/callback/{one.id}",
            state="unknown" if one.answers is None else "up" if one.answers else "down",
            heard_at=one.heard_at,
        )
        for one in services().sign_in.doors()
    ]
    return PolicyFound(
        local_accounts=policy.local_accounts,
        provider_only=policy.provider_only,
        domains=list(policy.domains),
        domain_role=policy.domain_role,
        tenants=list(policy.tenants),
        groups=list(policy.groups),
        providers=providers,
    )


@router.get("/sign-in-policy")
async def read_policy(operator: Owner, request: Request) -> PolicyFound:
    """Return the policy, and the providers that the settings name."""
    return _found(await services().sign_in.policy(operator), request)


@router.put("/sign-in-policy")
async def set_policy(body: PolicyBody, operator: Owner, request: Request) -> PolicyFound:
    """Choose how members sign in; it holds at once, for open sessions too."""
    chosen = Policy(
        local_accounts=body.local_accounts,
        provider_only=body.provider_only,
        domains=tuple(body.domains),
        domain_role=body.domain_role,
        tenants=tuple(body.tenants),
        groups=tuple(body.groups),
    )
    return _found(await services().sign_in.set_policy(operator, chosen), request)
