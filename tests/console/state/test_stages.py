"""The marks of a staged bar."""

from __future__ import annotations

from console.state.stages import stage_marks

STAGES = ["store", "parse", "chunk"]


def test_stages_before_the_one_at_work_are_done() -> None:
    assert stage_marks(STAGES, "parse") == ["d", "p", ""]


def test_a_failed_stage_is_marked_where_it_failed() -> None:
    assert stage_marks(STAGES, "chunk", failed=True) == ["d", "d", "f"]


def test_what_is_done_is_done_throughout() -> None:
    assert stage_marks(STAGES, "chunk", done=True) == ["d", "d", "d"]


def test_an_unknown_stage_has_begun_nothing() -> None:
    assert stage_marks(STAGES, "") == ["", "", ""]
