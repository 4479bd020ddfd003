"""All that is said of an experiment's variants beside its baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from backend.experiments.analysis.agreements import agreements_of
from backend.experiments.analysis.aims import aims_of
from backend.experiments.analysis.duels import with_duels
from backend.experiments.analysis.early import looked_at_early
from backend.experiments.analysis.form_only import form_only_of
from backend.experiments.analysis.matrices import (
    Matrices,
    failed_of,
    matrices,
    metrics_of,
    resources_of,
    row_means,
    with_absent,
    with_pairs,
)
from backend.experiments.analysis.mixed import alike
from backend.experiments.analysis.repeated import repeated_of, stood_alone
from backend.experiments.analysis.savings import savings_of
from backend.experiments.analysis.spreads import spreads_of
from backend.experiments.analysis.trade_offs import trade_offs_of, unpriced_of
from backend.experiments.analysis.unscored import unscored_of
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.evaluators.deciding import decider
from backend.experiments.statistics import types as statistics
from backend.experiments.statistics.comparison import compare
from backend.experiments.statistics.resampling import Floats, Ints
from backend.experiments.statistics.slices import slices_that_got_worse
from backend.experiments.statistics.types import Metric
from backend.experiments.types import (
    COST,
    LATENCY,
    LATENCY_P50,
    OVERALL,
    Comparison,
    MetricComparison,
    WorseSlice,
)

UNITS = {LATENCY: "ms", LATENCY_P50: "ms", COST: "$"}


def compared(
    cells: Sequence[tuple[Any, ...]],
    evaluators: Sequence[Evaluator],
    variants: Sequence[tuple[str, str]],
    *,
    baseline: int,
    repetitions: int,
    was_decided: bool,
    labels: Mapping[int, Mapping[str, str]],
    sources: Mapping[int, str] | None = None,
    judged_against: str = "",
    opposing: Sequence[tuple[Any, ...]] = (),
) -> Comparison:
    """Compare; `variants` are names and words, `labels` the metadata of rows, `was_decided` tells an early stop.

    `sources` has the conversation that a row was taken from: rows of one are resampled together.

    `judged_against` is the variant beside which pairs were judged, the baseline that the experiment ran with;
    `opposing` are its cells where it is not one of those that are compared.
    """
    cells, names = alike(cells, evaluators), [*(one.called for one in evaluators), OVERALL]
    found = matrices(cells, names, len(variants), repetitions)
    plain = [name for name, _ in variants]
    if judged_against in plain:
        found = with_pairs(found, evaluators, found.failed[plain.index(judged_against)], plain.index(judged_against))
    elif opposing:
        found = with_pairs(found, evaluators, failed_of(found, opposing))
    found = with_absent(found, evaluators, cells)
    quality = metrics_of(evaluators, found.scores)
    unscored = unscored_of(cells, evaluators, plain, baseline)
    said: list[MetricComparison] = []
    if found.rows and len(variants) > 1:
        clusters = _clusters(found.rows, sources or {})
        readers = {one.called: one for one in evaluators}
        families = (quality, resources_of(evaluators))
        for family in families:
            said += [
                _told(
                    one,
                    family,
                    readers.get(one.metric),
                    _flips(found, one, variants, baseline),
                    is_equal=_is_equal(found, one, family, variants, baseline),
                )
                for one in _family(found, family, variants, baseline, clusters)
            ]
        if was_decided and quality:
            metrics = [*families[0], *families[1]]
            ends = decider(evaluators)
            said = looked_at_early(
                said,
                metrics,
                found,
                names=plain,
                baseline=baseline,
                clusters=clusters,
                decider=ends.called if ends else "",
            )
        said = [with_duels(one, readers.get(one.metric), found, plain, judged_against) for one in said]
        known = {one.name for one in quality}
        said += [
            _untold(one, name)
            for at, (name, _) in enumerate(variants)
            for one in evaluators
            if at != baseline and one.called not in known and one.called in {lost.metric for lost in unscored}
        ]
    primary = quality[0] if quality else None
    return Comparison(
        baseline=variants[baseline][0],
        primary=primary.name if primary else "",
        metrics=tuple(said),
        trade_offs=trade_offs_of(found, primary, variants, _clusters(found.rows, sources or {})),
        slices=tuple(_slices(found, primary, variants, baseline, labels)),
        agreements=tuple(agreements_of(cells, evaluators)),
        is_complete=found.num_left_out == 0,
        spreads=spreads_of(
            found,
            # Rows lie by the median as they lie by the p95.
            [one.name for one in (*quality, *resources_of(evaluators)) if one.name != LATENCY_P50],
            plain,
        ),
        unscored=tuple(unscored),
        savings=savings_of(said, primary.name) if primary else (),
        repetitions=repeated_of(found, names, plain, unopposed=stood_alone(evaluators, judged_against)),
        aims=aims_of(found, quality, evaluators, plain, said),
        unpriced=unpriced_of(found, plain),
        form_only=tuple(form_only_of(cells, evaluators, plain)),
    )


def _family(
    found: Matrices,
    metrics: Sequence[Metric],
    variants: Sequence[tuple[str, str]],
    baseline: int,
    clusters: Ints | None,
) -> list[statistics.Comparison]:
    if not metrics:
        return []
    arms = [found.arm(at, name, metrics) for at, (name, _) in enumerate(variants)]
    return compare(arms[baseline], [arm for at, arm in enumerate(arms) if at != baseline], metrics, clusters=clusters)


def _clusters(rows: Sequence[int], sources: Mapping[int, str]) -> Ints | None:
    """Return a number for each row, the same for those of one conversation; None where every row stands alone."""
    numbers: dict[int | str, int] = {}
    found = [numbers.setdefault(sources.get(row) or row, len(numbers)) for row in rows]
    return None if len(numbers) == len(rows) else np.array(found)


def _told(
    one: statistics.Comparison,
    family: Sequence[Metric],
    reader: Evaluator | None,
    flips: tuple[int, int],
    *,
    is_equal: bool,
) -> MetricComparison:
    metric = next(metric for metric in family if metric.name == one.metric)
    unit = reader.unit if reader else UNITS.get(one.metric, "")
    # Money is counted, not sampled: where each row cost the same, more rows would tell nothing else.
    is_same = is_equal and unit == "$"
    return MetricComparison(
        metric=one.metric,
        variant=one.variant,
        baseline_value=one.baseline_value,
        value=one.value,
        difference=one.difference,
        low=0.0 if is_same else one.low,
        high=0.0 if is_same else one.high,
        p_value=one.p_value,
        verdict="same" if is_same else one.verdict,
        rows_needed=0 if is_same else one.rows_needed,
        num_rows=one.num_rows,
        coverage=one.coverage,
        baseline_coverage=one.baseline_coverage,
        direction="higher" if metric.higher_is_better else "lower",
        unit=unit,
        margin=metric.margin,
        statistic=metric.statistic,
        target=reader.target if reader else None,
        threshold=reader.threshold if reader else None,
        node=reader.node if reader else "",
        num_fixed=flips[0],
        num_broken=flips[1],
        confidence=one.confidence,
    )


def _untold(evaluator: Evaluator, variant: str) -> MetricComparison:
    """Return what stands for a metric that scored no answer at all, because it failed."""
    return MetricComparison(
        metric=evaluator.called,
        variant=variant,
        baseline_value=math.nan,
        value=math.nan,
        difference=math.nan,
        low=-math.inf,
        high=math.inf,
        p_value=1.0,
        verdict="cannot_tell",
        rows_needed=None,
        num_rows=0,
        coverage=0.0,
        baseline_coverage=0.0,
        direction=evaluator.aim,
        unit=evaluator.unit,
        margin=evaluator.margin,
        statistic=evaluator.statistic,
        target=evaluator.target,
        threshold=evaluator.threshold,
        node=evaluator.node,
        num_fixed=0,
        num_broken=0,
    )


def _flips(
    found: Matrices, one: statistics.Comparison, variants: Sequence[tuple[str, str]], baseline: int
) -> tuple[int, int]:
    """Return how many rows the variant fixed, and how many it broke."""
    if one.metric not in found.passed:
        return 0, 0
    passed, variant = found.passed[one.metric], [name for name, _ in variants].index(one.variant)
    old, new = row_means(passed[baseline]), row_means(passed[variant])
    return int(((old <= 0.5) & (new > 0.5)).sum()), int(((old > 0.5) & (new <= 0.5)).sum())  # noqa: PLR2004  # half


def _is_equal(
    found: Matrices,
    one: statistics.Comparison,
    family: Sequence[Metric],
    variants: Sequence[tuple[str, str]],
    baseline: int,
) -> bool:
    """Say whether the variant has the baseline's number on every row that both answered."""
    metric = next(metric for metric in family if metric.name == one.metric)
    differences = _differences(found, metric, baseline, [name for name, _ in variants].index(one.variant))
    return one.num_rows > 0 and not np.nan_to_num(differences).any()


def _differences(found: Matrices, metric: Metric, baseline: int, variant: int) -> Floats:
    scores = found.whole(metric)
    differences: Floats = row_means(scores[variant]) - row_means(scores[baseline])
    return differences


def _slices(
    found: Matrices,
    primary: Metric | None,
    variants: Sequence[tuple[str, str]],
    baseline: int,
    labels: Mapping[int, Mapping[str, str]],
) -> list[WorseSlice]:
    if primary is None or not found.rows:
        return []
    of_rows = [labels.get(row, {}) for row in found.rows]
    return [
        WorseSlice(name, primary.name, one.key, one.value, one.num_rows, one.difference, one.q_value)
        for at, (name, _) in enumerate(variants)
        if at != baseline
        for one in slices_that_got_worse(
            _differences(found, primary, baseline, at), of_rows, higher_is_better=primary.higher_is_better
        )
    ]
