"""A document made ready to run: settings parsed, tracks indexed, once for all runs of a version."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec
from pydantic import ValidationError

from backend.errors import InvalidInput
from backend.flows.document import FlowDocument, Limits, Node
from backend.flows.graph.order import run_order
from backend.flows.kind import NodeConfig
from backend.flows.managed import Followed, followed
from backend.flows.nodes.registry import AnyKind
from backend.flows.ports import Port
from backend.ports.templates import Templates

MAX_KEPT = 200


@dataclass(frozen=True, slots=True)
class Track:
    """An edge between two steps, by their places in the plan; `number` is its own place among the edges."""

    number: int
    source: int
    source_port: str
    target: int
    target_port: str


@dataclass(frozen=True, slots=True)
class Step:
    """A node of the plan. `needs` are the nodes its templates read; `fingerprint` changes with its settings."""

    index: int
    node: Node
    kind: AnyKind
    config: NodeConfig
    ports: tuple[Port, ...]
    port_names: tuple[str, ...]
    tracks_in: tuple[Track, ...]
    tracks_out: tuple[Track, ...]
    needs: tuple[str, ...]
    fingerprint: bytes

    @property
    def is_quick(self) -> bool:
        """Tell a node that neither touches the world nor waits for anything."""
        return not (self.kind.effect or self.kind.waits)


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in run order, so that the step at place 0 has plate 1. `follows` are prompts by slug and label.

    `held` are the places of steps behind which a person decides: what they say is changed or refused yet.
    """

    snapshot_id: str
    steps: tuple[Step, ...]
    limits: Limits
    num_tracks: int
    input_config: NodeConfig | None
    follows: frozenset[Followed] = frozenset()
    held: frozenset[int] = frozenset()


def make_plan(snapshot_id: str, document: FlowDocument, kinds: Mapping[str, AnyKind], templates: Templates) -> Plan:
    """Parse every node's settings. Raise InvalidInput where validation would have found an error."""
    order = run_order(document)
    places = {name: index for index, name in enumerate(order)}
    nodes = {node.id: node for node in document.nodes}
    tracks = [
        Track(number, places[edge.source], edge.source_port, places[edge.target], edge.target_port)
        for number, edge in enumerate(document.edges)
    ]
    steps: list[Step] = []
    for index, name in enumerate(order):
        node = nodes[name]
        kind = kinds.get(node.kind)
        if kind is None:
            raise InvalidInput(f"There is no node kind called {node.kind}.")
        config = parsed(kind, node)
        steps.append(
            Step(
                index=index,
                node=node,
                kind=kind,
                config=config,
                ports=(ports := kind.ports_in(config)),
                port_names=tuple(port.name for port in ports),
                tracks_in=tuple(track for track in tracks if track.target == index),
                tracks_out=tuple(track for track in tracks if track.source == index),
                needs=_needs(kind, config, templates, set(nodes)),
                fingerprint=msgspec.json.encode([node.kind, node.config]),
            )
        )
    first = next((step.config for step in steps if step.kind.starts), None)
    follows = frozenset(followed(document))
    return Plan(snapshot_id, tuple(steps), document.limits, len(tracks), first, follows, _held(steps))


def _held(steps: Sequence[Step]) -> frozenset[int]:
    held: set[int] = set()
    for step in reversed(steps):
        readers = {one.index for one in steps if step.node.id in one.needs}
        if any(steps[at].kind.holds or at in held for at in readers.union(track.target for track in step.tracks_out)):
            held.add(step.index)
    return frozenset(held)


def parsed(kind: AnyKind, node: Node) -> NodeConfig:
    try:
        return kind.Config.model_validate(node.config)
    except ValidationError as error:
        raise InvalidInput(f"The settings of {node.title or node.id} cannot be used.") from error


def _needs(kind: AnyKind, config: NodeConfig, templates: Templates, known: set[str]) -> tuple[str, ...]:
    names: set[str] = set()
    for source in kind.templates(config).values():
        names |= {reference.partition(".")[0] for reference in templates.references(source)}
    return tuple(sorted(names & known))


class Plans:
    """The plans of late, by snapshot: what a snapshot id names never changes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Plan] = OrderedDict()

    def get(self, snapshot_id: str) -> Plan | None:
        plan = self._kept.get(snapshot_id)
        if plan is not None:
            self._kept.move_to_end(snapshot_id)
        return plan

    def keep(self, plan: Plan) -> Plan:
        self._kept[plan.snapshot_id] = plan
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        return plan
