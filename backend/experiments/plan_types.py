"""What a start would do; `types` hands it on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class MissingVariables:
    """A row that cannot fill a variant's holes."""

    row: int
    variant: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a start would do. Dollars and minutes are estimates, None where nothing tells them (`unknown` says why).

    `uncounted` are variants whose tokens and dollars nothing tells: both figures are at least what they say then.

    `unpriced` are the models that are asked and for which no price is entered, those of a flow by its name: `cost` is
    without them, and None where nothing else is paid for.

    `runs` says in a few words what each variant is as it would run now, in their order.

    `asked` says of each text prompt what a person is supposed to say to it.

    `small_judges` are the evaluators that ask a built-in model, which is often wrong as a judge; `own_judges`
    ask a model that answers too.

    `budget_is_firm` where every answer has a maximum length and nobody else is paid for it: no answer under way passes
    the budget then.

    `one_at_a_time` where the embedded model does all of it, which takes one question after the other, `some_in_turn`
    where it does a part of it: the slower of both then tells the minutes.

    `detectable` is the smallest true difference of the first metric that is found four times out of five;
    `num_taken_over` answers are there already, of which only evaluators are asked.

    `stops_by` is the evaluator that may end it early; empty where none can.

    `detectable_in_points` where the metric lies between 0 and 1, so that a hundredth is a point.
    """

    num_rows: int
    num_variants: int
    repetitions: int
    num_cells: int
    num_judge_calls: int
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    minutes: float | None
    detectable: float | None
    detectable_metric: str
    num_missing: int
    missing: tuple[MissingVariables, ...]
    over_budget: bool
    budget_is_firm: bool
    unknown: tuple[str, ...]
    asked: tuple[str, ...]
    problems: tuple[str, ...]
    one_at_a_time: bool = False
    some_in_turn: bool = False
    detectable_in_points: bool = False
    num_taken_over: int = 0
    uncounted: tuple[str, ...] = ()
    unpriced: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    small_judges: tuple[str, ...] = ()
    own_judges: tuple[str, ...] = ()
    stops_by: str = ""
