"""What a run came to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.flows.approval_types import ApprovalState
from backend.flows.engine.plan import Plan
from backend.flows.kind import Result
from backend.flows.types import Usage


@dataclass(slots=True)
class Product:
    """What a run came to so far. `refused` says who refused what it was to answer or do, and why.

    `steps` are the tools that its agents called, in plate order.
    """

    output: dict[str, Any] = field(default_factory=dict)
    citations: list[dict[str, Any]] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    models: set[str] = field(default_factory=set)
    steps: list[dict[str, Any]] = field(default_factory=list)
    num_steps: int = 0
    refused: str = ""

    def collect(self, plan: Plan, results: Mapping[int, Result]) -> None:
        """Take outputs and citations in plate order: the order of arrival would differ from run to run.

        What led to something that a person refused is no source of what is said in its place.
        """
        in_order = sorted(results)
        refused = [at for at in in_order if results[at].detail.get("outcome") == ApprovalState.REFUSED]
        for at in in_order:
            if plan.steps[at].kind.ends:
                self.output.update(results[at].outputs)
        self.steps.extend(step for at in in_order for step in results[at].detail.get("steps", ()))
        led = _leading_to(plan, refused)
        self.citations.extend(one for at in in_order if at not in led for one in results[at].citations)
        if refused:
            self.refused = results[refused[-1]].reason


def _leading_to(plan: Plan, places: Iterable[int]) -> set[int]:
    """Return the places of steps whose values reach one of these, by a track or by name."""
    named, found = {step.node.id: step.index for step in plan.steps}, set[int]()
    left = [*places]
    while left:
        step = plan.steps[left.pop()]
        before = {track.source for track in step.tracks_in} | {named[name] for name in step.needs}
        left += before - found
        found |= before
    return found
