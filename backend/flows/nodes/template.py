"""Make a text out of values that came before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from backend.flows.context import NodeContext
from backend.flows.document import PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.ports import Port
from backend.flows.types import Problem, Severity

SHOWN_CHARACTERS = 60


class TemplateConfig(NodeConfig):
    template: str = Field(
        default="",
        max_length=200_000,
        title="Text",
        description="Holes are filled with earlier values, such as {{ input.question }}.",
        json_schema_extra=ui("template"),
    )


class Template(NodeKind[TemplateConfig]):
    name = "template"
    title = "Template"
    group = "Logic"
    icon = "file-text"
    order = 60
    description = "Make a text out of values that came before."
    Config = TemplateConfig
    inputs = (Port(name="data", type=PortType.ANY, many=True, title="Values it may use"),)
    outputs = (Port(name="text", type=PortType.TEXT),)

    def line(self, config: TemplateConfig) -> str:
        first = next((line.strip() for line in config.template.splitlines() if line.strip()), "")
        return first[:SHOWN_CHARACTERS] or "no text yet"

    def problems(self, config: TemplateConfig, connected: frozenset[str]) -> list[Problem]:  # noqa: ARG002
        if config.template.strip():
            return []
        return [Problem(Severity.ERROR, "The template is empty.", "Write its text.", field="template")]

    async def run(self, context: NodeContext[TemplateConfig], inputs: Mapping[str, Any]) -> Result:
        return Result({"text": await context.render(context.config.template, inputs)})
