"""Evaluators that name a node of a flow: there must be such a node, in one variant at least."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.errors import InvalidInput
from backend.experiments.node_types import named_node
from backend.experiments.types import Pinned


def check_nodes(pinned: Sequence[Pinned], evaluators: Sequence[Any]) -> None:
    """Raise InvalidInput by field where no variant has the node that an evaluator names."""
    known = {one.title for variant in pinned for one in variant.nodes}
    fields = {
        f"evaluators.{number}.node": _none_called(pinned, one.node)
        for number, one in enumerate(evaluators)
        if one.node and len(_lacking(pinned, one.node)) == len(pinned)
    }
    if fields:
        hint = f"There are {', '.join(sorted(known))}." if known else "Only flows have nodes."
        raise InvalidInput(next(iter(fields.values())), hint=hint, fields=fields)


def unscored_variants(pinned: Sequence[Pinned], evaluators: Sequence[Any]) -> tuple[str, ...]:
    """Say of each evaluator of a node in which variants there is none; what is known of no node is left out."""
    known = [one for one in pinned if one.kind == "prompt" or one.nodes]
    return tuple(
        f"{one.called}: {one.node} is not in {', '.join(lacking)}, so nothing is scored there."
        for one in evaluators
        if one.node and (lacking := _lacking(known, one.node))
    )


def worst_of(evaluator: Any, pinned: Sequence[Pinned]) -> float | None:
    """Return what a failed answer counts as; None where a variant lacks the node, which would count as nought there."""
    lacks = evaluator.node and _lacking(pinned, evaluator.node)
    worst: float | None = evaluator.worst
    return None if lacks else worst


def _none_called(pinned: Sequence[Pinned], name: str) -> str:
    for variant in pinned:
        ids = [one.node for one in variant.nodes if one.title.casefold() == name.casefold()]
        if len(ids) > 1:
            return f"{variant.name} has {len(ids)} nodes called {name}: say which by its id, {' or '.join(ids)}."
    return f"No variant has one node called {name}."


def _lacking(pinned: Sequence[Pinned], node: str) -> list[str]:
    return [one.name for one in pinned if named_node(one.nodes, node) is None]
