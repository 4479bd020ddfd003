"""Verdicts of variants beside a baseline."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backend.experiments.statistics.comparison import compare, interval_of_mean
from backend.experiments.statistics.power import rows_for_difference
from backend.experiments.statistics.proportions import wilson
from backend.experiments.statistics.resampling import Floats
from backend.experiments.statistics.types import Arm, Comparison, Metric
from tests.later import Later

stats = Later("scipy.stats")
PASSED = Metric("passed")


def binary(num_passed: int, num_failed: int) -> Floats:
    return np.array([1.0] * num_passed + [0.0] * num_failed)[:, None]


def one(baseline: Floats, variant: Floats, metric: Metric = PASSED, **options: object) -> Comparison:
    arms = Arm("A", {metric.name: baseline}), Arm("B", {metric.name: variant})
    return compare(arms[0], [arms[1]], [metric], **options)[0]  # type: ignore[arg-type]


def test_more_rows_right_is_better_where_chance_would_not_do_it() -> None:
    old = np.concatenate([np.ones(189), np.ones(9), np.zeros(24), np.zeros(18)])[:, None]
    new = np.concatenate([np.ones(189), np.zeros(9), np.ones(24), np.zeros(18)])[:, None]
    found = one(old, new)
    assert found.verdict == "better"
    assert found.baseline_value == pytest.approx(198 / 240)
    assert found.difference == pytest.approx(15 / 240)
    assert 0 < found.low < found.difference < found.high
    assert found.p_value == pytest.approx(0.0135, abs=0.0005)
    assert one(new, old).verdict == "worse"


def test_less_is_better_where_the_metric_says_so() -> None:
    metric = Metric("cost", higher_is_better=False, worst=None)
    rng = np.random.default_rng(1)
    old = rng.uniform(1, 2, (60, 1))
    assert one(old, old * 0.8, metric).verdict == "better"
    assert one(old, old * 1.2, metric).verdict == "worse"


def test_too_few_rows_say_how_many_more_are_needed() -> None:
    found = one(binary(6, 4), np.roll(binary(6, 4), 1) * 0 + binary(8, 2))
    assert found.verdict == "cannot_tell"
    assert found.rows_needed is not None
    assert 10 < found.rows_needed < 200


def test_a_difference_within_the_margin_is_none_however_sure() -> None:
    rng = np.random.default_rng(2)
    old = rng.normal(4, 0.5, (400, 1))
    new = old + 0.05 + rng.normal(0, 0.01, old.shape)
    assert one(old, new, Metric("tone", margin=0.2)).verdict == "same"
    assert one(old, new, Metric("tone")).verdict == "better"


def test_nothing_but_equal_rows_are_not_certain() -> None:
    few, many = np.ones((5, 1)) * np.arange(5)[:, None], np.arange(2_000.0)[:, None] / 2_000
    assert one(few, few.copy(), Metric("tone", margin=0.1)).verdict == "cannot_tell"
    assert one(many, many.copy(), Metric("tone", margin=0.1)).verdict == "same"


def test_failed_cells_count_as_the_worst_and_the_coverage_says_so() -> None:
    old = np.ones((40, 1))
    new = np.where(np.arange(40)[:, None] < 12, np.nan, 1.0)
    found = one(old, new)
    assert found.verdict == "worse"
    assert (found.baseline_value, found.value) == (1.0, pytest.approx(28 / 40))
    assert (found.baseline_coverage, found.coverage) == (1.0, pytest.approx(0.7))


def test_failed_cells_have_neither_latency_nor_cost() -> None:
    metric = Metric("latency", higher_is_better=False, worst=None)
    old = np.full((30, 1), 2.0)
    new = np.where(np.arange(30)[:, None] < 10, np.nan, 2.0)
    found = one(old, new, metric)
    assert (found.value, found.num_rows) == (2.0, 20)
    free = one(np.zeros((30, 1)), np.zeros((30, 1)), Metric("cost", higher_is_better=False, worst=None))
    assert (free.difference, free.low, free.high) == (0, 0, 0), "no share of rows that may have cost a dollar"


def test_repetitions_stay_with_their_row() -> None:
    """Ten repetitions of the same ten rows are not a hundred rows."""
    rng = np.random.default_rng(3)
    effect = rng.normal(0.1, 0.5, (10, 1))
    old = np.zeros((10, 1))
    once, often = one(old, effect), one(np.zeros((10, 10)), np.repeat(effect, 10, axis=1))
    assert often.high - often.low == pytest.approx(once.high - once.low, rel=0.05)


def test_rows_of_one_conversation_go_together() -> None:
    rng = np.random.default_rng(4)
    clusters = np.repeat(np.arange(12), 20)
    effect = np.repeat(rng.normal(0.15, 0.5, 12), 20)[:, None]
    old = np.zeros((240, 1))
    alone, together = one(old, effect), one(old, effect, clusters=clusters)
    assert alone.verdict == "better"
    assert together.verdict == "cannot_tell"
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_many_questions_make_each_harder_to_pass() -> None:
    old = np.concatenate([np.ones(20), np.zeros(12)])[:, None]
    new = np.concatenate([np.ones(17), np.zeros(3), np.ones(12)])[:, None]
    alone = one(old, new)
    metrics = [Metric(f"m{number}") for number in range(8)]
    arms = Arm("A", {m.name: old for m in metrics}), Arm("B", {m.name: old for m in metrics} | {"m0": new})
    among = compare(arms[0], [arms[1]], metrics)[0]
    assert (alone.verdict, among.verdict) == ("better", "cannot_tell")
    assert among.p_value == pytest.approx(min(1.0, alone.p_value * 8))
    assert (alone.confidence, among.confidence) == (pytest.approx(0.95), pytest.approx(1 - 0.05 / 8))
    assert alone.low > 0 > among.low, "as the verdicts say"
    # So many rows are right that the verdict, held at 5 % / 8, finds the difference four times out of five.
    assert among.rows_needed == pytest.approx(
        rows_for_difference(float(np.std(new - old)), float((new - old).mean()), 0.05 / 8) - 32, abs=1
    )


@pytest.mark.parametrize("seed", [2, 3])
def test_no_interval_contradicts_its_verdict(seed: int) -> None:
    """Differences from none to clear, ten at once: nought is left out exactly where something was decided."""
    rng = np.random.default_rng(seed)
    old = rng.normal(size=(80, 1))
    steps = {Metric(f"m{number}", worst=None): old + rng.normal(number / 20, 0.8, old.shape) for number in range(10)}
    names = [metric.name for metric in steps]
    arms = Arm("A", dict.fromkeys(names, old)), Arm("B", dict(zip(names, steps.values(), strict=True)))
    found = compare(arms[0], [arms[1]], list(steps))
    decided = [said.verdict in {"better", "worse"} for said in found]
    assert 0 < sum(decided) < 10
    assert [said.low > 0 or said.high < 0 for said in found] == decided
    plain = [one(old, steps[metric], metric) for metric in steps]
    assert sum(alone.low > 0 for alone in plain) > sum(decided), "one question alone would say more"


@pytest.mark.parametrize("num_turned", range(1, 12))
def test_nor_does_the_interval_of_a_share(num_turned: int) -> None:
    found = one(binary(30, num_turned + 10), binary(30 + num_turned, 10))
    assert (found.low > 0) == (found.verdict == "better")


def test_the_tail_of_latency_is_compared_by_itself() -> None:
    rng = np.random.default_rng(5)
    old = rng.uniform(1, 2, (400, 1))
    new = np.where(np.arange(400)[:, None] % 10 == 0, old + 3, old)
    metric = Metric("latency", higher_is_better=False, statistic="p95", worst=None)
    found = one(old, new, metric)
    assert found.verdict == "worse"
    assert found.baseline_value == pytest.approx(np.quantile(old, 0.95, method="inverted_cdf"))
    assert found.value == pytest.approx(np.quantile(new, 0.95, method="inverted_cdf"))


def test_a_tail_of_too_few_rows_says_how_many_it_needs() -> None:
    old = np.arange(1.0, 13.0)[:, None]
    metric = Metric("latency", higher_is_better=False, statistic="p95", worst=None)
    found = one(old, old + 1, metric)
    assert (found.verdict, found.low, found.rows_needed) == ("cannot_tell", -math.inf, 60)
    assert (found.baseline_value, found.value, found.difference) == (12, 13, 1)
    long = np.arange(1.0, 73.0)[:, None]
    enough = one(long, long * 2, metric)
    assert (enough.verdict, math.isfinite(enough.low)) == ("worse", True)
    assert enough.p_value == pytest.approx(2 * 0.95**72), "no surer than that one row lies beyond it"
    asked = [metric, Metric("other", worst=None)]
    arms = [Arm(name, {"latency": long * by, "other": long}) for name, by in (("A", 1), ("B", 2))]
    among = compare(arms[0], arms[1:], asked)[0]  # of two questions, the clearer needs 97.5 %
    assert (among.verdict, among.low, among.rows_needed) == ("cannot_tell", -math.inf, 86 - 72)


def test_the_same_question_has_the_same_answer() -> None:
    rng = np.random.default_rng(6)
    old, new = rng.normal(size=(50, 2)), rng.normal(size=(50, 2))
    assert one(old, new, Metric("m")) == one(old, new, Metric("m"))


def test_a_metric_that_nobody_has_cannot_be_told() -> None:
    empty = np.full((5, 1), np.nan)
    found = one(empty, empty, Metric("latency", worst=None))
    assert (found.verdict, found.rows_needed, found.num_rows) == ("cannot_tell", None, 0)


def test_a_median_of_few_is_no_surer_than_so_many_coins() -> None:
    """Two rows that differed alike were better with a p of 0.0002: they do so in every draw."""
    metric = Metric("latency", higher_is_better=False, statistic="p50", worst=None)
    old = np.linspace(100, 101, 60)[:, None]
    for rows in (2, 5):
        found = one(old[:rows], old[:rows] / 2, metric)
        assert (found.verdict, found.rows_needed) == ("cannot_tell", 6 - rows)
    assert one(old[:6], old[:6] / 2, metric).p_value == pytest.approx(2 / 2**6)
    few, enough = (one(old, old / 2, metric, clusters=np.arange(60) % size) for size in (5, 6))
    assert (few.verdict, few.rows_needed, few.value) == ("cannot_tell", None, pytest.approx(50.25, abs=0.01))
    assert (enough.verdict, enough.p_value) == ("better", pytest.approx(2 / 2**6))


def test_the_interval_of_a_median_over_few_rows_is_wider_than_its_draws_say() -> None:
    """Both have the same median; the middle 95 % of the draws leave out nought."""
    rng = np.random.default_rng(91)
    old, new = (np.exp(rng.normal(size=10))[:, None] for _ in range(2))
    found = one(old, new, Metric("latency", higher_is_better=False, statistic="p50", worst=None))
    assert (found.verdict, found.low < 0, found.high > 1.7) == ("cannot_tell", True, True)


def test_the_mean_of_one_variant_lies_where_wilson_or_student_say() -> None:
    share = np.concatenate([np.ones(18), np.zeros(6), [np.nan]])
    assert interval_of_mean(share, worst=0.0) == wilson(18, 24)
    grades = np.random.default_rng(3).normal(3, 1, 30)
    low, high = stats.t.interval(0.95, 29, grades.mean(), stats.sem(grades))
    found = interval_of_mean(grades)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))
    together = interval_of_mean(share, np.arange(25) // 5, worst=0.0)
    assert together.high - together.low > 0.2, "rows of five conversations are five"
    assert math.isinf(interval_of_mean(np.array([1.0, np.nan]), np.zeros(2)).high)
    assert math.isinf(interval_of_mean(np.array([])).high)
