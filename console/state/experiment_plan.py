"""What the plan of an experiment says before a dollar is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from backend.experiments.types import Draft, Plan, kind_of
from backend.written import figure
from console.state import formats

MOST_MISSING = 8
UNKNOWN = "not known yet"
SMALL_JUDGE = "the built-in model judges, which is small and often wrong at it."
NO_MARK = "has no pass mark, so no row passes or fails by it: set a threshold to see which do."
LIKENESSES = frozenset({"similarity", "levenshtein", "rouge", "bleu"})
OWN_JUDGE = "judges its own answers; choose another model as judge."


@dataclass(frozen=True)
class PlanFigure:
    """A figure of the plan, with what it stands on."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class PlanView:
    """`warnings` keep nothing from running; `missing` names rows that lack a variable, `more` how many others do."""

    figures: list[PlanFigure] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    more: str = ""
    notes: list[str] = field(default_factory=list)


def plan_view(plan: Plan, draft: Draft) -> PlanView:
    over = ["The budget is below what it may cost, so it would stop on the way."] if plan.over_budget else []
    if plan.uncounted and draft.budget is not None and not over:
        over = [f"What {formats.listed(plan.uncounted)} costs is not known yet, so it may stop at the budget."]
    free = [f"No price is entered for {formats.listed(plan.unpriced)}: the budget does not count what it takes."]
    free = free if plan.unpriced and draft.budget is not None else []
    small = [f"{formats.listed(plan.small_judges)}: {SMALL_JUDGE}"] if plan.small_judges else []
    own = [f"{name} {OWN_JUDGE}" for name in plan.own_judges]
    unmarked = [f"{name} {NO_MARK}" for name in _unmarked(draft)]
    alike = [f"{formats.listed(names)} are the same, so nothing can differ between them." for names in _alike(draft)]
    missing = [f"Row {one.row} lacks {', '.join(one.names)} for {one.variant}" for one in plan.missing[:MOST_MISSING]]
    left = plan.num_missing - len(missing)
    return PlanView(
        figures=_figures(plan, draft),
        warnings=[*plan.problems, *over, *free, *small, *own, *unmarked, *alike],
        missing=missing,
        more=f"and {left:,} more like these" if left > 0 else "",
        notes=_gathered([*plan.asked, *plan.unknown]),
    )


def _unmarked(draft: Draft) -> list[str]:
    """Return the evaluator by which the rows are listed, where it gives a likeness alone."""
    first = next(iter(draft.evaluators), {})
    kind = str(kind_of(first)) if first else ""
    return [str(first.get("name") or kind)] if kind in LIKENESSES and first.get("threshold") is None else []


def _alike(draft: Draft) -> list[list[str]]:
    """Return the names of variants that differ by nothing but them, where answers are asked for."""
    of: dict[str, list[str]] = {}
    for one in () if draft.answers_of else draft.variants:
        of.setdefault(repr(replace(one, name="")), []).append(one.name)
    return [names for names in of.values() if len(names) > 1]


def _gathered(notes: Sequence[str]) -> list[str]:
    """Say once what is true of several variants."""
    of: dict[str, list[str]] = {}
    for note in notes:
        name, _, words = note.rpartition(": ")
        of.setdefault(words, []).append(name)
    return [f"{', '.join(filter(None, names))}: {words}" if any(names) else words for words, names in of.items()]


def _figures(plan: Plan, draft: Draft) -> list[PlanFigure]:
    counts = ((plan.num_rows, "row"), (plan.num_variants, "variant"), (plan.repetitions, "repetition"))
    factors = " x ".join(formats.counted(number, word) for number, word in counts)
    figures = [PlanFigure("Answers", formats.count(plan.num_cells), factors)]
    if plan.num_taken_over:
        figures = [PlanFigure("Answers", formats.count(plan.num_taken_over), "there already, none is asked for again")]
    if plan.num_judge_calls:
        figures.append(PlanFigure("Questions to judges", formats.count(plan.num_judge_calls)))
    told = f"{formats.count(plan.tokens_in)} in, {formats.count(plan.tokens_out)} out"
    num_tokens, about = plan.tokens_in + plan.tokens_out, "at least" if plan.uncounted else "about"
    if num_tokens or not plan.uncounted:
        figures.append(PlanFigure("Tokens", f"{about} {formats.count(num_tokens)}", told))
    else:
        figures.append(PlanFigure("Tokens", UNKNOWN))
    figures.append(_cost(plan))
    if plan.minutes is not None:
        at_once = "one at a time" if plan.one_at_a_time else f"{draft.concurrency} at once"
        at_once = f"the built-in model one at a time, others {at_once}" if plan.some_in_turn else at_once
        rate = f", {formats.count(draft.requests_per_minute)} a minute" if draft.requests_per_minute else ""
        figures.append(PlanFigure("Time", f"about {formats.roughly(plan.minutes * 60_000)}", at_once + rate))
    if plan.detectable is not None:
        about = f"of {plan.detectable_metric}; 4 of 5 experiments like this one would find it"
        least = figure(100 * plan.detectable if plan.detectable_in_points else plan.detectable, 2)
        told = f"{least} points" if plan.detectable_in_points else least
        figures.append(PlanFigure("Smallest difference it can tell", told, about))
    cap = formats.money(draft.budget) if draft.budget is not None else "none"
    ends = "it ends there" if plan.budget_is_firm else "answers under way may pass it"
    figures.append(PlanFigure("Budget", cap, ends if draft.budget is not None else ""))
    figures.append(PlanFigure("Early stop", "on" if draft.early_stop else "off", _early(draft, plan)))
    return figures


def _cost(plan: Plan) -> PlanFigure:
    """Say what it may cost, and what is not in that sum."""
    free = f"no price is entered for {formats.listed(plan.unpriced)}" if plan.unpriced else ""
    if plan.cost is None:
        return PlanFigure("Cost", UNKNOWN if plan.uncounted else formats.NO_PRICE, free)
    about = "at least" if plan.uncounted or free else "about"
    left_out = f"without {formats.listed(plan.uncounted)}" if plan.uncounted else ""
    return PlanFigure("Cost", f"{about} {formats.money(plan.cost)}", "; ".join(filter(None, (left_out, free))))


def _early(draft: Draft, plan: Plan) -> str:
    if not draft.early_stop:
        return ""
    if plan.stops_by:
        return f"it ends when {plan.stops_by} is decided"
    return "nothing can end it: that takes two variants, and a first evaluator read as a mean"
