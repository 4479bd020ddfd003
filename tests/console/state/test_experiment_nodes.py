"""The nodes of two flows beside each other, in words."""

from __future__ import annotations

from backend.experiments.types import ComparedNode, ComparedNodes, NodeDifference, NodeFigures
from console.state.experiment_nodes import Figure, NodeLine, node_lines

RAN = NodeFigures(36, 2, 1_640.0, 1_200.0, 0.0016, 412.5, "run_9")
WAS = NodeFigures(38, 0, 900.0, 1_150.0, 0.001, 500.0, "run_1")
BY = NodeDifference(2 / 36, 740.0, 50.0, 0.0006, -87.5)
ANSWERS = {"new": 40, "old": 38}


def lines(one: ComparedNode) -> list[NodeLine]:
    return node_lines(ComparedNodes("old", ANSWERS, (one,)), "new")


def test_a_node_has_its_figures_and_below_by_how_much_they_differ() -> None:
    (one,) = lines(ComparedNode("new", "llm", "llm", "Answer", "llm", 3, WAS, RAN, BY, 500.0))
    assert (one.plate, one.title, one.note, one.mark) == ("03", "Answer", "", "fail")
    assert (one.ran, one.failed) == (Figure("36 of 40", "was 38"), Figure("2", "+5.6 pt"))
    assert (one.median, one.mean) == (Figure("1.2 s", "+50 ms"), Figure("1.6 s", "+740 ms"))
    assert (one.cost, one.tokens) == (Figure("$1.60", "+$0.60"), Figure("412", "\u221287.5"))
    assert (one.href, one.leads_to) == ("/runs/run_9", "A run in which it failed")


def test_a_node_of_one_flow_alone_says_so_and_differs_from_nothing() -> None:
    def said(node: str, other: str, ran: NodeFigures | None, was: NodeFigures | None) -> tuple[str, str, str, str]:
        (told,) = lines(ComparedNode("new", node, other, "Answer", "llm", 3, was, ran, None, 500.0))
        return told.note, told.ran.words, told.median.by, told.href

    assert said("llm", "", RAN, None) == ("only in new", "36 of 40", "", "/runs/run_9")
    assert said("", "llm", None, WAS) == ("only in old", "38 of 38", "", "/runs/run_1")
    assert said("llm", "llm", None, WAS) == ("ran in old alone", "38 of 38", "", "/runs/run_1")
    assert lines(ComparedNode("new", "a", "", "A", "llm", 1, None, None, None, 0.0)) == [], "it ran nowhere"


def test_a_difference_that_the_digits_do_not_show_is_not_told() -> None:
    by = NodeDifference(0.0, 0.2, -0.2, 1e-13, 0.0)
    (one,) = lines(ComparedNode("new", "llm", "llm", "Answer", "llm", 3, WAS, WAS, by, 0.2))
    assert {one.ran.by, one.failed.by, one.median.by, one.mean.by, one.cost.by, one.tokens.by} == {""}
    assert one.leads_to == "Its slowest run"
