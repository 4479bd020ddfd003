"""What each node of a flow did beside the baseline's, in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import ComparedNode, ComparedNodes, Experiment, NodeDifference, NodeFigures
from backend.operator import Operator, Permission
from backend.written import figure
from console import routes
from console.state import formats
from console.state.experiment_map import NodeMap, node_map, score_words
from console.state.experiment_rows import VERDICTS

THOUSAND, DIGITS, MINUS = 1_000, 9, "\u2212"
DECIDED = {"better": "ok", "worse": "fail"}


@dataclass(frozen=True)
class Figure:
    """A figure of the variant, and below it by how much it differs; empty where one side has none."""

    words: str = ""
    by: str = ""


@dataclass(frozen=True)
class NodeScore:
    """What an evaluator of this node says; `mark` is "ok" or "fail" where it is decided."""

    words: str
    mark: str


@dataclass(frozen=True)
class NodeLine:
    """A node of the variant; `note` says where it is alone, `mark` is "fail" where it fails more often than it did."""

    key: str
    plate: str
    title: str
    note: str
    mark: str
    scores: list[NodeScore]
    ran: Figure
    failed: Figure
    median: Figure
    mean: Figure
    cost: Figure
    tokens: Figure
    href: str
    leads_to: str


class Dissected(rx.State, mixin=True):
    """A page that compares an experiment's flows node by node."""

    nodes: rx.Field[list[NodeLine]] = rx.field(default_factory=list)
    node_map: rx.Field[NodeMap] = rx.field(default_factory=NodeMap)

    async def _dissect(self, operator: Operator, found: Experiment, baseline: str, variant: str) -> None:
        """Read the nodes of two flows; none where one of them is a prompt, or who asks may not read flows."""
        self.nodes, self.node_map = [], NodeMap()
        flows = {one.name for one in found.pinned if one.kind == "flow"}
        if flows >= {baseline, variant} and baseline != variant and operator.may(Permission.FLOWS_READ):
            told = await services().experiments.nodes(operator, found.id, baseline, variant)
            self.nodes, self.node_map = node_lines(told, variant), node_map(told, variant, beside_words)


def node_lines(found: ComparedNodes, variant: str) -> list[NodeLine]:
    """Return a line for each node, in the order given, but for those that ran on neither side."""
    return [_line(one, found, variant) for one in found.nodes if one.ran or one.baseline]


def _line(one: ComparedNode, found: ComparedNodes, variant: str) -> NodeLine:
    ran, was, by = one.ran, one.baseline, one.difference
    shown = ran or was
    assert shown is not None
    answers = found.num_answers[variant if ran else found.baseline]
    return NodeLine(
        key=f"{one.node}/{one.baseline_node}",
        plate=f"{one.plate:02d}",
        title=one.title,
        note=_note(one, found.baseline, variant),
        scores=[
            NodeScore(f"{score_words(score)}, {VERDICTS[score.verdict].lower()}", DECIDED.get(score.verdict, ""))
            for score in one.scores
        ],
        mark="fail" if ran and ran.num_failed and (by is None or by.failed_share > 0) else "",
        ran=Figure(f"{formats.count(shown.num_runs)} of {formats.count(answers)}", _was(ran, was)),
        failed=Figure(formats.count(shown.num_failed), _by(by.failed_share, _points) if by else ""),
        median=Figure(formats.span(shown.median_ms), _by(by.median_ms, formats.span) if by else ""),
        mean=Figure(formats.span(shown.mean_ms), _by(by.mean_ms, formats.span) if by else ""),
        cost=Figure(*_costs(shown, by)),
        tokens=Figure(figure(shown.tokens), _by(by.tokens, figure) if by else ""),
        href=routes.to(routes.RUN, shown.run_id),
        leads_to="A run in which it failed" if shown.num_failed else "Its slowest run",
    )


def beside_words(one: ComparedNode) -> list[str]:
    """Return the median time and the cost of a node, each with its difference; nothing where it did not run."""
    if one.ran is None:
        return ["did not run"]
    by = one.difference
    time = formats.span(one.ran.median_ms), _by(by.median_ms, formats.span) if by else ""
    if one.ran.cost is None:
        return [_with("median", *time), formats.NO_PRICE]
    priced = [_with("per 1,000", *_costs(one.ran, by))] if one.ran.cost or (one.baseline and one.baseline.cost) else []
    return [_with("median", *time), *priced]


def _costs(ran: NodeFigures, by: NodeDifference | None) -> tuple[str, str]:
    """Return what a thousand answers cost in this node, and by how much more or less, as far as prices are known."""
    if ran.cost is None:
        return formats.NO_PRICE, ""
    return _price(ran.cost), "" if by is None or by.cost is None else _by(by.cost, _price)


def _with(what: str, words: str, by: str) -> str:
    return f"{words} {what}{f' ({by})' if by else ''}"


def _note(one: ComparedNode, baseline: str, variant: str) -> str:
    if not one.node or not one.baseline_node:
        return f"only in {variant if one.node else baseline}"
    if one.ran is None or one.baseline is None:
        return f"ran in {baseline if one.ran is None else variant} alone"
    return ""


def _was(ran: NodeFigures | None, was: NodeFigures | None) -> str:
    return f"was {formats.count(was.num_runs)}" if ran and was and ran.num_runs != was.num_runs else ""


def _by(difference: float, written: Callable[[float], str]) -> str:
    """Return a difference with its sign; empty where nothing of it is left in the digits that are written."""
    words = written(abs(difference))
    return "" if words == written(0.0) else f"{'+' if difference > 0 else MINUS}{words}"


def _points(share: float) -> str:
    return f"{100 * share:.1f} pt"


def _price(dollars: float) -> str:
    """Return what it costs in a thousand answers."""
    return formats.price(Decimal(str(round(dollars * THOUSAND, DIGITS))))
