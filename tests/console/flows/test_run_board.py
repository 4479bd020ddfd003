"""What a run says becomes marks, tails of text, and an answer."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from backend.flows.types import FlowDocument, NodeRun, NodeStatus, Run, RunDetail, RunStatus, Trigger, Try, Usage
from console.state.cited_text import parts_of
from console.state.flows_said import answer
from console.state.run_board import RunBoard, mark_of, shown


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def row(node: str, status: NodeStatus, **changes) -> NodeRun:
    given = {
        "node": node,
        "kind": "template",
        "title": "",
        "plate": 1,
        "status": status,
        "reason": "",
        "inputs": {},
        "output": None,
        "error": "",
        "usage": Usage(),
        "started_at": None,
        "offset_ms": 0.0,
        "time_ms": 0.0,
        "attempt": 1,
        "tries": [],
        "detail": {},
    }
    return NodeRun(**{**given, **changes})


def run(status: RunStatus = RunStatus.DONE, **changes) -> Run:
    given = {
        "id": "run_1",
        "flow_id": "flow_1",
        "flow_name": "Desk",
        "flow_slug": "desk",
        "version": 1,
        "draft_version": None,
        "status": status,
        "trigger": Trigger.CONSOLE,
        "input": {},
        "output": None,
        "error": "",
        "error_node": "",
        "usage": Usage(),
        "citations": [],
        "conversation_id": None,
        "attempt": 1,
        "started_by": "Ines",
        "created_at": datetime(2026, 11, 21, tzinfo=UTC),
        "started_at": None,
        "finished_at": None,
        "time_ms": 12.0,
    }
    return Run(**{**given, **changes})


def test_offsets_follow_the_clock_and_tokens_mark_the_node_as_writing():
    clock = Clock()
    board = RunBoard(clock)
    clock.now = 0.4
    board.take([{"event": "node.started", "node": "llm", "run_id": "run_1"}])
    assert board.marks == {"llm": {"status": "running", "offset_ms": 400.0}}
    board.take(
        [{"event": "token", "node": "llm", "text": "Yes, "}, {"event": "token", "node": "llm", "text": "you may."}]
    )
    assert board.answer == "Yes, you may."
    assert board.live == {"llm": "Yes, you may."}
    assert board.marks["llm"]["tokens"] is True
    clock.now = 1.0
    done = {"event": "node.done", "node": "llm", "status": "done", "time_ms": 600, "tokens_out": 4, "cost": 0.01}
    board.take([done])
    mark = {"status": "done", "offset_ms": 400.0, "time_ms": 600.0, "tokens_out": 4, "cost": 0.01}
    assert board.marks["llm"] == mark
    assert not board.is_over
    board.take([{"event": "run.done", "status": "done", "output": {"answer": "Yes"}, "citations": []}])
    assert board.is_over


def test_another_node_that_writes_begins_the_answer_anew():
    board = RunBoard(Clock())
    board.take([{"event": "token", "node": "a", "text": "draft"}, {"event": "token", "node": "b", "text": "final"}])
    assert board.answer == "final"


def test_a_failed_run_names_its_node_and_its_plate():
    board = RunBoard(Clock())
    error = "07 LLM answer: The model is busy."
    board.take([{"event": "run.failed", "status": "failed", "error": error, "node": "llm"}])
    said = answer(board, "Desk")
    assert (said.state, said.words, said.node) == ("fail", error, "llm"), "its plate is said once"


def test_the_record_gives_the_ports_that_carried_and_the_attempts():
    tries = [Try(1, 1204, "HTTP 529", 500), Try(2, 2318)]
    mark = mark_of(
        row(
            "c",
            NodeStatus.DONE,
            kind="condition",
            output={"order": "x"},
            tries=tries,
            usage=Usage(3, 4, Decimal("0.01")),
        )
    )
    assert mark["ports"] == ["order"]
    assert [one["error"] for one in mark["tries"]] == ["HTTP 529", ""]
    assert (mark["tokens_in"], mark["tokens_out"], mark["cost"]) == (3, 4, 0.01)
    assert mark_of(row("p", NodeStatus.PENDING)) == {"status": "pending"}


def test_recalling_the_record_replaces_what_was_heard():
    board = RunBoard(Clock())
    board.take([{"event": "node.started", "node": "a"}])
    rows = [row("a", NodeStatus.DONE, time_ms=3.0), row("b", NodeStatus.PENDING)]
    board.recall(RunDetail(run(output={"answer": "42"}), FlowDocument(), rows), 12.0)
    assert list(board.marks) == ["a"]
    assert board.output == {"answer": "42"}
    assert board.is_over


def test_marks_are_told_from_those_that_no_source_stands_behind():
    cut = parts_of("See [1, 2] and [9], not row[3].", {"1": "/documents/d", "2": "/documents/e"})
    numbers = [("", "1", "/documents/d", False), ("", "2", "/documents/e", False), ("", "9", "", True)]
    assert [(one.text, one.number, one.href, one.astray) for one in cut] == [
        ("See ", "", "", False), *numbers[:2], (" and ", "", "", False), numbers[2], (", not row[3].", "", "", False),
    ]  # fmt: skip
    assert [one.text for one in parts_of("A list has [1].", {})] == ["A list has [1]."]


def test_a_lone_text_is_shown_as_itself_and_the_rest_in_lines():
    assert shown({"answer": "Yes"}) == "Yes"
    assert shown({"a": 1, "b": [2, 3]}) == "a: 1\nb: \n  - 2\n  - 3"


def test_the_record_fills_what_was_not_heard_and_takes_nothing_back():
    board = RunBoard(Clock())
    board.take(
        [
            {"event": "node.done", "node": "quick", "run_id": "run_1", "status": "done"},
            {"event": "node.started", "node": "work"},
            {"event": "node.started", "node": "slow"},
        ]
    )
    rows = [
        row("quick", NodeStatus.PENDING),
        row("work", NodeStatus.FAILED, error="No."),
        row("slow", NodeStatus.RUNNING, offset_ms=7.0),
        row("elsewhere", NodeStatus.RUNNING),
    ]
    before = board.marks["slow"]
    board.catch_up(RunDetail(run(RunStatus.RUNNING), FlowDocument(), rows))
    assert {name: mark["status"] for name, mark in board.marks.items()} == {
        "quick": "done",
        "work": "failed",
        "slow": "running",
        "elsewhere": "running",
    }
    assert (board.marks["slow"], board.is_over) == (before, False)
