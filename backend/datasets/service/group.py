"""What the groups of use cases share: the rules of a dataset, and how a version is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.audit.repository import AuditTrail
from backend.audit.types import Target
from backend.columns import utc_now
from backend.datasets.checking import Rules
from backend.datasets.errors import VersionNotFound
from backend.datasets.models import DatasetRow, DatasetVersionRow
from backend.datasets.repository import Items, Versions
from backend.datasets.types import MAX_ITEMS, Act, Written
from backend.errors import QuotaExceeded
from backend.operator import Operator
from backend.ports.schemas import Schemas
from backend.unit_of_work import Units, Work

Values = dict[str, Any]


class UseCases:
    """Every use case takes the operator first and checks the permission itself."""

    def __init__(self, units: Units, schemas: Schemas) -> None:
        self._units, self._schemas = units, schemas

    def _rules(self, row: DatasetRow) -> Rules:
        return Rules(
            self._schemas.checker(row.input_schema) if row.input_schema else None,
            self._schemas.checker(row.expected_schema) if row.expected_schema else None,
        )

    async def _step(
        self,
        work: Work,
        operator: Operator,
        row: DatasetRow,
        act: Act,
        *,
        about: str = "",
        added: Sequence[Values] = (),
        edited: Sequence[Values] = (),
        removed: Sequence[int] = (),
    ) -> Written:
        """Make the next version of a dataset that is locked; make none where nothing changes."""
        if not (added or edited or removed):
            return Written(row.version)
        row.version += 1
        row.num_items += len(added) - len(removed)
        if row.num_items > MAX_ITEMS:
            raise QuotaExceeded(f"A dataset has at most {MAX_ITEMS:,} rows.", hint="Make a second one.")
        row.updated_at, row.updated_by = utc_now(), operator.name
        items = Items(work.session, operator.project_id, row.id)
        changed = [*(int(one["row"]) for one in edited), *removed]
        await items.end(changed, row.version)
        await items.begin(row.version, operator.name, [*edited, *added])
        made = DatasetVersionRow(
            dataset_id=row.id,
            number=row.version,
            project_id=operator.project_id,
            act=act,
            about=about,
            num_items=row.num_items,
            num_added=len(added),
            num_edited=len(edited),
            num_removed=len(removed),
            created_by=operator.name,
        )
        Versions(work.session, operator.project_id).add(made)
        work.session.add(row)
        counts = {"version": made.number, "added": len(added), "edited": len(edited), "removed": len(removed)}
        # Last, for whoever writes into the log holds up everybody else who would until the unit ends.
        await AuditTrail(work.session).record(
            operator, f"dataset.{act}", Target("dataset", row.id, row.name), after=counts
        )
        rows = (*(int(one["row"]) for one in added), *changed)
        return Written(made.number, len(added), len(edited), len(removed), rows=rows)


def known(row: DatasetRow, version: int | None) -> int:
    """Return the version that is meant, the newest for None. Raise VersionNotFound."""
    if version is None:
        return row.version
    if not 0 <= version <= row.version:
        raise VersionNotFound
    return version
