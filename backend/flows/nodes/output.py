"""Where a run ends: what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from backend.flows.context import NodeContext
from backend.flows.document import PortName, PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.ports import Port


class OutputConfig(NodeConfig):
    name: PortName = Field(
        default="answer",
        title="Name",
        description="The run's output is an object; this is the key of this value in it.",
        json_schema_extra=ui("line"),
    )
    template: str = Field(
        default="",
        title="Text",
        description="Left empty, the output is what reaches this node.",
        json_schema_extra=ui("template"),
    )


class Output(NodeKind[OutputConfig]):
    name = "output"
    title = "Output"
    group = "Ends"
    icon = "log-out"
    order = 20
    description = "Where a run ends: what it answers."
    Config = OutputConfig
    inputs = (Port(name="value", type=PortType.ANY, required=True, title="What is answered"),)
    ends = True

    def line(self, config: OutputConfig) -> str:
        return config.name

    async def run(self, context: NodeContext[OutputConfig], inputs: Mapping[str, Any]) -> Result:
        template = context.config.template
        value = await context.evaluate(template, inputs) if template else inputs.get("value")
        return Result({context.config.name: value})
