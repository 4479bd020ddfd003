"""Prompts that are kept outside the flow: which one a node means, and what fills it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from backend.errors import InvalidInput
from backend.flows.context import NodeContext
from backend.flows.document import FlowDocument, Node
from backend.flows.kind import ui
from backend.ports.language_model import Message
from backend.prompts.types import PRODUCTION, Rendered, VersionRef

FIELD = "prompt"
# The place of a chat that is filled with what reaches the port of that name.
HISTORY = "history"


class ManagedPrompt(BaseModel):
    """A prompt by its slug. It follows `label`, or stays at `version`, which wins.

    A run writes the version that a label meant at its start into the document that it keeps, beside the label.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: str = Field(default="", max_length=100)
    label: str = Field(default=PRODUCTION, max_length=32)
    version: int | None = Field(default=None, ge=1)
    values: dict[str, str] = Field(default_factory=dict, json_schema_extra=ui("key_value"))


Followed = tuple[str, str]


def followed(document: FlowDocument) -> set[Followed]:
    """Return the slugs and labels that the document follows."""
    return {(prompt.slug, prompt.label) for _, prompt in managed(document) if prompt.slug and prompt.version is None}


def taken_in(document: FlowDocument) -> tuple[tuple[str, VersionRef], ...]:
    """Return the prompts that the document uses, as slug and version."""
    return tuple((one.slug, VersionRef(one.label, one.version)) for _, one in managed(document) if one.slug)


def managed(document: FlowDocument) -> list[tuple[Node, ManagedPrompt]]:
    """Return the nodes that use prompts, with what they say of them."""
    return [
        (node, ManagedPrompt.model_validate(node.config[FIELD]))
        for node in document.nodes
        if isinstance(node.config.get(FIELD), dict)
    ]


def pinned(document: FlowDocument, numbers: Mapping[Followed, int]) -> FlowDocument:
    """Return the document with the version beside every label that it follows."""
    nodes = []
    for node in document.nodes:
        given = node.config.get(FIELD)
        if isinstance(given, dict) and given.get("slug") and given.get("version") is None:
            prompt = ManagedPrompt.model_validate(given)
            stands = {**given, "label": prompt.label, "version": numbers[prompt.slug, prompt.label]}
            node = node.model_copy(update={"config": {**node.config, FIELD: stands}})  # noqa: PLW2901
        nodes.append(node)
    return document.model_copy(update={"nodes": tuple(nodes)})


async def filled(
    context: NodeContext[Any], prompt: ManagedPrompt, inputs: Mapping[str, Any], history: Sequence[Message]
) -> tuple[Rendered, dict[str, Any]]:
    """Return the prompt with the node's values in it, and what the trace keeps of it. Raise CannotRender."""
    prompts = context.outside.prompts
    if prompts is None:
        raise InvalidInput("There are no prompts here.")
    values = {name: await context.evaluate(source, inputs) for name, source in prompt.values.items()}
    places: dict[str, Any] = {HISTORY: [{"role": one.role, "content": one.content} for one in history]}
    places |= {name: value for name, value in values.items() if isinstance(value, list)}
    other = context.run.repeats.prompts.get(prompt.slug) if context.run.repeats else None
    ref = VersionRef(prompt.label, other or prompt.version)
    rendered = await prompts.render(context.run.operator, prompt.slug, ref, values, places)
    told = {
        "slug": rendered.slug,
        "version": rendered.version,
        "label": prompt.label,
        "parts": [{"slug": slug, "version": version} for slug, version in rendered.parts],
        "values": values,
        HISTORY: places[HISTORY],
    }
    return rendered, told
