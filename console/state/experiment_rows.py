"""Rows of the experiment pages, with text already formatted and pictures already measured."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from backend.experiments.types import Cell, ComparedRow, Comparison, Experiment, MetricComparison
from console import routes
from console.state import formats

MARKS = {"draft": "idle", "running": "run", "paused": "wait", "done": "ok", "failed": "fail", "cancelled": "skip"}
WORDS = {"draft": "Draft", "running": "Running", "paused": "Paused", "done": "Done", "failed": "Failed",
         "cancelled": "Cancelled"}  # fmt: skip
VERDICTS = {"better": "Better", "worse": "Worse", "same": "Same", "cannot_tell": "Cannot tell"}
CHANGES = {"broken": "Broken", "fixed": "Fixed", "both_pass": "Both pass", "both_fail": "Both fail", "other": "-"}
CHANGE_MARKS = {"broken": "fail", "fixed": "ok", "both_pass": "ok", "both_fail": "fail", "other": "idle"}
WIDTH, MIDDLE, LONGEST = 206.0, 103.0, 90.0
SHOWN_CHARACTERS = 4_000


@dataclass(frozen=True)
class ExperimentLine:
    """An experiment in the list and in the head of its page."""

    id: str
    href: str
    name: str
    mark: str
    words: str
    status: str
    dataset: str
    variants: str
    progress: str
    percent: int
    cost: str
    left: str
    error: str
    when: str
    when_exact: str


@dataclass(frozen=True)
class VerdictCard:
    """One metric of the chosen variant: values, difference and its interval as a small picture."""

    metric: str
    verdict: str
    words: str
    baseline_value: str
    value: str
    difference: str
    note: str
    aria: str
    low: str
    high: str
    low_x: str
    high_x: str
    at_x: str
    band_x: str
    band_width: str
    bars: str


@dataclass(frozen=True)
class Word:
    """A stretch of an answer: shared, or only here."""

    text: str
    own: bool


@dataclass(frozen=True)
class RowLine:
    """One row beside the baseline."""

    row: int
    number: str
    question: str
    expected: str
    change: str
    mark: str
    words: str
    old: str
    new: str
    old_words: list[Word]
    new_words: list[Word]
    old_note: str
    new_note: str
    old_href: str
    new_href: str


def experiment_line(found: Experiment, zone: tzinfo, now: Any) -> ExperimentLine:
    progress, status = found.progress, found.shown_status
    ended = progress.num_done + progress.num_failed
    failed = f", {formats.count(progress.num_failed)} failed" if progress.num_failed else ""
    left = formats.span(progress.eta_seconds * 1e3) if progress.eta_seconds is not None else ""
    moment = found.started_at or found.created_at
    return ExperimentLine(
        id=found.id,
        href=routes.to(routes.EXPERIMENT, found.id),
        name=found.name,
        mark=MARKS[status],
        words=WORDS[status],
        status=status,
        dataset=f"{found.dataset_name} v{found.dataset_version}" if found.dataset_version else found.dataset_name,
        variants=", ".join(one.name for one in found.draft.variants),
        progress=f"{formats.count(ended)} of {formats.count(progress.num_cells)}{failed}" if progress.num_cells else "",
        percent=round(100 * ended / progress.num_cells) if progress.num_cells else 0,
        cost=formats.money(progress.cost),
        left=f"about {left} left" if left and status == "running" else "",
        error=f"{found.error} {found.hint}".strip() or found.decided,
        when=formats.clock(moment, zone, now),
        when_exact=formats.exact(moment, zone),
    )


def verdict_cards(found: Comparison, variant: str) -> list[VerdictCard]:
    return [_card(one) for one in found.metrics if one.variant == variant]


def _card(one: MetricComparison) -> VerdictCard:
    ends = [abs(end) for end in (one.low, one.high, one.margin, one.difference) if math.isfinite(end)]
    reach = max([*ends, 1e-12])

    def x(value: float) -> float:
        return MIDDLE + LONGEST * max(-1.0, min(1.0, value / reach))

    low, high = x(one.low), x(one.high)
    band = LONGEST * one.margin / reach
    words = VERDICTS[one.verdict]
    told = f"{_signed(one, one.low)} to {_signed(one, one.high)}"
    return VerdictCard(
        metric=f"{one.metric} {one.statistic}" if one.statistic != "mean" else one.metric,
        verdict=one.verdict,
        words=words,
        baseline_value=amount(one, one.baseline_value),
        value=amount(one, one.value),
        difference=_signed(one, one.difference),
        note=_note(one),
        aria=f"Difference {_signed(one, one.difference)}, 95 percent interval {told}",
        low=_signed(one, one.low),
        high=_signed(one, one.high),
        low_x=f"{low:.1f}",
        high_x=f"{high:.1f}",
        at_x=f"{x(one.difference):.1f}",
        band_x=f"{MIDDLE - band:.1f}",
        band_width=f"{2 * band:.1f}",
        bars=f"M{low:.1f} 10v10M{high:.1f} 10v10M{low:.1f} 15H{high:.1f}",
    )


def _note(one: MetricComparison) -> str:
    if one.verdict == "cannot_tell":
        if one.rows_needed is None:
            return "No number of rows would tell"
        return f"Needs about {formats.count(one.rows_needed)} more rows"
    if one.num_fixed or one.num_broken:
        return f"{formats.count(one.num_fixed)} rows fixed, {formats.count(one.num_broken)} broken"
    if one.verdict == "same":
        return f"Inside the {amount(one, one.margin)} band"
    return f"{formats.count(one.num_rows)} rows"


def amount(one: MetricComparison, value: float) -> str:
    """Return a value in its unit: milliseconds as time, dollars as money, shares of 0 to 1 in percent."""
    if not math.isfinite(value):
        return "-"
    if one.unit == "ms":
        return formats.span(value)
    if one.unit == "$":
        return formats.money(Decimal(str(value)), single=True) if value >= 0 else f"-{amount(one, -value)}"
    if not one.unit and min(abs(one.value), abs(one.baseline_value)) >= 0 and _is_share(one):
        return f"{100 * value:.1f} %"
    return f"{value:.4g}{f' {one.unit}' if one.unit else ''}"


def _is_share(one: MetricComparison) -> bool:
    return all(0 <= value <= 1 for value in (one.value, one.baseline_value))


def _signed(one: MetricComparison, value: float) -> str:
    if not math.isfinite(value):
        return "unknown"
    sign = "+" if value > 0 else "\u2212" if value < 0 else ""
    if not one.unit and _is_share(one):
        return f"{sign}{100 * abs(value):.1f} pt"
    return f"{sign}{amount(one, abs(value))}"


def row_line(one: ComparedRow, metric: str) -> RowLine:
    old, new = _first(one.baseline_cells), _first(one.cells)
    pieces = _word_diff(_said(old), _said(new))
    return RowLine(
        row=one.row,
        number=f"{one.row:04d}",
        question=_text(one.input)[:300],
        expected=_text(one.expected)[:600],
        change=one.change,
        mark=CHANGE_MARKS[one.change],
        words=CHANGES[one.change],
        old=_number(one.baseline_value),
        new=_number(one.value),
        old_words=pieces[0],
        new_words=pieces[1],
        old_note=_cell_note(old, metric),
        new_note=_cell_note(new, metric),
        old_href=routes.to(routes.RUN, old.run_id) if old and old.run_id else "",
        new_href=routes.to(routes.RUN, new.run_id) if new and new.run_id else "",
    )


def _first(cells: Sequence[Cell]) -> Cell | None:
    return cells[0] if cells else None


def _said(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return (cell.output or cell.error)[:SHOWN_CHARACTERS]


def _cell_note(cell: Cell | None, metric: str) -> str:
    if cell is None:
        return ""
    reason = cell.error or str(cell.scores.get(metric, {}).get("reason") or "")
    took = f"{formats.span(cell.latency_ms)}, {formats.money(cell.cost, single=True)}"
    return f"{took}. {reason}" if reason else took


def _text(value: Any) -> str:
    """Return what a person reads of a row's value: a lone text as it is, else JSON."""
    if isinstance(value, dict) and "question" in value:
        value = value["question"]
    elif isinstance(value, dict) and len(value) == 1:
        value = next(iter(value.values()))
    return value if isinstance(value, str) else "" if value is None else json.dumps(value, ensure_ascii=False)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _word_diff(old: str, new: str) -> tuple[list[Word], list[Word]]:
    """Return both texts in stretches of words that they share and that are their own."""
    left, right = old.split(" "), new.split(" ")
    found: tuple[list[Word], list[Word]] = ([], [])
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for side, words in ((found[0], left[a:b]), (found[1], right[c:d])):
            if words:
                side.append(Word(f"{' '.join(words)} ", tag != "equal"))
    return found
