"""Where nothing differs, at most one study in twenty has a verdict, and 95 % intervals hold the truth.

A rate of 5 % is allowed two standard errors of its studies here, 7 % in all; `make bench` holds it to 5 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from backend.experiments.statistics import comparison
from backend.experiments.statistics.comparison import compare
from backend.experiments.statistics.resampling import Floats, Ints
from backend.experiments.statistics.types import Arm, Metric

NUM_STUDIES, NUM_FAMILIES = 500, 250
LEAST_COVERED = 0.93
Draw = Callable[[np.random.Generator], tuple[Floats, Floats]]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "num_draws", lambda _num_clusters: 500)


def passes(share: float, repetitions: int = 1) -> Draw:
    def draw(rng: np.random.Generator) -> tuple[Floats, Floats]:
        firm = rng.random((60, 1)) < share

        def arm() -> Floats:
            flips = rng.random((60, repetitions)) < 0.4
            return np.where(flips, rng.random(flips.shape) < share, firm).astype(np.float64)

        return arm(), arm()

    return draw


def seldom(repetitions: int = 1) -> Draw:
    """Return arms of which one row in fifty differs, to either side: in three studies of ten no row does."""

    def draw(rng: np.random.Generator) -> tuple[Floats, Floats]:
        old = (rng.random((60, 1)) < 0.5).astype(np.float64)
        new = np.where(rng.random((60, 1)) < 0.02, 1 - old, old)
        return np.repeat(old, repetitions, axis=1), np.repeat(new, repetitions, axis=1)

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
    "hardly any row": (seldom(), Metric("m", width=1.0)),
    "hardly any row, asked thrice": (seldom(3), Metric("m", width=1.0)),
    "grades": (graded, Metric("m")),
    "skewed": (skewed, Metric("m")),
}
TALKS = np.repeat(np.arange(20), 3)


def talks(rng: np.random.Generator, repetitions: int) -> tuple[Floats, Floats]:
    """Return twenty conversations of three rows, of which each arm takes a whole one better or worse."""
    talk = rng.normal(0, 1, 20)
    old, new = (
        (talk + rng.normal(0, 0.7, 20))[TALKS][:, None] + rng.normal(0, 0.5, (60, repetitions)) for _ in range(2)
    )
    return old, new


def talks_passed(rng: np.random.Generator, repetitions: int) -> tuple[Floats, Floats]:
    old, new = talks(rng, repetitions)
    return (old > -1).astype(np.float64), (new > -1).astype(np.float64)


def most_false(num_studies: int) -> float:
    return 0.05 + 2 * math.sqrt(0.05 * 0.95 / num_studies)


def rates(draw: Draw, metric: Metric, clusters: Ints | None = None) -> tuple[float, float]:
    """Return the shares of studies with a verdict, and with the truth, which is nought, in the interval."""
    rng = np.random.default_rng(11)
    verdicts = covered = 0
    for study in range(NUM_STUDIES):
        old, new = draw(rng)
        found = compare(Arm("A", {"m": old}), [Arm("B", {"m": new})], [metric], clusters=clusters, seed=study)[0]
        verdicts += found.verdict in {"better", "worse"}
        covered += found.low <= 0 <= found.high
    return verdicts / NUM_STUDIES, covered / NUM_STUDIES


@pytest.mark.parametrize("name", STUDIES)
def test_false_verdicts_are_rare_and_intervals_hold(name: str) -> None:
    false, covered = rates(*STUDIES[name])
    assert false <= most_false(NUM_STUDIES)
    assert covered >= LEAST_COVERED


@pytest.mark.parametrize("repetitions", [1, 3])
@pytest.mark.parametrize(("draw", "worst"), [(talks, None), (talks_passed, 0.0)])
def test_they_are_and_do_over_rows_of_conversations(
    draw: Callable[[np.random.Generator, int], tuple[Floats, Floats]], worst: float | None, repetitions: int
) -> None:
    false, covered = rates(lambda rng: draw(rng, repetitions), Metric("m", worst=worst), TALKS)
    assert false <= most_false(NUM_STUDIES)
    assert covered >= LEAST_COVERED


def test_of_several_metrics_and_variants_any_false_verdict_is_as_rare() -> None:
    """Eight questions that are asked one by one at 5 % mislead in one study of four."""
    metrics = (Metric("passed"), Metric("grade"), Metric("cost", higher_is_better=False, worst=None), Metric("rate"))
    rng = np.random.default_rng(11)
    misled = covered = 0

    def arm(name: str) -> Arm:
        scores = {
            "passed": (rng.random((40, 1)) < 0.8).astype(np.float64),
            "grade": rng.integers(1, 6, (40, 1)).astype(np.float64),
            "cost": rng.lognormal(0, 1, (40, 1)),
            "rate": rng.random((40, 1)),
        }
        return Arm(name, scores)

    for study in range(NUM_FAMILIES):
        found = compare(arm("A"), [arm("B"), arm("C")], metrics, seed=study)
        misled += any(one.verdict in {"better", "worse"} for one in found)
        covered += all(one.low <= 0 <= one.high for one in found)
    assert misled / NUM_FAMILIES <= most_false(NUM_FAMILIES)
    assert covered / NUM_FAMILIES >= LEAST_COVERED
