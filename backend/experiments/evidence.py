"""What an experiment says of a variant, in words that go along wherever the variant goes."""

from __future__ import annotations

import math
from collections.abc import Callable

from backend.experiments.types import COST, Comparison, Duels, Experiment, MetricComparison, Repeated

MAX_WORDS = 1_300
VERDICTS = {"better": "Better", "worse": "Worse", "same": "The same", "cannot_tell": "Cannot tell"}


def evidence(found: Experiment, comparison: Comparison, variant: str) -> str:
    """Return who was compared on what, a line for each verdict, and the id, by which a reader's program finds it."""
    rows = f"{found.num_rows:,} row{'' if found.num_rows == 1 else 's'}"
    over = f"on {rows} of {found.dataset_name} v{found.dataset_version}"
    name, beside = (found.called.get(one, one) for one in (variant, comparison.baseline))
    if variant == comparison.baseline:
        return f"Experiment {found.name}: {name} was the baseline, {over}.\n({found.id})"
    ours = [one for one in comparison.metrics if one.variant == variant]
    told_of = [(one.verdict, _told(one, comparison.baseline)) for one in ours]
    said = {words: "; ".join(told for verdict, told in told_of if verdict == key) for key, words in VERDICTS.items()}
    lines = [
        f"Experiment {found.name}: {name} beside {beside}, {over}.",
        *(f"{words}: {told}." for words, told in said.items() if told),
        *_missed(comparison, variant),
        *_tries(comparison, variant),
    ]
    told = "\n".join(lines)
    cut = told if len(told) <= MAX_WORDS else f"{told[: MAX_WORDS - 3]}..."
    return f"{cut}\n({found.id})"


def _told(one: MetricComparison, baseline: str) -> str:
    """Return a metric with its values and how sure the difference is: "exact 52 to 99 % (by +30 to +62 points)".

    Pairs have rows in place of values: "pairwise 12 won, 3 tied, 5 lost".
    """
    name = one.called
    if one.duels:
        return f"{name} {_told_in_rows(one.duels, one.variant, baseline)}"
    if not (math.isfinite(one.value) or math.isfinite(one.baseline_value)):
        return f"{name} (no price)" if one.unit == "$" else name
    factor, before, behind, points = 1.0, "", f" {one.unit}".rstrip(), ""
    if one.metric == COST:
        name, factor, before, behind = "cost of 1,000 answers", 1_000.0, "$", ""
    elif not one.unit and 0 <= one.value <= 1 and 0 <= one.baseline_value <= 1:
        factor, behind, points = 100.0, " %", " points"
    old, new, low, high = (_number(end * factor) for end in (one.baseline_value, one.value, one.low, one.high))
    said = f"{name} {before}{old} to {before}{new}{behind}"
    if not one.difference or not (math.isfinite(one.low) and math.isfinite(one.high)):
        return said
    signed = [f"+{end}" if value > 0 else end for value, end in ((one.low, low), (one.high, high))]
    return f"{said} (by {signed[0]} to {signed[1]}{points})"


def _missed(comparison: Comparison, variant: str) -> list[str]:
    """Return which targets it does not reach, in a line: "Misses its target: exact 80 %, wanted 90 %"."""
    told = []
    for one in comparison.aims:
        if variant in one.missed and one.target is not None:
            ends = one.values[variant], one.target
            is_share = not one.unit and all(0 <= end <= 1 for end in ends)
            value, target = (
                f"{_number(100 * end)} %" if is_share else f"{_number(end)} {one.unit}".rstrip() for end in ends
            )
            told.append(f"{one.metric} {value}, wanted {target}")
    return [f"Misses its target: {'; '.join(told)}."] if told else []


def _tries(comparison: Comparison, variant: str) -> list[str]:
    """Return how steadily both pass where each row was answered several times, in a line for all metrics."""
    before = {one.metric: one for one in comparison.repetitions if one.variant == comparison.baseline}
    ours = [one for one in comparison.repetitions if one.variant == variant]
    told = [_steadiness(before.get(one.metric), one) for one in ours if one.num_rows]
    return [f"Of {ours[0].k} tries a row: {'; '.join(told)}."] if told else []


def _steadiness(before: Repeated | None, one: Repeated) -> str:
    """Return "exact pass@1 50 to 66.7 %, pass@3 75 to 75 %, pass^3 25 to 50 %, unsteady rows 3 to 2 of 4"."""
    sides = [before, one] if before and before.num_rows else [one]

    def from_to(told: Callable[[Repeated], float]) -> str:
        return " to ".join(_number(told(side)) for side in sides)

    shares = (
        ("pass@1", from_to(lambda side: 100 * side.pass_at_1.value)),
        (f"pass@{one.k}", from_to(lambda side: 100 * side.pass_at_k.value)),
        (f"pass^{one.k}", from_to(lambda side: 100 * side.pass_all_k.value)),
    )
    said = ", ".join(f"{name} {values} %" for name, values in shares)
    rows = from_to(lambda side: side.num_unsteady)
    return f"{one.metric} {said}, unsteady rows {rows} of {one.num_rows + one.num_left_out}"


def _told_in_rows(duels: Duels, variant: str, baseline: str) -> str:
    if duels.against == variant:
        return f"of {baseline} beside {variant}, not the other way round"
    told = f"{duels.won:,} won, {duels.tied:,} tied, {duels.lost:,} lost"
    return told if duels.against == baseline else f"{told}, each beside {duels.against}"


def _number(value: float) -> str:
    """Return three digits that count, never as a power of ten."""
    if not math.isfinite(value):
        return "unknown"
    digits = 3 - math.ceil(math.log10(abs(value))) if value else 0
    rounded = f"{round(value, digits):,.{max(digits, 0)}f}"
    plain = rounded.rstrip("0").rstrip(".") if "." in rounded else rounded
    return plain.replace("-", "\u2212")
