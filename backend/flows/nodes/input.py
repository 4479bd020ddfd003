"""Where a run begins: the fields it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from backend.errors import InvalidInput
from backend.flows.context import NodeContext
from backend.flows.document import PortName, PortType
from backend.flows.kind import NodeConfig, NodeKind, Result, ui
from backend.flows.ports import DynamicPorts, FieldType, Port
from backend.flows.types import Problem, Severity

HISTORY = Port(name="history", type=PortType.MESSAGE, title="Earlier messages")
_ARTICLE = {"text": "text", "number": "a number", "boolean": "true or false", "object": "an object or a list"}


class InputField(BaseModel):
    """One value that a run is given. `default` stands in when it is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: PortName = Field(json_schema_extra=ui("line"))
    type: FieldType = Field(default="text", json_schema_extra=ui("select"))
    required: bool = Field(default=True, json_schema_extra=ui("switch"))
    default: Any = Field(default=None, json_schema_extra=ui("value"))
    description: str = Field(default="", max_length=300, json_schema_extra=ui("line"))


class InputConfig(NodeConfig):
    mode: Literal["chat", "form"] = Field(
        default="chat",
        title="Asked as",
        description="A chat keeps its messages as a conversation; a form asks once.",
        json_schema_extra=ui("select", options={"chat": "Chat", "form": "Form"}),
    )
    fields: Annotated[tuple[InputField, ...], Field(max_length=40)] = Field(
        default=(InputField(name="question"),),
        title="Fields",
        description="Each field is a port. In a chat the first text field is what the person writes.",
        json_schema_extra=ui("fields"),
    )


class Input(NodeKind[InputConfig]):
    name = "input"
    title = "Input"
    group = "Ends"
    icon = "log-in"
    order = 10
    description = "Where a run begins: the fields it asks for."
    Config = InputConfig
    dynamic_outputs: ClassVar = DynamicPorts(
        field="fields", name_key="name", type_key="type", last=(HISTORY,), only_if={"mode": "chat"}
    )
    starts = True

    def ports_out(self, config: InputConfig) -> tuple[Port, ...]:
        own = tuple(Port(name=one.name, type=PortType(one.type), title=one.description) for one in config.fields)
        return (*own, HISTORY) if config.mode == "chat" else own

    def line(self, config: InputConfig) -> str:
        return ", ".join(one.name for one in config.fields) or "no fields"

    def problems(self, config: InputConfig, connected: frozenset[str]) -> list[Problem]:  # noqa: ARG002
        names = [one.name for one in config.fields]
        found = [
            Problem(Severity.ERROR, f"Two fields are called {name}.", "Rename one of them.", field="fields")
            for name in sorted({name for name in names if names.count(name) > 1})
        ]
        if config.mode == "chat" and not message_field(config):
            found.append(Problem(Severity.ERROR, "A chat needs a text field.", "Add one.", field="fields"))
        if config.mode == "chat" and HISTORY.name in names:
            found.append(Problem(Severity.ERROR, "history is taken in a chat.", "Rename the field.", field="fields"))
        return found

    async def run(self, context: NodeContext[InputConfig], inputs: Mapping[str, Any]) -> Result:  # noqa: ARG002
        outputs = accepted(context.config, context.run.input)
        if context.config.mode == "chat":
            outputs[HISTORY.name] = list(context.run.history)
        return Result(outputs)


def message_field(config: InputConfig) -> str:
    """Return the field that a chat fills with what the person writes; empty where there is none."""
    return next((one.name for one in config.fields if one.type == "text"), "")


def accepted(config: InputConfig, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return a value for every field. Raise InvalidInput naming each one missing, unknown or of another type."""
    known = {one.name: one for one in config.fields}
    wrong = {name: f"{name} is not a field of this flow." for name in given if name not in known}
    values: dict[str, Any] = {}
    for name, one in known.items():
        value = given.get(name, one.default)
        if value is None or value == "":
            if one.required:
                wrong[name] = f"{name} is missing."
            values[name] = value
        elif _is(value, one.type):
            values[name] = value
        else:
            wrong[name] = f"{name} must be {_ARTICLE[one.type]}."
    if wrong:
        raise InvalidInput(" ".join(wrong.values()), fields=wrong)
    return values


def _is(value: Any, wanted: FieldType) -> bool:
    match wanted:
        case "text":
            return isinstance(value, str)
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "object":
            return isinstance(value, dict | list)
