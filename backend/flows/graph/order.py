"""Which node comes before which: run order, plates, ancestors and cycles."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Mapping

from backend.flows.document import Edge, FlowDocument, Position

_NOWHERE = Position()


def run_order(document: FlowDocument) -> list[str]:
    """Return node ids so that each stands behind all it waits for; ties go from left to right, then downwards.

    Nodes on a cycle, or behind one, come last, in the order of the document.
    """
    waits_for = dict.fromkeys((node.id for node in document.nodes), 0)
    leads_to = defaultdict(list)
    for edge in document.edges:
        waits_for[edge.target] += 1
        leads_to[edge.source].append(edge.target)
    place = {
        node.id: (position.x, position.y, index)
        for index, node in enumerate(document.nodes)
        for position in (document.layout.get(node.id, _NOWHERE),)
    }
    ready = [(place[name], name) for name, count in waits_for.items() if count == 0]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        _, name = heapq.heappop(ready)
        order.append(name)
        for target in leads_to[name]:
            waits_for[target] -= 1
            if waits_for[target] == 0:
                heapq.heappush(ready, (place[target], target))
    placed = set(order)
    return order + [node.id for node in document.nodes if node.id not in placed]


def with_plates(document: FlowDocument) -> FlowDocument:
    """Number the nodes from 1 in run order."""
    plates = {name: number for number, name in enumerate(run_order(document), start=1)}
    if all(node.plate == plates[node.id] for node in document.nodes):
        return document
    nodes = tuple(
        node if node.plate == plates[node.id] else node.model_copy(update={"plate": plates[node.id]})
        for node in document.nodes
    )
    return document.model_copy(update={"nodes": nodes})


def plates_of(document: FlowDocument) -> dict[str, int]:
    return {node.id: node.plate for node in document.nodes}


def cyclic(document: FlowDocument) -> set[str]:
    """Return the nodes that lie on a cycle: what is left when ends are peeled off on both sides."""
    edges = list(document.edges)
    while True:
        sources, targets = {edge.source for edge in edges}, {edge.target for edge in edges}
        kept = [edge for edge in edges if edge.source in targets and edge.target in sources]
        if len(kept) == len(edges):
            return sources & targets
        edges = kept


def ancestors(document: FlowDocument) -> dict[str, frozenset[str]]:
    """Return for each node all nodes that a track leads from to it, near and far; none for nodes on a cycle."""
    incoming: Mapping[str, list[Edge]] = _by_target(document)
    found: dict[str, frozenset[str]] = {}
    for name in run_order(document):
        near = [edge.source for edge in incoming[name]]
        found[name] = frozenset(near).union(*(found.get(source, frozenset()) for source in near))
    return found


def reached(document: FlowDocument, starts: set[str]) -> set[str]:
    """Return the nodes that a track leads to from one of `starts`, and these."""
    leads_to = defaultdict(list)
    for edge in document.edges:
        leads_to[edge.source].append(edge.target)
    seen, waiting = set(starts), list(starts)
    while waiting:
        for target in leads_to[waiting.pop()]:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def _by_target(document: FlowDocument) -> Mapping[str, list[Edge]]:
    incoming: dict[str, list[Edge]] = defaultdict(list)
    for edge in document.edges:
        incoming[edge.target].append(edge)
    return incoming
