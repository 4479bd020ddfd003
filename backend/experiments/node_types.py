"""What a comparison says of the nodes of flows; `types` hands it on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from backend.experiments.comparison_types import MetricComparison

# The labels of scores that an evaluator of a node cannot give: there is no such node, or it did not run.
ABSENT, SILENT = "not in this variant", "did not run"


class Node(Protocol):
    """Anything that is known by its id in a flow, and by its title."""

    @property
    def node(self) -> str: ...

    @property
    def title(self) -> str: ...


NodeT = TypeVar("NodeT", bound=Node)


def named_node(nodes: Iterable[NodeT], name: str) -> NodeT | None:
    """Return the node that a name means: by its id, else the only one of that title, else none."""
    known = list(nodes)
    titled = [one for one in known if one.title.casefold() == name.casefold()]
    by_id = next((one for one in known if one.node == name), None)
    return by_id or (titled[0] if len(titled) == 1 else None)


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """What one node did over all answers of a variant.

    `mean_ms` and `median_ms` are of its `num_runs`, `cost` in dollars and `tokens` for each answer, also those in which
    it did not run; `cost` is None where its model has no price. `run_id` is an example: the last run in which it
    failed, else the slowest.
    """

    num_runs: int
    num_failed: int
    mean_ms: float
    median_ms: float
    cost: float | None
    tokens: float
    run_id: str


@dataclass(frozen=True, slots=True)
class NodeDifference:
    """The variant's figures less the baseline's; `failed_share` is of the node's runs, `cost` None without a price."""

    failed_share: float
    mean_ms: float
    median_ms: float
    cost: float | None
    tokens: float


@dataclass(frozen=True, slots=True)
class ComparedNode:
    """A node of a variant's flow beside the baseline's; `scores` are the metrics that look at this node.

    `node` and `baseline_node` are the ids there, empty where that flow has no such node; a side is None where it never
    ran. `added_ms` is what it added to the mean answer.
    """

    variant: str
    node: str
    baseline_node: str
    title: str
    kind: str
    plate: int
    baseline: NodeFigures | None
    ran: NodeFigures | None
    difference: NodeDifference | None
    added_ms: float
    scores: tuple[MetricComparison, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowMap:
    """How the nodes of a flow hang together: each with where it lies on the canvas, nought where nobody placed it."""

    places: dict[str, tuple[float, float]]
    tracks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ComparedNodes:
    """The nodes of each variant that is a flow, those that got worst first; none where the baseline is no flow.

    `num_answers` are those with a run, `maps` the flows, both by variant.
    """

    baseline: str
    num_answers: dict[str, int]
    nodes: tuple[ComparedNode, ...]
    maps: dict[str, FlowMap] = field(default_factory=dict)
