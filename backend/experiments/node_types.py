"""What a comparison says of the nodes of flows; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NodeFigures:
    """What one node did over all answers of a variant.

    `mean_ms` and `median_ms` are of its `num_runs`, `cost` in dollars and `tokens` for each answer, also those in which
    it did not run. `run_id` is an example: the last run in which it failed, else the slowest.
    """

    num_runs: int
    num_failed: int
    mean_ms: float
    median_ms: float
    cost: float
    tokens: float
    run_id: str


@dataclass(frozen=True, slots=True)
class NodeDifference:
    """The variant's figures less the baseline's; `failed_share` is of the node's runs."""

    failed_share: float
    mean_ms: float
    median_ms: float
    cost: float
    tokens: float


@dataclass(frozen=True, slots=True)
class ComparedNode:
    """A node of a variant's flow beside the baseline's.

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


@dataclass(frozen=True, slots=True)
class ComparedNodes:
    """The nodes of each variant that is a flow, those that got worst first; none where the baseline is no flow.

    `num_answers` are those with a run, by variant.
    """

    baseline: str
    num_answers: dict[str, int]
    nodes: tuple[ComparedNode, ...]
