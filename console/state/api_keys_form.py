"""The dialog that makes a key, and the one that shows a secret this once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from console.state import formats
from console.state.api_keys import ApiKeysState
from console.state.forms import Formed

# What most keys are for; the last one shows every scope.
PRESETS = {
    "run": "Run flows and read what came of it",
    "read": "Read everything",
    "all": "Whatever you may",
    "own": "Only what you choose",
}
TO_RUN = (Permission.FLOWS_READ, Permission.FLOWS_RUN, Permission.CONVERSATIONS_READ)
LIFETIMES = {"30": "30 days", "90": "90 days", "365": "1 year", "0": "Until revoked"}


class ApiKeysFormState(Formed, rx.State):
    """`secret` is drawn once, after a key was made or rotated, and dropped when the dialog closes."""

    opened: rx.Field[bool] = rx.field(False)
    allowed: rx.Field[list[str]] = rx.field(default_factory=list)
    preset: rx.Field[str] = rx.field("run")
    may_widen: rx.Field[bool] = rx.field(False)
    secret: rx.Field[str] = rx.field("")
    secret_name: rx.Field[str] = rx.field("")

    @rx.event
    async def open(self) -> None:
        """Show an empty form with the scopes that the person may give."""
        operator = await self._operator(Permission.KEYS_MANAGE)
        self.reset()
        self.allowed = sorted(operator.permissions)
        self.may_widen = operator.may(Permission.ORGANISATION_MANAGE)
        self.opened = True

    @rx.event
    async def choose(self, preset: str) -> None:
        """Take a usual set of scopes, or show them all."""
        await self._operator(Permission.KEYS_MANAGE)
        self.preset = preset if preset in PRESETS else "own"

    @rx.event
    async def close(self) -> None:
        """Hide both dialogs; the secret is gone then."""
        await self._operator(Permission.KEYS_MANAGE)
        self.reset()

    @rx.event
    async def create(self, form: dict[str, Any]) -> Any:
        """Make the key and show its secret."""
        operator = await self._operator(Permission.KEYS_MANAGE)
        days = str(form.get("days", ""))
        ends = formats.now() + timedelta(days=int(days)) if days in LIFETIMES and days != "0" else None
        async with self._checking():
            key = await services().identity.create_key(
                operator,
                str(form.get("name", "")),
                scopes=_scopes(operator, form),
                expires_at=ends,
                is_wide=form.get("reach") == "organisation",
            )
            self.opened, self.secret, self.secret_name = False, key.secret, key.name
            return ApiKeysState.load
        return None

    @rx.event
    async def rotate(self) -> Any:
        """Give the key that was asked about a new secret, and show it."""
        operator = await self._operator(Permission.KEYS_MANAGE)
        keys = await self.get_state(ApiKeysState)
        key = await services().identity.rotate_key(operator, keys._answered("rotate"))
        self.secret, self.secret_name = key.secret, key.name
        return ApiKeysState.load


def _scopes(operator: Operator, form: dict[str, Any]) -> list[Permission]:
    """Return what the form asks for: a usual set, as far as the person has it, or the boxes that are ticked."""
    match form.get("preset"):
        case "run":
            wanted = set(TO_RUN)
        case "read":
            wanted = {one for one in Permission if one.value.endswith(":read")}
        case "all":
            wanted = set(Permission)
        case _:
            return [one for one in Permission if form.get(f"scope.{one}")]
    return [one for one in Permission if one in wanted & operator.permissions]
