"""Who asks, and the projects of their organisation, over REST."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from backend.api.access import allowed
from backend.api.bodies import Strict
from backend.api.idempotent import IdempotentRoute
from backend.bootstrap import services
from backend.identity.types import Organisation, Project
from backend.operator import Operator, Permission
from backend.paging import DEFAULT_LIMIT, Listed, Page

router = APIRouter(prefix="/api", tags=["projects"], route_class=IdempotentRoute)
Reader = Annotated[Operator, allowed(Permission.PROJECT_READ)]
Keeper = Annotated[Operator, allowed(Permission.PROJECT_MANAGE)]
Owner = Annotated[Operator, allowed(Permission.ORGANISATION_MANAGE)]


class Me(BaseModel):
    """Who asks, where they stand, and what they may do there; `permissions` has the names of scopes.

    `support` is the name of whoever acts for them, empty while they are themself.
    """

    id: str
    name: str
    via: str
    organisation_id: str
    project_id: str
    role: str
    organisation_role: str
    support: str
    permissions: list[str]


class OrganisationBody(BaseModel):
    id: str
    name: str
    created_at: datetime

    @classmethod
    def of(cls, one: Organisation) -> OrganisationBody:
        return cls(id=one.id, name=one.name, created_at=one.created_at)


class ChangedOrganisation(Strict):
    name: str = Field(max_length=200)


class ProjectBody(BaseModel):
    id: str
    name: str
    time_zone: str
    created_at: datetime

    @classmethod
    def of(cls, one: Project) -> ProjectBody:
        return cls(id=one.id, name=one.name, time_zone=one.time_zone, created_at=one.created_at)


class ProjectList(BaseModel):
    projects: list[ProjectBody]
    next: str | None


class NewProject(Strict):
    name: str = Field(max_length=200)
    time_zone: str = Field(default="UTC", max_length=64)


class ChangedProject(Strict):
    """An empty `time_zone` leaves it."""

    name: str = Field(max_length=200)
    time_zone: str = Field(default="", max_length=64)


@router.get("/me")
async def me(operator: Reader) -> Me:
    """Return who asks, in the project that they ask for."""
    return Me(
        id=operator.user_id,
        name=operator.name,
        via=operator.via,
        organisation_id=operator.organisation_id,
        project_id=operator.project_id,
        role=operator.role,
        organisation_role=operator.organisation_role,
        support=operator.support_name,
        permissions=sorted(operator.permissions),
    )


@router.get("/organisation")
async def read_organisation(operator: Reader) -> OrganisationBody:
    """Return the organisation of the project."""
    return OrganisationBody.of(await services().identity.organisation(operator))


@router.patch("/organisation")
async def rename_organisation(body: ChangedOrganisation, operator: Owner) -> OrganisationBody:
    """Call the organisation something else."""
    return OrganisationBody.of(await services().identity.rename_organisation(operator, body.name))


@router.get("/projects")
async def list_projects(operator: Reader, limit: int = DEFAULT_LIMIT, after: str = "") -> ProjectList:
    """Return the projects of the organisation by name."""
    listed = Listed.among(await services().identity.list_projects(operator), Page(limit, after))
    return ProjectList(projects=[ProjectBody.of(one) for one in listed.items], next=listed.next)


@router.post("/projects", status_code=201)
async def create_project(body: NewProject, operator: Owner) -> ProjectBody:
    """Make an empty project."""
    return ProjectBody.of(await services().identity.create_project(operator, body.name, body.time_zone))


@router.patch("/projects/{project_id}")
async def change_project(project_id: str, body: ChangedProject, operator: Keeper) -> ProjectBody:
    """Name a project anew."""
    changed = await services().identity.change_project(operator, project_id, name=body.name, time_zone=body.time_zone)
    return ProjectBody.of(changed)


@router.delete("/projects/{project_id}", status_code=204)
async def delete_project(project_id: str, operator: Owner) -> None:
    """Close a project; the last one stays open."""
    await services().identity.delete_project(operator, project_id)
