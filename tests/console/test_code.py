"""Line by line differences."""

from __future__ import annotations

from console.components.ui import Line, code_lines, diff_lines


def test_a_changed_line_is_taken_away_and_added_with_both_numbers() -> None:
    assert diff_lines("a\nb\nc", "a\nB\nc") == [
        Line("1", "", "a"),
        Line("2", "del", "b"),
        Line("2", "add", "B"),
        Line("3", "", "c"),
    ]


def test_lines_behind_an_added_one_carry_their_new_number() -> None:
    assert [line.number for line in diff_lines("a\nc", "a\nb\nc") if not line.mark] == ["1", "3"]


def test_equal_texts_have_no_marks() -> None:
    assert diff_lines("a\nb", "a\nb") == code_lines("a\nb")
