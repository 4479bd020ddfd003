"""Keep secrets and variables of a project, and give them out to its flows at the moment of use."""

from __future__ import annotations

import re
from collections.abc import Collection

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.errors import InvalidInput, NotFound, QuotaExceeded
from backend.ids import new_id
from backend.operator import Operator, Permission
from backend.ports.sealing import Sealer
from backend.secrets.models import SecretRow, VariableRow
from backend.secrets.repository import SecretRepository
from backend.secrets.types import Secret, Variable
from backend.unit_of_work import Units

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
# A shorter text would be masked wherever it happens to stand, and could be guessed from its mask.
MIN_SECRET_CHARACTERS = 8
SHOWS_ITS_END = 16
MAX_CHARACTERS = 20_000
MAX_STORED = 500


class SecretService:
    """A value goes in and is never answered: only a running flow of the same project is given it."""

    def __init__(self, units: Units, sealer: Sealer) -> None:
        self._units, self._sealer = units, sealer

    async def list_secrets(self, operator: Operator) -> list[Secret]:
        """Return names and ends, in the order of names."""
        operator.require(Permission.SECRETS_READ)
        async with self._units.read(operator) as session:
            return [_secret(row) for row in await SecretRepository(session, operator.project_id).secrets()]

    async def put_secret(self, operator: Operator, name: str, value: str) -> Secret:
        """Store or replace. Raise InvalidInput or QuotaExceeded."""
        operator.require(Permission.SECRETS_EDIT)
        _check_name(name)
        if not MIN_SECRET_CHARACTERS <= len(value) <= MAX_CHARACTERS:
            raise _wrong(f"A secret has {MIN_SECRET_CHARACTERS} to {MAX_CHARACTERS:,} characters; is it a variable?")
        async with self._units.write(operator) as work:
            rows = SecretRepository(work.session, operator.project_id)
            row = await rows.secret(name)
            act = "secret.replace" if row else "secret.create"
            if row is None:
                await _check_room(rows)
                row = SecretRow(
                    id=new_id("sec"),
                    project_id=operator.project_id,
                    name=name,
                    sealed_value="",
                    last_four="",
                    updated_by="",
                )
            row.sealed_value = self._sealer.seal(value, _place(row))
            row.last_four = value[-4:] if len(value) >= SHOWS_ITS_END else ""
            row.updated_at, row.updated_by = utc_now(), operator.name
            rows.add(row)
            await AuditTrail(work.session).record(operator, act, Target("secret", row.id, name))
        return _secret(row)

    async def delete_secret(self, operator: Operator, name: str) -> None:
        """Remove it; flows that use it fail from then on. Raise NotFound."""
        operator.require(Permission.SECRETS_EDIT)
        async with self._units.write(operator) as work:
            rows = SecretRepository(work.session, operator.project_id)
            row = await rows.secret(name)
            if row is None:
                raise NotFound("There is no secret of that name.")
            await rows.delete(row)
            await AuditTrail(work.session).record(operator, "secret.delete", Target("secret", row.id, name))

    async def list_variables(self, operator: Operator) -> list[Variable]:
        """Return names and values, in the order of names."""
        operator.require(Permission.SECRETS_READ)
        async with self._units.read(operator) as session:
            return [_variable(row) for row in await SecretRepository(session, operator.project_id).variables()]

    async def put_variable(self, operator: Operator, name: str, value: str) -> Variable:
        """Store or replace. Raise InvalidInput or QuotaExceeded."""
        operator.require(Permission.SECRETS_EDIT)
        _check_name(name)
        if len(value) > MAX_CHARACTERS:
            raise _wrong(f"A variable has at most {MAX_CHARACTERS:,} characters.")
        async with self._units.write(operator) as work:
            rows = SecretRepository(work.session, operator.project_id)
            row = await rows.variable(name)
            before = {"value": row.value} if row else None
            if row is None:
                await _check_room(rows)
                row = VariableRow(id=new_id("var"), project_id=operator.project_id, name=name, value="", updated_by="")
            row.value, row.updated_at, row.updated_by = value, utc_now(), operator.name
            rows.add(row)
            target = Target("variable", row.id, name)
            await AuditTrail(work.session).record(
                operator, "variable.put", target, before=before, after={"value": value}
            )
        return _variable(row)

    async def delete_variable(self, operator: Operator, name: str) -> None:
        """Remove it; flows that use it fail from then on. Raise NotFound."""
        operator.require(Permission.SECRETS_EDIT)
        async with self._units.write(operator) as work:
            rows = SecretRepository(work.session, operator.project_id)
            row = await rows.variable(name)
            if row is None:
                raise NotFound("There is no variable of that name.")
            await rows.delete(row)
            target = Target("variable", row.id, name)
            await AuditTrail(work.session).record(operator, "variable.delete", target, before={"value": row.value})

    async def secrets_of(self, operator: Operator, names: Collection[str]) -> dict[str, str]:
        """Open the secrets that a node of the operator's run uses now. Raise NotFound.

        No permission is asked: who may run a flow uses what its editors wrote into it, and is told no value.
        """
        async with self._units.read(operator) as session:
            rows = await SecretRepository(session, operator.project_id).secrets(names)
        _check_all_there("secret", names, {row.name for row in rows})
        return {row.name: self._sealer.open(row.sealed_value, _place(row)) for row in rows}

    async def variables_of(self, operator: Operator, names: Collection[str]) -> dict[str, str]:
        """Return the variables that a node of the operator's run uses now. Raise NotFound."""
        async with self._units.read(operator) as session:
            rows = await SecretRepository(session, operator.project_id).variables(names)
        _check_all_there("variable", names, {row.name for row in rows})
        return {row.name: row.value for row in rows}


def _place(row: SecretRow) -> str:
    return f"{row.project_id}:{row.id}"


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        words = "A name has letters, digits and _, up to 64, and does not begin with a digit."
        raise InvalidInput(words, fields={"name": words})


async def _check_room(rows: SecretRepository) -> None:
    if await rows.num_stored() >= MAX_STORED:
        raise QuotaExceeded(f"A project has at most {MAX_STORED} secrets and variables.")


def _check_all_there(what: str, names: Collection[str], found: set[str]) -> None:
    if missing := sorted(set(names) - found):
        raise NotFound(f"This project has no {what} called {missing[0]}.", hint="Add it in the settings.")


def _wrong(words: str) -> InvalidInput:
    return InvalidInput(words, fields={"value": words})


def _secret(row: SecretRow) -> Secret:
    return Secret(row.name, row.last_four, row.updated_at, row.updated_by)


def _variable(row: VariableRow) -> Variable:
    return Variable(row.name, row.value, row.updated_at, row.updated_by)
