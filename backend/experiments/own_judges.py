"""Judges that are the model which answers: one likes its own answers best, and finds its own mistakes last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.errors import NotFound
from backend.experiments.outside import Outside
from backend.experiments.types import Pinned
from backend.flows.nodes.registry import KINDS
from backend.operator import Operator


async def judging_themselves(
    outside: Outside, operator: Operator, variants: Sequence[Pinned], evaluators: Sequence[Any]
) -> tuple[str, ...]:
    """Return the evaluators that ask a model which answers in any variant, in a node of a flow too."""
    answering = {
        await _meant(outside, operator, model)
        for one in variants
        for model in (await _in_flow(outside, operator, one) if one.kind == "flow" else [one.model])
    } - {""}
    return tuple(
        [
            one.called
            for one in evaluators
            if one.num_calls
            and not answering.isdisjoint([await _meant(outside, operator, model) for model in one.judges])
        ]
    )


def judged_by_themselves(variants: Sequence[Pinned], evaluators: Sequence[Any]) -> dict[str, tuple[str, ...]]:
    """Return by evaluator the variants that answered on a model which it asks, as both were kept at the start."""
    answering = {one.name: {one.model, *(node.model for node in one.nodes)} - {""} for one in variants}
    found = {
        one.called: tuple(name for name, models in answering.items() if not models.isdisjoint(one.judges))
        for one in evaluators
        if one.num_calls
    }
    return {name: themselves for name, themselves in found.items() if themselves}


async def _in_flow(outside: Outside, operator: Operator, one: Pinned) -> list[str]:
    """Return the models of a flow's nodes, "" for the project's own; none where the flow or version is gone."""
    try:
        if one.version is None:
            document = (await outside.flows.get(operator, one.flow_id)).draft
        else:
            document = (await outside.flows.get_version(operator, one.flow_id, one.version)).document
    except NotFound:
        return []
    if one.model:
        return [one.model]
    asking = [node for node in document.nodes if (kind := KINDS.get(node.kind)) and "model" in kind.Config.model_fields]
    return [str(node.config.get("model") or "") for node in asking]


async def _meant(outside: Outside, operator: Operator, model: str) -> str:
    """Return a model's reference; empty where it is gone, of which the start says more."""
    try:
        return (await outside.models.resolve(operator, model)).reference
    except NotFound:
        return ""
