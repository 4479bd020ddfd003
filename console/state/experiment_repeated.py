"""How steadily variants pass where each row was answered several times, in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.experiments.types import Cell, ComparedRows, Comparison, Repeated, Share
from console.state import formats


@dataclass(frozen=True)
class ShareWords:
    """A share of rows with its interval below; both empty where no row tells."""

    words: str
    ends: str


@dataclass(frozen=True)
class RepeatedLine:
    """A variant by one metric: how likely one try passes, any of k and all of k, and on how many rows it wavers."""

    variant: str
    note: str
    once: ShareWords
    some: ShareWords
    every: ShareWords
    unsteady: str


@dataclass(frozen=True)
class RepeatedView:
    """The lines of one metric, and how often each row was answered."""

    lines: list[RepeatedLine] = field(default_factory=list)
    note: str = ""
    is_unsteady: bool = False


def repeated_views(found: Comparison) -> dict[str, RepeatedView]:
    """Draw the variants by each metric with a pass mark; none where each row was answered once."""
    of: dict[str, list[Repeated]] = {}
    for one in found.repetitions:
        of.setdefault(one.metric, []).append(one)
    return {
        metric: RepeatedView(
            [_line(one, found.baseline) for one in some],
            f"by {metric}, {some[0].k} tries a row",
            any(one.num_unsteady for one in some),
        )
        for metric, some in of.items()
    }


def _line(one: Repeated, baseline: str) -> RepeatedLine:
    left_out = f"{formats.counted(one.num_left_out, 'row')} without a score left out" if one.num_left_out else ""
    return RepeatedLine(
        one.variant,
        ", ".join(filter(None, ("baseline" if one.variant == baseline else "", left_out))),
        _share(one.pass_at_1),
        _share(one.pass_at_k),
        _share(one.pass_all_k),
        formats.count(one.num_unsteady),
    )


def _share(one: Share) -> ShareWords:
    if math.isnan(one.value):
        return ShareWords("", "")
    return ShareWords(f"{100 * one.value:.1f} %", f"{100 * one.low:.1f} to {100 * one.high:.1f}")


def unsteady_words(found: ComparedRows, view: RepeatedView) -> str:
    """Return the word on the group of unsteady rows, empty where the metric cannot tell which are."""
    return f"Unsteady {formats.count(found.num_unsteady)}" if view.lines else ""


def lacking_words(found: ComparedRows) -> str:
    """Return the word on the group of rows that lack an answer of either side, empty where there are none."""
    return f"No answer {formats.count(found.num_failed)}" if found.num_failed else ""


def tally(cells: Sequence[Cell], metric: str) -> str:
    """Return how many tries of a row pass: "2 of 3"; empty for one try, or where one that came has no mark."""
    scores = [cell.scores.get(metric) or ({"passed": False} if cell.error else {}) for cell in cells]
    marks = [score.get("passed") for score in scores]
    is_told = len(marks) > 1 and None not in marks
    return f"{sum(map(bool, marks))} of {len(marks)}" if is_told else ""
