"""A row of an experiment as people read it."""

from __future__ import annotations

from typing import Any

import pytest

from console.state.experiment_compared import Word, json_of, lines_of, text_of, word_diff

TWO = {"topic": "a sofa", "days": 30}


@pytest.mark.parametrize(
    ("value", "line", "lines", "has_json"),
    [
        ("refund", "refund", "refund", False),
        (None, "", "", False),
        ({"message": "Why?"}, "Why?", "Why?", False),
        ({"question": "Why?", "tone": "calm"}, "Why?", "question: Why?\ntone: calm", True),
        (TWO, "topic: a sofa, days: 30", "topic: a sofa\ndays: 30", True),
        ({"parts": [1, 2]}, "[1, 2]", "[1, 2]", True),
        (["a"], '["a"]', '["a"]', True),
        (False, "false", "false", True),
    ],
)
def test_a_value_is_read_as_text_and_whole_as_json(value: Any, line: str, lines: str, *, has_json: bool) -> None:
    assert (text_of(value), lines_of(value), bool(json_of(value))) == (line, lines, has_json)


def test_only_the_words_that_differ_are_marked_and_lines_stay_lines() -> None:
    old, new = word_diff("Offer a part.\nBe brief.", "Offer a part.\nBe kind.\nBe brief.")
    assert [one.text for one in old if one.own] == []
    assert "".join(one.text for one in new if one.own).split() in (["Be", "kind."], ["kind.", "Be"])
    assert "".join(one.text for one in new) == "Offer a part.\nBe kind.\nBe brief."
    assert word_diff("a", "a") == ([Word("a", own=False)], [Word("a", own=False)])
