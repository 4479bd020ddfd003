"""Two flows over the same rows, with times and costs that a test knows; on either database."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import delete, update
from sqlmodel import col

from backend.experiments.types import Experiment, FlowChoice, VariantDraft
from backend.flows.models import NodeRunRow, RunRow
from backend.ports.jobs import BY_ID
from tests.backend.experiments.conftest import Lab, prompt
from tests.factories import flows

# Of the five answers of each variant, by the order of their rows.
OLD_MS, NEW_MS = (10.0, 20.0, 30.0, 40.0, 100.0), (50.0, 10.0, 90.0, 20.0)


def longer() -> flows.FlowDocument:
    """Return the greeting with a node more, and with the greeting under another id."""
    nodes = [
        flows.node("input", "input", flows.form()),
        flows.node("hello2", "template", {"template": "Hello {{ input.question }}"}, title="Hello"),
        flows.node("polish", "template", {"template": "{{ hello2.text }}!"}),
        flows.node("output", "output"),
    ]
    edges = [("input.question", "hello2.data"), ("hello2.text", "polish.data"), ("polish.text", "output.value")]
    return flows.document(nodes, edges)


async def two_flows(lab: Lab) -> Experiment:
    """Ask two flows and a prompt five rows; one answer of the new flow fails in its greeting."""
    lab.fill(5)
    await lab.services.flows.create(lab.operator, "Old desk", document=flows.greeting())
    await lab.services.flows.create(lab.operator, "New desk", document=longer())
    old, new = (VariantDraft(name, flow=FlowChoice(f"{name}-desk", "draft")) for name in ("old", "new"))
    done = await lab.ran(old, new, prompt("prompt", "{{ good }}"), evaluators=({"kind": "exact"},))
    runs = {(cell.variant, cell.row): cell.run_id for cell in await lab.cells(done)}
    async with lab.services.experiments._units.write(BY_ID) as work:

        async def put(variant: str, row: int, node: str, **values: object) -> None:
            theirs = (col(NodeRunRow.run_id) == runs[variant, row], col(NodeRunRow.node) == node)
            await work.session.exec(update(NodeRunRow).where(*theirs).values(**values))

        for row in range(1, 6):
            for variant, node in (("old", "input"), ("old", "output"), ("new", "input"), ("new", "output")):
                await put(variant, row, node, time_ms=1.0)
            await put("old", row, "hello", time_ms=OLD_MS[row - 1], cost=Decimal("0.001"), tokens_in=10, tokens_out=5)
            await put("new", row, "polish", time_ms=2.0)
        for row, time_ms in enumerate(NEW_MS, 1):
            await put("new", row, "hello2", time_ms=time_ms, cost=Decimal("0.002"), tokens_in=10, tokens_out=10)
        await put("new", 4, "hello2", status="failed")
        for node in ("hello2", "polish", "output"):
            await put("new", 5, node, status="skipped")
    return done


async def nodes_stand_beside_each_other(lab: Lab) -> None:
    done = await two_flows(lab)
    runs = {(cell.variant, cell.row): cell.run_id for cell in await lab.cells(done)}
    found = await lab.service.nodes(lab.operator, done.id)
    assert (found.baseline, found.num_answers) == ("old", {"old": 5, "new": 5})
    assert {one.variant for one in found.nodes} == {"new"}, "a prompt has no nodes"
    worst, *others = found.nodes
    assert (worst.node, worst.baseline_node, worst.title) == ("hello2", "hello", "Hello"), "by title where not by id"
    ran, was, by = worst.ran, worst.baseline, worst.difference
    assert ran is not None and was is not None and by is not None  # noqa: PT018
    assert (ran.num_runs, ran.num_failed, ran.mean_ms, ran.median_ms) == (4, 1, 42.5, 35.0), "skipped did not run"
    assert (was.num_runs, was.num_failed, was.mean_ms, was.median_ms) == (5, 0, 40.0, 30.0)
    assert (round(ran.cost, 9), round(was.cost, 9), ran.tokens, was.tokens) == (0.0016, 0.001, 16.0, 15.0)
    assert (by.failed_share, by.mean_ms, by.median_ms, round(by.cost, 9), by.tokens) == (0.25, 2.5, 5.0, 0.0006, 1.0)
    assert (ran.run_id, was.run_id) == (runs["new", 4], runs["old", 5]), "one that failed, else the slowest"
    assert worst.added_ms == 42.5 * 4 / 5 - 40
    polish = others[0]
    assert (polish.node, polish.baseline_node, polish.baseline, polish.difference) == ("polish", "", None, None)
    assert [one.node for one in others[1:]] == ["input", "output"]
    turned = await lab.service.nodes(lab.operator, done.id, baseline="new", variant="old")
    (alone,) = [one for one in turned.nodes if not one.node]
    assert (alone.baseline_node, alone.ran, alone.added_ms) == ("polish", None, -2.0 * 4 / 5)
    for baseline, variant in (("prompt", ""), ("old", "prompt"), ("old", "old")):
        assert (await lab.service.nodes(lab.operator, done.id, baseline, variant)).nodes == ()
    async with lab.services.experiments._units.write(BY_ID) as work:
        gone = [runs["old", 1], runs["old", 2]]
        await work.session.exec(delete(NodeRunRow).where(col(NodeRunRow.run_id).in_(gone)))
        await work.session.exec(delete(RunRow).where(col(RunRow.id).in_(gone)))
    left = await lab.service.nodes(lab.operator, done.id)
    (was,) = [one.baseline for one in left.nodes if one.baseline_node == "hello"]
    assert was is not None
    assert (left.num_answers["old"], was.num_runs, round(was.cost, 9)) == (3, 3, 0.001), "erased runs divide nothing"
