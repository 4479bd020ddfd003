"""Random graphs with choices: every node runs or is skipped once, after all that it waits for."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from backend.flows.context import NodeContext
from backend.flows.document import FlowDocument, PortType
from backend.flows.kind import NodeConfig, NodeKind, Result
from backend.flows.ports import Port
from backend.flows.types import RunStatus
from tests.factories.flows import document, form, node
from tests.factories.running import Stage

SEEDS = range(40)
WAYS = ("a", "b")


class FateConfig(NodeConfig):
    fate: str = "both"


class Fate(NodeKind[FateConfig]):
    """Go on both ways, or on the one that its settings say."""

    name = "fate"
    title = group = icon = description = "Fate"
    Config = FateConfig
    inputs = (Port(name="data", type=PortType.ANY, many=True), Port(name="must", type=PortType.ANY, required=True))
    outputs = tuple(Port(name=way, type=PortType.ANY) for way in WAYS)

    def __init__(self, order: list[str]) -> None:
        self.order = order

    def line(self, config: FateConfig) -> str:
        return config.fate

    async def run(self, context: NodeContext[FateConfig], inputs: Mapping[str, Any]) -> Result:
        self.order.append(context.node_id)
        fate = context.config.fate
        taken = frozenset(WAYS) if fate == "both" else frozenset({fate})
        return Result(dict.fromkeys(WAYS, context.node_id), taken, f"{fate} was taken")


class Slow(Fate):
    """The same, beside others."""

    waits = True


def random_flow(chance: random.Random) -> FlowDocument:
    """Return a graph whose nodes may each need one track and take more."""
    names = [f"n{number}" for number in range(chance.randint(3, 25))]
    nodes = [node("input", "input", form())]
    edges: list[tuple[str, str]] = []
    for index, name in enumerate(names):
        kind = chance.choice(["fate", "slow"])
        nodes.append(node(name, kind, {"fate": chance.choice(["both", "a", "b"])}))
        earlier = ["input", *names[:index]]
        ends = {(source, chance.choice(["data", "must"])) for source in chance.choices(earlier, k=chance.randint(1, 3))}
        for source, port in sorted(ends):
            way = "question" if source == "input" else chance.choice(WAYS)
            edges.append((f"{source}.{way}", f"{name}.{port}"))
    return document(nodes, edges)


def expected(flow: FlowDocument) -> dict[str, bool]:
    """Say which nodes run, straight from the rules: something must reach them, and a port that must be fed."""
    runs: dict[str, bool] = {}
    for one in flow.nodes:
        if one.kind == "input":
            runs[one.id] = True
            continue
        alive: dict[str, bool] = {}
        for track in flow.edges:
            if track.target == one.id:
                fate = flow.node(track.source).config.get("fate", "both")
                taken = runs[track.source] and fate in ("both", track.source_port)
                alive[track.target_port] = alive.get(track.target_port, False) or taken
        runs[one.id] = any(alive.values()) and alive.get("must", True)
    return runs


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_node_is_decided_once_after_all_before_it(stage: Stage, seed: int) -> None:
    order: list[str] = []
    stage.kinds["fate"], stage.kinds["slow"] = Fate(order), Slow(order)
    flow = random_flow(random.Random(seed))
    outcome = await stage.run(flow)
    assert outcome.status is RunStatus.DONE, outcome.error
    _, rows = await stage.last()
    runs = expected(flow)
    assert {name: row.status == "done" for name, row in rows.items()} == runs
    assert sorted(order) == sorted(name for name, ran in runs.items() if ran and name != "input")
    for track in flow.edges:
        if track.source in order and track.target in order:
            assert order.index(track.source) < order.index(track.target)
    assert all(row.reason for row in rows.values() if row.status == "skipped")
