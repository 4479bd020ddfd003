"""The median of latency beside its p95: what every row shows is not lost in a few slow answers."""

from __future__ import annotations

import numpy as np
import pytest

from backend.experiments.analysis.verdicts import compared
from backend.experiments.evaluators.registry import read
from backend.experiments.evidence import evidence
from backend.experiments.statistics.comparison import compare
from backend.experiments.statistics.quantiles import Quantile, Quantiles
from backend.experiments.statistics.resampling import num_draws, weights, widened
from backend.experiments.statistics.types import Arm, Metric
from backend.experiments.types import Status
from console.state.experiment_rows import verdict_cards
from tests.console.state.test_experiment_rows import experiment

NUM_ROWS = 90
MEDIAN = Metric("latency_p50", higher_is_better=False, statistic="p50", worst=None)


def times() -> tuple[np.ndarray, np.ndarray]:
    """Draw latencies with a long tail: the second is slower by 60 ms on every row but for its own tail."""
    rng = np.random.default_rng(7)
    tail = [rng.lognormal(7, 1.4, NUM_ROWS) * (rng.random(NUM_ROWS) < 0.1) for _ in range(2)]
    row = rng.normal(400, 15, NUM_ROWS)
    return (row + tail[0])[:, None], (row + 60 + tail[1])[:, None]


def test_the_median_and_its_interval_are_those_of_a_direct_computation() -> None:
    old, new = times()
    (found,) = compare(Arm("A", {"latency_p50": old}), [Arm("B", {"latency_p50": new})], [MEDIAN], seed=3)
    ranked = (NUM_ROWS + 1) // 2 - 1  # the smallest value with half of all at or below it
    assert found.baseline_value == np.sort(old[:, 0])[ranked]
    assert found.value == np.sort(new[:, 0])[ranked]
    drawn = []
    for block in weights(np.random.default_rng(3), NUM_ROWS, num_draws(NUM_ROWS)):
        for one in block.astype(int):
            sides = [np.sort(np.repeat(values[:, 0], one)) for values in (old, new)]
            drawn.append(sides[1][ranked] - sides[0][ranked])
    level = widened(0.95, NUM_ROWS)
    low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2])
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    assert found.verdict == "worse"


def test_several_quantiles_in_one_product_are_those_of_each() -> None:
    rng = np.random.default_rng(2)
    owners = np.arange(200)
    held = [Quantile(rng.lognormal(0, 1, 200), owners, 200, level) for level in (0.5, 0.95, 0.5)]
    (block, *_) = list(weights(rng, 200, 300))
    for together, alone in zip(Quantiles(held).of(block), held, strict=True):
        np.testing.assert_array_equal(together, alone.of(block))


def test_where_every_row_is_slower_the_median_says_so_though_the_p95_cannot_tell() -> None:
    old, new = times()
    cells = [
        (row, variant, 0, "done", {"exact": {"value": 1.0, "passed": True}}, 0.001, float(side[row, 0]))
        for row in range(NUM_ROWS)
        for variant, side in enumerate((old, new))
    ]
    found = compared(
        cells, read([{"kind": "exact"}]), [("A", "A"), ("B", "B")],
        baseline=0, repetitions=1, was_decided=False, labels={},
    )  # fmt: skip
    said = {one.metric: one for one in found.metrics}
    assert (said["latency"].verdict, said["latency_p50"].verdict) == ("cannot_tell", "worse")
    assert (said["latency_p50"].statistic, said["latency_p50"].unit, said["latency_p50"].called) == (
        "p50",
        "ms",
        "latency p50",
    )
    assert [one.metric for one in found.spreads] == ["exact", "latency", "cost"], "rows have one latency"
    cards = {one.metric: one for one in verdict_cards(found, "B")}
    assert (cards["latency p50"].verdict, cards["latency p50"].key) == ("worse", "latency")
    assert "latency p50 " in evidence(experiment(Status.DONE), found, "B")
