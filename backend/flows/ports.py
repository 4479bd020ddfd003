"""The ports of a node: what each carries, and which fits which."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict

from backend.flows.document import PortType


class Port(BaseModel):
    """An end of a track. `many` takes what several tracks bring, as a list in the order of the tracks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: PortType
    required: bool = False
    many: bool = False
    title: str = ""


class DynamicPorts(BaseModel):
    """How output ports follow from the settings: one for each entry of the list `field`, then `last`.

    The entry's `name_key` is the port's name. Its type is `type`, or what the entry's `type_key` says.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    name_key: str
    type_key: str | None = None
    type: PortType | None = None
    last: tuple[Port, ...] = ()
    only_if: dict[str, Any] | None = None


_ANY = PortType.ANY
_FITS: frozenset[tuple[PortType, PortType]] = frozenset(
    {
        (PortType.MESSAGE, PortType.TEXT),
        (PortType.TEXT, PortType.MESSAGE),
        (PortType.NUMBER, PortType.TEXT),
        (PortType.BOOLEAN, PortType.TEXT),
    }
)
# A step between that turns one into the other, by what is missing.
_STEP_BETWEEN: dict[tuple[PortType, PortType], str] = {
    (PortType.DOCUMENTS, PortType.TEXT): "Add a Template between them.",
    (PortType.OBJECT, PortType.TEXT): "Add a Template between them.",
    (PortType.TEXT, PortType.DOCUMENTS): "Add a Knowledge search between them.",
    (PortType.MESSAGE, PortType.DOCUMENTS): "Add a Knowledge search between them.",
    (PortType.TEXT, PortType.OBJECT): "Add an LLM answer with a JSON schema between them.",
}


def refusal(source: PortType, target: PortType) -> tuple[str, str]:
    """Say why a track may not go from `source` to `target`, and what helps; two empty texts when it may."""
    if source == target or _ANY in (source, target) or (source, target) in _FITS:
        return "", ""
    return f"{source.value} does not fit {target.value}.", _STEP_BETWEEN.get((source, target), "Choose another port.")


def fitting() -> dict[str, list[str]]:
    """Return for each type what it may be drawn to, for the canvas."""
    return {
        source.value: [target.value for target in PortType if not refusal(source, target)[0]] for source in PortType
    }


def coerce(value: Any, wanted: PortType) -> Any:
    """Give a value the form its port asks for; what fits already stays as it is."""
    if wanted is PortType.TEXT:
        return as_text(value)
    if wanted is PortType.MESSAGE and isinstance(value, str):
        return {"role": "user", "text": value}
    return value


def as_text(value: Any) -> str:
    """Write a value as a person would read it: a message by its text, lists and objects as JSON, None as nothing."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict) and isinstance(value.get("text"), str) and "role" in value:
        return str(value["text"])
    if isinstance(value, int | float):
        return str(value)
    return msgspec.json.encode(value).decode()


FieldType = Literal["text", "number", "boolean", "object"]
