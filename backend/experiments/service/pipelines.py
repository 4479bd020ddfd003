"""What a pipeline goes by: what got worse, what missed its target, and which evaluator left something unsaid."""

from __future__ import annotations

from backend.experiments.gated_types import Gated, GatedMetric
from backend.experiments.passing import ASK_AGAIN, is_asked, short_of, unjudged
from backend.experiments.service.comparing import Comparing
from backend.experiments.service.making import Making
from backend.operator import Operator


class Pipelines(Making, Comparing):
    """Reads alone."""

    async def gated(self, operator: Operator, experiment_id: str) -> Gated:
        """Return how an experiment stands and what a pipeline makes of it. Raise ExperimentNotFound."""
        found = await self.get(operator, experiment_id)
        if not found.progress.num_done:
            return Gated(found, (), {})
        compared = await self.comparison(operator, experiment_id)
        apart = await self.comparison(operator, experiment_id, apart=True)
        fallen = {(one.variant, one.metric) for one in apart.metrics if one.verdict == "worse"}
        short = {(aim.metric, name) for aim in compared.aims for name in aim.missed}
        # The baseline stands beside nothing, and has to reach its targets too.
        alone = await self.comparison(operator, experiment_id, variants=(found.baseline, found.baseline))
        metrics = (*(one for one in alone.metrics if one.target is not None), *compared.metrics)
        silent, asking = await self.unscored(operator, experiment_id), unjudged(compared)
        names = {str(one.get("name") or one["kind"]) for one in found.draft.evaluators}
        return Gated(
            found,
            tuple(
                GatedMetric(
                    one,
                    missed=one.is_missed or (one.metric, one.variant) in short,
                    short=short_of(one),
                    asked=is_asked(one.metric, names),
                    fell=(one.variant, one.metric) in fallen,
                )
                for one in metrics
            ),
            {name: f"{words} {ASK_AGAIN}" if name in asking else words for name, words in silent.items()},
        )
