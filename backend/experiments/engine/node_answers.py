"""What a node of a flow gave, in place of the answer that the flow came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from backend.errors import InvalidInput, NotFound
from backend.experiments.evaluators.base import Case, Evaluator, Score
from backend.experiments.node_types import ABSENT, SILENT, named_node
from backend.experiments.outside import Outside
from backend.experiments.prices import priced
from backend.flows.ports import as_text
from backend.flows.types import NodeRun, NodeStatus
from backend.operator import Operator

# The ports that hold words, in the order in which they are looked for.
WORDS = ("text", "answer", "value", "body")
SAID_NOTHING = (NodeStatus.SKIPPED, NodeStatus.PENDING, NodeStatus.CANCELLED)
PASSAGES, CALLS = "passages", "steps"


class NodeAnswers:
    """Of one answer: the run that it came of is read once, where an evaluator names a node."""

    def __init__(self, outside: Outside, operator: Operator, run_id: str, whole: Case) -> None:
        """`run_id` is empty where no flow answered."""
        self._outside, self._operator, self._run_id, self.whole = outside, operator, run_id, whole
        self._nodes: Sequence[NodeRun] | None = None

    async def of(self, evaluator: Evaluator) -> Case | Score:
        """Return what is to be scored, or a score without a number where there is no such node, or it did not run.

        Raise InvalidInput where nothing that the evaluator looks at came of the node.
        """
        if not evaluator.node:
            return self.whole
        found = named_node(await self._ran(), evaluator.node)
        if found is None:
            return Score(None, label=ABSENT, error=f"{evaluator.node} is {ABSENT}.")
        if found.status in SAID_NOTHING:
            return Score(None, label=SILENT, reason=found.reason)
        if found.output is None:
            raise InvalidInput(f"{found.title} failed: {found.error}" if found.error else f"{found.title} failed.")
        return _case(evaluator, found, found.output, self.whole)

    async def _ran(self) -> Sequence[NodeRun]:
        """Return the nodes of the run; none where a prompt answered. Raise InvalidInput where it is not kept."""
        if self._nodes is None:
            self._nodes = await self._read() if self._run_id else ()
        return self._nodes

    async def _read(self) -> Sequence[NodeRun]:
        if await self._outside.runs.is_masked(self._operator, self._run_id):
            words = "This project masks what its runs keep, so what a node said itself cannot be scored."
            raise InvalidInput(words, hint="Score the answer, or let the flow give this value beside it.")
        try:
            return (await self._outside.runs.get(self._operator, self._run_id)).nodes
        except NotFound as error:
            raise InvalidInput("The run of this answer is kept no more, so its nodes cannot be scored.") from error


def _case(evaluator: Evaluator, found: NodeRun, output: dict[str, Any], whole: Case) -> Case:
    """Return the node's output as an answer. Raise InvalidInput where the node never gives what is looked at."""
    passages, calls = output.get(PASSAGES), found.detail.get(CALLS)
    if evaluator.reads == PASSAGES and not isinstance(passages, list):
        raise InvalidInput(f"{found.title} gives no passages.")
    if evaluator.reads == CALLS and found.kind != "agent":
        raise InvalidInput(f"{found.title} calls no tools.")
    return replace(
        whole,
        output=_words(output),
        latency_ms=found.time_ms,
        cost=priced(found.usage),
        passages=passages if isinstance(passages, list) else (),
        tool_calls=[{"name": step.get("tool", ""), "arguments": step.get("arguments")} for step in calls or ()],
    )


def _words(output: dict[str, Any]) -> str:
    """Return the text that a node gave, its one value, or all of them as JSON."""
    named = next((output[name] for name in WORDS if isinstance(output.get(name), str)), None)
    if named is not None:
        return str(named)
    return as_text(next(iter(output.values())) if len(output) == 1 else output)
