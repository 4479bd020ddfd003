"""The picture of quality and cost."""

from __future__ import annotations

from dataclasses import replace

from backend.experiments.types import TradeOff
from console.state.experiment_picture import picture_of
from tests.console.state.test_experiment_rows import compared


def test_a_circle_stands_where_it_belongs_and_letters_beside_what_they_would_cover() -> None:
    same = tuple(TradeOff(name, name, 0.5, 0.002, 900.0, on_front=True) for name in "ABC")
    picture = picture_of(replace(compared(), trade_offs=(*same, TradeOff("D", "D", 0.9, 0.0037, 900.0, on_front=True))))
    a, b, c, d = picture.dots
    assert {a.x, b.x, c.x} == {a.x}, "each at what it costs"
    assert {a.y, b.y, c.y} == {a.y}, "and at what it is worth"
    apart = [float(one.letter_y) - float(a.letter_y) for one in (a, b, c)]
    assert (apart, {float(one.letter_x) - float(a.x) for one in (a, b, c)}) == ([0.0, 16.0, 32.0], {30.0})
    assert ([one.aside for one in picture.dots], d.letter_x, d.letter_y) == ([True] * 3 + [False], d.x, d.y)
    free = tuple(TradeOff(name, name, 0.5, 0.0, 900.0, on_front=True) for name in "ABCDEFGHIJ")
    equal = picture_of(replace(compared(), trade_offs=free))
    assert {one.x for one in equal.dots} == {"72.0"}
    heights = [float(one.letter_y) for one in equal.dots]
    assert (heights[0] >= 20, heights[-1] <= 246, len({one.y for one in equal.dots})) == (True, True, 1)
    assert [one.words for one in equal.qualities] == ["40 %", "45 %", "50 %", "55 %", "60 %"]
    near = (
        same[0],
        replace(same[1], variant="D", quality=0.495),
        TradeOff("E", "E", 0.1, 0.002, 900.0, on_front=False),
    )
    above, below, _ = picture_of(replace(compared(), trade_offs=near)).dots
    assert 0 < float(below.y) - float(above.y) < 16.0, "nothing is moved off its value"
    assert float(below.letter_y) - float(above.letter_y) == 16.0, "the better one above"
    dear = [TradeOff(name, name, 0.5, cost, 900.0, on_front=True) for name, cost in (("A", 0.0), ("B", 1), ("C", 1))]
    right = picture_of(replace(compared(), trade_offs=tuple(dear))).dots[1]
    assert float(right.letter_x) < 458, "inside the picture"
    notes = [
        one.note for one in picture_of(replace(compared(), trade_offs=(replace(same[0], on_front=False), same[1]))).dots
    ]
    assert (notes, compared().baseline) == (["baseline, not on the line", ""], "A")
    for tick in picture.costs:
        is_last = float(tick.at) > 420
        assert (tick.anchor, tick.text_at == tick.at) == (("end", False) if is_last else ("middle", True))
    assert picture.costs[-1].anchor == "end"


def test_shares_are_drawn_between_nought_and_one() -> None:
    ends = tuple(TradeOff(name, name, quality, 0.0, 900.0, on_front=True) for name, quality in (("A", 0.0), ("B", 1.0)))
    picture = picture_of(replace(compared(), trade_offs=ends))
    assert [one.words for one in picture.qualities] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
    assert picture.dots[1].quality == "100 %"


def test_a_bar_holds_each_quality_and_ends_with_the_scale() -> None:
    told = (
        TradeOff("A", "A", 0.5, 0.002, 900.0, on_front=True, quality_low=0.4, quality_high=0.6),
        TradeOff("B", "B", 0.95, 0.001, 900.0, on_front=True, quality_low=0.85, quality_high=1.04),
        TradeOff("C", "C", 0.7, 0.001, 900.0, on_front=True),
    )
    a, b, c = picture_of(replace(compared(), trade_offs=told)).dots
    assert 20 <= float(b.y_high) < float(b.y) < float(b.y_low) < float(a.y_high) < float(a.y) < float(a.y_low) <= 246
    assert (c.y_low, c.y_high) == (c.y, c.y), "where nothing tells it, the point alone"
    assert a.told.startswith("A: 50 % (40 % to 60 %), ")
    assert b.told.startswith("B: 95 % (85 % to 100 %), ")
    assert c.told.startswith("C: 70 %, ")


def test_a_circle_grows_with_its_p95() -> None:
    told = [
        TradeOff(name, name, 0.5, 0.002, p95, on_front=True) for name, p95 in (("A", 0.0), ("B", 225.0), ("C", 900.0))
    ]
    dots = picture_of(replace(compared(), trade_offs=tuple(told))).dots
    assert [one.radius for one in dots] == ["8.0", "11.0", "14.0"], "its area grows as the time does, above the least"
    assert [one.told.rpartition(", ")[2] for one in dots] == ["p95 0 ms", "p95 225 ms", "p95 900 ms"]


def test_what_only_its_latency_keeps_from_being_beaten_stands_off_the_line_and_says_why() -> None:
    good = TradeOff("A", "A", 0.9, 0.001, 900.0, on_front=True)
    quick = TradeOff("B", "B", 0.8, 0.002, 100.0, on_front=True, by_latency=True)
    picture = picture_of(replace(compared(), trade_offs=(good, quick)))
    assert [one.note for one in picture.dots] == ["baseline", "faster than those on the line that are as good"]
    assert picture.dots[1].on_front, "drawn in full"
    alone = picture_of(replace(compared(), trade_offs=(good, replace(quick, on_front=False, by_latency=False))))
    assert picture.line == alone.line
