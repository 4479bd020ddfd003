"""The picture of quality and cost."""

from __future__ import annotations

from dataclasses import replace

from backend.experiments.types import TradeOff
from console.state.experiment_picture import picture_of
from tests.console.state.test_experiment_rows import compared


def test_circles_of_one_place_stand_above_each_other_and_the_last_number_of_an_axis_ends_with_it() -> None:
    same = tuple(TradeOff(name, name, 0.5, 0.002, 900.0, on_front=True) for name in "ABC")
    picture = picture_of(replace(compared(), trade_offs=(*same, TradeOff("D", "D", 0.9, 0.0037, 900.0, on_front=True))))
    a, b, c, d = picture.dots
    assert {a.x, b.x, c.x} == {a.x}, "each at what it costs"
    assert {a.true_y, b.true_y, c.true_y} == {a.true_y}
    assert (float(b.y) - float(a.y), float(c.y) - float(b.y), d.y) == (26.0, 26.0, d.true_y)
    free = tuple(TradeOff(name, name, 0.5, 0.0, 900.0, on_front=True) for name in "ABCDEFGHIJ")
    equal = picture_of(replace(compared(), trade_offs=free))
    assert {one.x for one in equal.dots} == {"72.0"}
    assert (equal.dots[0].y, equal.dots[-1].y) == ("20.0", "246.0"), "inside, and all to be seen"
    assert [one.words for one in equal.qualities] == ["40 %", "45 %", "50 %", "55 %", "60 %"]
    near = (
        same[0],
        replace(same[1], variant="D", quality=0.495),
        TradeOff("E", "E", 0.1, 0.002, 900.0, on_front=False),
    )
    above, below, _ = picture_of(replace(compared(), trade_offs=near)).dots
    assert float(below.y) - float(above.y) == 26.0, "the better one above"
    notes = [
        one.note for one in picture_of(replace(compared(), trade_offs=(replace(same[0], on_front=False), same[1]))).dots
    ]
    assert (notes, compared().baseline) == (["baseline, beaten by another", ""], "A")
    for tick in picture.costs:
        is_last = float(tick.at) > 420
        assert (tick.anchor, tick.text_at == tick.at) == (("end", False) if is_last else ("middle", True))
    assert picture.costs[-1].anchor == "end"


def test_shares_are_drawn_between_nought_and_one() -> None:
    ends = tuple(TradeOff(name, name, quality, 0.0, 900.0, on_front=True) for name, quality in (("A", 0.0), ("B", 1.0)))
    picture = picture_of(replace(compared(), trade_offs=ends))
    assert [one.words for one in picture.qualities] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
    assert picture.dots[1].quality == "100 %"
