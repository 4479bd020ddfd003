"""What to do with the variants of an experiment, in a sentence or two: no more than their verdicts say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import reflex as rx

from backend.bootstrap import services
from backend.experiments.types import (
    COST,
    OVERALL,
    UNASKED,
    Comparison,
    Experiment,
    MetricComparison,
    Status,
    able_in,
    best_of,
    kind_of,
    nothing_passed,
    numbered,
    to_take,
)
from backend.operator import Operator
from console.problems import unbroken
from console.state import formats
from console.state.experiment_form_only import form_words
from console.state.experiment_rows import MOST_ROWS, VerdictCard, named, rounded
from console.state.experiment_written import readable, share_of, signed

WORDS = {"better": "better in", "worse": "worse in", "same": "the same in"}
NOT_REACHED = {"exact": "No answer equals what is expected.", "contains": "No answer contains what is expected."}
MOST_OTHERS = 3
TWICE, ABOUT, ALIKE = 2, 0.15, 0.005


class Advised(rx.State, mixin=True):
    """A page that says what to do: `advice` over all takes what is `taken` already, `unreached` where none passed.

    `lead` is said of the chosen variant beside the baseline, empty where the advice says that; `form` where wrong
    answers differ in their form alone.
    """

    lead: rx.Field[str] = rx.field("")
    advice: rx.Field[str] = rx.field("")
    taken: rx.Field[str] = rx.field("")
    unreached: rx.Field[str] = rx.field("")
    form: rx.Field[str] = rx.field("")

    async def _take(
        self, operator: Operator, found: Experiment, said: Comparison, shown: str, *, is_chosen: bool
    ) -> str:
        """Return the variant to show: the one that is shown if somebody chose it, else what is to be taken."""
        self.taken = await taken_in(operator, found, said)
        return shown if is_chosen else self.taken or shown

    async def _advise(self, operator: Operator, found: Experiment, said: Comparison, variant: str) -> None:
        names, is_done = names_of(found), found.status is Status.DONE
        self.unreached = unreached(said, found) if is_done else ""
        self.form = unbroken(form_words(said, names)) if is_done else ""
        taken, others = self.taken, [one for one in names if one not in {self.taken, said.baseline}]
        beside = await services().experiments.comparison(operator, found.id, taken) if taken and others else None
        told = story(said, variant, names)
        self.advice = self.unreached or unbroken(advice(said, names, taken, beside) if is_done else told)
        is_told = self.unreached or variant == taken or unbroken(told) in self.advice
        self.lead = "" if is_told else unbroken(f"Beside {names[said.baseline]}: {told}")

    def _noted(self, cards: list[VerdictCard], primary: str) -> list[VerdictCard]:
        """Say on the card of what decides that no answer passed: no margin helps there, and no row."""
        note = self.unreached.rstrip(".")
        return [replace(one, note=note) if note and one.key == primary else one for one in cards]


def names_of(found: Experiment) -> dict[str, str]:
    """Return what each variant is called, with its model where they ran on several and the name hides it.

    One that is named by the label which it followed says the version too: the label may point elsewhere by now.
    """
    models = {one.name: one.model.partition(":")[2] or one.model for one in found.pinned}
    several = len(set(models.values())) > 1
    called = found.called
    hides = {name for name, model in models.items() if several and model and model not in name}
    said = {name: called.get(name, name) for name in models}
    return {name: f"{words} on {models[name]}" if name in hides else words for name, words in said.items()}


def unreached(said: Comparison, found: Experiment) -> str:
    """Say that no answer of any variant has anything of what decides; empty where one has."""
    if not nothing_passed(said):
        return ""
    names = numbered(str(one.get("name") or kind_of(one)) for one in found.draft.evaluators)
    spec = dict(zip(names, found.draft.evaluators, strict=True)).get(said.primary, {})
    words = "" if spec.get("negate") or spec.get("value") or spec.get("values") else str(spec.get("kind", ""))
    return NOT_REACHED.get(words, f"No answer has anything of {said.primary}.")


async def taken_in(operator: Operator, found: Experiment, said: Comparison) -> str:
    """Return the variant that an experiment says to take; empty before its end, or where it says so of none."""
    best = best_of(said) if found.status is Status.DONE else ""
    if len(able_in(said)) < 2 or not best:  # noqa: PLR2004  # a pair
        return best
    return to_take(said, await services().experiments.comparison(operator, found.id, best))


def advice(said: Comparison, names: Mapping[str, str], taken: str, beside: Comparison | None = None) -> str:
    """Say which variant is taken, and of the others how they stand `beside` it; else of each what is worst first."""
    if taken:
        told, rest = [f"Take {names[taken]}: {', '.join(_clauses(said, taken))}.{_open(said, taken)}"], beside
    else:
        told, rest = [], said
    others = [one for one in names if one not in {taken, said.baseline}]
    if rest:
        others.sort(key=lambda one: _verdict(rest, one) != "worse")
        shown, more = others[:MOST_OTHERS], len(others) - MOST_OTHERS
        told += [_beside(rest, shown, names)] if taken and shown else [story(rest, one, names) for one in shown]
        told += [f"{formats.counted(more, 'more variant')} below."] if more > 0 else []
    return " ".join(told)


def _beside(said: Comparison, variants: Sequence[str], names: Mapping[str, str]) -> str:
    """Say in one sentence how others stand beside what is taken."""
    told = [f"{names[one]} is {', '.join(_clauses(said, one)) or 'not decided'}" for one in variants]
    return f"Beside it {'; '.join(told)}."


def story(said: Comparison, variant: str, names: Mapping[str, str]) -> str:
    """Say of one variant what is decided, what decides first, and what is not decided."""
    clauses = _clauses(said, variant)
    name = names.get(variant, variant)
    told = f"{name} is {', '.join(clauses)}." if clauses else f"Nothing is decided about {name} yet."
    missed = [named(one) for one in said.metrics if one.variant == variant and one.is_missed]
    target = f" It misses the target of {formats.listed(missed)}." if missed else ""
    return f"{told}{_open(said, variant) if clauses else ''}{target}"


def _clauses(said: Comparison, variant: str) -> list[str]:
    """Return what is told of a variant: what decides, the other evaluators, then time and money."""
    of = [one for one in said.metrics if one.variant == variant]
    decides = [one for one in of if one.metric == said.primary]
    quality = [one for one in of if one not in decides and one.metric not in (*UNASKED, OVERALL)]
    plain = [one for one in of if one not in decides and one.metric in UNASKED]
    first = decides[0].verdict if decides else "worse"
    order = dict.fromkeys([first if first in WORDS else "worse", "worse", "better", "same"])
    told = []
    if first == "cannot_tell" and any(one.verdict in WORDS for one in of):
        told.append(f"not shown to be better in {named(decides[0])}{_rows(decides[0])}")
    for verdict in order:
        some = [one for one in (*decides, *quality) if one.verdict == verdict]
        if some:
            told.append(f"{WORDS[verdict]} {formats.listed([f'{named(one)}{_by(one)}' for one in some])}")
    decided = sorted(
        (one for one in plain if one.verdict in ("better", "worse")), key=lambda one: one.verdict != "worse"
    )
    return told + [
        _costs(one) if one.metric == COST else f"{WORDS[one.verdict]} {named(one)}{_by(one)}" for one in decided
    ]


def _by(one: MetricComparison) -> str:
    if one.verdict == "same":
        return ""
    one = readable(one)
    if one.unit or not share_of(one):
        return f" ({signed(one, one.difference)})"
    sign = "+" if one.difference > 0 else "\u2212"
    return f" ({sign}{100 * abs(one.difference):.3g} points)"


def _costs(one: MetricComparison) -> str:
    """Say how much more or less it costs than the other."""
    if not one.baseline_value or not one.value:
        return f"{WORDS[one.verdict]} cost"
    times = one.value / one.baseline_value
    if abs(times - TWICE) < ABOUT:
        return "at about twice the cost"
    if times > TWICE:
        return f"at {times:.2g} times the cost"
    change = f"{100 * abs(times - 1):.0f} %"
    if abs(times - 1) < ALIKE:
        change = "under 1 %"
    return f"at {change} {'more' if times > 1 else 'less'} cost"


def _rows(one: MetricComparison) -> str:
    if one.rows_needed is None or one.rows_needed > MOST_ROWS or not one.num_rows:
        return ""
    return f" (about {rounded(one.rows_needed, 2)} more {'row' if one.rows_needed == 1 else 'rows'})"


def _open(said: Comparison, variant: str) -> str:
    """Name what cannot be told, what decides aside: that is said before."""
    left = [
        named(one)
        for one in said.metrics
        if (one.variant, one.verdict) == (variant, "cannot_tell") and one.metric not in (said.primary, OVERALL)
    ]
    return f" Cannot tell by {formats.listed(left)}." if left else ""


def _verdict(said: Comparison, variant: str) -> str:
    return next((one.verdict for one in said.metrics if (one.variant, one.metric) == (variant, said.primary)), "")
