"""Edits of a document, and their inverses."""

from __future__ import annotations

import random
from typing import Any

import pytest

from backend.flows.document import FlowDocument
from backend.flows.errors import OperationRefused
from backend.flows.graph.operations import apply, read_operations
from backend.flows.graph.order import with_plates
from tests.factories.flows import echo, edge, fork, node

SEEDS = range(60)


def moved(document: FlowDocument, *operations: dict[str, Any]) -> FlowDocument:
    return apply(document, read_operations(list(operations))).document


def test_a_document_is_the_same_after_json() -> None:
    first = fork().as_json()
    assert FlowDocument.model_validate(first).as_json() == first
    placed = moved(echo(), {"op": "move", "node": "input", "x": 96, "y": 12.5})
    assert FlowDocument.model_validate(placed.as_json()) == placed
    assert placed.as_json()["layout"] == {"input": {"x": 96, "y": 12.5}}


def test_moving_changes_no_fingerprint() -> None:
    assert moved(echo(), {"op": "move", "node": "input", "x": 1, "y": 2}).fingerprint() == echo().fingerprint()
    renamed = moved(echo(), {"op": "rename", "node": "input", "title": "Ask"})
    assert renamed.fingerprint() != echo().fingerprint()


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "move", "node": "nobody", "x": 0, "y": 0},
        {"op": "move", "node": "input", "x": float("inf"), "y": 0},
        {"op": "add_node", "node": node("input", "llm")},
        {"op": "add_node", "node": {**node("loop", "llm")}},
        {"op": "add_node", "node": {**node("x", "llm"), "project_id": "proj_other"}},
        {"op": "remove_node", "node": "nobody"},
        {"op": "connect", "edge": edge("input.question", "output.value")},
        {"op": "connect", "edge": edge("input.question", "nobody.value")},
        {"op": "connect", "edge": edge("output.value", "output.value")},
        {"op": "disconnect", "edge": "nothing"},
        {"op": "configure", "node": "nobody", "config": {}},
        {"op": "explode"},
        {"op": "rename", "node": "input", "title": "x" * 200},
        {"op": "set_policy", "node": "input", "policy": {"retries": 99}},
    ],
)
def test_an_edit_that_does_not_fit_changes_nothing(operation: dict[str, Any]) -> None:
    document = echo()
    good = {"op": "rename", "node": "input", "title": "Ask"}
    with pytest.raises(OperationRefused):
        apply(document, read_operations([good, operation]))
    assert document == echo()


def test_removing_a_node_takes_its_tracks_and_undo_brings_them_back() -> None:
    document = fork()
    applied = apply(document, read_operations([{"op": "remove_node", "node": "which"}]))
    assert {track.id for track in applied.document.edges} == {"money.text-output.value", "other.text-output.value"}
    assert apply(applied.document, applied.inverse).document == document


@pytest.mark.parametrize("seed", SEEDS)
def test_any_edits_can_be_taken_back(seed: int) -> None:
    chance = random.Random(seed)
    document = before = with_plates(fork())
    inverse: list[Any] = []
    for number in range(25):
        operation = _any_operation(chance, document, number)
        try:
            applied = apply(document, read_operations([operation]))
        except OperationRefused:
            continue
        document = with_plates(applied.document)
        inverse[:0] = applied.inverse
    restored = with_plates(apply(document, inverse).document)
    assert restored.model_copy(update={"layout": {}}) == before.model_copy(update={"layout": {}})


def _any_operation(chance: random.Random, document: FlowDocument, number: int) -> dict[str, Any]:
    names = [one.id for one in document.nodes] or ["nobody"]
    tracks = [one.id for one in document.edges] or ["nothing"]
    some = chance.choice(names)
    return chance.choice(
        [
            {"op": "move", "node": some, "x": chance.randint(0, 900), "y": chance.randint(0, 900)},
            {"op": "add_node", "node": node(f"new_{number}", "template"), "index": chance.randint(0, len(names))},
            {"op": "remove_node", "node": some},
            {"op": "connect", "edge": edge(f"{some}.text", f"{chance.choice(names)}.data")},
            {"op": "disconnect", "edge": chance.choice(tracks)},
            {"op": "configure", "node": some, "config": {"template": str(number)}},
            {"op": "rename", "node": some, "title": f"Title {number}"},
            {"op": "set_policy", "node": some, "policy": {"retries": chance.randint(0, 5)}},
            {"op": "set_limits", "limits": {"steps": chance.randint(1, 100)}},
        ]
    )


def test_plates_follow_the_tracks_and_then_the_place() -> None:
    document = moved(
        fork(),
        {"op": "move", "node": "other", "x": 10, "y": 0},
        {"op": "move", "node": "money", "x": 20, "y": 0},
    )
    numbered = with_plates(document)
    assert {one.id: one.plate for one in numbered.nodes} == {
        "input": 1,
        "which": 2,
        "other": 3,
        "money": 4,
        "output": 5,
    }
    assert with_plates(numbered) is numbered
