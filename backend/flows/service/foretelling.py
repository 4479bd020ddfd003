"""What a run will answer if its approval is given: told beforehand where nothing but templates lies between.

A model, a tool or a condition behind the approval makes the answer unknown, and then nothing is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backend.flows.document import Edge, FlowDocument, Node
from backend.flows.nodes.output import Output, OutputConfig
from backend.flows.nodes.template import Template, TemplateConfig
from backend.ports.templates import TemplateFailed, Templates

APPROVED = "approved"
# The ways out of an approval that a refusal takes: its own, and the one that tells what was decided.
TAKEN_REFUSED = ("refused", "decision")


class Unknown(Exception):
    """The answer hangs on something that has not happened."""


def leads_on(document: FlowDocument, node: str) -> bool:
    """Tell whether anything follows an approval that is refused."""
    return any(edge.source == node and edge.source_port in TAKEN_REFUSED for edge in document.edges)


class Foretelling:
    """One run that waits at the node `ask` with `value`; `values` are the outputs of its nodes so far."""

    def __init__(
        self, templates: Templates, document: FlowDocument, ask: str, value: Any, values: Mapping[str, Any]
    ) -> None:
        self._templates, self._document, self._ask = templates, document, ask
        self._nodes = {node.id: node for node in document.nodes}
        self._values: dict[str, Any] = {**values, ask: {APPROVED: value}}
        self._behind = self._reached(lambda edge: edge.source == ask, lambda _node: True)
        self._plain = self._reached(
            lambda edge: edge.source == ask and edge.source_port == APPROVED, lambda node: node.kind == Template.name
        )

    async def answer(self) -> Any:
        """Return what the one Output behind the approval will give. Raise Unknown."""
        ends = [node for node in self._document.nodes if node.kind == Output.name and self._feeds(node.id)]
        if len(ends) != 1:
            raise Unknown
        (end,) = ends
        feeds = self._feeds(end.id)
        others = {edge.source for edge in self._document.edges if edge.target == end.id}
        if len(feeds) != 1 or not others <= self._behind | {self._ask}:
            raise Unknown
        value = await self._given_by(feeds[0])
        config = OutputConfig.model_validate(end.config)
        return await self._filled(config.template, {"value": value}) if config.template else value

    def _reached(self, starts: Callable[[Edge], bool], goes_on: Callable[[Node], bool]) -> frozenset[str]:
        """Return the nodes that lie behind the edges that start, as far as it goes on."""
        found: set[str] = set()
        waiting = [edge.target for edge in self._document.edges if starts(edge)]
        while waiting:
            name = waiting.pop()
            if name not in found and goes_on(self._nodes[name]):
                found.add(name)
                waiting += [edge.target for edge in self._document.edges if edge.source == name]
        return frozenset(found)

    def _feeds(self, name: str) -> list[Edge]:
        """Return the edges by which the approval reaches a node."""
        return [
            edge
            for edge in self._document.edges
            if edge.target == name
            and (edge.source in self._plain or (edge.source == self._ask and edge.source_port == APPROVED))
        ]

    async def _given_by(self, edge: Edge) -> Any:
        """Return what comes along an edge, filling the templates before it once each."""
        if edge.source != self._ask and edge.source not in self._values:
            for before in self._feeds(edge.source):
                await self._given_by(before)
            config = TemplateConfig.model_validate(self._nodes[edge.source].config)
            self._values[edge.source] = {"text": await self._filled(config.template, {}, is_text=True)}
        return self._values[edge.source][edge.source_port]

    async def _filled(self, source: str, inputs: Mapping[str, Any], *, is_text: bool = False) -> Any:
        """Fill a template from what is known. Raise Unknown where it reads more."""
        fill = self._templates.render if is_text else self._templates.evaluate
        try:
            return await fill(source, {**self._values, "inputs": dict(inputs)})
        except TemplateFailed as failed:
            raise Unknown from failed
