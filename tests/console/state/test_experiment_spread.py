"""The picture of a distribution, and the words that say the same."""

from __future__ import annotations

from dataclasses import replace

from backend.experiments.types import Comparison, MetricComparison, Spread
from console.state.experiment_spread import SpreadPicture, metrics_in, spread_picture

METRIC = MetricComparison(
    "exact", "new", 0.2, 0.8, 0.6, 0.4, 0.8, 0.01, "better", 0, 10, 1.0, 1.0, "higher", "", 0.0, "mean", None, 0, 0
)
SPREAD = Spread("exact", ((0.0, 0.0), (1.0, 1.0)), False, {"old": (8, 2), "new": (2, 7)}, {"old": 0, "new": 1})  # noqa: FBT003
FOUND = Comparison("old", "exact", (METRIC,), (), (), (), True, (SPREAD,))  # noqa: FBT003


def test_a_variant_stands_above_its_baseline_and_the_words_say_the_same() -> None:
    picture = spread_picture(FOUND, "exact", "new")
    assert [(bar.words, bar.old, bar.new) for bar in picture.bars] == [("0.0 %", "8", "2"), ("100.0 %", "2", "7")]
    assert picture.bars[1].told == "100.0 %: new 7 rows, old 2 rows"
    tall, small = (float(bar.old_height) for bar in picture.bars)
    assert tall == 4 * small
    assert picture.without == "Rows without a score: new 1"
    assert [one.value for one in metrics_in(FOUND)] == ["exact"]


def test_what_lies_beyond_the_last_stretch_is_said() -> None:
    slow = replace(SPREAD, bins=((0.0, 500.0), (500.0, 1_000.0)), is_open=True)
    found = replace(FOUND, metrics=(replace(METRIC, unit="ms"),), spreads=(slow,))
    assert [bar.words for bar in spread_picture(found, "exact", "new").bars] == ["0 ms to 500 ms", "500 ms and more"]


def test_nothing_is_drawn_of_an_unknown_metric() -> None:
    assert spread_picture(FOUND, "sorcery", "new") == SpreadPicture()
    assert spread_picture(FOUND, "exact", "old") == SpreadPicture()
