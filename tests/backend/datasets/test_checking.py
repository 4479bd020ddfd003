"""A row of a file has something to ask."""

from __future__ import annotations

from typing import Any

import pytest

from backend.datasets.checking import Rules, imported
from backend.datasets.types import NewItem


@pytest.mark.parametrize(
    ("given", "is_bad"),
    [
        ({}, True),
        ({"a": "", "b": [" ", {}]}, True),
        ({"a": None}, True),
        ({"a": 0}, False),
        ({"a": False}, False),
        ({"a": "", "b": ["x"]}, False),
    ],
)
def test_an_input_of_blanks_alone_is_a_bad_row(given: dict[str, Any], *, is_bad: bool) -> None:
    said = [problem.spoken for problem in imported(3, NewItem(given, "x"), Rules())]
    assert said == (["input: Every value is empty."] if is_bad else [])
