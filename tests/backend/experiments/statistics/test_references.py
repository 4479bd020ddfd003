"""Where a value is exact, it is SciPy's or statsmodels' to 1e-9."""

from __future__ import annotations

import numpy as np
import pytest

from backend.experiments.statistics.agreement import by_distance, cohens_kappa
from backend.experiments.statistics.corrections import benjamini_hochberg, holm, holm_parts
from backend.experiments.statistics.distributions import chi_square_survival, normal_quantile, student_t_quantile
from backend.experiments.statistics.live import split_p_value
from backend.experiments.statistics.power import rows_for_difference
from backend.experiments.statistics.proportions import Pairs, mcnemar_exact, wilson
from backend.experiments.statistics.resampling import bca, sign_flip_p_values, student, weighted_means
from tests.later import Later

stats = Later("scipy.stats")
contingency_tables = Later("statsmodels.stats.contingency_tables")
inter_rater = Later("statsmodels.stats.inter_rater")
multitest = Later("statsmodels.stats.multitest")
proportion = Later("statsmodels.stats.proportion")
weightstats = Later("statsmodels.stats.weightstats")
EXACT = 1e-9


@pytest.mark.parametrize("probability", [0.55, 0.8, 0.95, 0.975, 0.999])
@pytest.mark.parametrize("degrees", [1, 2, 5, 29, 400])
def test_quantiles_of_students_t(probability: float, degrees: int) -> None:
    assert student_t_quantile(probability, degrees) == pytest.approx(stats.t.ppf(probability, degrees), abs=EXACT)


@pytest.mark.parametrize("statistic", [0.01, 0.7, 3.84, 12.0, 80.0])
@pytest.mark.parametrize("degrees", [1, 2, 3, 9])
def test_tails_of_the_chi_square(statistic: float, degrees: int) -> None:
    assert chi_square_survival(statistic, degrees) == pytest.approx(stats.chi2.sf(statistic, degrees), abs=EXACT)


@pytest.mark.parametrize(("successes", "num_rows"), [(0, 10), (5, 10), (10, 10), (198, 240), (9_990, 10_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_wilsons_interval(successes: int, num_rows: int, confidence: float) -> None:
    low, high = proportion.proportion_confint(successes, num_rows, alpha=1 - confidence, method="wilson")
    found = wilson(successes, num_rows, confidence)
    assert (found.low, found.high) == (pytest.approx(low, abs=EXACT), pytest.approx(high, abs=EXACT))


@pytest.mark.parametrize(("lost", "won"), [(0, 0), (0, 1), (5, 5), (9, 24), (30, 3), (1_200, 1_300)])
def test_mcnemars_exact_test(lost: int, won: int) -> None:
    expected = contingency_tables.mcnemar([[100, lost], [won, 20]], exact=True).pvalue
    assert mcnemar_exact(Pairs(100, lost, won, 20)) == pytest.approx(expected, abs=EXACT)


def test_corrections() -> None:
    p_values = [0.01, 0.04, 0.03, 0.005, 0.6, 0.04]
    assert holm(p_values) == pytest.approx(multitest.multipletests(p_values, method="holm")[1], abs=EXACT)
    rejected = multitest.multipletests(p_values, alpha=0.07, method="holm")[0]
    parts = holm_parts(p_values, 0.07)
    assert [p <= 0.07 / part for p, part in zip(p_values, parts, strict=True)] == list(rejected)
    assert (min(parts), sorted(set(parts))) == (4, [4, 5, 6])
    assert benjamini_hochberg(p_values) == pytest.approx(
        multitest.multipletests(p_values, method="fdr_bh")[1], abs=EXACT
    )


@pytest.mark.parametrize("seed", range(4))
def test_the_exact_permutation_test(seed: int) -> None:
    differences = np.random.default_rng(seed).normal(0.4, 1, 11)
    reference = stats.permutation_test((differences,), np.mean, permutation_type="samples", n_resamples=np.inf)
    found = sign_flip_p_values(np.random.default_rng(0), differences[:, None], 10)
    assert found[0] == pytest.approx(reference.pvalue, abs=EXACT)


def test_the_drawn_permutation_test_is_near_the_exact_one() -> None:
    differences = np.random.default_rng(3).normal(0.25, 1, 60)
    found = sign_flip_p_values(np.random.default_rng(0), differences[:, None], 10_000)[0]
    exact = stats.permutation_test(
        (differences,), np.mean, permutation_type="samples", n_resamples=50_000, rng=np.random.default_rng(1)
    )
    assert found == pytest.approx(exact.pvalue, abs=0.01)


@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_the_bca_interval_of_the_same_draws(confidence: float) -> None:
    data = np.random.default_rng(5).lognormal(0, 1, 40)
    reference = stats.bootstrap(
        (data,), np.mean, n_resamples=2_000, confidence_level=confidence, method="BCa", rng=np.random.default_rng(9)
    )
    drawn = np.asarray(reference.bootstrap_distribution)
    left_out = (data.sum() - data) / (len(data) - 1)
    found = bca(drawn, float(data.mean()), left_out, confidence)
    expected = reference.confidence_interval
    assert (found.low, found.high) == (pytest.approx(expected.low, abs=EXACT), pytest.approx(expected.high, abs=EXACT))


@pytest.mark.parametrize("num_rows", [12, 60])
def test_sameness_is_two_one_sided_t_tests(num_rows: int) -> None:
    """At the margin that the interval of 90 % just fits into, the larger of both p is 5 %."""
    rng = np.random.default_rng(num_rows)
    old = rng.normal(3, 1, num_rows)
    new = old + rng.normal(0.05, 0.4, num_rows)
    differences = new - old
    left_out = (differences.sum() - differences) / (num_rows - 1)
    found = student(float(differences.mean()), left_out, 0.9)
    margin = max(abs(found.low), abs(found.high))
    assert weightstats.ttost_paired(new, old, -margin, margin)[0] == pytest.approx(0.05, abs=EXACT)


def test_weighted_means_are_means_of_what_was_drawn() -> None:
    data = np.array([1.0, 2.0, 4.0])
    found = weighted_means(np.array([[2.0, 0.0, 1.0]]), data[:, None], np.ones((3, 1)))
    assert found[0, 0] == pytest.approx(np.mean([1, 1, 4]), abs=EXACT)


def test_kappa_and_its_interval() -> None:
    rng = np.random.default_rng(2)
    one = rng.integers(0, 3, 120)
    other = np.where(rng.random(120) < 0.6, one, rng.integers(0, 3, 120))
    reference = inter_rater.cohens_kappa(inter_rater.to_table(np.column_stack([one, other]))[0])
    found = cohens_kappa(one.tolist(), other.tolist())
    assert found.interval is not None
    assert found.kappa == pytest.approx(reference.kappa, abs=EXACT)
    assert found.interval.low == pytest.approx(reference.kappa_low, abs=EXACT)
    assert found.interval.high == pytest.approx(reference.kappa_upp, abs=EXACT)


def test_weighted_kappa_and_its_interval() -> None:
    rng = np.random.default_rng(3)
    one = rng.integers(1, 6, 200)
    other = np.clip(one + rng.integers(-1, 2, 200), 1, 5)
    table = inter_rater.to_table(np.column_stack([one, other]))[0]
    found = cohens_kappa(one.astype(float).tolist(), other.astype(float).tolist(), weight=by_distance(1.0, 5.0))
    reference = inter_rater.cohens_kappa(table, wt="quadratic")
    assert found.interval is not None
    assert found.kappa == pytest.approx(reference.kappa, abs=EXACT)
    assert found.interval.low == pytest.approx(reference.kappa_low, abs=EXACT)
    assert found.interval.high == pytest.approx(reference.kappa_upp, abs=EXACT)


def test_the_check_of_a_split() -> None:
    expected = stats.chisquare([480, 520, 260], [500.0, 500.0, 260.0]).pvalue
    assert split_p_value([480, 520, 260], [500, 500, 260]) == pytest.approx(expected, abs=EXACT)


def test_rows_for_a_difference_follow_the_normal_formula() -> None:
    expected = ((stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) * 0.5 / 0.1) ** 2
    assert rows_for_difference(0.5, 0.1) == pytest.approx(expected, abs=1e-6)
    assert normal_quantile(0.975) == pytest.approx(stats.norm.ppf(0.975), abs=EXACT)
