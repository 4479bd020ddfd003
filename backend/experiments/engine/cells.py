"""Which cells an experiment has, in the order of asking."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

from backend.experiments.models import ExperimentRow
from backend.experiments.outside import Row, Rows
from backend.experiments.types import CellStatus

AT_ONCE = 5_000


def order_of(rows: Rows, *, shuffled: bool, seed: str) -> Sequence[Row]:
    """Return the rows as they are asked: shuffled where a look before the end must be fair, the same way each time."""
    order = list(rows.rows)
    if shuffled:
        random.Random(seed).shuffle(order)  # noqa: S311  # repeatable, not secret
    return order


def cells_of(
    experiment: ExperimentRow, repetitions: int, num_variants: int, order: Sequence[Row]
) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Yield the cells that have no row yet with the place of the first; all of one dataset row lie together.

    They are fewer than `num_cells` where rows were removed since they were counted.
    """
    a_row = repetitions * num_variants
    end = min(experiment.num_cells, len(order) * a_row)
    for start in range(experiment.num_made, end, AT_ONCE):
        some = []
        for number in range(start, min(start + AT_ONCE, end)):
            place, within = divmod(number, a_row)
            repetition, variant = divmod(within, num_variants)
            some.append(_cell(experiment, order[place], number, variant, repetition))
        yield start, some


def _cell(experiment: ExperimentRow, row: Row, number: int, variant: int, repetition: int) -> dict[str, Any]:
    return {
        "experiment_id": experiment.id,
        "number": number,
        "project_id": experiment.project_id,
        "row": row.number,
        "item_id": row.id,
        "variant": variant,
        "repetition": repetition,
        "status": CellStatus.PENDING.value,
        "attempt": 0,
        "tries": 0,
        "output": "",
        "detail": {},
        "scores": {},
        "error": "",
        "run_id": "",
        "tokens_in": 0,
        "tokens_out": 0,
        "cost": 0,
        "judge_cost": 0,
        "latency_ms": 0.0,
        "finished_at": None,
    }
