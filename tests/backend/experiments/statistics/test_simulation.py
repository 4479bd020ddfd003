"""Where nothing differs, a verdict is rare; and an interval holds the truth as often as it says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from backend.experiments.statistics import comparison
from backend.experiments.statistics.comparison import compare
from backend.experiments.statistics.resampling import Floats
from backend.experiments.statistics.types import Arm, Metric

NUM_STUDIES = 300
# Three standard errors of a share of 5 % and 95 % over the studies of this test; `make bench` runs twenty times more.
CHANCE = 3 * (0.05 * 0.95 / NUM_STUDIES) ** 0.5
Draw = Callable[[np.random.Generator], tuple[Floats, Floats]]


def passes(share: float, repetitions: int = 1) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[Floats, Floats]:
        firm = rng.random((60, 1)) < share

        def arm() -> Floats:
            flips = rng.random((60, repetitions)) < 0.4
            return np.where(flips, rng.random(flips.shape) < share, firm).astype(np.float64)

        return arm(), arm()

    return draw


def skewed(rng: np.random.Generator) -> tuple[Floats, Floats]:
    row = rng.lognormal(0, 1, (60, 1))
    return row * rng.lognormal(0, 0.5, (60, 1)), row * rng.lognormal(0, 0.5, (60, 1))


def graded(rng: np.random.Generator) -> tuple[Floats, Floats]:
    row = rng.integers(1, 6, (60, 1)).astype(np.float64)
    return np.clip(row + rng.integers(-1, 2, (60, 1)), 1, 5), np.clip(row + rng.integers(-1, 2, (60, 1)), 1, 5)


STUDIES = {
    "shares": (passes(0.8), Metric("m")),
    "shares near all": (passes(0.97), Metric("m")),
    "repetitions": (passes(0.8, 3), Metric("m")),
    "grades": (graded, Metric("m")),
    "skewed": (skewed, Metric("m")),
    "p95": (skewed, Metric("m", higher_is_better=False, statistic="p95", worst=None)),
}


@pytest.mark.parametrize("name", STUDIES)
def test_false_verdicts_are_rare_and_intervals_hold(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "num_draws", lambda _num_clusters: 1_000)
    draw, metric = STUDIES[name]
    rng = np.random.default_rng(11)
    verdicts = covered = 0
    for study in range(NUM_STUDIES):
        old, new = draw(rng)
        found = compare(Arm("A", {"m": old}), [Arm("B", {"m": new})], [metric], seed=study)[0]
        verdicts += found.verdict in {"better", "worse"}
        covered += found.low <= 0 <= found.high
    assert verdicts / NUM_STUDIES <= 0.05 + CHANCE
    assert covered / NUM_STUDIES >= 0.95 - CHANCE
