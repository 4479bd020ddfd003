"""When a node may run: each track into it is decided, once, and the last decision settles the node."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.flows.engine.plan import Plan, Step
from backend.flows.ports import coerce


@dataclass(frozen=True, slots=True)
class Go:
    """The node runs, with a value for each port that something reached."""

    step: Step
    inputs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Skip:
    """The node does not run, and why in words."""

    step: Step
    reason: str


@dataclass(slots=True)
class _Carried:
    """What one decided track brings: a value, or the reason why nothing comes."""

    value: Any = None
    dead: str = ""


_UNDECIDED = _Carried()


class Joins:
    """Count what is undecided. No node runs twice, none waits for a branch that was not taken."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._undecided = [len(step.tracks_in) for step in plan.steps]
        self._carried = [_UNDECIDED] * plan.num_tracks

    def begin(self) -> list[Go]:
        """Return the nodes that wait for nothing."""
        return [Go(step, {}) for step in self._plan.steps if not step.tracks_in]

    def done(self, step: Step, outputs: Mapping[str, Any], taken: Iterable[str] | None, why: str) -> list[Go | Skip]:
        """Say what the end of a node settles."""
        for track in step.tracks_out:
            port = track.source_port
            if taken is not None and port not in taken:
                self._carried[track.number] = _Carried(dead=f"{why}, so the {port} branch was not taken")
            elif port not in outputs:
                self._carried[track.number] = _Carried(dead=f"{_called(step)} gave no {port}")
            else:
                self._carried[track.number] = _Carried(outputs[port])
        return self._settled(step)

    def skipped(self, step: Step, reason: str) -> list[Go | Skip]:
        """Pass the reason on: what hangs on a skipped node alone is skipped too."""
        for track in step.tracks_out:
            self._carried[track.number] = _Carried(dead=reason)
        return self._settled(step)

    def _settled(self, step: Step) -> list[Go | Skip]:
        found: list[Go | Skip] = []
        for track in step.tracks_out:
            self._undecided[track.target] -= 1
            if self._undecided[track.target] == 0:
                found.append(self._verdict(self._plan.steps[track.target]))
        return found

    def _verdict(self, step: Step) -> Go | Skip:
        """Skip a node that nothing reaches, or that lacks what a required port needs."""
        inputs: dict[str, Any] = {}
        for port in step.ports:
            tracks = [track for track in step.tracks_in if track.target_port == port.name]
            alive = [self._carried[track.number].value for track in tracks if not self._carried[track.number].dead]
            if alive:
                inputs[port.name] = [coerce(v, port.type) for v in alive] if port.many else coerce(alive[0], port.type)
            elif tracks and port.required:
                return Skip(step, self._carried[tracks[0].number].dead)
        if not inputs:
            return Skip(step, next((self._carried[t.number].dead for t in step.tracks_in), "nothing reaches it"))
        return Go(step, inputs)


def _called(step: Step) -> str:
    return f"{step.index + 1:02d} {step.node.title or step.kind.title}"
