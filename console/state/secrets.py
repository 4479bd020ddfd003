"""Secrets and variables of the project. No value of a secret is ever in here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

import reflex as rx

from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.secrets.types import Secret, Variable
from console.state import formats
from console.state.forms import Formed
from console.state.seat import Phased


@dataclass(frozen=True)
class StoredLine:
    """A secret or a variable as its table draws it; `value` of a secret says only that there is one."""

    kind: str
    name: str
    use: str
    value: str
    by: str
    at: str
    exact: str


class SecretsState(Phased, Formed, rx.State):
    """`kind` and `name` are what the form or the question is about; an empty `name` in the form means a new one."""

    secrets: rx.Field[list[StoredLine]] = rx.field(default_factory=list)
    variables: rx.Field[list[StoredLine]] = rx.field(default_factory=list)
    opened: rx.Field[bool] = rx.field(False)
    removing: rx.Field[bool] = rx.field(False)
    kind: rx.Field[str] = rx.field("secret")
    name: rx.Field[str] = rx.field("")
    value: rx.Field[str] = rx.field("")

    @rx.event
    async def load(self) -> None:
        """Read names, and the values of variables."""
        await self._read(await self._operator(Permission.SECRETS_READ))

    @rx.event
    async def open(self, kind: str, name: str) -> None:
        """Show the form for a new one, or to replace the value of one."""
        await self._operator(Permission.SECRETS_EDIT)
        self.kind, self.name, self.errors, self.opened = kind, name, {}, True
        self.value = next((one.value for one in self.variables if kind == "variable" and one.name == name), "")

    @rx.event
    async def ask_removal(self, kind: str, name: str) -> None:
        """Ask before one is removed."""
        await self._operator(Permission.SECRETS_EDIT)
        self.kind, self.name, self.removing = kind, name, True

    @rx.event
    async def close(self) -> None:
        """Hide form and question; what was typed is dropped."""
        await self._operator(Permission.SECRETS_READ)
        self.opened = self.removing = False
        self.value = ""

    @rx.event
    async def save(self, form: dict[str, Any]) -> None:
        """Store what was typed."""
        operator = await self._operator(Permission.SECRETS_EDIT)
        stored, name, value = services().secrets, self.name or str(form.get("name", "")), str(form.get("value", ""))
        async with self._checking():
            if self.kind == "secret":
                await stored.put_secret(operator, name, value)
            else:
                await stored.put_variable(operator, name, value)
            self.opened = False
            await self._read(operator)

    @rx.event
    async def remove(self) -> None:
        """Remove the one that was asked about."""
        operator = await self._operator(Permission.SECRETS_EDIT)
        self.removing = False
        stored = services().secrets
        await (stored.delete_secret if self.kind == "secret" else stored.delete_variable)(operator, self.name)
        await self._read(operator)

    async def _read(self, operator: Operator) -> None:
        async with self._loading():
            zone, now = await self._zone(), formats.now()
            stored = services().secrets
            self.secrets = [_line("secret", one, one.words, zone, now) for one in await stored.list_secrets(operator)]
            self.variables = [
                _line("variable", one, one.value, zone, now) for one in await stored.list_variables(operator)
            ]
            self.phase = "ready"


def _line(kind: str, one: Secret | Variable, value: str, zone: tzinfo, now: datetime) -> StoredLine:
    at = one.updated_at
    use = f"{{{{ {kind}s.{one.name} }}}}"
    return StoredLine(kind, one.name, use, value, one.updated_by, formats.day(at, zone, now), formats.exact(at, zone))
