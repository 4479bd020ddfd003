"""What the columns of a file become, by a guess and by what the schema wants."""

from __future__ import annotations

from typing import Any

import pytest

from backend.datasets.mapping import Shape, guessed, rows_of
from backend.datasets.types import NewItem
from tests.backend.datasets.conftest import table


def test_objects_go_whole_and_by_field() -> None:
    cells = table("input", "metadata", "metadata.by", "row", rows=[('{"q": "a"}', '{"n": 1}', "T", "7")])
    assert guessed(cells) == {"input": "input", "metadata": "metadata", "metadata.by": "metadata.by", "row": ""}
    ((_, one),) = rows_of(cells, guessed(cells), Shape({}))
    assert one == NewItem({"q": "a"}, None, {"n": 1, "by": "T"})
    text = table("input", "output", rows=[("a", "b")])
    assert guessed(text) == {"input": "input.input", "output": "expected_output"}
    ((number, words),) = rows_of(text, {"input": "input"}, Shape({}))
    assert (number, str(words).startswith("input: It must be an object")) == (2, True)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("question", "expected answer"), "expected answer"),
        (("prompt", "answer", "Correct answer (gold)"), "Correct answer (gold)"),
        (("question", "answer", "reference"), "reference"),
        (("question", "reply", "true north"), "reply"),
        (("question", "topic"), None),
    ],
)
def test_the_column_of_what_is_expected_is_known_by_its_words(columns: tuple[str, ...], expected: str | None) -> None:
    found = guessed(table(*columns, rows=[("a",) * len(columns)]))
    assert [column for column, target in found.items() if target == "expected_output"] == [expected] * bool(expected)


def test_a_class_that_repeats_is_what_is_expected_where_nothing_else_is() -> None:
    rows = [("a", "refund"), ("b", "refund"), ("c", "billing"), ("d", "billing")]
    assert guessed(table("ticket", "Category", rows=rows)) == {"ticket": "input.ticket", "Category": "expected_output"}
    each = [(one, f"{kind} {one}") for one, kind in rows]
    assert guessed(table("ticket", "category", rows=each))["category"] == "input.category"
    told = [(*one, "Within 30 days") for one in rows]
    assert guessed(table("ticket", "category", "answer", rows=told))["category"] == "input.category"


@pytest.mark.parametrize(
    ("text", "wanted", "value"),
    [
        ("30", {"number"}, 30),
        ("-2.5", {"number"}, -2.5),
        ("30", {"number", "string"}, "30"),
        ("30", set(), "30"),
        ("TRUE", {"boolean"}, True),
        ("2.5", {"integer"}, "2.5"),
        ("9" * 40, {"number"}, "9" * 40),
    ],
)
def test_a_text_becomes_what_the_schema_wants_of_its_field(text: str, wanted: set[str], value: Any) -> None:
    shape = Shape.of({"properties": {"n": {"type": sorted(wanted)}}}, None)
    ((_, one),) = rows_of(table("n", rows=[(text,)]), {"n": "input.n"}, shape)
    assert isinstance(one, NewItem)
    assert one.input == {"n": value}
