"""Which rows pass or fail since the run before."""

from __future__ import annotations

from dataclasses import replace

from backend.experiments.types import Since
from console.state.experiment_since import since_line


def test_rows_are_told_in_the_words_of_the_verdicts() -> None:
    line = since_line(Since("exp_1", "Nightly", green=(1, 20), red=(3,), added=()))
    assert (line.fixed, line.broken, line.added) == ("2 rows fixed: 0001, 0020", "1 row broken: 0003", "")


def test_judges_are_doubted_only_where_rows_turned_by_what_they_say() -> None:
    turned = Since("exp_1", "Nightly", green=(1,), red=(), judges=("helpful",), deciding="helpful")
    line = since_line(turned)
    assert (line.by, line.judges) == (
        "helpful",
        "helpful judged otherwise there, so a row may have turned by that alone.",
    )
    for held in (replace(turned, green=()), replace(turned, deciding="exact")):
        assert since_line(held).judges == "helpful asks otherwise now."
    assert since_line(replace(turned, judges=())).judges == ""
