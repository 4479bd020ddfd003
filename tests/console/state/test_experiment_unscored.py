"""What is asked again, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

from backend.experiments.types import Status
from console.state.experiment_rows import experiment_line
from tests.console.state.test_experiment_rows import NOW, experiment


def test_nothing_is_asked_again_that_would_fail_again() -> None:
    some = experiment(Status.DONE, 3)

    def line(status: Status, num_in_vain: int) -> tuple[str, str]:
        found = replace(some, status=status, progress=replace(some.progress, num_in_vain=num_in_vain))
        drawn = experiment_line(found, UTC, NOW)
        return drawn.retry, drawn.in_vain.partition(".")[0]

    assert line(Status.DONE, 3) == ("", "3 failed answers would fail again: each row says why")
    assert line(Status.FAILED, 1) == ("Retry failed", "1 failed answer would fail again: its row says why")
    assert (line(Status.DONE, 0), line(Status.RUNNING, 2)[1]) == (("Retry failed", ""), "")
