"""Edits of a document: each is checked, and each can be taken back by its inverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from backend.flows.document import Coordinate, Edge, EdgeId, FlowDocument, Limits, Node, NodeId, Policy, Position
from backend.flows.errors import OperationRefused

MAX_OPERATIONS = 2_000


class _Operation(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Move(_Operation):
    op: Literal["move"] = "move"
    node: NodeId
    x: Coordinate
    y: Coordinate


class AddNode(_Operation):
    """`index` is the place among the nodes, None for the end."""

    op: Literal["add_node"] = "add_node"
    node: Node
    position: Position | None = None
    index: int | None = Field(default=None, ge=0)


class RemoveNode(_Operation):
    """Its tracks go with it."""

    op: Literal["remove_node"] = "remove_node"
    node: NodeId


class Connect(_Operation):
    op: Literal["connect"] = "connect"
    edge: Edge
    index: int | None = Field(default=None, ge=0)


class Disconnect(_Operation):
    op: Literal["disconnect"] = "disconnect"
    edge: EdgeId


class Configure(_Operation):
    """Put whole new settings in place of the old."""

    op: Literal["configure"] = "configure"
    node: NodeId
    config: dict[str, Any]


class SetPolicy(_Operation):
    op: Literal["set_policy"] = "set_policy"
    node: NodeId
    policy: Policy


class Rename(_Operation):
    op: Literal["rename"] = "rename"
    node: NodeId
    title: str = Field(max_length=120)


class SetLimits(_Operation):
    op: Literal["set_limits"] = "set_limits"
    limits: Limits


Operation = Annotated[
    Move | AddNode | RemoveNode | Connect | Disconnect | Configure | SetPolicy | Rename | SetLimits,
    Field(discriminator="op"),
]
_LIST: TypeAdapter[list[Operation]] = TypeAdapter(Annotated[list[Operation], Field(max_length=MAX_OPERATIONS)])


@dataclass(frozen=True, slots=True)
class Applied:
    """The new document, and the operations that lead back, in the order in which they must be applied."""

    document: FlowDocument
    inverse: list[Operation]


def read_operations(given: Any) -> list[Operation]:
    """Parse what a browser or a script sent. Raise OperationRefused naming the first that is wrong."""
    try:
        return _LIST.validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise OperationRefused(f"Operation {place}: {first['msg']}.") from error


def apply(document: FlowDocument, operations: Sequence[Operation]) -> Applied:
    """Apply all or none. Raise OperationRefused when one does not fit the document as the others leave it."""
    draft = _Draft(document)
    inverse: list[Operation] = []
    for operation in operations:
        inverse[:0] = _APPLY[type(operation)](draft, operation)
    try:
        return Applied(draft.document(), inverse)
    except ValidationError as error:
        raise OperationRefused(f"The edit leaves a broken document: {error.errors()[0]['msg']}.") from error


class _Draft:
    """A document that may be changed. Pieces that stay are shared with the old one."""

    def __init__(self, document: FlowDocument) -> None:
        self.nodes = list(document.nodes)
        self.edges = list(document.edges)
        self.layout = dict(document.layout)
        self.limits = document.limits

    def document(self) -> FlowDocument:
        return FlowDocument(nodes=tuple(self.nodes), edges=tuple(self.edges), layout=self.layout, limits=self.limits)

    def place(self, node_id: str) -> int:
        for index, node in enumerate(self.nodes):
            if node.id == node_id:
                return index
        raise OperationRefused(f"There is no node {node_id}.", hint="It may have been removed meanwhile.")

    def change(self, node_id: str, **values: Any) -> Node:
        """Put new values into a node; return it as it was."""
        index = self.place(node_id)
        old = self.nodes[index]
        self.nodes[index] = old.model_copy(update=values)
        return old


def _move(draft: _Draft, move: Move) -> list[Operation]:
    draft.place(move.node)
    old = draft.layout.get(move.node, Position())
    draft.layout[move.node] = Position(x=move.x, y=move.y)
    return [Move(node=move.node, x=old.x, y=old.y)]


def _add_node(draft: _Draft, add: AddNode) -> list[Operation]:
    if any(node.id == add.node.id for node in draft.nodes):
        raise OperationRefused(f"There is a node {add.node.id} already.", hint="Choose another id.")
    draft.nodes.insert(len(draft.nodes) if add.index is None else add.index, add.node)
    if add.position is not None:
        draft.layout[add.node.id] = add.position
    return [RemoveNode(node=add.node.id)]


def _remove_node(draft: _Draft, remove: RemoveNode) -> list[Operation]:
    index = draft.place(remove.node)
    node = draft.nodes.pop(index)
    tracks = [
        Connect(edge=edge, index=place)
        for place, edge in enumerate(draft.edges)
        if node.id in (edge.source, edge.target)
    ]
    draft.edges = [edge for edge in draft.edges if node.id not in (edge.source, edge.target)]
    return [AddNode(node=node, position=draft.layout.pop(node.id, None), index=index), *tracks]


def _connect(draft: _Draft, connect: Connect) -> list[Operation]:
    edge = connect.edge
    draft.place(edge.source)
    draft.place(edge.target)
    if any(other.id == edge.id for other in draft.edges):
        raise OperationRefused(f"There is a track {edge.id} already.")
    ends = (edge.source, edge.source_port, edge.target, edge.target_port)
    if any(ends == (other.source, other.source_port, other.target, other.target_port) for other in draft.edges):
        raise OperationRefused("These two ports are joined already.")
    if edge.source == edge.target:
        raise OperationRefused("A node cannot lead to itself.")
    draft.edges.insert(len(draft.edges) if connect.index is None else connect.index, edge)
    return [Disconnect(edge=edge.id)]


def _disconnect(draft: _Draft, disconnect: Disconnect) -> list[Operation]:
    for index, edge in enumerate(draft.edges):
        if edge.id == disconnect.edge:
            return [Connect(edge=draft.edges.pop(index), index=index)]
    raise OperationRefused(f"There is no track {disconnect.edge}.", hint="It may have been removed meanwhile.")


def _configure(draft: _Draft, configure: Configure) -> list[Operation]:
    return [Configure(node=configure.node, config=draft.change(configure.node, config=configure.config).config)]


def _set_policy(draft: _Draft, change: SetPolicy) -> list[Operation]:
    return [SetPolicy(node=change.node, policy=draft.change(change.node, policy=change.policy).policy)]


def _rename(draft: _Draft, rename: Rename) -> list[Operation]:
    return [Rename(node=rename.node, title=draft.change(rename.node, title=rename.title).title)]


def _set_limits(draft: _Draft, change: SetLimits) -> list[Operation]:
    old, draft.limits = draft.limits, change.limits
    return [SetLimits(limits=old)]


Some = TypeVar("Some", bound=_Operation)
_APPLY: dict[type[_Operation], Callable[[_Draft, Any], list[Operation]]] = {
    Move: _move,
    AddNode: _add_node,
    RemoveNode: _remove_node,
    Connect: _connect,
    Disconnect: _disconnect,
    Configure: _configure,
    SetPolicy: _set_policy,
    Rename: _rename,
    SetLimits: _set_limits,
}
