"""What the page says of repetitions and of the cheapest variant."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from backend.experiments.types import Cell, CellStatus, ComparedRow, ComparedRows, Repeated, RowCounts, Saving, Share
from console.state.experiment_compared import row_line
from console.state.experiment_picture import picture_of
from console.state.experiment_repeated import RepeatedView, repeated_views, unsteady_words
from tests.console.state.test_experiment_rows import compared

SHARES = (Share(0.8, 0.71, 0.872), Share(0.95, 0.9, 1.0), Share(0.5, 0.4, 0.6))
UNKNOWN = Share(math.nan, 0.0, 1.0)
CHEAP = Saving("cost", "named", "B", "same", 0.0012, 0.4)
NAMED = "B is the cheapest that is not worse than A by exact: it saves $1.20 per 1,000 answers, 40 %."
NO_ROWS = (
    "more rows would not tell. Say how much worse it may be: set a margin with “Score again”, which asks "
    "for no new answers."
)
UNKNOWN_YET = "No cheaper variant is known to be as good:"


def test_each_variant_has_its_chances_and_says_what_was_left_out() -> None:
    ours = (
        Repeated("exact", "A", 3, *SHARES, num_rows=40, num_left_out=0, num_unsteady=18),
        Repeated("exact", "B", 3, *SHARES[:2], UNKNOWN, num_rows=0, num_left_out=1, num_unsteady=1),
        Repeated("tone", "A", 3, *SHARES, num_rows=40, num_left_out=0, num_unsteady=0),
    )
    views = repeated_views(replace(compared(), repetitions=ours))
    assert list(views) == ["exact", "tone"]
    a, b = views["exact"].lines
    assert (views["exact"].note, a.note, a.unsteady) == ("by exact, 3 tries a row", "baseline", "18")
    assert (a.once.words, a.once.ends, a.some.words) == ("80.0 %", "71.0 to 87.2", "95.0 %")
    assert (b.note, b.every.words, b.every.ends) == ("1 row without a score left out", "", "")
    rows = ComparedRows((), RowCounts(), None, 1_204)
    assert (unsteady_words(rows, views["exact"]), unsteady_words(rows, RepeatedView())) == ("Unsteady 1,204", "")
    assert repeated_views(compared()) == {}


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ((True, False, True), "2 of 3"),
        ((True, "failed"), "1 of 2"),
        ((True, None), "0.5"),
        ((False,), "0.5"),
    ],
)
def test_a_row_of_several_tries_says_how_many_pass(marks: Any, words: str) -> None:
    cells = tuple(
        Cell(at, 4, "item_4", "new", at, CellStatus.FAILED if mark == "failed" else CellStatus.DONE, "yes", {},
             {"exact": {"value": float(mark), "passed": mark}} if isinstance(mark, bool) else {},
             "It broke." if mark == "failed" else "", "", 1, 3, 3, Decimal(0), 20.0, None)
        for at, mark in enumerate(marks)
    )  # fmt: skip
    line = row_line(ComparedRow(4, {}, "yes", {}, "other", None, 0.5, (), cells, is_unsteady=True), "exact")
    assert (line.new.words, line.new.mark) == (words, "")


@pytest.mark.parametrize(
    ("savings", "words"),
    [
        ((CHEAP,), NAMED),
        ((CHEAP, Saving("latency", "named", "B", "same", 400, 0.3, 0, "p95")),
         f"{NAMED} It is the quickest of them too: its p95 is 400 ms less, 30 %."),
        ((Saving("cost", "cannot_tell", "B", "cannot_tell", 0.0012, 0.004, 123),
          Saving("latency", "cannot_tell", "B", "cannot_tell", 400, 0.3, 123)),
         f"{UNKNOWN_YET} B costs under 1 % less, and about 120 more rows would tell."),
        ((Saving("cost", "cannot_tell", "B", "cannot_tell", 0.0012, 0.4, None),),
         f"{UNKNOWN_YET} B costs 40 % less, and {NO_ROWS}"),
        ((Saving("cost", "cannot_tell", "B", "cannot_tell", 0.0012, 0.4, 234_567),),
         f"{UNKNOWN_YET} B costs 40 % less, and it needs about 200,000 more rows to tell, which is not practical."),
        ((Saving("cost", "worse", "B", "worse", 0.0012, 0.4),),
         "No cheaper variant is as good: B costs 40 % less, and is worse than A by exact."),
        ((Saving("cost", "none_less"), Saving("latency", "named", "C", "better", 1_500, 0.25, 0, "p95")),
         "No variant is known to cost less than A. The quickest that is not worse is C: its p95 is 1.5 s less, 25 %."),
        ((), ""),
    ],
)  # fmt: skip
def test_the_sentence_below_the_picture(savings: tuple[Saving, ...], words: str) -> None:
    picture = picture_of(replace(compared(), savings=savings))
    assert (picture.saving, picture.quality) == (words, "exact")
    assert picture.lacks_margin == (NO_ROWS in words)
