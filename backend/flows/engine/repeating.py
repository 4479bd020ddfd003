"""A run that repeats another: what acts on the outside answers from the record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.errors import InvalidInput
from backend.flows.context import NodeContext
from backend.flows.engine.plan import Step
from backend.flows.engine.rows import shown
from backend.flows.kind import Result
from backend.flows.types import NodeStatus

AS_RECORDED = "as recorded"


async def recorded(step: Step, context: NodeContext[Any], inputs: Mapping[str, Any]) -> Result | None:
    """Return what the node gave then; None where it has to be run. Raise InvalidInput where nothing was recorded."""
    repeats = context.run.repeats
    if repeats is None or repeats.acts or not step.kind.acts:
        return None
    then = repeats.recorded.get(step.node.id)
    if then is None or then.status in (NodeStatus.PENDING, NodeStatus.SKIPPED):
        if step.kind.waits:  # nobody is asked in a replay: it takes its default by itself
            return None
        raise InvalidInput("It did not act then, and this replay does nothing anew.", hint="Let it call again.")
    if then.status is not NodeStatus.DONE:
        raise InvalidInput(f"As recorded: {then.error or then.reason or 'it did not end.'}")
    was_given = shown(await context.run.mask.kept(dict(inputs)))
    reason = AS_RECORDED if was_given == then.inputs else f"{AS_RECORDED}, though it was given something else then"
    outputs = then.output or {}
    taken = frozenset(outputs) if step.kind.chooses else None
    return Result(outputs, taken=taken, reason=reason, detail=then.detail)
