"""What may be changed of an experiment that has not begun."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import Field

from backend.api.experiment_bodies import NewExperiment, VariantBody
from backend.experiments.types import Draft, Experiment


class ChangedExperiment(NewExperiment):
    """What is left out stays; another dataset begins with its newest version and all its rows.

    With `revision`, the one that was read, nothing is written over what somebody else saved since.
    """

    revision: str = ""
    name: str = Field(default="", min_length=1, max_length=120)
    dataset_id: str = ""
    variants: list[VariantBody] = Field(default_factory=list, min_length=1, max_length=10)

    def over(self, kept: Experiment) -> Draft:
        """Return what is kept with the changes."""
        given = {name: getattr(self, name) for name in self.model_fields_set - {"revision"}}
        if "dataset_version" in given:
            given["version"] = given.pop("dataset_version")
        if "variants" in given:
            given["variants"] = tuple(variant.draft() for variant in self.variants)
        if "rows" in given:
            given["rows"] = tuple(dict.fromkeys(self.rows))
        if "evaluators" in given:
            given["evaluators"] = tuple(self.evaluators)
        elsewhere = given.get("dataset_id", kept.draft.dataset_id) != kept.draft.dataset_id
        anew: dict[str, Any] = {"version": None, "split": "", "rows": ()} if elsewhere else {}
        return replace(kept.draft, **{"budget": kept.budget, **anew, **given})
