"""How the members of the organisation sign in: the providers as they were last heard, and the policy."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.errors import Conflict
from backend.identity.types import Door, Policy
from backend.operator import Operator, Permission
from console import routes, toasts
from console.state import formats
from console.state.forms import Formed
from console.state.seat import Phased

KINDS = {"google": "Google", "entra": "Microsoft Entra ID", "oidc": "OpenID Connect"}


@dataclass(frozen=True)
class ProviderLine:
    """A provider as the list draws it; `callback` is the address to register there."""

    id: str
    title: str
    kind: str
    state: str
    heard: str
    exact: str
    callback: str


class SignInPolicyState(Phased, Formed, rx.State):
    """`version` changes with each reading, so that the form begins anew with what is stored."""

    providers: rx.Field[list[ProviderLine]] = rx.field(default_factory=list)
    total: rx.Field[str] = rx.field("")
    version: rx.Field[int] = rx.field(0)
    local_accounts: rx.Field[bool] = rx.field(True)
    provider_only: rx.Field[bool] = rx.field(False)
    domains: rx.Field[str] = rx.field("")
    domain_role: rx.Field[str] = rx.field("viewer")
    tenants: rx.Field[str] = rx.field("")
    groups: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read the policy, and the providers that the settings name."""
        await self._read(await self._operator(Permission.ORGANISATION_MANAGE))

    @rx.event
    async def check(self, provider_id: str) -> None:
        """Ask a provider whether it is there."""
        operator = await self._operator(Permission.ORGANISATION_MANAGE)
        await services().sign_in.check_provider(operator, provider_id)
        await self._list()

    @rx.event
    async def save(self, form: dict[str, Any]) -> rx.event.EventSpec | None:
        """Choose what the form says; it holds at once, for open sessions too."""
        operator = await self._operator(Permission.ORGANISATION_MANAGE)
        chosen = Policy(
            local_accounts=bool(form.get("local_accounts")),
            provider_only=bool(form.get("provider_only")),
            domains=_entries(form, "domains"),
            domain_role=str(form.get("domain_role", "")),
            tenants=_entries(form, "tenants"),
            groups=_entries(form, "groups"),
        )
        async with self._checking(Conflict):
            await services().sign_in.set_policy(operator, chosen)
            await self._read(operator)
            return toasts.say("Saved.", "This applies at once, to open sessions too.")
        return None

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            policy = await services().sign_in.policy(operator)
            self.local_accounts, self.provider_only = policy.local_accounts, policy.provider_only
            self.domains, self.domain_role = ", ".join(policy.domains), policy.domain_role
            self.tenants, self.groups = "\n".join(policy.tenants), "\n".join(policy.groups)
            self.version += 1
            await self._list()
            self.phase = "ready"

    async def _list(self) -> None:
        zone, now = await self._zone(), formats.now()
        origin = services().edge.public_origin or self.router.url.origin
        self.providers = [_line(one, origin, zone, now) for one in services().sign_in.doors()]
        self.total = formats.counted(len(self.providers), "provider")


def _entries(form: dict[str, Any], name: str) -> tuple[str, ...]:
    """Return what stands in a field, one by one: lines, or words between commas."""
    return tuple(one.strip() for one in str(form.get(name, "")).replace(",", "\n").splitlines() if one.strip())


def _line(door: Door, origin: str, zone: tzinfo, now: datetime) -> ProviderLine:
    at = door.heard_at
    heard = (
        "Not checked yet"
        if at is None
        else f"{'Answered' if door.answers else 'No answer'} {formats.clock(at, zone, now)}"
    )
    return ProviderLine(
        id=door.id,
        title=door.title,
        kind=KINDS[door.kind],
        state="queued" if door.answers is None else "ok" if door.answers else "fail",
        heard=heard,
        exact=formats.exact(at, zone) if at else "",
        callback=f"{origin}{routes.SIGN_IN}/callback/{door.id}",
    )
