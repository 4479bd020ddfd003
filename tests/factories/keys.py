"""Projects and changed rows for tests of API keys."""

from __future__ import annotations

from sqlalchemy import update
from sqlmodel import col

from backend.identity.models import ApiKeyRow, OrganisationRow, ProjectRow
from backend.ports.database import Database
from tests.tenancy import EVERYWHERE


async def second_project(database: Database, organisation_id: str, project_id: str = "proj_two") -> str:
    async with database.write(EVERYWHERE) as session:
        session.add(ProjectRow(id=project_id, organisation_id=organisation_id, name="Second"))
    return project_id


async def foreign_project(database: Database) -> str:
    async with database.write(EVERYWHERE) as session:
        session.add(OrganisationRow(id="org_b", name="B"))
    return await second_project(database, "org_b", "proj_b")


async def change(database: Database, key_id: str, **values: object) -> None:
    async with database.write(EVERYWHERE) as session:
        await session.exec(update(ApiKeyRow).where(col(ApiKeyRow.id) == key_id).values(**values))
