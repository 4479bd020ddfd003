"""What to do with the variants of an experiment, and how each stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from backend.experiments.types import Comparison, MetricComparison, Pinned, PromptChoice, Status, VariantDraft, to_take
from console.state.experiment_advice import advice, names_of, story, unreached
from tests.console.state.test_experiment_rows import METRIC, experiment

NAMES = {"production": "production", "v2": "v2 on small", "v2 large": "v2 large"}
SHARE: dict[str, Any] = {"unit": "", "statistic": "mean", "direction": "higher", "rows_needed": 0, "num_rows": 20}
DOLLARS: dict[str, Any] = {"metric": "cost", "unit": "$", "statistic": "mean", "rows_needed": 0}


def quality(variant: str, verdict: str, old: float, new: float, name: str = "contains") -> MetricComparison:
    values = {"baseline_value": old, "value": new, "difference": new - old}
    return replace(METRIC, metric=name, variant=variant, verdict=verdict, **values, **SHARE)


def cost(variant: str, verdict: str, old: float, new: float) -> MetricComparison:
    values = {"baseline_value": old, "value": new, "difference": new - old}
    return replace(METRIC, variant=variant, verdict=verdict, **values, **DOLLARS)


def compared(*metrics: MetricComparison, baseline: str = "production") -> Comparison:
    return Comparison(baseline, "contains", metrics, (), (), (), is_complete=True)


BETTER = (
    cost("v2", "worse", 0.01, 0.02),
    quality("v2", "better", 0.0, 0.9),
    quality("v2", "better", 0.0, 0.75, "judge"),
)
LARGE = (quality("v2 large", "better", 0.0, 0.95), cost("v2 large", "worse", 0.01, 0.14))


def test_the_cheapest_that_is_better_is_taken_and_the_others_stand_beside_it() -> None:
    open_ = replace(quality("v2 large", "cannot_tell", 0.9, 0.95), rows_needed=160)
    beside = compared(open_, cost("v2 large", "worse", 0.02, 0.14), baseline="v2")
    said = compared(*BETTER, *LARGE)
    assert (to_take(said), advice(said, NAMES, "v2", beside)) == (
        "v2",
        (
            "Take v2 on small: better in contains (+90 points) and judge (+75 points), at about twice the cost. "
            "Beside it v2 large is not shown to be better in contains (about 160 more rows), at 7 times the cost."
        ),
    )


def test_none_is_taken_that_is_shown_to_be_worse_than_the_best() -> None:
    said = compared(*BETTER, *LARGE)
    worse = compared(quality("v2", "worse", 0.95, 0.9), cost("v2", "better", 0.14, 0.02), baseline="v2 large")
    open_ = compared(quality("v2", "cannot_tell", 0.95, 0.9), baseline="v2 large")
    assert (to_take(said, worse), to_take(said, open_)) == ("v2 large", "v2")
    dear = "Take v2 large: better in contains (+95 points), at 14 times the cost. "
    told = "Beside it v2 on small is worse in contains (\u22125 points), at 86 % less cost."
    assert advice(said, NAMES, "v2 large", worse) == dear + told


def test_the_others_stand_beside_it_in_one_sentence_and_a_tie_goes_to_who_gains_most() -> None:
    names = {name: name for name in ("production", "a", "b", "c")}
    said = compared(*(quality(name, "better", 0.0, gain) for name, gain in (("a", 0.5), ("b", 0.9), ("c", 0.6))))
    assert to_take(said) == "b", "no price is known of any"
    beside = compared(quality("a", "worse", 0.9, 0.5), quality("c", "same", 0.9, 0.9), baseline="b")
    told = "Beside it a is worse in contains (\u221240 points); c is the same in contains."
    assert advice(said, names, "b", beside) == f"Take b: better in contains (+90 points). {told}"


def test_what_is_worse_where_it_counts_is_told_first_and_never_taken() -> None:
    worse = compared(cost("v2", "better", 0.01, 0.002), quality("v2", "worse", 0.9, 0.0))
    two = {"production": "production", "v2": "v2"}
    assert (to_take(worse), advice(worse, two, "")) == (
        "",
        "v2 is worse in contains (\u221290 points), at 80 % less cost.",
    )
    torn = compared(*BETTER[:2], quality("v2", "worse", 0.9, 0.2, "judge"))
    assert to_take(torn) == "", "better in what decides, worse in another"
    as_good = compared(quality("v2", "same", 0.9, 0.9), cost("v2", "better", 0.02, 0.01))
    assert advice(as_good, two, "v2") == "Take v2: the same in contains, at 50 % less cost."
    assert to_take(compared(quality("v2", "same", 0.9, 0.9))) == "", "as good alone is no reason"
    assert to_take(replace(as_good, primary="cost")) == ""


def test_what_is_open_is_told_as_open() -> None:
    undecided = replace(quality("v2", "cannot_tell", 0.5, 0.6), rows_needed=40)
    assert story(compared(undecided), "v2", {}) == "Nothing is decided about v2 yet."
    dear = compared(undecided, BETTER[0], replace(METRIC, variant="v2"))
    words = "v2 is not shown to be better in contains (about 40 more rows), at about twice the cost."
    assert story(dear, "v2", {}) == f"{words} Cannot tell by latency p95."


def test_where_nothing_passed_another_evaluator_is_needed() -> None:
    done = experiment(Status.DONE)
    done = replace(done, draft=replace(done.draft, evaluators=({"kind": "contains"},)))
    none = compared(quality("v2", "cannot_tell", 0.0, 0.0))
    assert unreached(none, done) == "No answer contains what is expected."
    assert unreached(compared(quality("v2", "cannot_tell", 0.0, 0.1)), done) == ""
    lower = replace(none.metrics[0], direction="lower")
    assert unreached(compared(lower), done) == "", "nothing is the best there"
    other = replace(done, draft=replace(done.draft, evaluators=({"kind": "contains", "values": ("no",)},)))
    assert unreached(none, other) == "No answer has anything of contains."


def test_a_name_that_hides_its_model_is_told_with_it() -> None:
    ran = (Pinned("v2", "prompt", "lab:small"), Pinned("v2 large", "prompt", "lab:large"))
    assert names_of(replace(experiment(Status.DONE), pinned=ran)) == {"v2": "v2 on small", "v2 large": "v2 large"}
    assert names_of(replace(experiment(Status.DONE), pinned=ran[:1])) == {"v2": "v2"}


def test_a_name_by_a_label_says_which_version_that_was() -> None:
    def follows(name: str) -> VariantDraft:
        return VariantDraft(name, PromptChoice(id="prm_1", label="production"))

    done = experiment(Status.DONE)
    variants = (follows("production"), follows("production small"), follows("Old"), VariantDraft("v3"))
    ran = tuple(Pinned(one.name, "prompt", "lab:small", version=2) for one in variants)
    done = replace(done, draft=replace(done.draft, variants=variants), pinned=ran)
    assert names_of(done) == {
        "production": "production (v2 then)",
        "production small": "production (v2 then) small",
        "Old": "Old",
        "v3": "v3",
    }
    assert replace(done, pinned=()).called["production"] == "production", "nothing is known before it begins"
