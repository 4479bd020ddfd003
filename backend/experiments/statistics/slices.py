"""Find the parts of the data that got worse, without crying wolf over the many that were looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backend.experiments.statistics.corrections import benjamini_hochberg
from backend.experiments.statistics.resampling import Floats, num_draws, sign_flip_p_values

MIN_ROWS = 8
FALSE_DISCOVERIES = 0.05


@dataclass(frozen=True)
class Slice:
    """Names a part of the rows by a key and its value, and what changed there."""

    key: str
    value: str
    num_rows: int
    difference: float
    q_value: float


def slices_that_got_worse(
    differences: Floats, labels: Sequence[Mapping[str, str]], *, higher_is_better: bool = True, seed: int = 0
) -> list[Slice]:
    """Return the slices that got worse, the worst first; at most one in twenty of them is there by chance.

    `differences` are variant minus baseline, one for each row, NaN where none is known; `labels` the metadata of
    the same rows. Slices of fewer than eight rows are not looked at.
    """
    known = ~np.isnan(differences)
    rows_of: dict[tuple[str, str], list[int]] = {}
    for row, label in enumerate(labels):
        if known[row]:
            for key, value in label.items():
                rows_of.setdefault((key, value), []).append(row)
    kept = [(name, rows) for name, rows in sorted(rows_of.items()) if len(rows) >= MIN_ROWS]
    rng = np.random.default_rng(seed)
    p_values = [_p_value(rng, differences[rows]) for _, rows in kept]
    found = [
        Slice(key, value, len(rows), float(differences[rows].mean()), q_value)
        for ((key, value), rows), q_value in zip(kept, benjamini_hochberg(p_values), strict=True)
    ]
    sign = 1 if higher_is_better else -1
    worse = [one for one in found if one.q_value <= FALSE_DISCOVERIES and one.difference * sign < 0]
    return sorted(worse, key=lambda one: one.difference * sign)


def _p_value(rng: np.random.Generator, differences: Floats) -> float:
    return float(sign_flip_p_values(rng, differences[:, None], num_draws(len(differences)))[0])
