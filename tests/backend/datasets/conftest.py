"""The service over both databases."""

from __future__ import annotations

from typing import Any

import pytest

from backend.datasets.service import DatasetService
from backend.engines.parsing.isolated import IsolatedParser
from backend.engines.schemas.rust import RustSchemas
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.ports.database import Database
from backend.ports.tables import Table
from backend.unit_of_work import Units


@pytest.fixture
def datasets(any_database: Database) -> DatasetService:
    return DatasetService(Units(any_database), RustSchemas(), IsolatedParser())


@pytest.fixture
async def owner(any_database: Database) -> Operator:
    return await IdentityService(Units(any_database)).ensure_owner()


def table(*columns: str, rows: list[tuple[Any, ...]]) -> Table:
    return Table("csv", columns, tuple(range(2, len(rows) + 2)), tuple(rows))
