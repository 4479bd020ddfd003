"""Targets and pass marks wherever a metric is drawn."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from backend.experiments.types import Aim, Comparison, MetricComparison, Spread, TradeOff, to_take
from console.state.experiment_advice import story
from console.state.experiment_aims import aim_words, missed_words, target_lines
from console.state.experiment_picture import picture_of
from console.state.experiment_promoted import against
from console.state.experiment_rows import verdict_cards
from console.state.experiment_spread import spread_picture

EXACT = MetricComparison(
    "exact", "new", 0.2, 0.8, 0.6, 0.4, 0.8, 0.01, "better", 0, 10, 1.0, 1.0, "higher", "", 0.0, "mean", 0.7, 0, 0,
    threshold=0.5,
)  # fmt: skip
AIM = Aim("exact", "higher", "", "mean", 0.7, 0.5, {"old": 0.2, "new": 0.8}, ("old",))
COST = Aim("cost", "lower", "$", "mean", 0.0003, None, {"old": 0.0002, "new": 0.0004}, ("new",))
SPREAD = Spread("exact", ((0.0, 0.0), (0.4, 0.4), (0.5, 0.5), (1.0, 1.0)), False, {"old": (4, 1, 1, 1), "new": (1, 1, 1, 4)}, {"old": 0, "new": 0})  # noqa: E501, FBT003  # fmt: skip
OFFS = tuple(TradeOff(*told, 900.0, on_front=True) for told in (("old", "", 0.2, 0.0002), ("new", "", 0.8, 0.0004)))
FOUND = Comparison("old", "exact", (EXACT,), OFFS, (), (), is_complete=True, spreads=(SPREAD,), aims=(AIM, COST))


def test_a_card_says_whether_the_target_is_reached_and_where_it_would_be() -> None:
    (card,) = verdict_cards(FOUND, "new")
    assert (card.target, card.aimed, card.mark) == ("Reaches its target of 70.0 %", "ok", "Pass mark 50.0 %")
    assert float(card.target_x) < float(card.at_x), "0.5 above the baseline, where the variant is 0.6 above it"
    short = replace(FOUND, metrics=(replace(EXACT, target=0.9),))
    (card,) = verdict_cards(short, "new")
    assert (card.target, card.aimed) == ("Misses its target of 90.0 %", "fail")
    told = "new is better in exact (+60 points). It misses the target of exact."
    assert (story(short, "new", {}), to_take(short), to_take(FOUND)) == (told, "", "new")
    (card,) = verdict_cards(replace(FOUND, metrics=(replace(EXACT, target=None, threshold=None),)), "new")
    assert (card.target, card.aimed, card.mark, card.target_x) == ("", "", "", "")
    (card,) = verdict_cards(replace(FOUND, metrics=(replace(EXACT, low=0.59, high=0.61, target=1.0),)), "new")
    assert card.target_x == "", "beyond the picture"


def test_money_of_a_thousand_answers_has_its_target_of_a_thousand_too() -> None:
    cost = replace(
        EXACT, metric="cost", unit="$", direction="lower", baseline_value=0.0002, value=0.0004, target=0.0003
    )
    (card,) = verdict_cards(replace(FOUND, metrics=(cost,)), "new")
    assert (card.value, card.target) == ("$0.40", "Misses its target of $0.30")
    assert aim_words(FOUND, "cost") == "target $0.30 per 1,000"


def spread_with(**changes: Any) -> tuple[str, str, str]:
    picture = spread_picture(replace(FOUND, aims=(replace(AIM, **changes),)), "exact", "new")
    return picture.mark_x, picture.target_x, picture.wanted


def test_the_line_of_the_pass_mark_stands_before_the_first_value_that_passes() -> None:
    bars = spread_picture(FOUND, "exact", "new").bars
    mark, target, words = spread_with()
    assert float(bars[1].x) + float(bars[1].width) < float(mark) < float(bars[2].x), "0.5 passes, 0.4 does not"
    assert float(bars[2].at) < float(target) < float(bars[3].at), "0.7 lies between 0.5 and 1"
    assert words == "Line: pass mark 50.0 %. Dashed: target 70.0 %."
    assert float(spread_with(threshold=0.41)[0]) == float(mark)
    assert spread_with(threshold=2.0)[0] == "448.0", "nothing passes"
    assert spread_with(direction="lower", threshold=0.4)[0] == mark
    assert spread_with(threshold=None, target=0.0)[1:] == (bars[0].at, "Dashed: target 0.0 %.")
    assert spread_with(threshold=None, target=1.5, statistic="p95")[1:] == ("", "Beyond the picture: p95 target 1.5.")
    assert spread_with(threshold=None, target=None) == ("", "", "")


def test_among_stretches_a_line_stands_at_its_own_place() -> None:
    stretches = Spread("exact", ((0.0, 0.5), (0.5, 1.0)), False, {"old": (4, 1), "new": (1, 4)}, {"old": 0, "new": 0})  # noqa: FBT003
    picture = spread_picture(replace(FOUND, spreads=(stretches,)), "exact", "new")
    assert (picture.mark_x, picture.target_x) == ("230.0", f"{12 + 436 * 0.7:.1f}")


def test_the_picture_of_quality_and_cost_has_a_line_for_either_target() -> None:
    picture = picture_of(FOUND)
    old, new = picture.dots
    assert float(new.y) < float(picture.target_y) < float(old.y)
    assert float(old.x) < float(picture.target_x) < float(new.x)
    assert [one.missed for one in picture.dots] == ["misses the target of exact", "misses the target of cost"]
    assert picture.wanted == "Dashed: exact target 70.0 %, cost target $0.30 per 1,000."
    high = picture_of(replace(FOUND, aims=(replace(AIM, target=0.99),)))
    assert 20 <= float(high.target_y) < float(high.dots[1].y), "the picture reaches up to it"
    far = replace(COST, target=1.0, values={"old": 0.0002, "new": 0.0004})
    late = Aim("latency", "lower", "ms", "p95", 2_000, None, {"old": 900.0, "new": 900.0}, ())
    beyond = picture_of(replace(FOUND, aims=(replace(AIM, statistic="p50"), far, late)))
    assert (beyond.target_y, beyond.target_x) == ("", "")
    assert beyond.wanted.startswith(
        "Also wanted: exact p50 target 70.0 %, cost target $1,000.00 per 1,000, latency p95 target 2.0"
    )


def test_a_variant_alone_says_how_it_stands_to_each_target() -> None:
    lines = [(one.mark, one.words) for one in target_lines(FOUND, "new")]
    assert lines == [
        ("ok", "exact reaches its target of 70.0 %: 80.0 %"),
        ("fail", "cost per 1,000 misses its target of $0.30: $0.40"),
    ]
    unknown = replace(AIM, values={"old": math.nan, "new": math.nan}, missed=())
    assert [one.words for one in target_lines(replace(FOUND, aims=(unknown,)), "new")] == [
        "exact has nothing to hold against its target of 70.0 %"
    ]
    assert "cost per 1,000 misses its target of $0.30: $0.40." in against(FOUND, "new")
    assert (missed_words(FOUND, "old"), missed_words(FOUND, "same")) == ("misses the target of exact", "")
