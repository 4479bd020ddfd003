"""Datasets and their rows."""

from __future__ import annotations

from typing import Any

from backend.datasets.service import DatasetService
from backend.datasets.types import About, Dataset, NewItem
from backend.operator import Operator


def item(message: str = "Can I return a gift?", expected: Any = "Within 30 days.", **more: Any) -> NewItem:
    return NewItem({"message": message}, expected, **more)


async def dataset(service: DatasetService, operator: Operator, *items: NewItem, **about: Any) -> Dataset:
    """Make a dataset with these rows, in one version."""
    made = await service.create(operator, About(**{"name": "support-240", **about}))
    if items:
        await service.add_items(operator, made.id, items)
    return await service.get(operator, made.id)
