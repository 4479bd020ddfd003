"""What a comparison takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from backend.experiments.statistics.resampling import Floats

Verdict = Literal["better", "worse", "same", "cannot_tell"]
Statistic = Literal["mean", "p50", "p95"]
LEVELS: Mapping[str, float] = {"p50": 0.5, "p95": 0.95}


@dataclass(frozen=True)
class Metric:
    """Says how to read one score.

    `margin` is the difference that does not matter, in the metric's unit; nought if every one matters. `worst` is
    what a failed cell counts as; None leaves it out, as for latency and cost, which a failed cell does not have.
    `width` is how far apart two scores may lie at most, None where their scale has no end.
    """

    name: str
    higher_is_better: bool = True
    margin: float = 0.0
    statistic: Statistic = "mean"
    worst: float | None = 0.0
    width: float | None = None


@dataclass(frozen=True)
class Arm:
    """Holds the scores of one variant by metric: (items, repetitions), NaN where a cell failed or has no score.

    `failed` has 1 for the cells that failed, and so count as the worst; the others without a score are left out. None
    where each cell without a score failed. `lost` has what each failed cell counts as, by metric, where that is not the
    metric's worst.
    """

    name: str
    scores: Mapping[str, Floats]
    failed: Floats | None = None
    lost: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Says what one variant does to one metric.

    `low` and `high` hold the difference with `confidence`: what was asked for, raised where the verdict stands on more.
    `p_value` and verdict are corrected for all questions asked at once. `coverage` is the share of cells that gave a
    score. `rows_needed` are the further rows that would probably decide it, None where no number of them would, and
    nought where it is decided.
    """

    metric: str
    variant: str
    baseline_value: float
    value: float
    difference: float
    low: float
    high: float
    p_value: float
    verdict: Verdict
    rows_needed: int | None
    num_rows: int
    coverage: float
    baseline_coverage: float
    confidence: float
