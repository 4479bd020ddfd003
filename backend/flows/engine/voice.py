"""What a run says while it runs, on its topic of the events engine."""

from __future__ import annotations

from typing import Any

from backend.columns import storable
from backend.flows.context import Say
from backend.flows.engine.call import Outcome
from backend.flows.engine.plan import Step
from backend.flows.ports import as_text
from backend.flows.types import NodeStatus, run_topic
from backend.ports.events import Events
from backend.ports.run_journal import NodeEntry

PREVIEW_CHARACTERS = 240


class Voice:
    """The events of one run: node.started, token, node.waiting, node.done, then run.done, run.failed or run.waiting."""

    def __init__(self, events: Events, run_id: str) -> None:
        self._events, self._run_id = events, run_id
        self._topic = run_topic(run_id)

    async def say(self, event: str, **data: Any) -> None:
        await self._events.publish(self._topic, {"event": event, "run_id": self._run_id, **data})

    def speaker(self, step: Step, *, is_held: bool = False) -> Say:
        """Return what tells each token of a step, or keeps it: who may refuse an answer decides before it is heard."""
        node = step.node.id

        async def speak(text: str) -> None:
            if not is_held:
                await self.say("token", node=node, text=storable(text))

        return speak

    async def started(self, step: Step) -> None:
        await self.say("node.started", node=step.node.id, plate=step.index + 1, kind=step.kind.name)

    async def waits(self, step: Step, approval_id: str) -> None:
        node, plate = step.node.id, step.index + 1
        await self.say("node.waiting", node=node, plate=plate, kind=step.kind.name, approval_id=approval_id)

    async def skipped(self, step: Step, reason: str) -> None:
        await self._done(step, NodeStatus.SKIPPED, reason=reason)

    async def ended(self, step: Step, row: NodeEntry, outcome: Outcome) -> None:
        outputs = outcome.result.outputs if outcome.result else {}
        await self._done(
            step,
            NodeStatus(row.status),
            reason=row.reason,
            error=row.error,
            time_ms=row.time_ms,
            tokens_in=row.tokens_in,
            tokens_out=row.tokens_out,
            cost=float(row.cost),
            tries=max(1, len(outcome.tries)),
            output_preview=preview(outputs),
        )

    async def _done(self, step: Step, status: NodeStatus, **data: Any) -> None:
        facts: dict[str, Any] = {"time_ms": 0.0, "tokens_in": 0, "tokens_out": 0, "cost": 0.0, "output_preview": ""}
        await self.say("node.done", node=step.node.id, plate=step.index + 1, status=status.value, **{**facts, **data})


def preview(outputs: Any) -> str:
    """Return the beginning of the first output that says something."""
    for value in outputs.values():
        if value not in (None, "", [], {}):
            return as_text(value)[:PREVIEW_CHARACTERS]
    return ""
