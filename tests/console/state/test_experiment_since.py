"""Which rows pass or fail since the run before."""

from __future__ import annotations

from backend.experiments.types import Since
from console.state.experiment_since import since_line


def test_rows_are_told_in_the_words_of_the_verdicts() -> None:
    line = since_line(Since("exp_1", "Nightly", green=(1, 20), red=(3,), added=()))
    assert (line.fixed, line.broken, line.added) == ("2 rows fixed: 0001, 0020", "1 row broken: 0003", "")
