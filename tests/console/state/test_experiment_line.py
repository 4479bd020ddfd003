"""What the head of an experiment says while it runs: how far it is, what failed, what it cost and what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from decimal import Decimal
from typing import Any

import pytest

from backend.experiments.types import Status
from console.state.experiment_rows import experiment_line
from tests.console.state.test_experiment_rows import NOW, experiment


def line(status: Status = Status.RUNNING, **progress: Any) -> Any:
    found = experiment(status)
    return experiment_line(replace(found, progress=replace(found.progress, num_done=0, **progress)), UTC, NOW)


@pytest.mark.parametrize(
    ("num_done", "num_failed", "words"),
    [
        (0, 0, "0 of 3,000 answers"),
        (100, 0, "100 of 3,000 answers"),
        (2, 1, "3 of 3,000 answers, 1 failed (33.3 %)"),
        (0, 4, "4 of 3,000 answers, 4 failed (100 %)"),
        (2_999, 1, "3,000 of 3,000 answers, 1 failed (0.1 %)"),
    ],
)
def test_failures_are_told_with_their_share_of_what_ended(num_done: int, num_failed: int, words: str) -> None:
    found = experiment(Status.RUNNING)
    progress = replace(found.progress, num_cells=3_000, num_done=num_done, num_failed=num_failed)
    assert experiment_line(replace(found, progress=progress), UTC, NOW).progress == words


def test_cost_and_the_time_that_is_left_stand_beside() -> None:
    running = line(cost=Decimal("1.25"), tokens_in=9, eta_seconds=180.0)
    assert (running.cost, running.left) == ("$1.25", "about 3 min left")
    assert line(eta_seconds=None).left == "", "before anything ended nobody knows"
    assert line(Status.PAUSED, eta_seconds=150.0).left == "", "nothing goes on"
    assert line(cost=Decimal(0), tokens_in=9).cost == "$0"
    assert line(cost=Decimal(0), tokens_in=9, num_unpriced=3).cost == "no price"
