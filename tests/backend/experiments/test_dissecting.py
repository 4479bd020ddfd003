"""What each node of a flow did, beside the baseline's."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from backend.errors import Forbidden, NotFound
from backend.experiments.analysis.nodes import Known, beside
from backend.experiments.errors import NothingToCompare
from backend.experiments.repository.nodes import NodeTotal
from backend.operator import Permission
from tests.backend.experiments.conftest import Lab
from tests.backend.experiments.dissected import nodes_stand_beside_each_other


async def test_nodes_stand_beside_each_other(lab: Lab) -> None:
    await nodes_stand_beside_each_other(lab)


async def test_nodes_are_read_by_who_may_read_flows(lab: Lab) -> None:
    lab.fill(1)
    done = await lab.ran()
    assert (await lab.service.nodes(lab.operator, done.id)).nodes == ()
    rights = lab.operator.permissions - {Permission.FLOWS_READ}
    with pytest.raises(Forbidden):
        await lab.service.nodes(replace(lab.operator, permissions=rights), done.id)
    with pytest.raises(NothingToCompare):
        await lab.service.nodes(lab.operator, done.id, variant="nobody")
    with pytest.raises(NotFound):
        await lab.service.nodes(replace(lab.operator, project_id="proj_other"), done.id)


def known(
    node: str, mean_ms: float, *, title: str = "", kind: str = "llm", failed: int = 0, runs: int = 1_000
) -> Known:
    total = NodeTotal(node, runs, failed, mean_ms, mean_ms, Decimal(0), 0, "run_1", "")
    return Known(node, title or node, kind, 1, total if runs else None)


def test_the_worst_come_first_and_a_failure_in_a_thousand_is_not_worse_than_a_second() -> None:
    old = [known("a", 10), known("b", 10), known("c", 10), known("gone", 500), known("rare", 10)]
    new = [known("a", 5), known("b", 1_000, failed=1), known("c", 10, failed=40), known("new", 20),
           known("rare", 900, runs=10)]  # fmt: skip
    found = beside("v", new, 1_000, old, 1_000)
    assert [one.node or one.baseline_node for one in found] == ["c", "b", "new", "rare", "a", "gone"]


def test_nodes_are_the_same_by_id_or_title_of_one_kind() -> None:
    old = [known("n1", 1, title="Answer"), known("n2", 1, title="Search", kind="search"), known("n3", 1)]
    new = [known("n2", 1, title="answer"), known("n1", 1, title="Find", kind="search"), known("n3", 1, runs=0)]
    twins = {one.node: one.baseline_node for one in beside("v", new, 9, old, 9) if one.node}
    assert twins == {"n2": "n1", "n1": "", "n3": "n3"}, "an id of another kind is another node"
    (silent,) = [one for one in beside("v", new, 9, old, 9) if one.node == "n3"]
    assert (silent.ran, silent.difference, silent.baseline is not None) == (None, None, True)
