"""The picture of quality and cost."""

from __future__ import annotations

from dataclasses import replace

from backend.experiments.types import TradeOff
from console.state.experiment_picture import picture_of
from tests.console.state.test_experiment_rows import compared


def test_circles_of_one_place_stand_side_by_side_and_the_last_number_of_an_axis_ends_with_it() -> None:
    same = tuple(TradeOff(name, name, 0.5, 0.002, 900.0, on_front=True) for name in "ABC")
    picture = picture_of(replace(compared(), trade_offs=(*same, TradeOff("D", "D", 0.9, 0.0037, 900.0, on_front=True))))
    a, b, c, d = ((float(one.x), float(one.y)) for one in picture.dots)
    assert ((b[0] - a[0], c[0] - b[0]), {a[1], b[1], c[1]}) == ((26.0, 26.0), {b[1]})
    assert d[1] < b[1]
    free = tuple(TradeOff(name, name, 0.5, 0.0, 900.0, on_front=True) for name in "ABCDEFGHIJ")
    across = [float(one.x) for one in picture_of(replace(compared(), trade_offs=free)).dots]
    assert (across[0], across[-1]) == (72.0, 306.0), "beside each other, and none over the numbers"
    notes = [
        one.note for one in picture_of(replace(compared(), trade_offs=(replace(same[0], on_front=False), same[1]))).dots
    ]
    assert (notes, compared().baseline) == (["baseline, off the front", ""], "A")
    for tick in picture.costs:
        is_last = float(tick.at) > 420
        assert (tick.anchor, tick.text_at == tick.at) == (("end", False) if is_last else ("middle", True))
    assert picture.costs[-1].anchor == "end"


def test_shares_are_drawn_between_nought_and_one() -> None:
    ends = tuple(TradeOff(name, name, quality, 0.0, 900.0, on_front=True) for name, quality in (("A", 0.0), ("B", 1.0)))
    picture = picture_of(replace(compared(), trade_offs=ends))
    assert [one.words for one in picture.qualities] == ["0 %", "20 %", "40 %", "60 %", "80 %", "100 %"]
    assert picture.dots[1].quality == "100 %"
