"""Secrets and variables over REST. No value of a secret is in any answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, SecretStr

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import SecretRoute
from backend.bootstrap import services
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Listed, Page
from backend.secrets.types import Secret, Variable

router = APIRouter(prefix="/api", tags=["secrets"], route_class=SecretRoute)
Reader = Annotated[Operator, allowed(Permission.SECRETS_READ)]
Editor = Annotated[Operator, allowed(Permission.SECRETS_EDIT)]


class NewSecret(Strict):
    value: SecretStr


class NewVariable(Strict):
    value: str


class SecretBody(BaseModel):
    """`value` says that there is one, and how it ends."""

    name: str
    value: str
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, secret: Secret) -> SecretBody:
        return cls(name=secret.name, value=secret.words, updated_at=secret.updated_at, updated_by=secret.updated_by)


class VariableBody(BaseModel):
    name: str
    value: str
    updated_at: datetime
    updated_by: str

    @classmethod
    def of(cls, one: Variable) -> VariableBody:
        return cls(name=one.name, value=one.value, updated_at=one.updated_at, updated_by=one.updated_by)


class SecretList(BaseModel):
    secrets: list[SecretBody]
    next: str | None


class VariableList(BaseModel):
    variables: list[VariableBody]
    next: str | None


@router.get("/secrets")
async def list_secrets(operator: Reader, limit: int = DEFAULT_LIMIT, after: str = "") -> SecretList:
    """List the names of the project's secrets; `after` is a name."""
    listed = Listed.among(await services().secrets.list_secrets(operator), Page(limit, after), "name")
    return SecretList(secrets=[SecretBody.of(one) for one in listed.items], next=listed.next)


@router.put("/secrets/{name}")
async def put_secret(operator: Editor, name: str, new: NewSecret) -> SecretBody:
    """Store a secret, or replace it."""
    return SecretBody.of(await services().secrets.put_secret(operator, name, new.value.get_secret_value()))


@router.delete("/secrets/{name}", status_code=204)
async def delete_secret(operator: Editor, name: str) -> None:
    """Remove a secret; flows that use it fail from then on."""
    await services().secrets.delete_secret(operator, name)


@router.get("/variables")
async def list_variables(operator: Reader, limit: int = DEFAULT_LIMIT, after: str = "") -> VariableList:
    """List the project's variables with their values; `after` is a name."""
    listed = Listed.among(await services().secrets.list_variables(operator), Page(limit, after), "name")
    return VariableList(variables=[VariableBody.of(one) for one in listed.items], next=listed.next)


@router.put("/variables/{name}")
async def put_variable(operator: Editor, name: str, new: NewVariable) -> VariableBody:
    """Store a variable, or replace it."""
    return VariableBody.of(await services().secrets.put_variable(operator, name, new.value))


@router.delete("/variables/{name}", status_code=204)
async def delete_variable(operator: Editor, name: str) -> None:
    """Remove a variable; flows that use it fail from then on."""
    await services().secrets.delete_variable(operator, name)
