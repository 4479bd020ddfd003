"""What evaluators want of variants, and who misses it."""

from __future__ import annotations

import math
from types import SimpleNamespace

from backend.experiments.analysis.verdicts import compared
from backend.experiments.evaluators.registry import read
from backend.experiments.evidence import evidence
from backend.experiments.passing import short_of
from backend.experiments.types import Aim, Comparison

SPECS = [
    {"kind": "exact", "target": 0.75, "threshold": 0.5},
    {"kind": "latency", "target": 150, "statistic": "p95"},
    {"kind": "json_valid", "target": 1},
    {"kind": "bleu"},
]


def told(*names: str) -> Comparison:
    """Return four rows of which the first variant has half right, a second one all; nothing was looked at as JSON."""
    cells = [
        (
            row,
            variant,
            0,
            "failed" if (row, variant) == (4, 0) else "done",
            {
                "exact": {"value": float(row > 1 or variant > 0), "passed": True},
                "latency": {"value": 100.0 * row, "passed": None},
            },
            0,
            100.0 * row,
        )
        for row in range(1, 5)
        for variant in range(len(names))
    ]  # fmt: skip
    variants = [(name, "") for name in names]
    return compared(cells, read(SPECS), variants, baseline=0, repetitions=1, was_decided=False, labels={})


def aims(found: Comparison) -> dict[str, Aim]:
    return {one.metric: one for one in found.aims}


def test_a_target_is_held_against_every_variant_the_baseline_too() -> None:
    found = told("old", "new")
    exact, latency, json = aims(found)["exact"], aims(found)["latency"], aims(found)["json_valid"]
    assert (exact.target, exact.threshold, exact.missed) == (0.75, 0.5, ("old",)), "a failed answer is a wrong one"
    assert exact.values == {"old": 0.5, "new": 1.0}
    assert (latency.statistic, latency.direction, latency.missed) == ("p95", "lower", ("old", "new"))
    assert latency.values == {"old": 300.0, "new": 400.0}
    assert (json.missed, all(math.isnan(one) for one in json.values.values())) == ((), True), "nobody knows"
    assert "bleu" not in aims(found)
    by = {(one.metric, one.variant): one for one in found.metrics}
    assert (by["exact", "new"].threshold, by["exact", "new"].is_missed, by["latency", "new"].is_missed) == (
        0.5, False, True)  # fmt: skip
    assert short_of(by["latency", "new"]) == "latency of new is 400 ms, its target 150 ms."
    assert short_of(by["exact", "new"]) == ""
    kept = SimpleNamespace(name="Desk", id="exp_1", num_rows=4, dataset_name="Returns", dataset_version=1, called={})
    assert "Misses its target: latency 400 ms, wanted 150 ms." in evidence(kept, found, "new")  # type: ignore[arg-type]


def test_a_variant_that_stands_alone_is_held_against_its_targets() -> None:
    assert {
        name: (one.values, one.missed) for name, one in aims(told("only")).items() if one.metric != "json_valid"
    } == {
        "exact": ({"only": 0.5}, ("only",)),
        "latency": ({"only": 300.0}, ("only",)),
    }
