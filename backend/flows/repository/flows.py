"""Flows, their versions and snapshots, of one project."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, String, and_, cast
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.flows.document import FlowDocument
from backend.flows.models import FlowRow, FlowSnapshotRow, FlowVersionRow
from backend.paging import MAX_NUMBER, Page


def snapshot_id_of(document: FlowDocument) -> str:
    """Return 64 hex digits that stand for this content, positions and titles with it."""
    return hashlib.sha256(msgspec.json.encode(document.as_json())).hexdigest()


class FlowRepository:
    """Opened for one unit of work."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id

    def add(self, row: FlowRow | FlowVersionRow) -> None:
        self._session.add(row)

    async def flow(self, name: str, *, lock: bool = False) -> FlowRow | None:
        """Find a flow by id or slug."""
        statement = select(FlowRow).where(*self._own(), or_(FlowRow.id == name, FlowRow.slug == name))
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    async def deleted_flow(self, flow_id: str) -> FlowRow | None:
        statement = select(FlowRow).where(
            FlowRow.project_id == self._project_id, FlowRow.id == flow_id, col(FlowRow.deleted_at).is_not(None)
        )
        return (await self._session.exec(statement.with_for_update())).first()

    async def flows(self, page: Page) -> list[FlowRow]:
        """Return one more than asked for, newest first."""
        statement = select(FlowRow).where(*self._own()).order_by(col(FlowRow.id).desc()).limit(page.limit + 1)
        if page.after:
            statement = statement.where(FlowRow.id < page.after)
        return list(await self._session.exec(statement))

    async def slugs_like(self, slug: str) -> set[str]:
        """Return the slugs that are `slug` or begin with it and a dash."""
        statement = select(FlowRow.slug).where(
            FlowRow.project_id == self._project_id, or_(FlowRow.slug == slug, col(FlowRow.slug).startswith(f"{slug}-"))
        )
        return set(await self._session.exec(statement))

    async def versions(self, flow_id: str, page: Page) -> list[FlowVersionRow]:
        """Return one more than asked for, newest first."""
        statement = (
            select(FlowVersionRow)
            .where(
                FlowVersionRow.project_id == self._project_id,
                FlowVersionRow.flow_id == flow_id,
                FlowVersionRow.number < page.number(MAX_NUMBER),
            )
            .order_by(col(FlowVersionRow.number).desc())
            .limit(page.limit + 1)
        )
        return list(await self._session.exec(statement))

    async def published(
        self, since: datetime, until: datetime, flow_ids: Sequence[str], limit: int
    ) -> list[tuple[FlowVersionRow, str]]:
        """Return the newest versions of a range with the names of their flows; of all flows where none is named."""
        statement = (
            select(FlowVersionRow, FlowRow.name)
            .join(FlowRow, col(FlowRow.id) == FlowVersionRow.flow_id)
            .where(*self._own(), FlowVersionRow.project_id == self._project_id)
            .where(col(FlowVersionRow.created_at) >= since, col(FlowVersionRow.created_at) < until)
        )
        if flow_ids:
            statement = statement.where(col(FlowRow.id).in_(flow_ids))
        newest = statement.order_by(col(FlowVersionRow.created_at).desc()).limit(limit)
        return [(row, name) for row, name in await self._session.exec(newest)]

    async def version(self, flow_id: str, number: int) -> FlowVersionRow | None:
        if number > MAX_NUMBER:
            return None
        statement = select(FlowVersionRow).where(
            FlowVersionRow.project_id == self._project_id,
            FlowVersionRow.flow_id == flow_id,
            FlowVersionRow.number == number,
        )
        return (await self._session.exec(statement)).first()

    async def keep_snapshot(self, document: FlowDocument) -> str:
        """Store the document unless it is stored already; return its id."""
        snapshot_id = snapshot_id_of(document)
        values = {"project_id": self._project_id, "id": snapshot_id, "document": document.as_json()}
        dialect = self._session.get_bind().dialect.name
        insert: Any = insert_sqlite if dialect == "sqlite" else insert_postgres
        await self._session.exec(insert(FlowSnapshotRow).values(**values).on_conflict_do_nothing())
        return snapshot_id

    async def snapshot(self, snapshot_id: str) -> dict[str, Any] | None:
        statement = select(FlowSnapshotRow.document).where(
            FlowSnapshotRow.project_id == self._project_id, FlowSnapshotRow.id == snapshot_id
        )
        found = (await self._session.exec(statement)).first()
        return None if found is None else dict(found)

    async def documents_with(self, word: str) -> list[tuple[FlowRow, dict[str, Any], bool]]:
        """Return the drafts, with true, and the published documents that hold a word anywhere, with their flows."""
        own = (*self._own(), cast(FlowRow.draft, String).contains(word, autoescape=True))
        drafts = (await self._session.exec(select(FlowRow).where(*own).order_by(FlowRow.name))).all()
        holding = cast(FlowSnapshotRow.document, String).contains(word, autoescape=True)
        published = await self._published(holding)
        return [*((row, row.draft, True) for row in drafts), *((row, one, False) for row, one in published)]

    async def protected_documents(self) -> list[tuple[FlowRow, dict[str, Any]]]:
        """Return what is published of protected flows."""
        return await self._published(col(FlowRow.is_protected).is_(True))

    async def published_document(self, flow_id: str) -> dict[str, Any] | None:
        found = await self._published(col(FlowRow.id) == flow_id)
        return found[0][1] if found else None

    async def _published(self, which: ColumnElement[bool]) -> list[tuple[FlowRow, dict[str, Any]]]:
        statement = (
            select(FlowRow, FlowSnapshotRow.document)
            .join(
                FlowVersionRow,
                and_(
                    col(FlowVersionRow.flow_id) == FlowRow.id,
                    col(FlowVersionRow.number) == FlowRow.published_version,
                    col(FlowVersionRow.project_id) == FlowRow.project_id,
                ),
            )
            .join(
                FlowSnapshotRow,
                and_(
                    col(FlowSnapshotRow.id) == FlowVersionRow.snapshot_id,
                    col(FlowSnapshotRow.project_id) == FlowVersionRow.project_id,
                ),
            )
            .where(*self._own(), which)
            .order_by(FlowRow.name)
        )
        return [(row, dict(document)) for row, document in await self._session.exec(statement)]

    def _own(self) -> tuple[ColumnElement[bool], ...]:
        return (col(FlowRow.project_id) == self._project_id, col(FlowRow.deleted_at).is_(None))
