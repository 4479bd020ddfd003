"""The service over both databases."""

from __future__ import annotations

from typing import Any, cast

import pytest

from backend.bootstrap.datasets import find_alike
from backend.datasets.outside import Outside
from backend.datasets.service import DatasetService
from backend.engines.parsing.isolated import IsolatedParser
from backend.engines.schemas.rust import RustSchemas
from backend.identity.service import IdentityService
from backend.operator import Operator
from backend.ports.database import Database
from backend.ports.tables import Table
from backend.providers.service import ProviderService
from backend.unit_of_work import Units
from tests.doubles.player import Player


@pytest.fixture
def datasets(any_database: Database) -> DatasetService:
    return opened(Units(any_database))


@pytest.fixture
async def owner(any_database: Database) -> Operator:
    return await IdentityService(Units(any_database)).ensure_owner()


def opened(units: Units, player: Player | None = None) -> DatasetService:
    """Return the service with a model, which says back what it is told unless another one is given."""
    player = player or Player()
    outside = Outside(find_alike, cast(ProviderService, player), player)
    return DatasetService(units, RustSchemas(), IsolatedParser(), outside)


def table(*columns: str, rows: list[tuple[Any, ...]]) -> Table:
    return Table("csv", columns, tuple(range(2, len(rows) + 2)), tuple(rows))
