"""The thirteen comparisons."""

from __future__ import annotations

from typing import Any

import pytest

from backend.errors import InvalidInput
from backend.flows.operators import LABELS, UNARY, Operator, holds

CASES: list[tuple[str, Any, Any, bool]] = [
    ("is_empty", "", None, True),
    ("is_empty", "  \n", None, True),
    ("is_empty", None, None, True),
    ("is_empty", [], None, True),
    ("is_empty", {}, None, True),
    ("is_empty", 0, None, False),
    ("is_empty", False, None, False),
    ("is_not_empty", "a", None, True),
    ("is_not_empty", " ", None, False),
    ("number_greater_than", 3, "2.5", True),
    ("number_greater_than", "2", 2, False),
    ("number_less_than", "-1", 0, True),
    ("number_less_than", 2, 2, False),
    ("number_equal_to", "2.0", 2, True),
    ("number_equal_to", "2.1", 2, False),
    ("number_greater_or_equal", 2, "2", True),
    ("number_greater_or_equal", 1, 2, False),
    ("number_less_or_equal", " 2 ", 2, True),
    ("number_less_or_equal", 3, 2, False),
    ("boolean_is_true", True, None, True),
    ("boolean_is_true", "Yes", None, True),
    ("boolean_is_true", "false", None, False),
    ("boolean_is_false", False, None, True),
    ("boolean_is_false", "0", None, True),
    ("boolean_is_false", True, None, False),
    ("text_contains", "I want a REFUND now", "refund", True),
    ("text_contains", ["refund", "order"], "Refund", True),
    ("text_contains", ["refunds"], "refund", False),
    ("text_contains", "abc", "x", False),
    ("text_does_not_contain", "abc", "x", True),
    ("text_does_not_contain", "abc", "B", False),
    ("text_equals", "STRASSE", "straße", True),
    ("text_equals", {"role": "user", "text": "hi"}, "hi", True),
    ("text_equals", "a", "b", False),
    ("text_does_not_equal", 12, "12", False),
    ("text_does_not_equal", 12, "13", True),
]


@pytest.mark.parametrize(("operator", "value", "other", "verdict"), CASES)
def test_an_operator_compares(operator: str, value: Any, other: Any, *, verdict: bool) -> None:
    assert holds(Operator(operator), value, other) is verdict


def test_there_are_thirteen_and_each_is_tried_both_ways() -> None:
    assert len(Operator) == 13
    assert set(LABELS) == set(Operator)
    assert {(name, verdict) for name, _, _, verdict in CASES} == {
        (one.value, way) for one in Operator for way in (True, False)
    }
    assert {one for one in Operator if one.value.startswith(("is_", "boolean_"))} == set(UNARY)


@pytest.mark.parametrize(
    ("operator", "value", "other"),
    [
        ("number_greater_than", "many", 2),
        ("number_equal_to", "", 2),
        ("number_less_than", True, 2),
        ("number_less_than", None, 2),
        ("number_equal_to", 1, "nan"),
        ("boolean_is_true", "perhaps", None),
    ],
)
def test_what_cannot_be_compared_is_said_and_not_guessed(operator: str, value: Any, other: Any) -> None:
    with pytest.raises(InvalidInput):
        holds(Operator(operator), value, other)
