"""Who saves most and is not worse, in the sentence below the picture of quality and cost."""

from __future__ import annotations

from decimal import Decimal

from backend.experiments.types import COST, LATENCY, LATENCY_P50, Comparison, Saving
from console.state import formats
from console.state.experiment_rows import MOST_ROWS, rounded

LEAST_SHARE = 0.01


def saving_words(found: Comparison) -> str:
    """Say which variant is the cheapest that is not worse, or why none can be named; then the quickest, if any is."""
    by = {one.metric: one for one in found.savings}
    cost, time = by.get(COST), by.get(LATENCY)
    if not time or time.reason != "named":
        time = by.get(LATENCY_P50)
    said = [unpriced_words(found)] if found.unpriced else []
    if cost and not (found.unpriced and cost.reason == "none_less"):
        said.append(_of_cost(cost, found))
    if time and time.reason == "named":
        what = f"{time.statistic} is" if time.statistic != "mean" else "answers are"
        quickest = (
            "It is the quickest of them too"
            if cost and cost.variant == time.variant and cost.reason == "named"
            else f"The quickest that is not worse is {time.variant}"
        )
        said.append(f"{quickest}: its {what} {formats.span(time.saved)} less, {_percent(time)}.")
    return " ".join(said)


def unpriced_words(found: Comparison) -> str:
    """Say of which variants nobody knows what they cost."""
    names = formats.listed(found.unpriced)
    return f"No price is entered for a model of {names}, so nothing tells what it costs."


def _of_cost(cost: Saving, found: Comparison) -> str:
    beside = f"{found.baseline} by {found.primary}"
    less = f"{_percent(cost)} less"
    match cost.reason:
        case "named":
            saved = f"{formats.price(Decimal(str(cost.saved)) * 1_000)} per 1,000 answers, {_percent(cost)}"
            return f"{cost.variant} is the cheapest that is not worse than {beside}: it saves {saved}."
        case "worse":
            return f"No cheaper variant is as good: {cost.variant} costs {less}, and is worse than {beside}."
        case "cannot_tell":
            return f"No cheaper variant is known to be as good: {cost.variant} costs {less}, and {_more(cost)}."
        case _:
            return f"No variant is known to cost less than {found.baseline}."


def lacks_margin(found: Comparison) -> bool:
    """Tell whether only a margin would say if the cheaper variant is as good."""
    cost = next((one for one in found.savings if one.metric == COST), None)
    return cost is not None and cost.reason == "cannot_tell" and cost.rows_needed is None


def _more(cost: Saving) -> str:
    if cost.rows_needed is None:
        return (
            "more rows would not tell. Say how much worse it may be: set a margin with “Score again”, which asks "
            "for no new answers"
        )
    if cost.rows_needed > MOST_ROWS:
        return f"it needs about {rounded(cost.rows_needed, 1)} more rows to tell, which is not practical"
    return f"about {rounded(cost.rows_needed, 2)} more {'row' if cost.rows_needed == 1 else 'rows'} would tell"


def _percent(one: Saving) -> str:
    return "under 1 %" if one.share < LEAST_SHARE else f"{100 * one.share:.0f} %"
