"""The statements of masking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.masking.models import MaskCountRow, MaskedValueRow, MaskingRow


class MaskingRepository:
    """Opened for one unit of work and one project."""

    def __init__(self, session: AsyncSession, project_id: str) -> None:
        self._session, self._project_id = session, project_id
        self._insert: Any = insert_sqlite if session.get_bind().dialect.name == "sqlite" else insert_postgres

    async def rules(self, *, lock: bool = False) -> MaskingRow | None:
        statement = select(MaskingRow).where(MaskingRow.project_id == self._project_id)
        return (await self._session.exec(statement.with_for_update() if lock else statement)).first()

    def add(self, row: MaskingRow) -> None:
        self._session.add(row)

    async def values(self, scope: str) -> Sequence[MaskedValueRow]:
        statement = select(MaskedValueRow).where(
            MaskedValueRow.project_id == self._project_id, MaskedValueRow.scope == scope
        )
        return (await self._session.exec(statement)).all()

    async def keep(self, values: Sequence[Mapping[str, Any]]) -> None:
        """Write values; where one is known already, only what it is sealed for changes."""
        row = MaskedValueRow
        made = self._insert(row)
        kept = made.on_conflict_do_update(
            index_elements=[row.project_id, row.scope, row.kind, row.digest],
            set_={"id": made.excluded.id, "run_id": made.excluded.run_id, "sealed": made.excluded.sealed},
            where=made.excluded.sealed != "",
        )
        await (await self._session.connection()).execute(kept, list(values))

    async def count(self, day: date, way: str, kinds: Mapping[str, int]) -> None:
        row = MaskCountRow
        made = self._insert(row)
        keys = [row.project_id, row.day, row.way, row.kind]
        counted = made.on_conflict_do_update(index_elements=keys, set_={"num": MaskCountRow.num + made.excluded.num})
        values = [
            {"project_id": self._project_id, "day": day.isoformat(), "way": way, "kind": kind, "num": num}
            for kind, num in sorted(kinds.items())
        ]
        await (await self._session.connection()).execute(counted, values)

    async def counts(self, since: date) -> Sequence[MaskCountRow]:
        statement = select(MaskCountRow).where(
            MaskCountRow.project_id == self._project_id, MaskCountRow.day >= since.isoformat()
        )
        newest = (col(MaskCountRow.day).desc(), col(MaskCountRow.way), col(MaskCountRow.kind))
        return (await self._session.exec(statement.order_by(*newest))).all()

    async def open_runs(self) -> Sequence[str]:
        """Return the runs for which something is sealed."""
        statement = select(MaskedValueRow.run_id).where(
            MaskedValueRow.project_id == self._project_id, MaskedValueRow.sealed != ""
        )
        return (await self._session.exec(statement.distinct())).all()

    async def forget_words(self, run_ids: Sequence[str]) -> None:
        """Let go of what was sealed for runs that ended."""
        await self._session.exec(
            update(MaskedValueRow)
            .where(
                col(MaskedValueRow.project_id) == self._project_id,
                col(MaskedValueRow.run_id).in_(run_ids),
                col(MaskedValueRow.sealed) != "",
            )
            .values(sealed="", run_id="")
        )

    async def purge(self, scopes: Sequence[str], run_ids: Sequence[str]) -> None:
        """Remove what is known of conversations and runs that are removed."""
        ours = col(MaskedValueRow.project_id) == self._project_id
        theirs = or_(col(MaskedValueRow.scope).in_([*scopes, *run_ids]), col(MaskedValueRow.run_id).in_(run_ids))
        await self._session.exec(delete(MaskedValueRow).where(ours, theirs))
