"""A flow with another model, or another knowledge base, in place of those that its nodes name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from backend.errors import InvalidInput
from backend.flows.document import FlowDocument, Node
from backend.flows.nodes.registry import KINDS
from backend.flows.shapes import title_of

MODEL, BASES, TOOLS = "model", "knowledge_bases", "tools"


@dataclass(frozen=True, slots=True)
class Instead:
    """What takes the place of what nodes say, empty or None for what stays.

    `model` is asked by every node that asks one; `knowledge_base`, an id, is searched by every node and tool that
    searches, `passages` are how many it finds at most, `search` is how: semantic, keyword or hybrid.
    """

    model: str = ""
    knowledge_base: str = ""
    passages: int | None = None
    search: str = ""

    @property
    def of_search(self) -> dict[str, Any]:
        given = {
            BASES: [self.knowledge_base] if self.knowledge_base else None,
            "limit": self.passages,
            "mode": self.search or None,
        }
        return {name: value for name, value in given.items() if value is not None}


def with_others(document: FlowDocument, instead: Instead) -> FlowDocument:
    """Return the document so changed. Raise InvalidInput by `model` or `flow` where no node would heed it."""
    if instead == Instead():
        return document
    changed = [_changed(node, instead) for node in document.nodes]
    if instead.model and not any(MODEL in names for _, names in changed):
        words = "No node of this flow asks a model."
        raise InvalidInput(words, fields={MODEL: words})
    if instead.of_search and not any(BASES in names for _, names in changed):
        words = "No node of this flow searches a knowledge base."
        raise InvalidInput(words, fields={"flow": words})
    return document.model_copy(update={"nodes": tuple(node for node, _ in changed)})


def _changed(node: Node, instead: Instead) -> tuple[Node, set[str]]:
    """Return a node with what is its to change, and which of model and search that is."""
    kind = KINDS.get(node.kind)
    if kind is None:
        return node, set()
    fields, config, heeds = kind.Config.model_fields, dict(node.config), set[str]()
    if MODEL in fields:
        heeds.add(MODEL)
        config |= {MODEL: instead.model} if instead.model else {}
    if BASES in fields:
        heeds.add(BASES)
        config |= instead.of_search
    if any(map(_searches, config.get(TOOLS) or ())):
        heeds.add(BASES)
        config[TOOLS] = [{**one, **instead.of_search} if _searches(one) else one for one in config[TOOLS]]
    try:
        kind.Config.model_validate(config)
    except ValidationError as error:
        first = error.errors()[0]
        words = f"{title_of(node)}: {'.'.join(map(str, first['loc']))}: {first['msg']}."
        raise InvalidInput(words, fields={"flow": words}) from error
    return node.model_copy(update={"config": config}), heeds


def asks_model(node: Node) -> bool:
    kind = KINDS.get(node.kind)
    return kind is not None and MODEL in kind.Config.model_fields


def _searches(tool: Mapping[str, Any]) -> bool:
    return bool(tool.get("type", "knowledge") == "knowledge")
