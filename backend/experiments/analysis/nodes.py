"""The nodes of one flow beside those of another, the ones that got worst first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.experiments.repository.nodes import NodeTotal
from backend.experiments.types import ComparedNode, MetricComparison, NodeDifference, NodeFigures

# A failure more in ten thousand runs is not worse than a second more in each.
SHARE_DIGITS = 2


@dataclass(frozen=True, slots=True)
class Known:
    """A node as its flow's document has it, with its total; None where it never ran."""

    node: str
    title: str
    kind: str
    plate: int
    total: NodeTotal | None


def beside(
    variant: str, ours: Sequence[Known], num_answers: int, theirs: Sequence[Known], num_theirs: int
) -> list[ComparedNode]:
    """Pair nodes of the same kind by id, then by title; whoever has no twin stands alone."""
    twins = _twins(ours, theirs)
    taken = {one.node for one in twins.values()}
    pairs = [(one, twins.get(one.node)) for one in ours]
    alone = [(None, one) for one in theirs if one.node not in taken]
    found = [_compared(variant, new, old, num_answers, num_theirs) for new, old in (*pairs, *alone)]
    return sorted(found, key=_badness)


def with_scores(nodes: Sequence[ComparedNode], metrics: Sequence[MetricComparison]) -> tuple[ComparedNode, ...]:
    """Put each metric of a node to that node, as its variant has it or, where that has none, the baseline."""
    return tuple(
        replace(node, scores=tuple(one for one in metrics if one.variant == node.variant and _is_meant(node, one.node)))
        for node in nodes
    )


def _is_meant(one: ComparedNode, name: str) -> bool:
    return bool(name) and (name in (one.node, one.baseline_node) or one.title.casefold() == name.casefold())


def _twins(ours: Sequence[Known], theirs: Sequence[Known]) -> dict[str, Known]:
    by_id = {(one.kind, one.node): one for one in theirs}
    found = {one.node: by_id[one.kind, one.node] for one in ours if (one.kind, one.node) in by_id}
    taken = {one.node for one in found.values()}
    by_title = {(one.kind, one.title.casefold()): one for one in theirs if one.node not in taken}
    for one in ours:
        if one.node not in found and (twin := by_title.pop((one.kind, one.title.casefold()), None)):
            found[one.node] = twin
    return found


def _compared(variant: str, new: Known | None, old: Known | None, num_answers: int, num_theirs: int) -> ComparedNode:
    shown = new or old
    assert shown is not None
    ran = _figures(new.total, num_answers) if new and new.total else None
    baseline = _figures(old.total, num_theirs) if old and old.total else None
    return ComparedNode(
        variant,
        new.node if new else "",
        old.node if old else "",
        shown.title,
        shown.kind,
        shown.plate,
        baseline,
        ran,
        _difference(ran, baseline) if ran and baseline else None,
        _per_answer(ran, num_answers) - _per_answer(baseline, num_theirs),
    )


def _figures(total: NodeTotal, num_answers: int) -> NodeFigures:
    return NodeFigures(
        total.num_runs,
        total.num_failed,
        total.mean_ms,
        total.median_ms,
        None if total.has_unpriced else float(total.cost) / num_answers,
        total.tokens / num_answers,
        total.failed_run or total.slowest_run,
    )


def _difference(ran: NodeFigures, baseline: NodeFigures) -> NodeDifference:
    return NodeDifference(
        _failed_share(ran) - _failed_share(baseline),
        ran.mean_ms - baseline.mean_ms,
        ran.median_ms - baseline.median_ms,
        None if ran.cost is None or baseline.cost is None else ran.cost - baseline.cost,
        ran.tokens - baseline.tokens,
    )


def _badness(one: ComparedNode) -> tuple[float, float, float]:
    """Order by failures, then by the time and the money that a mean answer takes more."""
    ours, theirs = one.ran, one.baseline
    failed = round(_failed_share(ours) - _failed_share(theirs), SHARE_DIGITS)
    cost = ((ours and ours.cost) or 0.0) - ((theirs and theirs.cost) or 0.0)
    return -failed, -one.added_ms, -cost


def _failed_share(one: NodeFigures | None) -> float:
    return one.num_failed / one.num_runs if one else 0.0


def _per_answer(one: NodeFigures | None, num_answers: int) -> float:
    return one.mean_ms * one.num_runs / num_answers if one else 0.0
