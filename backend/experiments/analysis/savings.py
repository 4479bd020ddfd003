"""Which variant saves most and is not worse: the cheapest and the quickest of those that are known to be as good."""

from __future__ import annotations

from collections.abc import Sequence

from backend.experiments.types import COST, LATENCY, LATENCY_P50, UNASKED, MetricComparison, Saving

AS_GOOD = ("better", "same")


def savings_of(metrics: Sequence[MetricComparison], primary: str) -> tuple[Saving, ...]:
    """Take all verdicts; say for money and for time who saves most, or why nobody can be named.

    Nothing is said where the metric that decides is time or money itself, or where no variant was compared.
    """
    if not primary or primary in UNASKED:
        return ()
    quality = {one.variant: one for one in metrics if one.metric == primary}
    return tuple(
        _saving(name, [one for one in metrics if one.metric == name], quality)
        for name in (COST, LATENCY, LATENCY_P50)
        if any(one.metric == name for one in metrics)
    )


def _saving(name: str, resource: Sequence[MetricComparison], quality: dict[str, MetricComparison]) -> Saving:
    """Name the one that takes least of those whose saving is certain: a lower mean alone would be noise."""
    less = [one for one in resource if one.verdict == "better" and one.difference < 0 and one.variant in quality]
    known = sorted(less, key=lambda one: one.value)
    if not known:
        return Saving(name, "none_less")
    good = [one for one in known if quality[one.variant].verdict in AS_GOOD]
    open_ = [one for one in known if quality[one.variant].verdict == "cannot_tell"]
    shown = (good or open_ or known)[0]
    beside = quality[shown.variant]
    return Saving(
        name,
        "named" if good else "cannot_tell" if open_ else "worse",
        variant=shown.variant,
        verdict=beside.verdict,
        saved=-shown.difference,
        share=-shown.difference / shown.baseline_value if shown.baseline_value else 0.0,
        rows_needed=beside.rows_needed,
        statistic=shown.statistic,
    )
