"""API keys over REST."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import SecretRoute
from backend.bootstrap import services
from backend.identity.types import MAX_OVERLAP, OVERLAP, ApiKey
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Listed, Page

router = APIRouter(prefix="/api", tags=["api keys"], route_class=SecretRoute)
Manager = Annotated[Operator, allowed(Permission.KEYS_MANAGE)]


class NewApiKey(Strict):
    """`scopes` are permissions such as `flows:run`. `organisation` makes a key that is good in all of its projects."""

    name: str
    scopes: list[str]
    expires_at: AwareDatetime | None = None
    project_id: str | None = None
    organisation: bool = False


class Rotation(Strict):
    """How long the old secret works on."""

    overlap_seconds: int = Field(default=int(OVERLAP.total_seconds()), ge=0, le=int(MAX_OVERLAP.total_seconds()))


class ApiKeyBody(BaseModel):
    """A key as lists show it. `project_id` is null for a key of the organisation."""

    id: str
    name: str
    prefix: str
    last_four: str
    project_id: str | None
    made_by: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    previous_until: datetime | None

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyBody:
        return cls(**{name: getattr(key, name) for name in cls.model_fields})


class ApiKeyList(BaseModel):
    api_keys: list[ApiKeyBody]
    next: str | None


class MadeApiKey(ApiKeyBody):
    """`key` is the secret: it is in this answer and nowhere else."""

    key: str

    @classmethod
    def with_secret(cls, key: ApiKey) -> MadeApiKey:
        return cls(**ApiKeyBody.of(key).model_dump(), key=key.secret)


@router.get("/api-keys")
async def list_api_keys(operator: Manager, limit: int = DEFAULT_LIMIT, after: str = "") -> ApiKeyList:
    """List the keys of the project and of the organisation, oldest first; no secret is among it."""
    listed = Listed.among(await services().identity.list_keys(operator), Page(limit, after))
    return ApiKeyList(api_keys=[ApiKeyBody.of(key) for key in listed.items], next=listed.next)


@router.post("/api-keys", status_code=201)
async def create_api_key(operator: Manager, new: NewApiKey) -> MadeApiKey:
    """Make a key, never wider than whoever makes it."""
    identity = services().identity
    if new.project_id is not None:
        operator = await identity.in_project(operator, new.project_id)
    made = await identity.create_key(
        operator, new.name, scopes=new.scopes, expires_at=new.expires_at, is_wide=new.organisation
    )
    return MadeApiKey.with_secret(made)


@router.post("/api-keys/{key_id}/rotate")
async def rotate_api_key(operator: Manager, key_id: str, rotation: Rotation | None = None) -> MadeApiKey:
    """Give the key a new secret; the old one works on for a day, or as long as is said."""
    overlap = timedelta(seconds=(rotation or Rotation()).overlap_seconds)
    return MadeApiKey.with_secret(await services().identity.rotate_key(operator, key_id, overlap))


@router.delete("/api-keys/{key_id}", status_code=204)
async def revoke_api_key(operator: Manager, key_id: str) -> None:
    """End a key; within 5 s it is refused everywhere."""
    await services().identity.revoke_key(operator, key_id)
