"""What a pipeline goes by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from backend.experiments.comparison_types import MetricComparison
from backend.experiments.types import Experiment


@dataclass(frozen=True, slots=True)
class GatedMetric:
    """A metric of a variant, or of the baseline where that has a target.

    `missed` its target, `short` by how much in words; `asked` where it can fail a pipeline, which latency and cost that
    nobody asked for cannot; `fell` where it got worse with each row counted by itself, whatever conversation it is of.
    """

    compared: MetricComparison
    missed: bool
    short: str
    asked: bool
    fell: bool


@dataclass(frozen=True, slots=True)
class Gated:
    """`unjudged` says in words by evaluator which left answers without a verdict: nothing passes on those."""

    experiment: Experiment
    metrics: tuple[GatedMetric, ...]
    unjudged: Mapping[str, str]

    def as_json(self) -> dict[str, object]:
        """Return it as a pipeline reads it."""
        metrics = [
            {**asdict(one.compared), "missed": one.missed, "short": one.short, "asked": one.asked, "fell": one.fell}
            for one in self.metrics
        ]
        found = self.experiment
        return {
            "id": found.id,
            "name": found.name,
            "status": found.shown_status,
            "error": f"{found.error} {found.hint}".strip(),
            "num_failed": found.progress.num_failed,
            "metrics": metrics,
            "unjudged": dict(self.unjudged),
        }
