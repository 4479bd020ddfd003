"""What an experiment says of a variant, in words that go along wherever the variant goes."""

from __future__ import annotations

import math

from backend.experiments.types import Comparison, Experiment, MetricComparison

MAX_WORDS = 1_400
VERDICTS = {"better": "better", "worse": "worse", "same": "same", "cannot_tell": "cannot tell"}


def evidence(found: Experiment, comparison: Comparison, variant: str) -> str:
    """Return the experiment by name and id, and each metric's verdict; the id is what a reader finds it by."""
    rows = f"{found.num_rows:,} row{'' if found.num_rows == 1 else 's'}"
    head = f"Experiment {found.name} ({found.id}) over {rows} of {found.dataset_name} v{found.dataset_version}"
    if variant == comparison.baseline:
        return f"{head}: {variant} was the baseline."
    said = "; ".join(_verdict(one) for one in comparison.metrics if one.variant == variant)
    told = f"{head}, {variant} beside {comparison.baseline}: {said or 'nothing was compared'}."
    return told if len(told) <= MAX_WORDS else f"{told[: MAX_WORDS - 3]}..."


def _verdict(one: MetricComparison) -> str:
    name = one.metric if one.statistic == "mean" else f"{one.metric} {one.statistic}"
    values = f"{_amount(one, one.baseline_value)} to {_amount(one, one.value)}"
    return f"{name} {VERDICTS[one.verdict]}, {values}"


def _amount(one: MetricComparison, value: float) -> str:
    return f"{value:.4g} {one.unit}".strip() if math.isfinite(value) else "unknown"
