"""How single rows of datasets stand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ItemStanding:
    """How a row of a dataset did when it was asked last; variants whose scores neither pass nor fail are in neither."""

    item_id: str
    experiment_id: str
    experiment_name: str
    dataset_version: int
    passed: tuple[str, ...]
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Since:
    """Which rows pass now and did not in the run before, `green`, the other way round, and those it did not have."""

    experiment_id: str
    experiment_name: str
    green: tuple[int, ...]
    red: tuple[int, ...]
    added: tuple[int, ...] = ()
