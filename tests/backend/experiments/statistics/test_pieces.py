"""Repetitions, fronts, slices and traffic that is still coming in."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backend.experiments.statistics.live import SPLIT_ALARM, always_valid_interval, split_p_value
from backend.experiments.statistics.pareto import front
from backend.experiments.statistics.power import detectable_difference, rows_for_difference, rows_for_sameness
from backend.experiments.statistics.proportions import Pairs, newcombe_paired
from backend.experiments.statistics.quantiles import Quantile
from backend.experiments.statistics.repetitions import pass_all, pass_at
from backend.experiments.statistics.resampling import weights
from backend.experiments.statistics.slices import slices_that_got_worse


def test_passing_once_and_passing_always_are_two_things() -> None:
    assert pass_at(1, 7, 10) == pytest.approx(0.7)
    assert pass_at(3, 2, 10) == pytest.approx(1 - (8 * 7 * 6) / (10 * 9 * 8))
    assert pass_all(3, 9, 10) == pytest.approx((9 * 8 * 7) / (10 * 9 * 8))


def test_the_front_holds_what_no_other_beats() -> None:
    points = [(0.888, 13.8), (0.825, 12.1), (0.738, 2.9), (0.796, 3.1), (0.742, 1.8), (0.738, 2.9)]
    assert front(points, (True, False)) == [True, True, False, True, True, False]


def test_slices_that_got_worse_are_found_and_others_left_alone() -> None:
    rng = np.random.default_rng(8)
    labels = [{"language": ("de", "en", "fr")[row % 3], "length": ("short", "long")[row % 2]} for row in range(300)]
    differences = rng.normal(0, 0.3, 300)
    differences[0::3] -= 0.4
    differences[1::3] += 0.4
    found = slices_that_got_worse(differences, labels)
    assert [(one.key, one.value) for one in found] == [("language", "de")]
    assert found[0].num_rows == 100
    assert slices_that_got_worse(-differences, labels, higher_is_better=False) == [
        found[0].__class__("language", "de", 100, -found[0].difference, found[0].q_value)
    ]


def test_slices_are_not_found_by_looking_at_many() -> None:
    rng = np.random.default_rng(2)
    falsely = 0
    for study in range(60):
        labels = [{f"key{key}": str(rng.integers(0, 4)) for key in range(6)} for _ in range(80)]
        falsely += bool(slices_that_got_worse(rng.normal(0, 1, 80), labels, seed=study))
    assert falsely <= 6


def test_a_broken_split_is_noticed_and_chance_is_not() -> None:
    assert split_p_value([500, 530], [1, 1]) > SPLIT_ALARM
    assert split_p_value([5_000, 5_600], [1, 1]) < SPLIT_ALARM
    assert split_p_value([0, 0], [1, 1]) == 1.0


def test_looking_again_and_again_does_not_make_a_verdict() -> None:
    """Look after each of 600 conversations in 200 experiments without a difference."""
    rng = np.random.default_rng(3)
    falsely = 0
    for _ in range(200):
        values = rng.normal(0, 1, 600)
        seen = np.arange(1, 601)
        means = np.cumsum(values) / seen
        intervals = (always_valid_interval(means[at], 1 / seen[at], 0.2) for at in range(20, 600, 5))
        falsely += any(one.low > 0 or one.high < 0 for one in intervals)
    assert falsely / 200 <= 0.05


def test_newcombes_paired_interval_holds_the_truth() -> None:
    rng = np.random.default_rng(4)
    chances = np.array([0.6, 0.12, 0.08, 0.2])
    truth = chances[2] - chances[1]
    covered = 0
    for _ in range(2_000):
        found = newcombe_paired(Pairs(*(int(count) for count in rng.multinomial(50, chances))))
        covered += found.low <= truth <= found.high
    assert covered / 2_000 >= 0.94


@pytest.mark.parametrize("num_clusters", [3, 40, 2_000])
@pytest.mark.parametrize("level", [0.5, 0.95])
def test_a_drawn_quantile_is_that_of_the_rows_drawn(num_clusters: int, level: float) -> None:
    rng = np.random.default_rng(8)
    values, owners = rng.integers(0, 500, 2_000).astype(np.float64), rng.integers(0, num_clusters, 2_000)
    values[rng.random(2_000) < 0.1] = np.nan
    (drawn,) = weights(rng, num_clusters, 50)
    found = Quantile(values, owners, num_clusters, level).of(drawn)
    for draw, one in zip(drawn, found, strict=True):
        rows = np.repeat(values, draw[owners].astype(int))
        assert one == np.quantile(rows[~np.isnan(rows)], level, method="inverted_cdf")


def test_rows_and_differences_are_two_sides_of_one_formula() -> None:
    assert detectable_difference(0.5, round(rows_for_difference(0.5, 0.07))) == pytest.approx(0.07, abs=1e-3)
    assert rows_for_sameness(0.5, 0.05, 0.04) == float("inf")
    assert rows_for_sameness(0.5, 0.0, 0.05) > 0


@pytest.mark.parametrize("scale", [0.0, 1e-170, 1e200])
def test_a_scale_whose_square_is_no_number_tells_nothing(scale: float) -> None:
    found = always_valid_interval(0.2, 0.01, scale)
    assert (found.low, found.high) == (-math.inf, math.inf)
