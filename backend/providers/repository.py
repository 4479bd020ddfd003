"""Every statement on the tables of providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.paging import Listed, Page
from backend.providers.errors import ProviderNotFound
from backend.providers.models import ModelDefaultRow, ProviderModelRow, ProviderRow
from backend.providers.shapes import model_row, provider_of
from backend.providers.types import ModelDraft, Provider


class ProviderRepository:
    """Opened for one unit of work; sees one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session = session
        self._project_id = project_id

    async def page(self, page: Page) -> Listed[Provider]:
        """Return connected providers with their models, in the order they were made."""
        statement = self._living().order_by(col(ProviderRow.id)).limit(page.limit + 1)
        if page.after:
            statement = statement.where(col(ProviderRow.id) > page.after)
        rows = (await self._session.exec(statement)).all()
        models = await self._models([row.id for row in rows])
        return Listed.cut([provider_of(row, models.get(row.id, [])) for row in rows], page)

    async def all(self) -> list[Provider]:
        """Return every connected provider of the project: a picker shows them all."""
        rows = (await self._session.exec(self._living().order_by(col(ProviderRow.id)))).all()
        models = await self._models([row.id for row in rows])
        return [provider_of(row, models.get(row.id, [])) for row in rows]

    async def get(self, provider_id: str) -> tuple[ProviderRow, Provider]:
        """Return the row, locked for a change, and the provider. Raise ProviderNotFound."""
        return await self._one(self._living().where(ProviderRow.id == provider_id).with_for_update())

    async def read(self, provider_id: str) -> tuple[ProviderRow, Provider]:
        """Return the row and the provider. Raise ProviderNotFound."""
        return await self._one(self._living().where(ProviderRow.id == provider_id))

    async def by_slug(self, slug: str) -> tuple[ProviderRow, Provider]:
        """Return what stands before the colon of a reference. Raise ProviderNotFound."""
        return await self._one(self._living().where(ProviderRow.slug == slug))

    async def of_source(self, source: str) -> Sequence[ProviderRow]:
        """Return the rows that came from the file, or those from the console, locked for a change."""
        statement = self._living().where(ProviderRow.source == source).with_for_update()
        rows: Sequence[ProviderRow] = (await self._session.exec(statement)).all()
        return rows

    async def deleted(self, provider_id: str) -> ProviderRow:
        """Return the row of a provider that was removed and is still there. Raise ProviderNotFound."""
        statement = select(ProviderRow).where(
            ProviderRow.id == provider_id,
            ProviderRow.project_id == self._project_id,
            col(ProviderRow.deleted_at).is_not(None),
        )
        row = (await self._session.exec(statement.with_for_update())).first()
        if row is None:
            raise ProviderNotFound
        return row

    async def slugs(self) -> set[str]:
        """Return the names before colons that are taken, those of removed providers too."""
        statement = select(ProviderRow.slug).where(ProviderRow.project_id == self._project_id)
        return set((await self._session.exec(statement)).all())

    async def add(self, row: ProviderRow, models: Sequence[ModelDraft]) -> None:
        self._session.add(row)
        await self._session.flush()
        await self.replace_models(row.id, models, {})

    async def replace_models(
        self, provider_id: str, models: Sequence[ModelDraft], tests: Mapping[str, dict[str, Any]]
    ) -> None:
        """Write the models anew; `tests` are the last tests by name that still speak for them."""
        mine = (
            col(ProviderModelRow.provider_id) == provider_id,
            col(ProviderModelRow.project_id) == self._project_id,
        )
        await self._session.exec(delete(ProviderModelRow).where(*mine))
        for position, draft in enumerate(models):
            row = model_row(draft, provider_id, self._project_id, position)
            row.last_test = tests.get(draft.name)
            self._session.add(row)
        await self._session.flush()

    async def keep_test(self, provider_id: str, name: str, test: dict[str, Any]) -> None:
        await self._session.exec(
            update(ProviderModelRow)
            .where(
                col(ProviderModelRow.provider_id) == provider_id,
                col(ProviderModelRow.project_id) == self._project_id,
                col(ProviderModelRow.name) == name,
            )
            .values(last_test=test)
        )

    async def purge(self, before: datetime) -> None:
        """Remove for good, with its key, what was removed before that moment."""
        gone = select(ProviderRow.id).where(
            ProviderRow.project_id == self._project_id, col(ProviderRow.deleted_at) < before
        )
        ids = (await self._session.exec(gone)).all()
        await self._session.exec(
            delete(ProviderModelRow).where(
                col(ProviderModelRow.project_id) == self._project_id, col(ProviderModelRow.provider_id).in_(ids)
            )
        )
        await self._session.exec(
            delete(ProviderRow).where(col(ProviderRow.project_id) == self._project_id, col(ProviderRow.id).in_(ids))
        )

    async def default(self) -> str:
        """Return the reference of the project's default model; empty where none was chosen."""
        statement = select(ModelDefaultRow.reference).where(ModelDefaultRow.project_id == self._project_id)
        return (await self._session.exec(statement)).first() or ""

    async def set_default(self, reference: str) -> None:
        await self._session.merge(ModelDefaultRow(project_id=self._project_id, reference=reference))

    def _living(self) -> Any:
        return select(ProviderRow).where(
            ProviderRow.project_id == self._project_id, col(ProviderRow.deleted_at).is_(None)
        )

    async def _one(self, statement: Any) -> tuple[ProviderRow, Provider]:
        row = (await self._session.exec(statement)).first()
        if row is None:
            raise ProviderNotFound
        return row, provider_of(row, (await self._models([row.id])).get(row.id, []))

    async def _models(self, provider_ids: Sequence[str]) -> dict[str, list[ProviderModelRow]]:
        statement = (
            select(ProviderModelRow)
            .where(
                ProviderModelRow.project_id == self._project_id,
                col(ProviderModelRow.provider_id).in_(provider_ids),
            )
            .order_by(col(ProviderModelRow.position))
        )
        found: dict[str, list[ProviderModelRow]] = {}
        for row in (await self._session.exec(statement)).all():
            found.setdefault(row.provider_id, []).append(row)
        return found
