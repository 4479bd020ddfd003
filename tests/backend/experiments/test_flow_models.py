"""Models that nodes of flows ask share their turns with everybody else who asks them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backend.engines.language_model.scripted_server import ScriptedServer
from backend.experiments.engine.lanes import Lane
from backend.experiments.types import CellStatus, FlowChoice, VariantDraft
from backend.flows.types import RunWish
from tests.backend.experiments.conftest import Lab, prompt
from tests.factories import flows

AT_ONCE = 3


def twice() -> flows.FlowDocument:
    """Return a flow that asks the same model in two nodes at the same time."""
    say = {"user": "{{ input.question }}", "model": "lab:echo"}
    nodes = [
        flows.node("input", "input", flows.form()),
        flows.node("one", "llm", say),
        flows.node("two", "llm", say),
        flows.node("both", "template", {"template": "{{ one.text }} {{ two.text }}"}),
        flows.node("output", "output"),
    ]
    edges = [("input.question", "one.data"), ("input.question", "two.data"), ("one.text", "both.data")]
    return flows.document(nodes, [*edges, ("two.text", "both.data"), ("both.text", "output.value")])


@pytest.fixture
def most(monkeypatch: pytest.MonkeyPatch, server: ScriptedServer) -> Counter[str]:
    """Count the calls that are under way at the model server, and the most there were at once."""
    told, answer = Counter[str](), ScriptedServer._answer
    server.latency_seconds = 0.03

    async def counted(self: ScriptedServer, *given: Any) -> AsyncIterator[bytes]:
        told["now"] += 1
        told["all"] += 1
        told["most"] = max(told["most"], told["now"])
        try:
            async for part in answer(self, *given):
                yield part
        finally:
            told["now"] -= 1

    monkeypatch.setattr(ScriptedServer, "_answer", counted)
    return told


async def test_no_more_calls_are_under_way_at_a_model_than_the_experiment_allows(lab: Lab, most: Counter[str]) -> None:
    lab.fill(6)
    await lab.services.flows.create(lab.operator, "Twice", document=twice())
    flow = VariantDraft("flow", flow=FlowChoice("twice", "draft"))
    done = await lab.ran(flow, prompt("said", "{{ good }}"), concurrency=AT_ONCE)
    cells = await lab.cells(done)
    assert {cell.status for cell in cells} == {CellStatus.DONE}
    assert {cell.output for cell in cells if cell.variant == "flow" and cell.row == 1} == {"q1 q1"}
    assert (most["all"], most["most"]) == (18, AT_ONCE), "two for each run of the flow, shared with the prompt"


async def test_a_rate_holds_for_the_calls_of_nodes(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[str, int | None]] = []
    turn = Lane._turn

    async def noted(self: Lane, rate: int | None, *given: Any) -> bool:
        taken.append((self._name, rate))
        return await turn(self, rate, *given)

    monkeypatch.setattr(Lane, "_turn", noted)
    lab.fill(2)
    await lab.services.flows.create(lab.operator, "Twice", document=twice())
    await lab.ran(VariantDraft("flow", flow=FlowChoice("twice", "draft")), requests_per_minute=6_000)
    assert sorted(taken, key=str) == [("", None)] * 2 + [("echo of lab", 6_000)] * 4, "runs themselves have none"


async def test_a_run_that_goes_on_after_a_crash_keeps_the_pace_of_its_experiment(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.fill(1)
    await lab.services.flows.create(lab.operator, "Twice", document=twice())
    variant = VariantDraft("flow", flow=FlowChoice("twice", "draft"))
    done = await lab.ran(variant, requests_per_minute=6_000, concurrency=AT_ONCE)
    loader = lab.services.runs._loader
    again = await loader.job((await lab.cells(done))[0].run_id, 2)
    taken: list[Any] = []

    async def noted(self: Lane, *given: Any) -> bool:
        taken.append((self._name, *given[:2]))
        return False

    monkeypatch.setattr(Lane, "_turn", noted)
    assert again.facts.pace
    (await again.facts.pace.take("lab:echo")).give_back()
    assert taken == [("echo of lab", 6_000, AT_ONCE)]
    alone = await lab.services.runs.run(lab.operator, "twice", RunWish({"question": "q"}, version="draft"))
    assert (await loader.job(alone.run_id, 2)).facts.pace is None, "nobody else is minded by a run of its own"


async def test_a_model_that_refuses_a_node_is_left_alone_by_all(lab: Lab) -> None:
    lab.fill(5)
    document = twice()
    busy = [node.model_copy(update={"config": {**node.config, "model": "lab:500"}}) if node.kind == "llm" else node
            for node in document.nodes]  # fmt: skip
    await lab.services.flows.create(lab.operator, "Twice", document=document.model_copy(update={"nodes": tuple(busy)}))
    await lab.ran(VariantDraft("flow", flow=FlowChoice("twice", "draft")), concurrency=1)
    lane = lab.executor._lanes.to(lab.operator.project_id, "lab:500")
    assert lane._failures > 0 or lane.is_shut
