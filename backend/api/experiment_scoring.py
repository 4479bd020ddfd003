"""By what the answers of an experiment are scored anew."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from backend.api.bodies import Strict
from backend.api.experiment_bodies import Budget
from backend.experiments.types import DEFAULT_CONCURRENCY


class NewScoring(Strict):
    """What an evaluator that did not change has said holds, and is not asked again."""

    evaluators: list[dict[str, Any]] = Field(min_length=1, max_length=20)
    name: str = Field(default="", max_length=120)
    budget: Budget | None = None
    concurrency: int = DEFAULT_CONCURRENCY
    requests_per_minute: int | None = None

    def changes(self) -> dict[str, Any]:
        """Return what is said of it beside the evaluators."""
        named = {"name": self.name.strip()} if self.name.strip() else {}
        rest = {"concurrency": self.concurrency, "requests_per_minute": self.requests_per_minute}
        return named | rest | {"budget": self.budget}
