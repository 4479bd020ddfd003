"""What the repetitions of a row say beyond their mean: whether it passes at least once, every time, or now and then."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np

from backend.experiments.analysis.matrices import Matrices
from backend.experiments.evaluators.base import Evaluator
from backend.experiments.statistics.proportions import wilson
from backend.experiments.statistics.repetitions import pass_all, pass_at
from backend.experiments.statistics.resampling import Floats
from backend.experiments.types import Repeated, Share


def repeated_of(
    found: Matrices, metrics: Sequence[str], variants: Sequence[str], *, unopposed: Collection[tuple[str, str]] = ()
) -> tuple[Repeated, ...]:
    """Count for each metric with a pass mark and each variant; nothing where each row was answered once.

    `unopposed` are (metric, variant) that nobody was judged against.
    """
    return tuple(
        _repeated(metric, name, found.passed[metric][at])
        for metric in metrics
        if metric in found.passed and found.failed.shape[-1] > 1 and found.rows
        for at, name in enumerate(variants)
        if (metric, name) not in unopposed
    )


def stood_alone(evaluators: Sequence[Evaluator], judged_against: str) -> set[tuple[str, str]]:
    """Return the metrics that judge pairs, each with the variant that stood beside itself there."""
    return {(one.called, judged_against) for one in evaluators if one.needs_pairs}


def is_unsteady(passed: Floats) -> list[bool]:
    """Say of each row whether some of its repetitions pass and some do not; those without a mark say neither."""
    some: list[bool] = ((passed > 0).any(axis=-1) & (passed == 0).any(axis=-1)).tolist()
    return some


def _repeated(metric: str, variant: str, passed: Floats) -> Repeated:
    """Leave out the rows that lack a mark: of fewer tries than k nothing is known about k."""
    k = passed.shape[-1]
    whole = passed[~np.isnan(passed).any(axis=-1)]
    counts = np.bincount(whole.sum(axis=-1).astype(np.int64), minlength=k + 1)
    once, some, every = (
        sum(int(rows) * chance for rows, chance in zip(counts, chances, strict=True))
        for chances in (
            [pass_at(1, passes, k) for passes in range(k + 1)],
            [pass_at(k, passes, k) for passes in range(k + 1)],
            [pass_all(k, passes, k) for passes in range(k + 1)],
        )
    )
    return Repeated(
        metric,
        variant,
        k,
        pass_at_1=_share(once, len(whole)),
        pass_at_k=_share(some, len(whole)),
        pass_all_k=_share(every, len(whole)),
        num_rows=len(whole),
        num_left_out=len(passed) - len(whole),
        num_unsteady=sum(is_unsteady(passed)),
    )


def _share(total: float, num_rows: int) -> Share:
    """Return the mean over rows with Wilson's interval, each row one trial however often it was answered.

    A row's share of passes scatters no more than one pass or fail does, so the interval is never too narrow.
    """
    interval = wilson(total, num_rows)
    return Share(total / num_rows if num_rows else float("nan"), interval.low, interval.high)
