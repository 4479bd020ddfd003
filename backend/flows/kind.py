"""What a kind of node is: settings, ports, a line about itself, and how it runs."""

from __future__ import annotations

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from backend.flows.context import NodeContext
from backend.flows.ports import DynamicPorts, Port
from backend.flows.types import Problem, Usage

Outputs = Mapping[str, Any]


class NodeConfig(BaseModel):
    """The settings of a node. Every field has a default, so that a fresh node can be drawn before it is filled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


ConfigT = TypeVar("ConfigT", bound=NodeConfig)


@dataclass(frozen=True, slots=True)
class Result:
    """What a node gives. `taken` names the output ports that carry on, None for all; `reason` says why those.

    `detail` is shown in the trace: the prompt as sent, steps of an agent, ranks of a search.
    """

    outputs: Outputs
    taken: frozenset[str] | None = None
    reason: str = ""
    usage: Usage = field(default_factory=Usage)
    citations: tuple[dict[str, Any], ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)


def ui(control: str, **hints: Any) -> dict[str, Any]:
    """Say how the inspector draws a field; goes into its JSON Schema as `ui`."""
    return {"ui": {"control": control, **hints}}


class NodeKind(ABC, Generic[ConfigT]):
    """One file in nodes/ defines one of these; the registry finds it there.

    `starts` and `ends` mark where a run begins and what it answers, `chooses` what takes one way of several.

    `effect` marks what touches the outside world: its start is committed before it begins, its end when it ends.
    `acts` marks what may change something outside, or asks a person: a replay takes what is recorded of it instead.
    `waits` marks what takes time without touching anything: it runs beside other nodes, and needs no commit.
    `holds` marks where a person decides what goes on: nothing before it is spoken while it is made.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    group: ClassVar[str]
    icon: ClassVar[str]
    description: ClassVar[str]
    order: ClassVar[int] = 100
    Config: ClassVar[type[NodeConfig]]
    inputs: ClassVar[tuple[Port, ...]] = ()
    outputs: ClassVar[tuple[Port, ...]] = ()
    dynamic_outputs: ClassVar[DynamicPorts | None] = None
    effect: ClassVar[bool] = False
    acts: ClassVar[bool] = False
    waits: ClassVar[bool] = False
    holds: ClassVar[bool] = False
    starts: ClassVar[bool] = False
    chooses: ClassVar[bool] = False
    ends: ClassVar[bool] = False
    # The fields whose templates may name secrets; the node renders those with `render_secretly`.
    secret_fields: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    async def run(self, context: NodeContext[ConfigT], inputs: Mapping[str, Any]) -> Result:
        """Do the work. `inputs` holds a value for each input port that something reached.

        Raise a DomainError with a sentence a person understands; Unavailable where a second try may help.
        """

    @abstractmethod
    def line(self, config: ConfigT) -> str:
        """Say in a few words what this node does, for its body on the canvas."""

    def ports_out(self, config: ConfigT) -> tuple[Port, ...]:  # noqa: ARG002
        """Return the output ports under these settings."""
        return self.outputs

    def ports_in(self, config: ConfigT) -> tuple[Port, ...]:  # noqa: ARG002
        """Return the input ports under these settings."""
        return self.inputs

    def problems(self, config: ConfigT, connected: frozenset[str]) -> list[Problem]:  # noqa: ARG002
        """Say what these settings lack, beyond what their schema says. `connected` are the input ports in use."""
        return []

    def cites(self, config: ConfigT) -> bool:  # noqa: ARG002
        """Whether what it says rests on passages that it names as [1]."""
        return False

    def templates(self, config: ConfigT) -> dict[str, str]:
        """Return the template of each field that is one, by the field's path such as `headers.accept`."""
        return dict(_templates(config, ""))

    def catalogue(self) -> dict[str, Any]:
        """Return what palette, canvas and inspector need to know, as JSON."""
        return {
            "kind": self.name,
            "title": self.title,
            "group": self.group,
            "icon": self.icon,
            "description": self.description,
            "inputs": [port.model_dump(mode="json") for port in self.inputs],
            "outputs": [port.model_dump(mode="json") for port in self.outputs],
            "dynamic_outputs": self.dynamic_outputs.model_dump(mode="json") if self.dynamic_outputs else None,
            "schema": inlined(self.Config.model_json_schema()),
            "defaults": self.Config().model_dump(mode="json"),
            "effect": self.effect,
            "secret_fields": sorted(self.secret_fields),
            "starts": self.starts,
            "ends": self.ends,
        }


def _templates(config: BaseModel, path: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, info in type(config).model_fields.items():
        extra = info.json_schema_extra
        hints = extra.get("ui") if isinstance(extra, dict) else None
        control = hints.get("control", "") if isinstance(hints, dict) else ""
        value = getattr(config, name)
        here = f"{path}{name}"
        if control in ("template", "template_line") and isinstance(value, str) and value:
            found.append((here, value))
        elif control == "key_value" and isinstance(value, dict):
            found += [(f"{here}.{key}", text) for key, text in value.items() if text]
        elif isinstance(value, BaseModel):
            found += _templates(value, f"{here}.")
        elif isinstance(value, tuple | list):
            for index, item in enumerate(value):
                if isinstance(item, BaseModel):
                    found += _templates(item, f"{here}.{index}.")
    return found


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Put every `$ref` in its place: a form is drawn from it without looking elsewhere."""
    definitions = schema.get("$defs", {})

    def resolve(part: Any) -> Any:
        if isinstance(part, list):
            return [resolve(item) for item in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            target = copy.deepcopy(definitions[part["$ref"].rsplit("/", 1)[-1]])
            return resolve({**target, **{key: value for key, value in part.items() if key != "$ref"}})
        return {key: resolve(value) for key, value in part.items() if key not in ("$defs", "mapping")}

    return dict(resolve(schema))
