"""The flow document `signalbox.flow/1`: nodes and edges in a stable order, positions apart from them."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from backend.flows.errors import DocumentUnreadable

FORMAT = "signalbox.flow/1"
MAX_NODES = 1_000
MAX_EDGES = 5_000
# These names have a meaning of their own inside templates.
RESERVED_IDS = frozenset({"inputs", "run", "loop", "self"})

NodeId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
EdgeId = Annotated[str, StringConstraints(min_length=1, max_length=200)]
PortName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Coordinate = Annotated[int | float, Field(ge=-1_000_000, le=1_000_000, allow_inf_nan=False)]


class PortType(StrEnum):
    """What a port carries; each has its own mark on the canvas."""

    TEXT = "text"
    MESSAGE = "message"
    DOCUMENTS = "documents"
    OBJECT = "object"
    NUMBER = "number"
    BOOLEAN = "boolean"
    FILE = "file"
    TOOL = "tool"
    ANY = "any"


class Part(BaseModel):
    """A piece of the document: unknown keys are refused, so that nothing rides along unseen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Policy(Part):
    """What happens when a node fails. `default` maps output ports to values, or is the value of the first port."""

    retries: int = Field(default=0, ge=0, le=10)
    timeout_seconds: int | float = Field(default=60, gt=0, le=3_600, allow_inf_nan=False)
    on_error: Literal["fail", "default"] = "fail"
    default: Any = None


class Node(Part):
    """`id` is also its name inside templates. `plate` is its number on the canvas, 0 until the first save."""

    id: NodeId
    kind: str = Field(min_length=1, max_length=64)
    title: str = Field(default="", max_length=120)
    plate: int = Field(default=0, ge=0)
    config: dict[str, Any] = Field(default_factory=dict)
    policy: Policy = Policy()

    @model_validator(mode="after")
    def _name_is_free(self) -> Node:
        if self.id in RESERVED_IDS:
            raise ValueError(f"a node cannot be called {self.id}: templates use that name")
        return self


class Edge(Part):
    """A track from an output port to an input port."""

    id: EdgeId
    source: NodeId
    source_port: PortName
    target: NodeId
    target_port: PortName


class Position(Part):
    """The top left corner of a node on the canvas, in pixels at 100 %."""

    x: Coordinate = 0
    y: Coordinate = 0


class Limits(Part):
    """What one run may use. Money is in US dollars."""

    seconds: int | float = Field(default=600, gt=0, le=86_400, allow_inf_nan=False)
    steps: int = Field(default=500, gt=0, le=10_000)
    tokens: int = Field(default=500_000, gt=0, le=100_000_000)
    cost: int | float = Field(default=5, gt=0, le=10_000, allow_inf_nan=False)
    at_once: int = Field(default=8, gt=0, le=64)


class FlowDocument(Part):
    """A whole flow. Ids are unique; edges and positions name nodes that are there."""

    format: Literal["signalbox.flow/1"] = "signalbox.flow/1"
    nodes: tuple[Node, ...] = Field(default=(), max_length=MAX_NODES)
    edges: tuple[Edge, ...] = Field(default=(), max_length=MAX_EDGES)
    layout: dict[NodeId, Position] = Field(default_factory=dict)
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _hangs_together(self) -> FlowDocument:
        ids = {node.id for node in self.nodes}
        if len(ids) != len(self.nodes):
            raise ValueError("two nodes have the same id")
        if len({edge.id for edge in self.edges}) != len(self.edges):
            raise ValueError("two edges have the same id")
        for edge in self.edges:
            if edge.source not in ids or edge.target not in ids:
                raise ValueError(f"edge {edge.id} ends at a node that is not there")
        for name in self.layout:
            if name not in ids:
                raise ValueError(f"the layout places {name}, which is not there")
        return self

    @classmethod
    def stored(cls, values: dict[str, Any]) -> FlowDocument:
        """Read what a row keeps. Raise DocumentUnreadable: another release may have written it."""
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise DocumentUnreadable from error

    def node(self, node_id: str) -> Node | None:
        return next((node for node in self.nodes if node.id == node_id), None)

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values, keys in the order of this file: loading it again gives an equal document."""
        return self.model_dump(mode="json")

    def fingerprint(self) -> str:
        """Return 64 hex digits that change with anything a run depends on: not with positions."""
        return hashlib.sha256(msgspec.json.encode(self.model_dump(mode="json", exclude={"layout"}))).hexdigest()
